"""Incidents, judged again from a package: by re-execution and by plain scan."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kya.codec import canonical
from kya.core.control import Reason
from kya.core.incident import Step
from kya.core.incident_fold import watch_of
from kya.core.incident_policy import IncidentPolicy
from kya.core.lifecycle import Act
from kya.verify.finding import Verdict
from kya.verify.report import Report
from tests.builders import an_incident_policy
from tests.halting import CARLA
from tests.incidents import (
    GRACE,
    TOO_LARGE,
    a_trigger,
    a_watched_world,
    alert_note,
    step_note,
    suspended_when_due,
    take_step,
    the_fridays_world,
    the_incident_in,
    world_breached,
    world_revoked_by_people,
)
from tests.verify.packages import failing, handed_over, judged, sentences
from tests.world import AGENT, MORNING, World

Forgery = Callable[[World], None]
SILENT = an_incident_policy(alert_seconds=None)


def verified(world: World, out: Path) -> Report:
    return handed_over(world, out / "evidence").verified()


def put(world: World, note: bytes) -> None:
    """Put a note on record as a gateway that checks nothing would."""
    world.entries.append(note)


# -------------------------------------------------------------------------- what holds


def test_people_end_a_certificate_before_the_authority_has_said_so(
    tmp_path: Path,
) -> None:
    world = world_revoked_by_people()
    decision = world.entries[-3]
    assert b"credential.revoked" in decision
    report = verified(world, tmp_path)
    assert failing(report) == set()
    assert "1 revoked" in " ".join(sentences(report, 7))


def test_an_incident_that_was_told_seen_suspended_and_revoked_holds(
    tmp_path: Path,
) -> None:
    report = verified(the_fridays_world(), tmp_path)
    assert failing(report) == set()
    assert report.answer(7).verdict is Verdict.HOLDS
    [told, standings] = sentences(report, 7)
    assert "incidents: 1 (1 revoked), each opened as its mandate says" in told
    assert "first alerts delivered: 1, within 0.040 s" in told
    assert "suspended at the end of a grace: 1, at most 0.000 s after it" in told
    assert standings == ": suspensions: 1, reinstatements: 0, revocations: 1"


def test_extended_released_and_concluded_holds(tmp_path: Path) -> None:
    world = world_breached(SILENT)
    take_step(world, Step.EXTEND)
    late = world.now.plus(seconds=GRACE + 10)
    assert world.trade(world.order(created_at=late)) == "allowed"
    world.report(2)
    take_step(world, Step.RELEASE)
    take_step(world, Step.CONCLUDE, CARLA)
    assert world.trade(world.order(created_at=world.now, amount=TOO_LARGE)) == "denied"
    take_step_on_the_newest(world)
    report = verified(world, tmp_path)
    assert failing(report) == set()
    assert "incidents: 2 (2 released)" in str(sentences(report, 7))


def take_step_on_the_newest(world: World) -> None:
    """Release the incident that is not over."""
    [newest] = [each for each in world.state.incidents.values() if not each.over_at]
    act = step_note_of(world, newest.id)
    world.append(act)


def step_note_of(world: World, incident: str) -> bytes:
    world.now = world.now.plus(seconds=10)
    state = world.state
    only = {incident: state.incidents[incident]}
    world.state = state._replace(incidents=only)
    note = step_note(world, Step.RELEASE)
    world.state = state
    return note


def test_counted_breaches_and_another_agents_mandate_hold(tmp_path: Path) -> None:
    policy = an_incident_policy(
        a_trigger(Reason.MARKET_NOT_ALLOWED, count=2, within_seconds=60),
        a_trigger(count=3, within_seconds=120),
        alert_seconds=None,
    )
    world = a_watched_world(policy)
    for seconds in (0, 60, 120, 180, 239):
        at = MORNING.plus(seconds=seconds)
        world.trade(world.order(created_at=at, amount=TOO_LARGE))
    opened = the_incident_in(world.state)
    assert (opened.opening.trigger, opened.repeats) == (2, 0)
    report = verified(world, tmp_path)
    assert failing(report) == set()
    assert report.answer(7).verdict is Verdict.UNKNOWN
    assert "open at the end of the log" in str(sentences(report, 7))


def test_without_a_policy_it_cannot_be_told(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(amount=TOO_LARGE))
    report = verified(world, tmp_path)
    assert report.answer(7).verdict is Verdict.UNKNOWN
    assert "no mandate on record says" in str(sentences(report, 7))


def test_with_a_policy_and_no_breach_it_holds(tmp_path: Path) -> None:
    world = a_watched_world()
    world.trade()
    report = verified(world, tmp_path)
    assert report.answer(7).verdict is Verdict.HOLDS
    assert "no decision under them does" in str(sentences(report, 7))


def test_a_reinstated_agent_trades_again(tmp_path: Path) -> None:
    world = world_breached(SILENT)
    suspended_when_due(world)
    world.now = world.now.plus(seconds=60)
    world.change_standing(Act.REINSTATE, world.now)
    later = world.order(created_at=world.now.plus(seconds=1))
    assert world.trade(later) == "allowed"
    report = verified(world, tmp_path)
    assert failing(report) == set()
    assert "(1 reinstated)" in str(sentences(report, 7))


# -------------------------------------------------------------------------- forgeries


def an_extension_by_one(world: World) -> None:
    put(world, step_note(world, Step.EXTEND, CARLA))


def a_release_by_two_operators(world: World) -> None:
    put(world, step_note(world, Step.RELEASE, *world.operators))


def a_release_after_the_end(world: World) -> None:
    world.now = the_incident_in(world.state).grace_ends_at
    put(world, step_note(world, Step.RELEASE))


def a_back_dated_release(world: World) -> None:
    """The log has come to the end of the grace; the note is from before."""
    ends = the_incident_in(world.state).grace_ends_at
    world.trade(world.order(created_at=ends))
    put(world, step_note(world, Step.RELEASE, at=ends.plus(seconds=-1)))


def an_acknowledgement_twice(world: World) -> None:
    take_step(world, Step.ACKNOWLEDGE, world.operators[0])
    put(world, world.entries[-1])


def a_replayed_extension(world: World) -> None:
    take_step(world, Step.EXTEND)
    put(world, world.entries[-1])


def an_extension_of_two_days(world: World) -> None:
    put(world, step_note(world, Step.EXTEND, until=world.now.plus(seconds=172_800)))


def an_acknowledgement_by_a_director(world: World) -> None:
    put(world, step_note(world, Step.ACKNOWLEDGE, world.directors[0]))


def a_revocation_of_an_open_one(world: World) -> None:
    put(world, step_note(world, Step.REVOKE))


def a_revocation_by_two_operators(world: World) -> None:
    suspended_when_due(world)
    world.now = world.now.plus(seconds=10)
    put(world, step_note(world, Step.REVOKE, *world.operators))


def a_revocation_by_one(world: World) -> None:
    suspended_when_due(world)
    world.now = world.now.plus(seconds=10)
    put(world, step_note(world, Step.REVOKE, CARLA))


def a_revocation_twice(world: World) -> None:
    suspended_when_due(world)
    take_step(world, Step.REVOKE)
    world.now = world.now.plus(seconds=10)
    put(world, step_note(world, Step.REVOKE))


def a_conclusion_of_an_open_one(world: World) -> None:
    put(world, step_note(world, Step.CONCLUDE, CARLA))


def a_conclusion_by_an_operator(world: World) -> None:
    take_step(world, Step.RELEASE)
    world.now = world.now.plus(seconds=10)
    put(world, step_note(world, Step.CONCLUDE, world.operators[0]))


def an_act_on_no_incident(world: World) -> None:
    put(world, step_note(world, Step.RELEASE, incident="7" * 64))


def an_alert_of_no_incident(world: World) -> None:
    put(world, alert_note(world, incident="7" * 64))


def an_alert_twice(world: World) -> None:
    world.append(alert_note(world))
    put(world, alert_note(world))


def an_alert_by_an_operator(world: World) -> None:
    put(world, alert_note(world, world.operators[0]))


FORGERIES = (
    (an_extension_by_one, "want 2 different people", True),
    (a_release_by_two_operators, "one of them of compliance or risk", False),
    (a_release_after_the_end, "its grace ended", True),
    (a_back_dated_release, "its grace ended", True),
    (an_acknowledgement_twice, "it is acknowledged", True),
    (a_replayed_extension, "want it after", True),
    (an_extension_of_two_days, "until: want", True),
    (an_acknowledgement_by_a_director, "want a compliance or operator or risk", False),
    (a_revocation_of_an_open_one, "it is open", True),
    (a_revocation_by_two_operators, "one of them of compliance or risk", False),
    (a_revocation_by_one, "want 2 different people", True),
    (a_revocation_twice, "revoked already", True),
    (a_conclusion_of_an_open_one, "it is open", True),
    (a_conclusion_by_an_operator, "want the signature of compliance or risk", False),
    (an_act_on_no_incident, "no incident", True),
    (an_alert_of_no_incident, "no incident", True),
    (an_alert_twice, "settled already", True),
    (an_alert_by_an_operator, "want a gateway", False),
)


@pytest.mark.parametrize(
    ("forge", "why", "seen"),
    FORGERIES,
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_may_not_be_done_about_an_incident_is_found(
    tmp_path: Path, forge: Forgery, why: str, *, seen: bool
) -> None:
    world = world_breached(SILENT)
    forge(world)
    report = verified(world, tmp_path)
    assert 7 in failing(report)
    said = sentences(report, 7)
    assert why in str([each for each in said if "plain scan" not in each])
    assert any("plain scan" in each for each in said) is seen


def hidden(line: bytes) -> bytes:
    """The decision without the incident that it opens."""
    fields = json.loads(line)
    del fields["incident"]
    return canonical.encode_line(fields)


def prolonged(line: bytes) -> bytes:
    """The decision with a later end of the grace."""
    fields = json.loads(line)
    fields["incident"]["grace_ends_at"] = "2026-05-15T10:20:00.000000Z"
    return canonical.encode_line(fields)


@pytest.mark.parametrize("change", [hidden, prolonged])
def test_a_decision_that_hides_or_prolongs_an_incident_is_found(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    world = a_watched_world(SILENT)
    watched = watch_in(world)
    judged(world, world.order(amount=TOO_LARGE), line=change, watch=watched)
    report = verified(world, tmp_path)
    assert {5, 7} <= failing(report)
    assert "opens another incident" in str(sentences(report, 7))


def test_an_incident_that_no_mandate_asks_for_is_found(tmp_path: Path) -> None:
    watched = watch_in(a_watched_world(SILENT))
    world = World()
    judged(world, world.order(amount=TOO_LARGE), watch=watched)
    report = verified(world, tmp_path)
    assert {5, 7} <= failing(report)


def watch_in(world: World) -> object:
    """What the next decision in this world must know of incidents."""
    credential = world.state.credentials[world.credential]
    return watch_of(world.state, world.state.agents[AGENT], credential)


def test_an_order_allowed_after_the_end_of_a_grace_is_found_by_both(
    tmp_path: Path,
) -> None:
    world = world_breached(SILENT)
    judged(world, world.order(created_at=the_incident_in(world.state).grace_ends_at))
    suspended_when_due(world)
    report = verified(world, tmp_path)
    for question, why in ((4, "incident.grace_over"), (7, "after the end of a grace")):
        said = [each for each in sentences(report, question) if why in each]
        assert ["plain scan" in sentence for sentence in said] == [True, False]


# ----------------------------------------------------------- what was not done in time


def goes_on(world: World, seconds: int) -> None:
    """The agent tries again, so long after the end of the grace."""
    ends = the_incident_in(world.state).grace_ends_at
    world.trade(world.order(created_at=ends.plus(seconds=seconds)))


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(60, Verdict.UNKNOWN), (61, Verdict.FAILS)]
)
def test_an_incident_that_nobody_enforces_is_found(
    tmp_path: Path, seconds: int, verdict: Verdict
) -> None:
    world = world_breached(SILENT)
    goes_on(world, seconds)
    report = verified(world, tmp_path)
    assert report.answer(7).verdict is verdict
    late = [each for each in sentences(report, 7) if "grace ended" in each]
    assert len(late) == (2 if verdict is Verdict.FAILS else 0)


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        (None, an_incident_policy()),
        ({"delivered": False}, an_incident_policy()),
        ({"micros": 5_000_001}, an_incident_policy()),
        ({"micros": 1_000_001}, an_incident_policy(alert_seconds=1)),
    ],
)
def test_an_incident_of_which_nobody_was_told_in_time_is_found(
    tmp_path: Path, changes: dict[str, object] | None, policy: IncidentPolicy
) -> None:
    world = world_breached(policy)
    if changes is not None:
        world.append(alert_note(world, None, **changes))
    world.now = world.now.plus(seconds=6)
    take_step(world, Step.RELEASE)
    assert world.trade(world.order(created_at=world.now)) == "allowed"
    report = verified(world, tmp_path)
    said = sentences(report, 7)
    assert report.answer(7).verdict is Verdict.FAILS
    assert {"plain scan" in each for each in said if "nobody was told" in each} == {
        True,
        False,
    }


def test_whether_somebody_will_be_told_in_time_cannot_be_told_yet(
    tmp_path: Path,
) -> None:
    world = world_breached()
    report = verified(world, tmp_path)
    assert report.answer(7).verdict is Verdict.UNKNOWN
    assert "nobody was told yet" in str(sentences(report, 7))
