"""The page of overrides: one is asked for there, and all are listed."""

from typing import Final, NamedTuple

from starlette.responses import Response

from kya.codec.override_figures import OverrideFigures
from kya.console.asking import Asking
from kya.console.kinds import Kind, may
from kya.console.overriding_acts import CONTROL
from kya.core.instant import Instant
from kya.core.limits import OVERRIDE_MICROS_MAX
from kya.core.override import Override
from kya.core.override_admission import OVERRIDABLE

_MINUTE: Final = 60_000_000


class OverrideRow(NamedTuple):
    """One override as the page shows it."""

    entry: int
    override: Override
    signed_by: tuple[str, ...]
    word: str
    mark: str
    seq: int | None
    set_aside: tuple[str, ...]


async def overrides(asking: Asking) -> Response:
    """Every override, the newest first, and where one is asked for."""
    reading = asking.console.follower.reading
    chosen = asking.request.query_params.get("past", "").split(",")
    return asking.page(
        "overrides.html",
        rows=[
            _row(each, _seq_of(asking, each), asking.now)
            for each in reversed(reading.overrides.values())
        ],
        box=CONTROL,
        controls=sorted(OVERRIDABLE),
        chosen=chosen,
        minutes_max=OVERRIDE_MICROS_MAX // _MINUTE,
        may_override=may(asking.person, Kind.OVERRIDE),
    )


def _seq_of(asking: Asking, each: OverrideFigures) -> int | None:
    """Return the number of the order that has used it, while that is listed."""
    rows = asking.console.follower.reading.rows
    row = None if each.order is None else rows.get(each.order)
    return None if row is None else row.order.seq


def _row(each: OverrideFigures, seq: int | None, now: Instant) -> OverrideRow:
    """Return an override with its state: open, used, or over unused."""
    override = each.granted.override
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
        seq=seq,
        set_aside=tuple(each.set_aside),
    )
