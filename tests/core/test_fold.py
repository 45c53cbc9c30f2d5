"""What each event leaves behind."""

from dataclasses import replace

import pytest

from kya.core.credential import ReasonCode, Standing, Withdrawal
from kya.core.decision import Outcome
from kya.core.errors import InputError
from kya.core.fold import apply
from kya.core.lifecycle import Act
from kya.core.order import Side
from kya.core.order_events import EXECUTED, VenueStatus
from kya.core.state import State
from tests.builders import (
    AGENT,
    FIRST_LIVE_ORDER_AT,
    a_certificate_issued,
    a_credential,
    a_digest,
    a_list_published,
    a_revocation,
    a_revocation_scheduled,
    a_standing_changed,
    an_enrolled_state,
    an_enrolment,
    an_equivocation,
    an_order_submitted,
    its_decision,
    its_report,
    on,
    registered_anew,
    the_agent_in,
    the_log_opened,
    the_next_order,
    the_state_after,
)

FIRST = an_order_submitted()


def a_log_with_an_order(outcome: Outcome = Outcome.ALLOWED) -> State:
    return the_state_after(
        FIRST, its_decision(FIRST, outcome), start=an_enrolled_state()
    )


def test_an_open_log_knows_its_authority() -> None:
    opened = the_log_opened()
    state = the_state_after(opened)
    assert state.opened == opened
    assert state.now == opened.at
    assert state.credentials == {opened.authority.digest: opened.authority}
    assert state.issued_to == {"authority": (opened.authority.digest,)}


def test_an_enrolled_agent_has_a_certificate_and_no_past() -> None:
    agent = the_agent_in(an_enrolled_state())
    assert agent.credential == a_credential().digest
    assert agent.past.seq == 0


def test_a_submitted_order_waits_for_its_decision() -> None:
    state = the_state_after(FIRST, start=an_enrolled_state())
    assert state.undecided == FIRST
    assert the_agent_in(state).past.seq == 0


def test_an_allowed_order_is_counted_and_awaits_its_answer() -> None:
    state = a_log_with_an_order()
    agent = the_agent_in(state)
    assert state.undecided is None
    assert state.now == FIRST_LIVE_ORDER_AT
    assert (agent.past.seq, agent.past.prev) == (1, FIRST.line_digest)
    assert agent.past.allowed == {("EUR/USD", Side.BUY): 2_000_000}
    assert agent.unanswered == {1: FIRST}


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.REFUSED])
def test_a_denied_order_takes_its_seq_and_nothing_else(outcome: Outcome) -> None:
    agent = the_agent_in(a_log_with_an_order(outcome))
    assert (agent.past.seq, agent.past.prev) == (1, FIRST.line_digest)
    assert agent.past.allowed == {}
    assert agent.unanswered == {}


def test_the_days_sums_begin_again_on_a_new_day() -> None:
    state = a_log_with_an_order()
    monday = on("2026-05-18 08:00")
    second = an_order_submitted(the_next_order(state, created_at=monday))
    state = the_state_after(second, its_decision(second), start=state)
    past = the_agent_in(state).past
    assert (past.seq, past.day) == (2, monday.day)
    assert past.allowed == {("EUR/USD", Side.BUY): 2_000_000}
    assert "order-1" not in past.client_order_ids


@pytest.mark.parametrize("status", [s for s in VenueStatus if s.is_final])
def test_a_final_report_closes_the_question_and_gives_nothing_back(
    status: VenueStatus,
) -> None:
    filled = FIRST.order.amount if status in EXECUTED else None
    report = replace(its_report(FIRST), status=status, filled=filled)
    state = the_state_after(report, start=a_log_with_an_order())
    agent = the_agent_in(state)
    assert agent.unanswered == {}
    assert agent.past.allowed == {("EUR/USD", Side.BUY): 2_000_000}
    assert state.now == report.at


def test_an_unknown_outcome_keeps_the_question_open() -> None:
    report = its_report(FIRST, VenueStatus.UNKNOWN)
    state = the_state_after(report, start=a_log_with_an_order())
    assert the_agent_in(state).unanswered == {1: FIRST}
    assert state.now == report.at


