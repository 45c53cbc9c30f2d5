from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kya.adapters.agent_journal import FileJournal
from kya.adapters.agent_journal_memory import MemoryJournal
from kya.agent.chain import Head, SignedOrder
from kya.agent.client import Agent
from kya.agent.exchange import ChainConflictError
from kya.agent.workload import Workload
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.lifecycle import Act
from kya.core.order import Action
from kya.pki.note_signer import NoteSigner
from tests.agent.desk import Desk, an_instruction
from tests.agent.fake_gateway import serving
from tests.world import MORNING, eur, signer_for


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with serving(desk.gateway) as address:
        yield address


@pytest.fixture
def agent(desk: Desk, url: str) -> Iterator[Agent]:
    with desk.agent(url) as client:
        yield client


def test_an_order_within_the_scope_is_allowed(agent: Agent) -> None:
    answer = agent.submit(an_instruction())
    assert (answer.allowed, answer.outcome, answer.reasons) == (
        True,
        Outcome.ALLOWED,
        (),
    )
    assert answer.explain() == "order 1 allowed"
    assert answer.signature_checked


def test_the_answer_says_where_the_order_is_in_the_log(
    agent: Agent, desk: Desk
) -> None:
    index = agent.submit(an_instruction()).log_index
    assert index == len(desk.gateway.world.entries) - 2


def test_a_denial_explains_itself(agent: Agent) -> None:
    answer = agent.submit(an_instruction(amount=eur("180000.00")))
    assert answer.explain() == (
        "order 1 denied: EUR 180000.00 is above the order maximum of EUR 25000.00 "
        "(order.amount_max)"
    )


def test_every_control_comes_with_limit_and_measured_value(agent: Agent) -> None:
    controls = {c.id: c for c in agent.submit(an_instruction()).controls}
    amount = controls["order.amount"]
    assert (amount.limit, amount.measured, amount.unit) == (
        "25000.00",
        "20000.00",
        "EUR",
    )


def test_a_refusal_names_every_reason(agent: Agent, desk: Desk) -> None:
    desk.gateway.world.change_standing(Act.SUSPEND, MORNING)
    answer = agent.submit(an_instruction(amount=eur("25000.01")))
    assert answer.outcome is Outcome.REFUSED
    assert answer.reasons == (Reason.CREDENTIAL_SUSPENDED, Reason.ORDER_AMOUNT_MAX)


def test_orders_follow_each_other_in_one_chain(agent: Agent, desk: Desk) -> None:
    answers = [agent.submit(an_instruction(f"c-{n}")) for n in range(1, 5)]
    assert [answer.order.seq for answer in answers] == [1, 2, 3, 4]
    assert all(answer.allowed for answer in answers)
    assert desk.journal.unanswered == ()


@pytest.mark.parametrize("fault", ["drop", "lose", 503, 429])
def test_the_same_bytes_are_sent_again_until_they_are_answered(
    agent: Agent, desk: Desk, fault: str | int
) -> None:
    desk.gateway.faults = [fault, fault]
    answer = agent.submit(an_instruction())
    assert answer.allowed
    assert len(desk.gateway.received) == 3
    assert len(set(desk.gateway.received)) == 1


def test_patience_ends_and_the_next_order_waits_for_the_first(
    agent: Agent, desk: Desk
) -> None:
    desk.gateway.faults = [503] * 3
    with pytest.raises(TransientError, match="as the test wants it"):
        agent.submit(an_instruction("c-1"))
    assert [signed.order.seq for signed in desk.journal.unanswered] == [1]
    assert agent.submit(an_instruction("c-2")).order.seq == 2
    first, *_, last = desk.gateway.received
    assert b'"c-1"' in first
    assert b'"c-2"' in last


def test_a_note_is_in_the_journal_before_it_is_sent(desk: Desk, url: str) -> None:
    class Watchful(MemoryJournal):
        def record(self, signed: SignedOrder) -> None:
            assert desk.gateway.received == []
            super().record(signed)

    desk.journal = Watchful()
    with desk.agent(url) as agent:
        assert agent.submit(an_instruction()).allowed


