"""Incidents: what opens one, what runs on by itself, and what only people can stop."""

import pytest

from kya.authority.revocations import due_in
from kya.core.control import ControlOutcome, Reason
from kya.core.credential import ReasonCode, Standing
from kya.core.decision import Decision, Outcome
from kya.core.errors import CorruptionError, InputError, MalformedError
from kya.core.fold import apply
from kya.core.incident import IncidentAct, IncidentState, Step
from kya.core.incident_fold import due_incidents
from kya.core.incident_policy import IncidentPolicy
from kya.core.incident_watch import Watch
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.limits import EXTENSION_SECONDS_MAX, TRIGGERS_MAX
from kya.core.mandate import warnings_about
from kya.core.order import Action
from kya.core.state import State
from tests.builders import (
    a_case,
    a_digest,
    a_list_published,
    a_mandate,
    a_standing_changed,
    an_enrolled_state,
    an_incident_policy,
    an_override_granted,
    the_agent_in,
    the_next_order,
    the_state_after,
)
from tests.incidents import (
    AT,
    GRACE,
    TOO_LARGE,
    a_step,
    a_suspension,
    a_trigger,
    a_watched_state,
    an_alert,
    an_open_incident,
    breached,
    decided,
    ordered,
    the_incident_in,
)

ENDS = AT.plus(seconds=GRACE)
OPEN, ACKNOWLEDGED = IncidentState.OPEN, IncidentState.ACKNOWLEDGED


def grace(decision: Decision) -> tuple[ControlOutcome, object, Reason | None]:
    [found] = [r for r in decision.results if r.control.id == "incident.grace"]
    return found.outcome, found.measured, found.reason


def refused(state: State, event: object) -> str:
    with pytest.raises(InputError) as caught:
        apply(state, event)  # type: ignore[arg-type]
    return str(caught.value)


# ------------------------------------------------------------------- what opens one


def test_a_breach_that_the_board_named_opens_an_incident() -> None:
    state, decision = breached(a_watched_state())
    assert decision.outcome is Outcome.DENIED
    assert decision.opening == (1, (Reason.ORDER_AMOUNT_MAX,), ENDS)
    incident = the_incident_in(state)
    assert (incident.opened_at, incident.grace_ends_at) == (AT, ENDS)
    assert incident.state is OPEN
    assert the_agent_in(state).incident == incident.id


def test_another_breach_opens_nothing() -> None:
    state, decision = ordered(a_watched_state(), market="BTC/EUR")
    assert decision.outcome is Outcome.DENIED
    assert decision.opening is None
    assert not state.incidents


def test_without_a_policy_nothing_is_opened_and_no_control_is_listed() -> None:
    state, decision = ordered(an_enrolled_state(), amount=TOO_LARGE)
    assert decision.opening is None
    assert not state.incidents
    assert "incident.grace" not in {r.control.id for r in decision.results}


def test_a_warning_counts_as_the_board_says() -> None:
    policy = an_incident_policy(a_trigger(Reason.PRICE_BAND))
    watch = Watch(policy, GRACE, ((),))
    opening = watch.opening((Reason.PRICE_BAND,), AT)
    assert opening == (1, (Reason.PRICE_BAND,), ENDS)


def test_what_two_people_set_aside_is_no_breach() -> None:
    state = a_watched_state()
    order = the_next_order(state, amount=TOO_LARGE, created_at=AT)
    state = apply(state, an_override_granted(order))
    state, decision = decided(state, order)
    assert decision.allowed
    assert decision.breaches == ()
    assert not state.incidents


def test_a_refused_order_opens_nothing() -> None:
    state = the_state_after(
        a_standing_changed(
            credential=the_agent_in(a_watched_state()).credential, at=AT
        ),
        start=a_watched_state(),
    )
    state, decision = breached(state, AT.plus(seconds=1))
    assert decision.outcome is Outcome.REFUSED
    assert Reason.ORDER_AMOUNT_MAX in decision.reasons
    assert decision.opening is None
    assert not state.incidents


