"""Overrides as people see them listed: open, used by an order, or over."""

from typing import NamedTuple

from kya.codec.override_figures import OverrideFigures
from kya.console.reading import Reading
from kya.core.instant import Instant
from kya.core.override import Override


class OverrideRow(NamedTuple):
    """One override; `seq` is the order that has used it, while that is listed."""

    entry: int
    override: Override
    signed_by: tuple[str, ...]
    word: str
    mark: str
    seq: int | None
    set_aside: tuple[str, ...]


def override_rows(reading: Reading, now: Instant) -> list[OverrideRow]:
    """Return the overrides that are listed, the newest first."""
    return [_row(reading, each, now) for each in reversed(reading.overrides.values())]


def _row(reading: Reading, each: OverrideFigures, now: Instant) -> OverrideRow:
    """Return an override with its state."""
    override = each.granted.override
    used = None if each.order is None else reading.rows.get(each.order)
    word, mark = "open", "warn"
    if each.outcome is not None:
        word, mark = f"used: {each.outcome}", "good"
    elif now > override.expires_at:
        word, mark = "over, not used", "none"
    return OverrideRow(
        entry=each.entry,
        override=override,
        signed_by=each.granted.signed_by,
        word=word,
        mark=mark,
        seq=None if used is None else used.order.seq,
        set_aside=tuple(each.set_aside),
    )
