"""What a control found, as decisions carry it: each value has one spelling."""

from enum import Enum
from functools import lru_cache
from typing import Final

import msgspec

from kya.codec import canonical
from kya.core.control import ControlOutcome, ControlResult, Measured
from kya.core.fixed_point import render_padded
from kya.core.instant import Weekday
from kya.core.money import Money

_WORDS: Final = {outcome: outcome.value for outcome in ControlOutcome}


class ControlFields(canonical.Statement, frozen=True, kw_only=True):
    """One control's result on the wire; `reason` stands unless it passed.

    The reason of an overridden one is not among the decision's reasons.
    """

    id: str
    limit: str
    measured: str
    outcome: str
    unit: str
    version: int
    reason: str | msgspec.UnsetType = msgspec.UNSET


def control_fields(result: ControlResult) -> ControlFields:
    """Return one control's result as it stands on the wire."""
    control, outcome, limit, measured, reason = result
    unit = control.unit
    if type(limit) is int:
        limit = str(limit)  # As quick as looking for it; and a `seq` never comes again.
    elif type(limit) is Money:
        unit = limit.currency.code
        if type(measured) is int:
            measured = render_padded(measured, limit.currency.decimals)
        elif type(measured) is Money and measured.currency != limit.currency:
            measured = f"{measured} {measured.currency}"
    return ControlFields(
        id=control.id,
        limit=limit if type(limit) is str else text_kept(limit),
        measured=measured if type(measured) is str else _text(measured),
        outcome=_WORDS[outcome],
        unit=unit,
        version=control.version,
        reason=msgspec.UNSET if reason is None else reason.value,
    )


@lru_cache(maxsize=4096)
def text_kept(value: Measured) -> str:
    """Return a value's text and keep it: limits repeat from order to order."""
    return _text(value)


def _text(value: Measured) -> str:
    """Return the one spelling of a limit or measured value."""
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, Weekday) else str(value.value)
    if isinstance(value, frozenset):
        return " ".join(sorted(map(_text, value)))
    return str(value)