def test_nothing_is_sent_when_the_journal_fails(desk: Desk, url: str) -> None:
    class Full(MemoryJournal):
        def record(self, signed: SignedOrder) -> None:
            raise TransientError(f"journal: disk full, {signed!r:.20} is not kept")

    desk.journal = Full()
    with desk.agent(url) as agent, pytest.raises(TransientError, match="disk full"):
        agent.submit(an_instruction())
    assert desk.gateway.received == []


def test_a_crash_after_signing_sends_the_same_bytes_at_the_next_start(
    desk: Desk, url: str, tmp_path: Path
) -> None:
    desk.gateway.faults = ["lose"] * 3
    journal = FileJournal.open(tmp_path / "journal")
    desk.journal = journal
    with desk.agent(url) as agent, pytest.raises(TransientError):
        agent.submit(an_instruction())
    journal.close()
    desk.journal = again = FileJournal.open(tmp_path / "journal")
    with desk.agent(url) as agent:
        (answer,) = agent.resume()
    again.close()
    assert answer.allowed
    assert len(set(desk.gateway.received)) == 1


def test_an_empty_journal_takes_the_head_from_the_gateway(
    desk: Desk, agent: Agent
) -> None:
    desk.gateway.world.trade()
    assert agent.submit(an_instruction("c-2")).order.seq == 2


def test_a_journal_that_is_not_the_newest_is_refused(desk: Desk, url: str) -> None:
    with desk.agent(url) as agent:
        agent.submit(an_instruction("c-1"))
    # Somebody else signs with the same key.
    desk.gateway.world.trade(desk.gateway.world.order(client_order_id="c-2"))
    with desk.agent(url) as agent, pytest.raises(ChainConflictError) as caught:
        agent.resume()
    assert caught.value.expected.seq == 2


def test_a_conflict_says_what_the_gateway_expects(desk: Desk, agent: Agent) -> None:
    agent.submit(an_instruction("c-1"))
    world = desk.gateway.world
    world.trade(world.order(client_order_id="c-2"))
    with pytest.raises(ChainConflictError) as caught:
        agent.submit(an_instruction("c-3"))
    past = world.state.agents["algo_trader_v2"].past
    assert caught.value.expected == Head(seq=past.seq, prev=past.prev)


def test_a_bad_request_is_not_repeated(desk: Desk, agent: Agent) -> None:
    desk.gateway.faults = [400]
    with pytest.raises(InputError, match=r"400 kya:problem/scripted"):
        agent.submit(an_instruction())
    assert len(desk.gateway.received) == 1


def test_an_answer_under_another_key_is_not_believed(desk: Desk, url: str) -> None:
    signer = desk.gateway.world.agent
    expected = NoteSigner("gateway", signer_for("another gateway")).key
    link = replace(desk.link(url), gateway=expected)
    with (
        Agent(desk.identity, signer, desk.journal, desk.clock, link) as agent,
        pytest.raises(DistrustError, match="signed by no known key"),
    ):
        agent.submit(an_instruction())
    assert [signed.order.seq for signed in desk.journal.unanswered] == [1]


def test_an_answer_to_another_order_is_not_believed(desk: Desk, agent: Agent) -> None:
    agent.submit(an_instruction("c-1"))
    first = desk.gateway.answers[1]
    original = desk.gateway.order

    def mixed_up(note: bytes) -> object:
        original(note)
        return 200, {}, first[1]

    desk.gateway.order = mixed_up  # type: ignore[method-assign, assignment]
    with pytest.raises(DistrustError, match="the answer is about algo_trader_v2 1"):
        agent.submit(an_instruction("c-2"))


def test_the_outcome_at_the_venue_is_waited_for(desk: Desk, agent: Agent) -> None:
    desk.gateway.venue = [None, "unknown", "filled"]
    assert agent.submit(an_instruction()).allowed
    assert agent.outcome(1).venue == "filled"


