"""Halts: where trading is stopped, who is stopped by that, and how it starts again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.core.case import Case
from kya.core.checks_halt import reduces_position
from kya.core.conduct import Conduct
from kya.core.control import ControlOutcome, Reason
from kya.core.credential import Role
from kya.core.decide import decide
from kya.core.decision import Decision, Outcome
from kya.core.errors import CorruptionError, InputError, MalformedError
from kya.core.fold import apply
from kya.core.halt import HaltOrdered, TradingState, state_under
from kya.core.latch import Latch
from kya.core.levels import FIRM, Level, Place, places_of
from kya.core.limits import HALTS_MAX
from kya.core.order import Action
from kya.core.scope import Scope
from kya.core.scope_limits import Limits
from kya.core.state import State
from kya.core.working import working_in
from tests.builders import (
    AGENT,
    FIRST_LIVE_ORDER_AT,
    a_case,
    a_digest,
    a_halt,
    a_halt_ordered,
    a_latch_rearmed,
    a_mandate,
    a_scope,
    a_trading_resumed,
    an_enrolled_state,
    an_enrolled_state_under,
    an_order,
    an_order_submitted,
    an_override_granted,
    its_decision,
    its_report,
    on,
    the_agent_in,
    the_case_in,
    the_next_order,
    the_state_after,
)
from tests.strategies import cases, places, stopped_states

AT = FIRST_LIVE_ORDER_AT
HALTED, REDUCING = TradingState.HALTED, TradingState.REDUCING
TOUCHED = (
    Place(Level.AGENT, AGENT),
    Place(Level.MARKET, "EUR/USD"),
    Place(Level.VENUE, "SIMA"),
    FIRM,
)
ELSEWHERE = (
    Place(Level.AGENT, "another"),
    Place(Level.DESK, "fx"),
    Place(Level.MARKET, "GBP/EUR"),
    Place(Level.VENUE, "SIMB"),
)
EVERY_PLACE = pytest.mark.parametrize("place", TOUCHED, ids=str)


def a_state_of(scope: Scope) -> State:
    """An enrolled agent under this scope."""
    return an_enrolled_state_under(a_mandate(scope=scope))


def halt_state(decision: Decision) -> tuple[ControlOutcome, object, Reason | None]:
    [found] = [r for r in decision.results if r.control.id == "halt.state"]
    return found.outcome, found.measured, found.reason


# --------------------------------------------------------------------------- places


@pytest.mark.parametrize("text", ["firm", "agent:a", "desk:fx", "venue:SIMA"])
def test_a_place_has_one_spelling(text: str) -> None:
    assert str(Place.parse(text)) == text


@given(places)
def test_reads_back_any_place(place: Place) -> None:
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize("text", ["", "firm:", "firm:x", "FIRM", "agent", "market:EUR"])
def test_refuses_what_is_no_place(text: str) -> None:
    with pytest.raises(MalformedError, match="want"):
        Place.parse(text)


@pytest.mark.parametrize("level", [Level.FIRM, Level.AGENT])
def test_the_firm_alone_has_no_name(level: Level) -> None:
    name = "cryptoex" if level is Level.FIRM else ""
    with pytest.raises(MalformedError):
        Place(level, name)


def test_an_order_touches_its_agent_market_venue_and_the_firm() -> None:
    assert places_of(an_order(), a_scope()) == TOUCHED


def test_an_order_touches_the_desk_that_its_scope_names() -> None:
    agent, *others = TOUCHED
    at_desk = a_scope(limits=Limits(desk="fx"))
    assert places_of(an_order(), at_desk) == (agent, Place(Level.DESK, "fx"), *others)


def test_a_halt_of_the_desk_stops_whose_scope_names_it_and_nobody_else() -> None:
    fx = a_halt_ordered(Place(Level.DESK, "fx"))
    at_desk = a_scope(limits=Limits(desk="fx"))
    decision = decide(a_case(scope=at_desk, halts=(fx,)))
    assert decision.reasons == (Reason.HALT_HALTED,)
    with pytest.raises(CorruptionError, match="case: halts of desk:fx"):
        a_case(scope=a_scope(limits=Limits(desk="crypto")), halts=(fx,))


def test_refuses_a_halt_that_stops_nothing() -> None:
    with pytest.raises(MalformedError, match="want halted or reducing"):
        a_halt(state=TradingState.ACTIVE)


@pytest.mark.parametrize("make", [a_halt, a_latch_rearmed])
def test_refuses_to_stop_or_rearm_without_a_reason(make: object) -> None:
    assert callable(make)
    with pytest.raises(MalformedError, match="reason"):
        make(reason="")


def test_refuses_a_resume_without_reason_or_halt() -> None:
    with pytest.raises(MalformedError, match="reason"):
        a_trading_resumed(a_halt_ordered(), reason="")
    with pytest.raises(MalformedError, match="halt: want"):
        a_trading_resumed(a_halt_ordered(), halt="none")
    with pytest.raises(MalformedError, match="leaf: want"):
        replace(a_halt_ordered(), leaf="none")


# ---------------------------------------------------------------------- the control


def test_without_a_halt_the_control_passes_and_says_active() -> None:
    found = halt_state(decide(a_case()))
    assert found == (ControlOutcome.PASSED, "active", None)


@EVERY_PLACE
def test_a_halt_at_any_level_denies(place: Place) -> None:
    decision = decide(a_case(halts=(a_halt_ordered(place),)))
    assert decision.outcome is Outcome.DENIED
    measured = f"halted {place.words}"
    assert halt_state(decision) == (
        ControlOutcome.FAILED,
        measured,
        Reason.HALT_HALTED,
    )


@EVERY_PLACE
def test_where_only_reductions_may_go_no_order_goes_that_reduces_nothing(
    place: Place,
) -> None:
    decision = decide(a_case(halts=(a_halt_ordered(place, state=REDUCING),)))
    assert decision.reasons == (Reason.HALT_REDUCING,)
    assert halt_state(decision)[1] == f"reducing {place.words}"


def test_the_strictest_of_several_wins_and_all_are_named_in_order() -> None:
    agent, market, _, firm = TOUCHED
    halts = (
        a_halt_ordered(agent, state=REDUCING),
        a_halt_ordered(market),
        a_halt_ordered(firm, state=REDUCING),
    )
    decision = decide(a_case(halts=halts))
    assert decision.reasons == (Reason.HALT_HALTED,)
    measured = f"reducing agent {AGENT}; halted market EUR/USD; reducing firm"
    assert halt_state(decision)[1] == measured


def test_nobody_sets_a_halt_aside() -> None:
    override = an_override_granted(controls=("halt.state",))
    decision = decide(a_case(halts=(a_halt_ordered(),), override=override))
    assert decision.reasons == (Reason.HALT_HALTED,)


@pytest.mark.parametrize(
    "stray",
    [
        (a_halt_ordered(Place(Level.VENUE, "SIMB")),),
        (a_halt_ordered(), a_halt_ordered()),
        (a_halt_ordered(), a_halt_ordered(Place(Level.AGENT, AGENT))),
    ],
    ids=["elsewhere", "twice", "out of order"],
)
def test_refuses_a_case_with_halts_that_are_not_its(
    stray: tuple[HaltOrdered, ...],
) -> None:
    with pytest.raises(CorruptionError, match="case: halts of"):
        a_case(halts=stray)


@settings(max_examples=50)
@given(cases(), st.data())
def test_a_halt_denies_any_case_and_changes_no_other_control(
    case: Case, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(places_of(case.order, case.scope)))
    halts = (a_halt_ordered(place, state=data.draw(stopped_states)),)
    plain, stopped = (decide(replace(case, halts=each)) for each in ((), halts))
    is_reduction = state_under(halts) is REDUCING and reduces_position(case)
    assert is_reduction or case.order.action is Action.CANCEL or not stopped.allowed
    assert len(plain.results) == len(stopped.results)
    for before, after in zip(plain.results, stopped.results, strict=True):
        assert before == after or after.control.id == "halt.state"


# ------------------------------------------------------------- admission and the fold


@EVERY_PLACE
def test_a_halt_stops_what_touches_its_place_until_it_is_resumed(place: Place) -> None:
    start = an_enrolled_state()
    order, halt = the_next_order(start), a_halt_ordered(place)
    stopped = apply(start, halt)
    assert decide(the_case_in(stopped, order)).reasons == (Reason.HALT_HALTED,)
    resumed = apply(stopped, a_trading_resumed(halt))
    assert decide(the_case_in(resumed, order)).allowed
    assert resumed.halts == {}


@pytest.mark.parametrize("place", ELSEWHERE, ids=str)
def test_a_halt_elsewhere_changes_nothing(place: Place) -> None:
    start = an_enrolled_state()
    if place.level is Level.AGENT:
        agents = {**start.agents, place.name: the_agent_in(start)}
        start = start._replace(agents=agents)
    order = the_next_order(start)
    state = apply(start, a_halt_ordered(place))
    assert the_case_in(state, order) == the_case_in(start, order)


def test_a_resume_lifts_one_halt_and_no_other() -> None:
    market, firm = a_halt_ordered(TOUCHED[1]), a_halt_ordered()
    state = the_state_after(
        market, firm, a_trading_resumed(firm), start=an_enrolled_state()
    )
    assert state.halts == {TOUCHED[1]: market}


def test_halted_follows_reducing_and_takes_its_place() -> None:
    mild, strict = a_halt_ordered(state=REDUCING), a_halt_ordered(at=AT)
    state = the_state_after(mild, strict, start=an_enrolled_state())
    assert state.halts == {FIRM: strict}
    with pytest.raises(InputError, match="no halt in force has the leaf hash"):
        apply(state, a_trading_resumed(mild, at=AT.plus(seconds=1)))


def test_a_halt_is_not_made_milder_without_a_resume() -> None:
    state = apply(an_enrolled_state(), a_halt_ordered())
    with pytest.raises(InputError, match="halted already, since"):
        apply(state, a_halt_ordered(state=REDUCING, at=AT))


@pytest.mark.parametrize("later", [0, 1])
def test_a_halt_on_record_is_not_taken_again_but_a_later_one_is(later: int) -> None:
    state = apply(an_enrolled_state(), a_halt_ordered())
    again = a_halt_ordered(at=AT.plus(seconds=-60, micros=later))
    if later:
        assert apply(state, again).halts == {FIRM: again}
        return
    with pytest.raises(InputError, match="want it after the one on record"):
        apply(state, again)


def test_no_kept_note_stops_or_starts_a_second_time() -> None:
    halt = a_halt_ordered()
    resume = a_trading_resumed(halt)
    state = the_state_after(halt, resume, start=an_enrolled_state())
    with pytest.raises(InputError, match="want it after the last resume"):
        apply(state, halt)
    with pytest.raises(InputError, match="no halt in force"):
        apply(state, resume)
    anew = a_halt_ordered(at=AT)
    state = apply(state, anew)
    with pytest.raises(InputError, match="no halt in force"):
        apply(state, resume)


def test_a_resume_of_one_place_keeps_out_no_halt_of_another() -> None:
    halt = a_halt_ordered()
    state = the_state_after(halt, a_trading_resumed(halt), start=an_enrolled_state())
    earlier = a_halt_ordered(TOUCHED[1], at=AT.plus(seconds=-61))
    assert TOUCHED[1] in apply(state, earlier).halts


@pytest.mark.parametrize("seconds", [-1, 0])
def test_a_resume_is_dated_after_its_halt(seconds: int) -> None:
    halt = a_halt_ordered()
    state = apply(an_enrolled_state(), halt)
    early = a_trading_resumed(halt, at=halt.halt.at.plus(seconds=seconds))
    with pytest.raises(InputError, match="want it after the halt"):
        apply(state, early)


def test_refuses_what_is_dated_long_before_the_log() -> None:
    submitted = an_order_submitted(the_next_order(an_enrolled_state()))
    state = the_state_after(
        submitted, its_decision(submitted), start=an_enrolled_state()
    )
    long_ago = AT.plus(seconds=-301)
    for event in (a_halt_ordered(at=long_ago), a_latch_rearmed(at=long_ago)):
        with pytest.raises(InputError, match="but the log is at"):
            apply(state, event)


def test_a_resume_that_is_too_old_to_matter_is_forgotten() -> None:
    halt = a_halt_ordered()
    state = the_state_after(halt, a_trading_resumed(halt), start=an_enrolled_state())
    assert list(state.resumed) == [FIRM]
    later = AT.plus(seconds=3600)
    submitted = an_order_submitted(the_next_order(state, created_at=later))
    other = a_halt_ordered(TOUCHED[1], at=later)
    state = the_state_after(
        submitted,
        its_decision(submitted),
        other,
        a_trading_resumed(other),
        start=state,
    )
    assert list(state.resumed) == [TOUCHED[1]]
    with pytest.raises(InputError, match="but the log is at"):
        apply(state, halt)


def test_refuses_to_halt_or_rearm_an_agent_that_nobody_enrolled() -> None:
    for event in (
        a_halt_ordered(Place(Level.AGENT, "nobody")),
        a_latch_rearmed(agent="nobody"),
    ):
        with pytest.raises(InputError, match="no such agent is on record"):
            apply(an_enrolled_state(), event)


def test_as_many_places_are_stopped_as_the_limit_says_and_then_the_firm() -> None:
    places = [Place(Level.VENUE, f"V{number}") for number in range(HALTS_MAX)]
    full = an_enrolled_state()._replace(
        halts={place: a_halt_ordered(place) for place in places}
    )
    with pytest.raises(InputError, match=f"{HALTS_MAX} places are stopped; want the f"):
        apply(full, a_halt_ordered(TOUCHED[1]))
    assert FIRM in apply(full, a_halt_ordered()).halts
    renewed = a_halt_ordered(places[0], at=AT)
    assert apply(full, renewed).halts[places[0]] == renewed


# ---------------------------------------------------------------------------- latches


def test_a_rearming_is_remembered_latch_by_latch() -> None:
    first = a_latch_rearmed()
    later = a_latch_rearmed(at=on("2026-05-15 10:00"))
    other = a_latch_rearmed(Latch.LOSSES)
    state = the_state_after(first, later, other, start=an_enrolled_state())
    assert the_agent_in(state).rearmed == {
        Latch.REJECTS: later.rearm.at,
        Latch.LOSSES: other.rearm.at,
    }
    for kept in (first, later):
        with pytest.raises(InputError, match="want it after the last one"):
            apply(state, kept)


@pytest.mark.parametrize(
    ("latch", "reason"),
    [
        (Latch.REJECTS, Reason.LATCH_REJECTS),
        (Latch.EXECUTIONS, Reason.LATCH_EXECUTIONS),
    ],
)
def test_a_latch_denies_until_it_is_rearmed(latch: Latch, reason: Reason) -> None:
    limits = Limits(rejects_in_a_row=1, executions_unreviewed=1)
    scope = a_scope(limits=limits)
    state, agent = a_state_of(scope), the_agent_in(a_state_of(scope))
    worst = Conduct(rejects=2, rejects_worst=2, executions=1)
    latched = agent._replace(past=agent.past.behaving(worst))
    state = state._replace(agents={AGENT: latched})
    denied = decide(the_case_in(state, the_next_order(state)))
    assert denied.reasons == (Reason.LATCH_REJECTS, Reason.LATCH_EXECUTIONS)
    state = apply(state, a_latch_rearmed(latch))
    still = decide(the_case_in(state, the_next_order(state)))
    assert set(denied.reasons) - set(still.reasons) == {reason}


# --------------------------------------------------------------------- working orders


def test_working_orders_of_a_place_are_the_allowed_ones_without_an_answer() -> None:
    start = an_enrolled_state()
    submitted = an_order_submitted(the_next_order(start))
    working = the_state_after(submitted, its_decision(submitted), start=start)
    for place in TOUCHED:
        assert working_in(working, place) == (submitted,)
    for place in ELSEWHERE:
        assert working_in(working, place) == ()
    answered = apply(working, its_report(submitted))
    assert working_in(answered, FIRM) == ()
    denied = its_decision(submitted, Outcome.DENIED)
    assert working_in(the_state_after(submitted, denied, start=start), FIRM) == ()


def test_an_order_under_no_grant_is_a_fault() -> None:
    start = an_enrolled_state()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    held = state.credentials[submitted.order.credential]
    bare = {held.digest: replace(held, grant=None, role=Role.OPERATOR)}
    with pytest.raises(CorruptionError, match="grants nothing"):
        working_in(state._replace(credentials=bare), FIRM)


def test_working_orders_come_by_agent_and_seq() -> None:
    state = an_enrolled_state()
    expected = []
    for number in range(3):
        order = the_next_order(state, client_order_id=a_digest(number))
        submitted = an_order_submitted(order)
        state = the_state_after(submitted, its_decision(submitted), start=state)
        expected.append(submitted)
    assert working_in(state, FIRM) == tuple(expected)
