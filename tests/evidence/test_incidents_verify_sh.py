"""The shell verifier over logs with incidents: what opens one, and how each ends."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from kya.core.control import Reason
from kya.core.incident import Step
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.scope_limits import Limits
from tests.builders import an_incident_policy
from tests.evidence.shell_functions import run
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import Answer, path_with, pytestmark, verify
from tests.halting import CARLA, enrol_supervisors
from tests.incidents import (
    TOO_LARGE,
    a_trigger,
    a_watched_world,
    alert_note,
    step_note,
    take_step,
    the_fridays_world,
    the_incident_in,
    world_breached,
    world_revoked_by_people,
)
from tests.verify.packages import judged
from tests.verify.test_incidents import (
    SILENT,
    a_back_dated_release,
    a_conclusion_of_an_open_one,
    a_release_after_the_end,
    a_release_by_two_operators,
    a_replayed_extension,
    a_revocation_by_two_operators,
    a_revocation_of_an_open_one,
    an_acknowledgement_by_a_director,
    an_acknowledgement_twice,
    an_act_on_no_incident,
    an_alert_by_an_operator,
    an_alert_of_no_incident,
    an_alert_twice,
    an_extension_by_one,
    an_extension_of_two_days,
    goes_on,
    hidden,
    prolonged,
    put,
    take_step_on_the_newest,
    watch_in,
)
from tests.world import MORNING, World, the_scope

__all__ = ["pytestmark"]

SECONDS_PER_DAY: Final = 86_400


def asked(world: World, folder: Path, **changes: str) -> Answer:
    return verify(build(folder / "made", world), **changes)


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_an_incident_that_was_told_seen_suspended_and_revoked_holds(
    awk: str, tmp_path: Path
) -> None:
    answer = asked(the_fridays_world(), tmp_path, PATH=path_with(awk, tmp_path))
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q7"] == "HOLDS"
    assert answer.reasons["Q7"].endswith(
        " incidents: 1 (1 revoked), each opened as its mandate says; no order but"
        " cancels was allowed from the end of a grace on; first alerts delivered: 1,"
        " within 0.040 s; suspended at the end of a grace: 1, at most 0.000 s after it;"
        " suspensions: 1, reinstatements: 0, revocations: 1"
    )
    assert "3 of 3 decisions come out again byte for byte" in answer.reasons["Q5"]


def test_what_people_have_revoked_is_refused_before_the_authority_says_so(
    tmp_path: Path,
) -> None:
    answer = asked(world_revoked_by_people(), tmp_path)
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q7"] == "HOLDS"
    assert "2 of 2 decisions come out again byte for byte" in answer.reasons["Q5"]


def a_quiet_world() -> World:
    world = a_watched_world()
    world.trade()
    return world


def told_at_the_last_moment_and_prolonged() -> World:
    """By a day, and released a microsecond before that ends; then concluded."""
    world = world_breached()
    at = world.now.plus(seconds=5)
    world.append(alert_note(world, at=at, micros=5_000_000))
    take_step(world, Step.EXTEND, at=at, until=at.plus(seconds=SECONDS_PER_DAY))
    last = at.plus(seconds=SECONDS_PER_DAY - 10, micros=-1)
    world.trade(world.order(created_at=last))
    take_step(world, Step.RELEASE)
    take_step(world, Step.CONCLUDE, CARLA)
    return world


def reinstated() -> World:
    """The suspension is late, and by a microsecond more than is told in full."""
    world = world_breached(SILENT)
    world.now = the_incident_in(world.state).grace_ends_at.plus(micros=1_500_001)
    world.change_standing(Act.SUSPEND, world.now)
    world.now = world.now.plus(seconds=60)
    world.change_standing(Act.REINSTATE, world.now)
    later = world.now.plus(seconds=1)
    assert world.trade(world.order(created_at=later)) == "allowed"
    world.trade(world.order(created_at=later, amount=TOO_LARGE))
    take_step_on_the_newest(world)
    return world


def counted() -> World:
    """Of two triggers the second is met first; nobody suspends for 60 seconds."""
    policy = an_incident_policy(
        a_trigger(Reason.MARKET_NOT_ALLOWED, count=2, within_seconds=60),
        a_trigger(count=3, within_seconds=120),
        alert_seconds=None,
    )
    world = a_watched_world(policy)
    for seconds in (0, 60, 120, 180, 239):
        at = MORNING.plus(seconds=seconds)
        world.trade(world.order(created_at=at, amount=TOO_LARGE))
    assert the_incident_in(world.state).opening.trigger == 2
    goes_on(world, 60)
    return world


def told_in_time_perhaps() -> World:
    world = world_breached()
    world.trade(world.order(created_at=world.now.plus(seconds=5), amount=TOO_LARGE))
    return world


@pytest.mark.parametrize(
    ("make", "verdict", "why"),
    [
        (a_quiet_world, "HOLDS", "no decision under them does"),
        (told_at_the_last_moment_and_prolonged, "HOLDS", "1 (1 released)"),
        (reinstated, "HOLDS", "2 (1 reinstated, 1 released)"),
        (counted, "UNKNOWN", "open, until 2026-05-15T"),
        (told_in_time_perhaps, "UNKNOWN", "open, until 2026-05-15T"),
    ],
)
def test_what_can_be_told_of_incidents(
    tmp_path: Path, make: Callable[[], World], verdict: str, why: str
) -> None:
    answer = asked(make(), tmp_path)
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q7"] == verdict
    assert why in answer.reasons["Q7"]
    if make is reinstated:
        assert "at most 1.501 s after it" in answer.reasons["Q7"]


def revoked_by_people(world: World) -> None:
    """By two operators, then as it must be, and once more."""
    a_revocation_by_two_operators(world)
    take_step(world, Step.REVOKE)
    world.now = world.now.plus(seconds=10)
    put(world, step_note(world, Step.REVOKE))


def concluded(world: World) -> None:
    """By an operator, then as it must be, and once more."""
    world.now = world.now.plus(seconds=10)
    world.change_standing(Act.REVOKE, world.now)
    put(world, step_note(world, Step.CONCLUDE, world.operators[0]))
    world.append(step_note(world, Step.CONCLUDE, CARLA))
    put(world, world.entries[-1])


def an_extension_by_nothing(world: World) -> None:
    ends = the_incident_in(world.state).grace_ends_at
    put(world, step_note(world, Step.EXTEND, until=ends))


FORGED: Final = (
    (a_conclusion_of_an_open_one, ["it is open"]),
    (a_revocation_of_an_open_one, ["it is open"]),
    (an_act_on_no_incident, ["no such incident is on record"]),
    (an_alert_of_no_incident, ["no such incident is on record"]),
    (an_alert_by_an_operator, ["has no certificate on record as gateway"]),
    (an_alert_twice, ["pager is settled already"]),
    (an_extension_by_one, ["want two people, one of compliance or risk"]),
    (a_release_by_two_operators, ["want two people, one of compliance or risk"]),
    (
        an_acknowledgement_by_a_director,
        ["has no certificate on record as compliance operator risk"],
    ),
    (an_extension_of_two_days, ["until no later end, or more than 24 hours"]),
    (an_extension_by_nothing, ["until no later end"]),
    (an_acknowledgement_twice, ["it is acknowledged"]),
    (a_replayed_extension, ["not later than what it follows"]),
    (a_release_after_the_end, ["its grace ended at"]),
    (a_back_dated_release, ["its grace ended at"]),
    (
        revoked_by_people,
        ["want two people, one of compliance or risk", "it is revoked already"],
    ),
    (concluded, ["want somebody of compliance or risk", "it is concluded already"]),
)


def test_what_may_not_be_done_about_an_incident_is_found(tmp_path: Path) -> None:
    """One log for all of them: none has an effect, and nothing else is wrong."""
    world = world_breached(SILENT)
    wanted: list[tuple[int, str]] = []
    for forge, whys in FORGED:
        before = len(world.entries)
        forge(world)
        wanted += [(before, why) for why in whys]
    answer = asked(world, tmp_path)
    assert answer.failing() == {"Q7"}, answer.text + answer.talk
    found = [line for line in answer.text.splitlines() if line.startswith("   Q7  log")]
    assert len(found) == len(wanted), answer.text
    for line, (before, why) in zip(found, wanted, strict=True):
        assert int(line.split()[3]) >= before
        assert why in line


def unasked_for() -> World:
    """A decision opens an incident, and no mandate says a word of any."""
    watched = watch_in(a_watched_world(SILENT))
    world = World()
    judged(world, world.order(amount=TOO_LARGE), watch=watched)
    return world


def altered(change: Callable[[bytes], bytes]) -> World:
    world = a_watched_world(SILENT)
    judged(world, world.order(amount=TOO_LARGE), line=change, watch=watch_in(world))
    return world


@pytest.mark.parametrize(
    "make", [unasked_for, lambda: altered(hidden), lambda: altered(prolonged)]
)
def test_a_decision_that_opens_another_incident_is_found(
    tmp_path: Path, make: Callable[[], World]
) -> None:
    answer = asked(make(), tmp_path)
    assert answer.failing() == {"Q5", "Q7"}, answer.text + answer.talk
    assert "opens another incident than the mandate says" in answer.reasons["Q7"]


def test_what_was_not_done_in_time_is_found(tmp_path: Path) -> None:
    """Nobody is told in time, an order is let go, and nobody enforces anything."""
    world = world_breached()
    late = world.now.plus(seconds=5, micros=1)
    for changes in (
        {"target": "first", "delivered": False},
        {"target": "second", "micros": 5_000_001},
        {"target": "third", "at": late, "micros": 5_000_000},
    ):
        world.append(alert_note(world, None, **changes))
    ends = the_incident_in(world.state).grace_ends_at
    judged(world, world.order(created_at=ends))
    goes_on(world, 61)
    answer = asked(world, tmp_path)
    assert answer.failing() == {"Q4", "Q5", "Q7"}, answer.text + answer.talk
    assert "incident.grace_over" in answer.reasons["Q4"]
    for why in (
        "allowed after the end of a grace",
        "nobody decided, and it was never suspended",
        "nobody was told within 5 s",
    ):
        assert why in answer.text


def test_breaches_that_it_cannot_ask_again_get_no_tick(tmp_path: Path) -> None:
    limits = Limits(open_orders=9)
    world = World(scope=the_scope(limits=limits), incidents=SILENT)
    enrol_supervisors(world)
    world.trade()
    answer = asked(world, tmp_path)
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q7"] == "UNKNOWN"
    assert "taken as it is recorded" in answer.reasons["Q7"]


# ------------------------------------------------------------------ its functions alone


TRIGGER: Final = '{"count":1,"reasons":["order.amount_max"],"within_seconds":60}'


def policy(triggers: str, alert: str = "5", grace: str = "300") -> str:
    """Return whether it takes this of a mandate, and how many triggers it has then."""
    line = (
        f'{{"agent":"a","grace_seconds":{grace},"incidents":{{"alert_seconds":{alert},'
        f'"triggers":[{triggers}]}},"operator":""}}'
    )
    rules = '{ json($0); print read_triggers("m", $0) " " TRIGGERS["m"] }'
    (said,) = run(rules, line + "\n")
    return said.rstrip()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", "1 1"),
        ("1,", "100,", "1 1"),
        ("1,", "101,", "0"),
        ("1,", '"1",', "0"),
        ("60", "604800", "1 1"),
        ("60", "604801", "0"),
        ("60", "0", "0"),
        ("amount_max", 'amount_max","price.collar', "1 1"),
        ("amount_max", 'amount_max","order.amount_max', "0"),
        ("amount_max", 'amount_max","hours.closed', "0"),
        ("order.amount_max", "credential.expired", "0"),
        ("order.amount_max", "incident.grace_over", "0"),
        ('"order.amount_max"', "", "0"),
        ("60", '60,"why":1', "0"),
    ],
)
def test_it_reads_a_trigger_in_one_form(old: str, new: str, said: str) -> None:
    assert policy(TRIGGER.replace(old, new) if old else TRIGGER) == said


@pytest.mark.parametrize(
    ("triggers", "alert", "grace", "said"),
    [
        (",".join([TRIGGER] * 16), "null", "0", "1 16"),
        (",".join([TRIGGER] * 17), "5", "300", "0"),
        ("", "5", "300", "0"),
        (TRIGGER, "3600", "86400", "1 1"),
        (TRIGGER, "3601", "300", "0"),
        (TRIGGER, "0", "300", "0"),
        (TRIGGER, '"5"', "300", "0"),
        (TRIGGER, "5", "86401", "0"),
        (TRIGGER, "5", '"300"', "0"),
    ],
)
def test_it_reads_a_policy_in_one_form(
    triggers: str, alert: str, grace: str, said: str
) -> None:
    assert policy(triggers, alert, grace) == said


LATER: Final = '{ split($0, word, " "); print later(word[1], word[2]) }'


def test_it_reckons_instants_across_days_months_and_years() -> None:
    begins = [
        Instant.parse(f"{day}T{name}Z")
        for day in ("2024-02-28", "2025-02-28", "2026-04-30", "2026-12-31")
        for name in ("00:00:00.000001", "10:59:59.999999", "23:59:59.500000")
    ]
    pairs = [(at, s) for at in begins for s in (0, 1, 5, 60, 3_600, 86_399, 86_400)]
    said = run(LATER, "".join(f"{at} {seconds}\n" for at, seconds in pairs))
    assert said == [str(at.plus(seconds=seconds)) for at, seconds in pairs]


TAKEN: Final = (
    'BEGIN { FS = "\\t"; MANDATE[O_CERTIFICATE = "c"] = "m" }'
    '{ TRIGGERS["m"] = 1; TRIGGER["m", 1] = $1; BEHAVIOUR = $2; OVERLAYS_TEXT = $3 }'
    '{ LEFT_OPEN = 0; find_opening(0, "{}", "", "allowed"); print LEFT_OPEN }'
)


def test_it_knows_which_breaches_rest_on_what_it_takes_as_recorded() -> None:
    rows = [
        ("order.amount_max", "{}", "[]", "0"),
        ("behaviour.critical order.amount_max", "{}", "", "1"),
        ("behaviour.critical", "", "[]", "0"),
        ("behaviour.unknown", "{}", "", "0"),
        ("overlay.forbids", "", "[]", "1"),
        ("overlay.forbids", "{}", "", "0"),
    ]
    said = run(TAKEN, "".join("\t".join(row[:3]) + "\n" for row in rows))
    assert said == [row[3] for row in rows]


COUNTED: Final = r"""
BEGIN {
    FS = "\t"
    O_AGENT = "a"
    for (n = split("m k", of, " "); n >= 1; n--) {
        TRIGGERS[of[n]] = 1; TRIGGER[of[n], 1] = "order.amount_max"
        ENOUGH[of[n], 1] = 2; RECENT[of[n], 1] = 60; GRACE[of[n]] = 0
    }
}
{
    MANDATE[O_CERTIFICATE = "c"] = $1
    at = "2026-05-15T09:00:" $2 ".000000Z"
    line = "{\"outcome\":\"failed\",\"reason\":\"order.amount_max\"}"
    find_opening(0, "{\"controls\":[" line "]}", at, "denied")
    open_incident("n" $2, at)
    print (O_AGENT in RUNNING)
    delete RUNNING[O_AGENT] # It is over at once.
}
"""


def test_it_counts_since_the_last_incident_and_under_one_mandate() -> None:
    rows = [("m", 1, 0), ("m", 2, 1), ("m", 3, 0), ("m", 4, 1), ("m", 5, 0)]
    rows += [("k", 6, 0), ("m", 7, 0), ("m", 8, 1), ("k", 9, 0), ("k", 10, 1)]
    said = run(COUNTED, "".join(f"{m}\t{second:02}\n" for m, second, _ in rows))
    assert said == [str(opens) for _, _, opens in rows]


FOLLOWS: Final = r"""
BEGIN {
    ROLE["c"] = ROLE["newer"] = "agent"
    NAME["c"] = NAME["newer"] = "a"
    RUNNING["a"] = "n"; I_UNDER["n"] = "c"; I_STATE["n"] = "open"
}
{ incident_follows($1, $2, "2026-05-15T09:00:00.000000Z"); print I_STATE["n"] }
"""


def test_an_incident_follows_its_own_certificate_alone() -> None:
    acts = "newer suspended\nnewer revoked\nc suspended\nc revoked\nc suspended\n"
    said = run('BEGIN { FS = " " }' + FOLLOWS, acts)
    assert said == ["open", "open", "suspended", "revoked", "revoked"]