def test_several_breaches_within_the_window_open_one() -> None:
    state = a_watched_state(an_incident_policy(a_trigger(count=3, within_seconds=60)))
    for seconds in (0, 59):
        state, decision = breached(state, AT.plus(seconds=seconds))
        assert decision.opening is None
    state, decision = breached(state, AT.plus(seconds=60))
    assert decision.opening is None, "the first is exactly a minute old: too old"
    state, decision = breached(state, AT.plus(seconds=61))
    assert decision.opening is not None
    assert the_agent_in(state).breaches.instants == ()


def test_a_trigger_remembers_no_more_than_counts() -> None:
    state = a_watched_state(an_incident_policy(a_trigger(count=3, within_seconds=1)))
    for seconds in range(0, 20, 2):
        state, _ = breached(state, AT.plus(seconds=seconds))
    [remembered] = the_agent_in(state).breaches.instants
    assert remembered == (AT.plus(seconds=16).micros, AT.plus(seconds=18).micros)


def test_the_first_trigger_that_is_met_opens_it() -> None:
    policy = an_incident_policy(
        a_trigger(count=2), a_trigger(Reason.MARKET_NOT_ALLOWED), a_trigger()
    )
    _, decision = breached(a_watched_state(policy))
    assert decision.opening is not None
    assert decision.opening.trigger == 3


def test_while_one_is_not_over_a_breach_is_a_repeat() -> None:
    state, decision = breached(an_open_incident(), AT.plus(seconds=5))
    assert decision.opening is None
    assert the_incident_in(state).repeats == 1


# --------------------------------------------------------------------- grace and end


def test_within_its_grace_the_agent_goes_on() -> None:
    _, decision = ordered(an_open_incident(), ENDS.plus(micros=-1))
    assert decision.allowed
    assert grace(decision) == (ControlOutcome.PASSED, f"open until {ENDS}", None)


def test_from_the_end_of_its_grace_on_nothing_leaves_whoever_watches() -> None:
    _, decision = ordered(an_open_incident(), ENDS)
    assert decision.reasons == (Reason.INCIDENT_GRACE_OVER,)
    assert grace(decision)[0] is ControlOutcome.FAILED


def test_a_cancel_leaves_all_the_same() -> None:
    state, decision = ordered(a_watched_state(), AT.plus(seconds=-1))
    assert decision.allowed
    resting = the_next_order(state, seq=1)
    state, _ = breached(state)
    cancel = the_next_order(
        state,
        created_at=ENDS,
        action=Action.CANCEL,
        target=1,
        market=resting.market,
        side=resting.side,
        amount=resting.amount,
        venue=resting.venue,
    )
    _, decision = decided(state, cancel)
    assert decision.allowed, decision.reasons


def test_no_override_sets_the_end_of_a_grace_aside() -> None:
    state = an_open_incident()
    order = the_next_order(state, created_at=ENDS)
    granted = an_override_granted(order, controls=("incident.grace",))
    assert "want some of" in refused(state, granted)


def test_an_acknowledgement_stops_nothing() -> None:
    state = an_open_incident()
    state = apply(state, a_step(state, Step.ACKNOWLEDGE))
    assert the_incident_in(state).state is ACKNOWLEDGED
    _, decision = ordered(state, ENDS)
    assert decision.reasons == (Reason.INCIDENT_GRACE_OVER,)
    assert grace(decision)[1] == f"acknowledged until {ENDS}"


@pytest.mark.parametrize("first", [None, Step.ACKNOWLEDGE])
def test_two_people_extend_a_grace(first: Step | None) -> None:
    state = an_open_incident()
    if first is not None:
        state = apply(state, a_step(state, first, AT.plus(seconds=5)))
    before = the_incident_in(state).state
    until = ENDS.plus(seconds=60)
    state = apply(state, a_step(state, Step.EXTEND, until=until))
    assert the_incident_in(state).state is before
    state, decision = ordered(state, until.plus(micros=-1))
    assert decision.allowed
    _, decision = ordered(state, until)
    assert not decision.allowed


