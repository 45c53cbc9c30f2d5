"""The control of halts: nothing leaves where people have stopped trading."""

from typing import Final

from kya.core.case import Case
from kya.core.control import Control, ControlOutcome, ControlResult, Reason
from kya.core.halt import TradingState, state_under

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_ACTIVE: Final = TradingState.ACTIVE.value

HALT_STATE: Final = Control(
    id="halt.state", version=1, unit="", source="RTS 6 Art. 12; FIA"
)


def trading_is_active_where_the_order_goes(case: Case) -> ControlResult:
    """No halt is in force of the agent, its desk, the market, the venue or the firm."""
    state = state_under(case.halts)
    if state is TradingState.ACTIVE:
        return ControlResult(HALT_STATE, _PASSED, _ACTIVE, _ACTIVE)
    measured = "; ".join(
        [f"{each.halt.state.value} {each.halt.place.words}" for each in case.halts]
    )
    if state is TradingState.HALTED:
        return ControlResult(HALT_STATE, _FAILED, _ACTIVE, measured, Reason.HALT_HALTED)
    if reduces_position(case):
        return ControlResult(HALT_STATE, _PASSED, _ACTIVE, measured)
    return ControlResult(HALT_STATE, _FAILED, _ACTIVE, measured, Reason.HALT_REDUCING)


def reduces_position(case: Case) -> bool:
    """Tell whether the order makes the agent's position smaller: none is known yet."""
    del case
    return False
