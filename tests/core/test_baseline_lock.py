"""A lock puts a baseline in force, and every later order of the agent meets it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.baseline_locks import parse_lock, render_lock
from kya.codec.decisions import parse_decision
from kya.codec.note import SignedNote
from kya.core.baseline import PROBATION_ORDERS, Source
from kya.core.case_of import Inputs, case_of
from kya.core.decide import decide
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.fold import apply
from kya.core.instant import MICROS_PER_DAY, Instant
from kya.core.latch import Latch
from kya.core.money import Money
from kya.core.order import Action
from kya.core.order_events import OrderDecided, OrderSubmitted, VenueStatus
from kya.pki.entries import Entry
from tests.behaving import learned
from tests.builders import a_runtime
from tests.halting import CARLA, rearm_note
from tests.locking import (
    EVENING,
    USUAL,
    a_lock,
    learned_from,
    lock_note,
    locked_world,
    observed_world,
)
from tests.world import AGENT, EUR, World

LIVE = Instant.parse("2026-05-15T10:12:34.500000Z")
HUGE = Money(18_000_000, EUR)


def usual(
    world: World, at: Instant = LIVE, cents: int = USUAL, **changes: object
) -> str:
    return world.trade(world.order(created_at=at, amount=Money(cents, EUR), **changes))


def said(world: World) -> dict[str, int]:
    """What the newest decision says of behaviour."""
    line = parse_decision(SignedNote.parse(world.entries[-1]).text)
    wire = line.behaviour
    assert line.baseline == world.state.agents[AGENT].baseline.digest  # type: ignore[union-attr]
    assert wire is not None
    return {"score": wire.score, "sequence": wire.sequence}  # type: ignore[union-attr]


def reasons(world: World) -> list[str]:
    return parse_decision(SignedNote.parse(world.entries[-1]).text).reasons


# ------------------------------------------------------------------------- orders


def test_before_a_lock_an_agent_trades_on_paper_and_not_live() -> None:
    world = observed_world()
    paper = Instant.parse("2026-05-14T16:59:59.000000Z")
    assert usual(world, paper) == "allowed"
    assert usual(world) == "denied"
    assert reasons(world) == ["behaviour.unknown"]


def test_a_usual_order_scores_low_and_one_out_of_all_proportion_is_denied() -> None:
    world = locked_world()
    assert usual(world) == "allowed"
    assert said(world)["score"] < 7_500
    assert usual(world, LIVE.plus(seconds=300), HUGE.minor_units) == "denied"
    assert said(world)["score"] >= 8_500
    assert reasons(world) == ["order.amount_max", "behaviour.critical"]


def test_the_hard_limits_decide_without_a_score() -> None:
    world = locked_world()
    assert usual(world, LIVE, cents=2_500_001) == "denied"
    assert "order.amount_max" in reasons(world)


def test_a_cancel_is_asked_for_no_likeness() -> None:
    world = locked_world()
    usual(world)
    seq = world.state.agents[AGENT].past.seq
    later = LIVE.plus(seconds=60)
    assert usual(world, later, action=Action.CANCEL, target=seq) == "allowed"
    line = parse_decision(SignedNote.parse(world.entries[-1]).text)
    assert line.baseline is None


def test_denied_attempts_enter_the_behaviour_as_well() -> None:
    world = locked_world()
    before = world.state.agents[AGENT].behaviour
    usual(world, LIVE, HUGE.minor_units)
    assert world.state.agents[AGENT].behaviour != before


def test_a_score_that_is_known_makes_the_state_that_reckoning_it_again_makes() -> None:
    world = locked_world()
    state = world.state
    usual(world, LIVE, HUGE.minor_units)
    submitted, read = (Entry.read(raw).event for raw in world.entries[-2:])
    assert isinstance(submitted, OrderSubmitted)
    state = apply(state, submitted)
    decision = decide(case_of(state, submitted, Inputs(LIVE)))
    known = OrderDecided.of(decision, submitted.leaf)
    assert isinstance(read, OrderDecided)
    assert (known.score is None, read.score) == (False, None)
    assert apply(state, known) == apply(state, read) == world.state


def test_a_failed_order_enters_the_sequence() -> None:
    world = locked_world()
    usual(world)
    seq = world.state.agents[AGENT].past.seq
    before = world.state.agents[AGENT].behaviour
    world.report(seq, VenueStatus.REJECTED)
    after = world.state.agents[AGENT].behaviour
    assert before.sequence is not None
    assert after.sequence is not None
    assert after.sequence.recent != before.sequence.recent
    assert after.pace == before.pace


def test_somebody_else_under_the_agents_name_is_stopped_within_a_few_orders() -> None:
    world, at, outcomes = locked_world(), LIVE, list[str]()
    while len(outcomes) < 40 and "denied" not in outcomes:
        at = at.plus(seconds=97)
        outcomes.append(usual(world, at, cents=200_000, venue="SIMC"))
    assert "denied" in outcomes
    assert set(reasons(world)) & {"behaviour.critical", "behaviour.sequence"}


# -------------------------------------------------------------------------- locks


def test_a_lock_reads_back_as_itself() -> None:
    lock = learned_from(observed_world(), 1, None, 7, 9)
    assert parse_lock(render_lock(lock)) == lock


def test_a_lock_of_another_document_than_it_names_is_refused() -> None:
    lock = learned_from(observed_world())
    line = render_lock(lock)
    swapped = line.replace(lock.digest.encode(), b"0" * 64, 1)
    with pytest.raises(MalformedError, match="digest: want that of the document"):
        parse_lock(swapped)
    other = line.replace(b'"agent":"algo_trader_v2"', b'"agent":"algo_trader_v3"', 1)
    with pytest.raises(MalformedError, match="agent: want"):
        parse_lock(other)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (Source(0, 5), "first_seq"),
        (Source(5, 4), "last_seq: want 5 or later"),
        (Source(1, 9, (3, 2)), "struck: want at most"),
        (Source(2, 9, (1,)), "struck: want some of 2 to 9"),
        (Source(1, 9, (10,)), "struck: want some of 1 to 9"),
    ],
)
def test_a_source_that_cannot_be_is_refused(source: Source, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        a_lock(learned(), source, EVENING)


def test_orders_that_are_not_on_record_cannot_be_the_source() -> None:
    world = locked_world()
    lock = a_lock(learned(), Source(1, 10_000), LIVE)
    world.now = LIVE
    with pytest.raises(InputError, match="learned up to seq 10000"):
        world.append(lock_note(world, lock))


def test_a_lock_that_somebody_kept_does_not_count_again() -> None:
    world = locked_world()
    with pytest.raises(InputError, match="want it after the last one"):
        world.append(lock_note(world, learned_from(world)))


def test_a_baseline_of_nobody_on_record_is_refused() -> None:
    world = locked_world()
    baseline = learned()
    stranger = baseline._replace(subject=baseline.subject._replace(agent="stranger"))
    with pytest.raises(InputError, match="no such agent"):
        world.append(lock_note(world, a_lock(stranger, None, world.now)))


def test_it_takes_two_people_of_risk_and_compliance() -> None:
    world = locked_world()
    lock = replace(learned_from(world), at=LIVE)
    world.now = LIVE
    for people in ((world.risk,), (CARLA,)):
        with pytest.raises(DistrustError, match="want 2 different people"):
            world.append(lock_note(world, lock, *people))
    with pytest.raises(DistrustError):
        world.append(lock_note(world, lock, world.risk, world.operators[0]))
    world.append(lock_note(world, lock))


# --------------------------------------------------------------------- afterwards


def test_a_replacement_inherits_the_baseline_on_probation() -> None:
    world = locked_world()
    former = world.state.agents[AGENT].baseline
    world.now = LIVE
    former_one = world.credential
    world.revoke(LIVE)
    world.issue_agent(world.agent, replaces=former_one)
    held = world.state.agents[AGENT].baseline
    assert former is not None
    assert held is not None
    assert (held.digest, held.probation) == (former.digest, PROBATION_ORDERS)
    usual(world, LIVE.plus(seconds=60))
    after = world.state.agents[AGENT].baseline
    assert after is not None
    assert after.probation == PROBATION_ORDERS - 1


@given(
    st.integers(1, 2 * PROBATION_ORDERS),
    st.integers(0, 2 * MICROS_PER_DAY // PROBATION_ORDERS),
)
def test_probation_is_over_after_a_hundred_orders_and_a_day(
    orders: int, apart: int
) -> None:
    locked = locked_world().state.agents[AGENT].baseline
    assert locked is not None
    held, day_after = locked.on_probation(), LIVE.later(days=1)
    for number in range(orders):
        at = LIVE.plus(micros=apart * number)
        is_watched = number < PROBATION_ORDERS or at < day_after
        assert held.is_on_probation(at) is is_watched
        held = held.after_order(at)
    is_watched = orders < PROBATION_ORDERS
    assert held.is_on_probation(day_after) is is_watched
    assert held.is_on_probation(day_after.plus(micros=-1))
    assert held.on_probation().watched_until is None


def test_a_baseline_counts_for_the_release_that_it_was_locked_for() -> None:
    world = locked_world()
    world.pin(a_runtime(), LIVE)
    session = world.session(created_at=LIVE.plus(seconds=1))
    world.start(world.session_note(session))
    assert usual(world, LIVE.plus(seconds=60)) == "denied"
    assert "behaviour.unknown" in reasons(world)
    again = replace(learned_from(world, 1, 400), at=world.now)
    held = world.state.agents[AGENT].baseline
    assert held is not None
    world.append(lock_note(world, again))
    usual(world, LIVE.plus(seconds=120))
    assert "behaviour.unknown" not in reasons(world)


def test_locking_the_same_again_is_how_people_accept_another_release() -> None:
    world = locked_world()
    former = world.state.agents[AGENT].baseline
    world.pin(a_runtime(), LIVE)
    lock = replace(learned_from(world), at=LIVE)
    world.now = LIVE
    world.append(lock_note(world, lock))
    held = world.state.agents[AGENT].baseline
    assert former is not None
    assert held is not None
    assert (held.digest, held.probation) == (former.digest, PROBATION_ORDERS)
    assert held.runtime == a_runtime()


def test_people_begin_the_evidence_of_a_sequence_anew() -> None:
    world, at = locked_world(), LIVE
    for _ in range(12):
        at = at.plus(seconds=601)
        usual(world, at, cents=200_000)
    behaviour = world.state.agents[AGENT].behaviour
    assert behaviour.sequence is not None
    assert behaviour.sequence.evidence > 0
    world.append(rearm_note(world, Latch.BEHAVIOUR))
    again = world.state.agents[AGENT].behaviour
    assert again.sequence is not None
    assert again.sequence.evidence == 0
    assert again.pace == behaviour.pace
