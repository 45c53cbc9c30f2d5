"""The control of halts: nothing leaves where people have stopped trading."""

from typing import Final

from kya.core.case import Case
from kya.core.control import Control, ControlOutcome, ControlResult, Reason
from kya.core.halt import TradingState, state_under
from kya.core.order import Side

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_ACTIVE: Final = TradingState.ACTIVE.value

HALT_STATE: Final = Control(
    id="halt.state", version=1, unit="", source="RTS 6 Art. 12; FIA"
)


_NOT_STOPPED: Final = ControlResult(HALT_STATE, _PASSED, _ACTIVE, _ACTIVE)


def trading_is_active_where_the_order_goes(case: Case) -> ControlResult:
    """No halt is in force of the agent, its desk, the market, the venue or the firm."""
    if not case.halts:
        return _NOT_STOPPED
    state = state_under(case.halts)
    measured = "; ".join(
        [f"{each.halt.state.value} {each.halt.place.words}" for each in case.halts]
    )
    if state is TradingState.HALTED:
        return ControlResult(HALT_STATE, _FAILED, _ACTIVE, measured, Reason.HALT_HALTED)
    if reduces_position(case):
        return ControlResult(HALT_STATE, _PASSED, _ACTIVE, measured)
    return ControlResult(HALT_STATE, _FAILED, _ACTIVE, measured, Reason.HALT_REDUCING)


def reduces_position(case: Case) -> bool:
    """Tell whether the order makes the agent's position in its market smaller.

    With all of the agent's working orders on its side it must not turn the position
    round; an order whose worth cannot be compared reduces nothing.
    """
    exposure, order, worth = case.past.exposure, case.order, case.worth
    there = exposure.markets.get(order.market)
    if there is None or worth is None or not exposure.is_in(case.scope.currency):
        return False
    added = exposure.added_by(order, worth)
    if order.side is Side.BUY:
        return there.buying + added <= -there.net
    return there.selling + added <= there.net
