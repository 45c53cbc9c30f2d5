from kya.codec.halt_figures import Halts, rearmed_fields
from kya.core.halt import TradingState
from kya.core.latch import Latch
from kya.core.levels import Level, Place
from tests.builders import (
    AGENT,
    FIRST_LIVE_ORDER_AT,
    a_halt_ordered,
    a_latch_rearmed,
    a_trading_resumed,
)


def test_a_halt_says_by_what_later_halt_it_was_replaced() -> None:
    mild = a_halt_ordered(state=TradingState.REDUCING)
    strict = a_halt_ordered(at=FIRST_LIVE_ORDER_AT)
    halts = Halts()
    halts.take(4, mild)
    halts.take(7, strict)
    halts.take(9, a_trading_resumed(strict))
    first, second = (found.fields() for found in halts.all)
    assert (first["replaced_by"], first["resumed"]) == (7, None)
    assert second["replaced_by"] is None
    assert second["resumed"] == {
        "at": str(FIRST_LIVE_ORDER_AT.plus(seconds=30)),
        "entry": 9,
        "reason": "checked",
        "signed_by": ["olga", "rita"],
    }


def test_a_halt_that_was_resumed_is_not_replaced_by_the_next_one() -> None:
    first, halts = a_halt_ordered(), Halts()
    halts.take(1, first)
    halts.take(2, a_trading_resumed(first))
    halts.take(3, a_halt_ordered(at=FIRST_LIVE_ORDER_AT))
    assert [found.replaced_by for found in halts.all] == [None, None]
    assert [found.is_in_force for found in halts.all] == [False, True]


def test_an_agents_report_leaves_out_the_halts_of_other_agents() -> None:
    halts = Halts()
    places = [Place(Level.AGENT, AGENT), Place(Level.AGENT, "x"), Place(Level.FIRM)]
    for index, place in enumerate(places):
        halts.take(index, a_halt_ordered(place))
    assert [found.entry for found in halts.about(AGENT)] == [0, 2]
    assert [found.entry for found in halts.about(None)] == [0, 1, 2]


def test_a_rearming_says_which_latch_by_whom_and_why() -> None:
    assert rearmed_fields(3, a_latch_rearmed(Latch.LOSSES)) == {
        "at": str(FIRST_LIVE_ORDER_AT.plus(seconds=-60)),
        "entry": 3,
        "latch": "losses",
        "reason": "the venue was down",
        "signed_by": ["olga", "rita"],
    }