def test_a_denied_order_has_no_outcome_to_wait_for(desk: Desk, agent: Agent) -> None:
    desk.gateway.venue = [None]
    agent.submit(an_instruction(amount=eur("180000.00")))
    assert agent.outcome(1).venue is None


def test_an_outcome_that_stays_unknown_is_transient(desk: Desk, agent: Agent) -> None:
    desk.gateway.venue = [None]
    agent.submit(an_instruction())
    with pytest.raises(TransientError, match="outcome is not known"):
        agent.outcome(1)


def test_a_gateway_that_is_not_there_is_transient(desk: Desk) -> None:
    with desk.agent("http://127.0.0.1:1") as agent, pytest.raises(TransientError):
        agent.submit(an_instruction())
    assert desk.journal.head is None


def test_a_prepared_order_is_dated_ahead_and_sent_when_its_time_has_come(
    desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("kya.agent.client.time.sleep", waited.append)
    with desk.agent(url) as agent:
        prepared = agent.prepare(an_instruction(), 2)
        assert prepared.order.created_at == MORNING.plus(seconds=2)
        assert desk.gateway.world.state.agents[prepared.order.agent].past.seq == 0
        [answer] = agent.resume()
    assert waited == [2]
    assert (answer.allowed, answer.order) == (True, prepared.order)


def test_what_was_prepared_goes_before_the_next_order(
    desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kya.agent.client.time.sleep", lambda _: None)
    with desk.agent(url) as agent:
        prepared = agent.prepare(an_instruction(), 1)
        answer = agent.submit(an_instruction("c-2"))
    assert answer.order.seq == prepared.order.seq + 1


@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_nobody_prepares_for_longer_than_an_override_lasts(
    agent: Agent, seconds: int
) -> None:
    with pytest.raises(InputError, match="prepare: want 1 to 900 s"):
        agent.prepare(an_instruction(), seconds)


# ------------------------------------------------------------------- working orders


def test_a_working_order_is_cancelled_by_what_its_answer_holds(agent: Agent) -> None:
    order = agent.submit(an_instruction()).order
    answer = agent.cancel(order, "c-2")
    assert answer.allowed
    assert (answer.order.action, answer.order.target) == (Action.CANCEL, order.seq)
    assert answer.order.amount == order.amount


def test_a_cancel_of_what_does_not_work_explains_itself(
    agent: Agent, desk: Desk
) -> None:
    order = agent.submit(an_instruction()).order
    desk.gateway.world.report(order.seq)
    assert agent.cancel(order, "c-2").explain() == (
        "order 2 denied: order 1 is no working order of this agent (target.unknown)"
    )


def test_a_replacement_needs_a_scope_that_lists_it(agent: Agent) -> None:
    order = agent.submit(an_instruction()).order
    answer = agent.replace(order.seq, an_instruction("c-2", eur("15000.00")))
    assert answer.reasons == (Reason.ACTION_NOT_ALLOWED,)
    assert (answer.order.action, answer.order.target) == (Action.REPLACE, order.seq)


def test_a_suspended_agent_cancels_without_a_session(desk: Desk, url: str) -> None:
    with desk.agent(url) as agent:
        order = agent.submit(an_instruction()).order
    desk.gateway.world.change_standing(Act.SUSPEND, MORNING)
    desk.workload = Workload(components={"image": f"sha256:{5:064d}"})
    with desk.agent(url) as fresh:
        assert fresh.cancel(order, "c-2").allowed
    assert desk.gateway.sessions == []


@pytest.mark.parametrize("venue", ["acknowledged", "cancelled"])
def test_an_order_that_rests_has_an_outcome_for_now(
    agent: Agent, desk: Desk, venue: str
) -> None:
    desk.gateway.venue = [None, "unknown", venue]
    assert agent.outcome(agent.submit(an_instruction()).order.seq).venue == venue
