"""What a venue may say of an order, after what it has said before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.admission import objection
from kya.core.events import Event
from kya.core.limits import CANCELS_UNANSWERED_MAX, UNANSWERED_MAX
from kya.core.money import Money
from kya.core.order import Action
from kya.core.order_events import OrderSubmitted, VenueReported, VenueStatus
from kya.core.state import Progress, State
from tests.builders import (
    AGENT,
    EUR,
    FIRST_LIVE_ORDER_AT,
    an_enrolled_state,
    an_order_submitted,
    eur,
    its_decision,
    its_report,
    the_agent_in,
    the_next_order,
    the_state_after,
)

ACKNOWLEDGED, CANCELLED = VenueStatus.ACKNOWLEDGED, VenueStatus.CANCELLED
FILLED, PART = VenueStatus.FILLED, VenueStatus.PARTIALLY_FILLED
REJECTED, UNKNOWN = VenueStatus.REJECTED, VenueStatus.UNKNOWN
NOT_RECEIVED = VenueStatus.NOT_RECEIVED


def sent(state: State, **overrides: object) -> tuple[State, OrderSubmitted]:
    """The state once the agent's next order is allowed, and that order."""
    now = max(state.now, FIRST_LIVE_ORDER_AT)
    order = the_next_order(state, **{"created_at": now, **overrides})
    submitted = an_order_submitted(order)
    return the_state_after(submitted, its_decision(submitted), start=state), submitted


def said(
    submitted: OrderSubmitted, status: VenueStatus, cents: int | None = None
) -> VenueReported:
    """What the venue says, with so much filled."""
    filled = None if cents is None else Money(cents, EUR)
    return replace(
        its_report(submitted, UNKNOWN, FIRST_LIVE_ORDER_AT.plus(seconds=9)),
        status=status,
        filled=filled,
    )


def refuses(state: State, event: Event, why: str) -> None:
    assert why in str(objection(state, event))


def admits(state: State, event: Event) -> None:
    assert objection(state, event) is None


STATE, ORDER = sent(an_enrolled_state(), amount=eur("100"))
RESTING = the_state_after(said(ORDER, ACKNOWLEDGED, 4_000), start=STATE)
REPLACING, REPLACEMENT = sent(
    RESTING, action=Action.REPLACE, target=1, amount=eur("150")
)
CANCELLING, CANCEL = sent(RESTING, action=Action.CANCEL, target=1, amount=eur("100"))


def test_a_resting_order_works_and_what_was_filled_is_known() -> None:
    agent = the_agent_in(RESTING)
    assert agent.working(1) == ORDER.order
    assert agent.progress == {1: Progress(is_acknowledged=True, filled=4_000)}


@pytest.mark.parametrize(
    "event",
    [
        said(ORDER, ACKNOWLEDGED, 4_000),
        said(ORDER, ACKNOWLEDGED, 10_000),
        said(ORDER, PART, 4_000),
        said(ORDER, FILLED, 10_000),
        said(ORDER, CANCELLED, 4_000),
        said(ORDER, UNKNOWN),
    ],
    ids=lambda event: event.status.value,
)
def test_more_may_be_filled(event: VenueReported) -> None:
    admits(RESTING, event)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (said(ORDER, ACKNOWLEDGED, 3_999), "less is filled"),
        (said(ORDER, ACKNOWLEDGED), "less is filled"),
        (said(ORDER, CANCELLED), "less is filled"),
        (said(ORDER, FILLED, 3_999), "less is filled"),
        (said(ORDER, FILLED, 10_001), "filled 100.01 of 100.00"),
        (said(ORDER, ACKNOWLEDGED, 10_001), "filled 100.01 of 100.00"),
        (said(ORDER, REJECTED), "cannot be rejected"),
        (said(ORDER, NOT_RECEIVED), "cannot be not_received"),
    ],
)
def test_less_or_too_much_or_nothing_at_all_is_refused(
    event: VenueReported, why: str
) -> None:
    refuses(RESTING, event, why)


def test_an_unknown_outcome_forgets_nothing() -> None:
    state = the_state_after(said(ORDER, UNKNOWN), start=RESTING)
    assert the_agent_in(state).progress == the_agent_in(RESTING).progress


@pytest.mark.parametrize("status", [REJECTED, NOT_RECEIVED])
def test_what_was_not_acknowledged_may_never_have_been_there(
    status: VenueStatus,
) -> None:
    admits(STATE, said(ORDER, status))


@pytest.mark.parametrize("status", [CANCELLED, FILLED, PART])
def test_a_final_report_settles(status: VenueStatus) -> None:
    state = the_state_after(said(ORDER, status, 4_000), start=RESTING)
    agent = the_agent_in(state)
    assert (agent.unanswered, agent.progress) == ({}, {})


# ------------------------------------------------------------------------- cancels