def test_a_release_ends_the_incident_and_breaches_count_anew() -> None:
    state = an_open_incident()
    state = apply(state, a_step(state, Step.RELEASE))
    incident = the_incident_in(state)
    assert incident.state is IncidentState.RELEASED
    assert incident.over_at == AT.plus(seconds=10)
    state, decision = ordered(state, ENDS)
    assert decision.allowed
    state, decision = breached(state, ENDS.plus(seconds=1))
    assert decision.opening is not None
    assert len(state.incidents) == 2


@pytest.mark.parametrize("step", [Step.EXTEND, Step.RELEASE])
def test_time_out_means_enforcement(step: Step) -> None:
    state = an_open_incident()
    assert "its grace ended" in refused(state, a_step(state, step, ENDS))
    state, _ = ordered(state, ENDS)
    back_dated = a_step(state, step, ENDS.plus(micros=-1))
    assert "its grace ended" in refused(state, back_dated)


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(0, False), (1, True), (86_400 - 310, True)]
)
def test_an_extension_is_later_and_at_most_a_day(
    seconds: int, *, accepted: bool
) -> None:
    state = an_open_incident()
    until = ENDS.plus(seconds=seconds)
    step = a_step(state, Step.EXTEND, until=until)
    if accepted:
        assert the_incident_in(apply(state, step)).grace_ends_at == until
    else:
        assert "until: want" in refused(state, step)
    latest = step.at.plus(seconds=EXTENSION_SECONDS_MAX)
    apply(state, a_step(state, Step.EXTEND, until=latest))
    too_long = a_step(state, Step.EXTEND, until=latest.plus(micros=1))
    assert "until: want" in refused(state, too_long)


def test_what_is_due_is_found_until_it_is_suspended() -> None:
    state = an_open_incident()
    assert due_incidents(state, ENDS.plus(micros=-1)) == ()
    assert due_incidents(state, ENDS) == (the_incident_in(state),)
    state = apply(state, a_suspension(state))
    assert due_incidents(state, ENDS) == ()
    incident = the_incident_in(state)
    assert (incident.state, incident.suspended_at) == (IncidentState.SUSPENDED, ENDS)


def test_a_suspended_agent_can_be_reinstated_and_trades_again() -> None:
    state = an_open_incident()
    state = apply(state, a_suspension(state))
    _, decision = ordered(state, ENDS.plus(seconds=1))
    assert decision.outcome is Outcome.REFUSED
    lifted = a_standing_changed(
        Act.REINSTATE,
        credential=the_agent_in(state).credential,
        at=ENDS.plus(seconds=60),
    )
    state = apply(state, lifted)
    assert the_incident_in(state).state is IncidentState.REINSTATED
    _, decision = ordered(state, ENDS.plus(seconds=61))
    assert decision.allowed


def test_a_revocation_ends_the_incident() -> None:
    state = an_open_incident()
    credential = the_agent_in(state).credential
    revoked = a_standing_changed(
        Act.REVOKE,
        credential=credential,
        code=ReasonCode.PRIVILEGE_WITHDRAWN,
        at=ENDS,
    )
    state = the_state_after(revoked, a_list_published(at=ENDS), start=state)
    incident = the_incident_in(state)
    assert (incident.state, incident.over_at) == (IncidentState.REVOKED, ENDS)
    assert the_agent_in(state).incident is None
    assert state.credentials[credential].standing is Standing.REVOKED


def test_two_people_end_a_suspended_agents_certificate_at_once() -> None:
    state = an_open_incident()
    state = apply(state, a_suspension(state))
    ended = a_step(state, Step.REVOKE, ENDS.plus(seconds=5))
    state = apply(state, ended)
    incident, held = the_incident_in(state), the_agent_in(state).credential
    assert incident.state is IncidentState.SUSPENDED
    credential = state.credentials[held]
    assert credential.standing_at(ended.at) is Standing.REVOKED
    assert credential.standing_at(ended.at.plus(micros=-1)) is Standing.SUSPENDED
    assert due_in(state, ended.at) == [credential]
    again = a_step(state, Step.REVOKE, ENDS.plus(seconds=6))
    assert "its certificate is revoked already" in refused(state, again)
    _, decision = ordered(state, ENDS.plus(seconds=7))
    assert Reason.CREDENTIAL_REVOKED in {each.reason for each in decision.results}