def test_an_equivocation_is_remembered() -> None:
    event = an_equivocation(FIRST)
    state = the_state_after(event, start=a_log_with_an_order())
    assert the_agent_in(state).equivocated == {1}
    assert state.now == event.at


def test_a_standing_says_since_when() -> None:
    event = a_standing_changed(Act.SUSPEND)
    state = the_state_after(event, start=an_enrolled_state())
    credential = state.credentials[a_credential().digest]
    assert (credential.standing, credential.since) == (Standing.SUSPENDED, event.at)


CREDENTIAL = a_credential().digest


def test_a_revocation_is_whole_with_its_list() -> None:
    act, listed = a_revocation()
    revoked = the_state_after(act, start=an_enrolled_state())
    assert revoked.unlisted == CREDENTIAL
    assert revoked.credentials[CREDENTIAL].withdrawal == Withdrawal(
        act.at, ReasonCode.CESSATION_OF_OPERATION
    )
    assert the_state_after(listed, start=revoked).unlisted is None


def test_a_scheduled_revocation_is_due_when_it_says() -> None:
    event = a_revocation_scheduled()
    state = the_state_after(event, start=an_enrolled_state())
    credential = state.credentials[CREDENTIAL]
    assert credential.withdrawal == Withdrawal(event.due, ReasonCode.SUPERSEDED)
    assert credential.standing_at(event.due.plus(micros=-1)) is Standing.ACTIVE
    assert credential.standing_at(event.due) is Standing.REVOKED


@pytest.mark.parametrize(("seconds", "since"), [(-1, -1), (0, 0), (60, 0)])
def test_a_certificate_ends_when_due_or_when_revoked_before(
    seconds: int, since: int
) -> None:
    planned = a_revocation_scheduled()
    act, _ = a_revocation(at=planned.due.plus(seconds=seconds))
    state = the_state_after(planned, act, start=an_enrolled_state())
    ended = state.credentials[CREDENTIAL].withdrawal
    assert ended == Withdrawal(
        planned.due.plus(seconds=since), ReasonCode.CESSATION_OF_OPERATION
    )


def test_a_suspension_lifted_does_not_lift_a_schedule() -> None:
    planned = a_revocation_scheduled()
    state = the_state_after(
        a_standing_changed(Act.SUSPEND),
        planned,
        a_standing_changed(Act.REINSTATE),
        start=an_enrolled_state(),
    )
    assert state.credentials[CREDENTIAL].standing_at(planned.due) is Standing.REVOKED


def test_a_statement_of_people_does_not_move_the_gateways_clock() -> None:
    state = an_enrolled_state()
    for event in (a_standing_changed(Act.SUSPEND), a_list_published()):
        assert apply(state, event).now == state.now


def test_a_list_is_counted() -> None:
    state = the_state_after(a_list_published(), start=an_enrolled_state())
    assert state.crl_number == 1


def test_a_replacement_keeps_the_agents_past() -> None:
    first = a_credential().digest
    second = a_credential(digest=a_digest("second"), serial=4711)
    anew = registered_anew(on("2026-05-23 12:00"))
    state = the_state_after(
        *a_revocation(),
        anew,
        a_certificate_issued(
            second,
            replaces=first,
            at=on("2026-05-23 12:00"),
            enrolment=an_enrolment(anew.registration),
        ),
        start=a_log_with_an_order(),
    )
    agent = the_agent_in(state)
    assert agent.credential == second.digest
    assert (agent.past.seq, agent.past.prev) == (1, FIRST.line_digest)
    assert agent.unanswered == {1: FIRST}
    assert state.issued_to[AGENT] == (first, second.digest)
    assert state.credentials[first].standing is Standing.REVOKED


def test_applying_leaves_the_earlier_state_as_it_was() -> None:
    before = an_enrolled_state()
    the_state_after(
        FIRST, its_decision(FIRST), a_standing_changed(Act.REVOKE), start=before
    )
    assert before == an_enrolled_state()


def test_a_refused_event_leaves_no_trace() -> None:
    state = a_log_with_an_order()
    with pytest.raises(InputError, match="want seq 2"):
        apply(state, FIRST)
    assert state == a_log_with_an_order()