def test_a_cancel_is_confirmed_after_the_last_word_on_its_target() -> None:
    refuses(CANCELLING, said(CANCEL, CANCELLED), "want the last report on its target 1")
    settled = the_state_after(said(ORDER, CANCELLED, 4_000), start=CANCELLING)
    admits(settled, said(CANCEL, CANCELLED))
    done = the_state_after(said(CANCEL, CANCELLED), start=settled)
    assert the_agent_in(done).unanswered == {}


@pytest.mark.parametrize("status", [REJECTED, NOT_RECEIVED, UNKNOWN])
def test_a_cancel_that_did_nothing_waits_for_nothing(status: VenueStatus) -> None:
    admits(CANCELLING, said(CANCEL, status))


@pytest.mark.parametrize(
    ("status", "cents"),
    [(FILLED, 1), (PART, 1), (ACKNOWLEDGED, None), (CANCELLED, 1)],
)
def test_a_cancel_fills_nothing_and_does_not_rest(
    status: VenueStatus, cents: int | None
) -> None:
    settled = the_state_after(said(ORDER, CANCELLED, 4_000), start=CANCELLING)
    refuses(settled, said(CANCEL, status, cents), "a cancel was sent, and cannot be")


# ------------------------------------------------------------------------ replaces


@pytest.mark.parametrize(
    ("status", "cents"), [(ACKNOWLEDGED, None), (FILLED, 1), (PART, 1), (CANCELLED, 1)]
)
def test_a_replace_takes_a_place_that_is_free(
    status: VenueStatus, cents: int | None
) -> None:
    event = said(REPLACEMENT, status, cents)
    refuses(REPLACING, event, "want the last report on its target 1")
    admits(the_state_after(said(ORDER, CANCELLED, 4_000), start=REPLACING), event)


def test_a_replace_that_did_nothing_leaves_its_target_working() -> None:
    state = the_state_after(said(REPLACEMENT, REJECTED), start=REPLACING)
    assert the_agent_in(state).working(1) == ORDER.order
    assert the_agent_in(state).working(2) is None


def test_what_was_filled_of_the_target_counts_for_the_replacement() -> None:
    state = the_state_after(said(ORDER, CANCELLED, 6_000), start=REPLACING)
    assert the_agent_in(state).progress == {2: Progress(filled_before=6_000)}
    admits(state, said(REPLACEMENT, FILLED, 9_000))
    refuses(state, said(REPLACEMENT, FILLED, 9_001), "filled 90.01 of 150.00, of which")


def test_what_was_filled_counts_along_a_chain_of_replaces() -> None:
    state = the_state_after(
        said(ORDER, CANCELLED, 6_000),
        said(REPLACEMENT, ACKNOWLEDGED, 1_000),
        start=REPLACING,
    )
    state, third = sent(state, action=Action.REPLACE, target=2, amount=eur("80"))
    state = the_state_after(said(REPLACEMENT, CANCELLED, 1_500), start=state)
    assert the_agent_in(state).progress == {3: Progress(filled_before=7_500)}
    admits(state, said(third, FILLED, 500))
    refuses(state, said(third, FILLED, 501), "of which 7500 minor units")


# ---------------------------------------------------------------------------- room


def test_cancels_find_room_when_orders_do_not() -> None:
    state = an_enrolled_state()
    agent = the_agent_in(state)
    waiting = dict.fromkeys(range(2, UNANSWERED_MAX + 2), ORDER)
    full = agent._replace(unanswered=waiting, past=agent.past._replace(seq=5_000))
    state = state._replace(agents={**state.agents, AGENT: full})
    order = an_order_submitted(the_next_order(state))
    cancel = an_order_submitted(the_next_order(state, action=Action.CANCEL, target=2))
    refuses(state, order, f"{UNANSWERED_MAX} orders await")
    admits(state, cancel)
    more = dict.fromkeys(range(2, UNANSWERED_MAX + CANCELS_UNANSWERED_MAX + 2), ORDER)
    fuller = state.agents[AGENT]._replace(unanswered=more)
    state = state._replace(agents={**state.agents, AGENT: fuller})
    refuses(state, cancel, f"{len(more)} orders await")


# ----------------------------------------------------------------------------- laws


@given(st.lists(st.tuples(st.sampled_from(VenueStatus), st.integers(0, 11_000))))
def test_whatever_a_venue_says_no_more_is_filled_than_was_asked_for(
    words: list[tuple[VenueStatus, int]],
) -> None:
    state, filled = STATE, 0
    for status, cents in words:
        amount = Money(cents, EUR)
        with_amount = amount if status.may_have(amount) else None
        if not status.may_have(with_amount):
            continue
        event = replace(said(ORDER, UNKNOWN), status=status, filled=with_amount)
        if objection(state, event) is not None:
            continue
        state = the_state_after(event, start=state)
        now = 0 if with_amount is None else with_amount.minor_units
        if status is not UNKNOWN:
            assert filled <= now <= 10_000
            filled = now