def test_a_certificate_that_is_over_is_not_revoked() -> None:
    state = an_open_incident()
    state = apply(state, a_suspension(state))
    over = state.credentials[the_agent_in(state).credential].not_after
    late = a_step(state, Step.REVOKE, over.plus(seconds=1))
    assert "its certificate has ended" in refused(state, late)


# ---------------------------------------------------------------- the table and times


@pytest.mark.parametrize("step", [Step.ACKNOWLEDGE, Step.EXTEND, Step.RELEASE])
def test_a_suspended_incident_is_for_reinstatement_or_revocation(step: Step) -> None:
    state = an_open_incident()
    state = apply(state, a_suspension(state, AT.plus(seconds=5)))
    assert "it is suspended" in refused(state, a_step(state, step))


def test_it_is_acknowledged_once() -> None:
    state = an_open_incident()
    state = apply(state, a_step(state, Step.ACKNOWLEDGE))
    again = a_step(state, Step.ACKNOWLEDGE, AT.plus(seconds=11))
    assert "it is acknowledged" in refused(state, again)


def test_a_note_that_somebody_kept_extends_nothing_twice() -> None:
    state = an_open_incident()
    first = a_step(state, Step.EXTEND)
    state = apply(state, first)
    assert "want it after" in refused(state, first)


def test_an_act_is_not_older_than_its_incident() -> None:
    state = an_open_incident()
    early = a_step(state, Step.ACKNOWLEDGE, AT.plus(micros=-1))
    assert "want it after" in refused(state, early)
    apply(state, a_step(state, Step.ACKNOWLEDGE, AT))


def test_an_act_is_of_an_incident_on_record() -> None:
    state = an_open_incident()
    stranger = a_step(state, Step.RELEASE, incident=a_digest("another"))
    assert "no incident" in refused(state, stranger)


def test_what_is_over_is_concluded_once() -> None:
    state = an_open_incident()
    assert "it is open" in refused(state, a_step(state, Step.CONCLUDE))
    state = apply(state, a_step(state, Step.RELEASE))
    concluded = a_step(state, Step.CONCLUDE, AT.plus(seconds=20))
    state = apply(state, concluded)
    assert the_incident_in(state).is_concluded
    again = a_step(state, Step.CONCLUDE, AT.plus(seconds=30))
    assert "concluded already" in refused(state, again)


@pytest.mark.parametrize(
    "changes",
    [
        {"step": Step.ACKNOWLEDGE, "until": AT},
        {"step": Step.EXTEND, "until": None},
        {"step": Step.CONCLUDE, "file": None},
        {"step": Step.RELEASE, "file": a_digest("file")},
        {"step": Step.RELEASE, "reason": ""},
        {"step": Step.RELEASE, "incident": "no digest"},
    ],
)
def test_refuses_an_act_with_another_ones_members(changes: dict[str, object]) -> None:
    values: dict[str, object] = {
        "incident": a_digest("incident"),
        "step": Step.RELEASE,
        "reason": "looked",
        "at": AT,
    }
    with pytest.raises(MalformedError, match="want"):
        IncidentAct(**{**values, **changes})  # type: ignore[arg-type]


# ------------------------------------------------------------------------------ alerts


def test_what_was_told_is_remembered() -> None:
    state = an_open_incident()
    failed = an_alert(state, target="mail", delivered=False, attempts=5)
    delivered, later = an_alert(state), an_alert(state, target="chat", micros=90_000)
    state = the_state_after(failed, delivered, later, start=state)
    incident = the_incident_in(state)
    assert incident.told == (delivered, later)
    assert incident.settled == ("mail", "pager", "chat")


@pytest.mark.parametrize(
    ("changes", "in_time"),
    [
        ({"micros": 5_000_000, "at": AT.plus(seconds=5)}, True),
        ({"micros": 5_000_001}, False),
        ({"at": AT.plus(seconds=5, micros=1)}, False),
        ({"delivered": False}, False),
    ],
)
def test_an_alert_is_in_time_as_logged_and_as_measured(
    changes: dict[str, object], *, in_time: bool
) -> None:
    state = an_open_incident()
    state = apply(state, an_alert(state, **changes))
    assert the_incident_in(state).told_within(5) is in_time


def test_an_alert_is_settled_once_and_of_an_incident_on_record() -> None:
    state = an_open_incident()
    alert = an_alert(state)
    state = apply(state, alert)
    assert "settled already" in refused(state, alert)
    stranger = an_alert(state, incident=a_digest("another"))
    assert "no incident" in refused(state, stranger)
    early = an_alert(state, target="chat", at=AT.plus(micros=-1))
    assert "stepped back" in refused(state, early)


@pytest.mark.parametrize(
    "changes", [{"attempts": 0}, {"micros": -1}, {"target": ""}, {"incident": "x"}]
)
def test_refuses_an_alert_of_nothing(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError, match="want"):
        an_alert(an_open_incident(), **changes)


# ------------------------------------------------------------------------------ policy


@pytest.mark.parametrize(
    ("reasons", "count", "seconds"),
    [
        ((Reason.ORDER_AMOUNT_MAX,), 0, 60),
        ((Reason.ORDER_AMOUNT_MAX,), 101, 60),
        ((Reason.ORDER_AMOUNT_MAX,), 1, 0),
        ((Reason.ORDER_AMOUNT_MAX,), 1, 604_801),
        ((Reason.CREDENTIAL_REVOKED,), 1, 60),
        ((Reason.INCIDENT_GRACE_OVER, Reason.ORDER_AMOUNT_MAX), 1, 60),
    ],
)
def test_refuses_a_trigger_that_nobody_can_mean(
    reasons: tuple[Reason, ...], count: int, seconds: int
) -> None:
    with pytest.raises(MalformedError, match="want"):
        a_trigger(*reasons, count=count, within_seconds=seconds)


@pytest.mark.parametrize("count", [0, TRIGGERS_MAX + 1])
def test_refuses_a_policy_of_no_or_too_many_triggers(count: int) -> None:
    with pytest.raises(MalformedError, match="triggers: want"):
        IncidentPolicy(triggers=(a_trigger(),) * count, alert_seconds=5)


@pytest.mark.parametrize("seconds", [0, 3_601, True])
def test_refuses_an_alert_time_that_is_none(seconds: int) -> None:
    with pytest.raises(MalformedError, match="alert_seconds: want"):
        an_incident_policy(alert_seconds=seconds)


def test_lint_says_when_no_breach_opens_an_incident_or_nobody_is_told() -> None:
    assert any("no breach" in each for each in warnings_about(a_mandate()))
    silent = a_mandate(incidents=an_incident_policy(alert_seconds=None))
    assert any("nobody has to be told" in each for each in warnings_about(silent))
    assert warnings_about(a_mandate(incidents=an_incident_policy())) == ()


def test_another_mandate_counts_from_nothing() -> None:
    policy = an_incident_policy(a_trigger(count=2))
    state, _ = breached(a_watched_state(policy))
    breaches = the_agent_in(state).breaches
    assert breaches.instants == ((AT.micros,),)
    assert breaches.under(a_digest("another"), policy).instants == ((),)


def test_at_the_end_of_time_a_grace_ends_with_it() -> None:
    last = Instant.parse("9999-12-31T23:59:59.999999Z")
    watch = Watch(an_incident_policy(), GRACE, ((),))
    for early, ends in ((0, last), (GRACE, last), (GRACE + 1, last.plus(seconds=-1))):
        opening = watch.opening((Reason.ORDER_AMOUNT_MAX,), last.plus(seconds=-early))
        assert opening is not None
        assert opening.grace_ends_at == ends


def test_a_case_has_no_incident_of_another_agent() -> None:
    incident = the_incident_in(an_open_incident())._replace(agent="another")
    with pytest.raises(CorruptionError, match="is not one of"):
        a_case(watch=Watch(an_incident_policy(), GRACE, ((),), incident))


def test_an_incident_that_runs_binds_under_a_mandate_without_a_policy() -> None:
    incident = the_incident_in(an_open_incident())._replace(grace_ends_at=AT)
    watch = Watch(None, 0, (), incident)
    assert watch.opening((Reason.ORDER_AMOUNT_MAX,), AT) is None
