"""The shell verifier over logs with incidents: what opens one, and how each ends."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kya.core.control import Reason
from kya.core.incident import Step
from kya.core.incident_policy import IncidentPolicy
from kya.core.lifecycle import Act
from tests.builders import an_incident_policy
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import Answer, path_with, pytestmark, verify
from tests.halting import CARLA
from tests.incidents import (
    GRACE,
    TOO_LARGE,
    a_trigger,
    a_watched_world,
    alert_note,
    suspended_when_due,
    take_step,
    the_fridays_world,
    the_incident_in,
    world_breached,
)
from tests.verify.packages import judged
from tests.verify.test_incidents import (
    FORGERIES,
    SILENT,
    goes_on,
    hidden,
    prolonged,
    take_step_on_the_newest,
    watch_in,
)
from tests.world import MORNING, World

__all__ = ["pytestmark"]


def asked(world: World, folder: Path, **changes: str) -> Answer:
    return verify(build(folder / "made", world), **changes)


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_an_incident_that_was_told_seen_suspended_and_revoked_holds(
    awk: str, tmp_path: Path
) -> None:
    answer = asked(the_fridays_world(), tmp_path, PATH=path_with(awk, tmp_path))
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q7"] == "HOLDS"
    assert answer.reasons["Q7"] == (
        "incidents: 1 (1 revoked), each opened as its mandate says; no order but cancels"
        " was allowed from the end of a grace on; first alerts delivered: 1, within"
        " 0.040 s; suspended at the end of a grace: 1, at most 0.000 s after it;"
        " suspensions: 1, reinstatements: 0, revocations: 1"
    )
    assert "3 of 3 decisions come out again byte for byte" in answer.reasons["Q5"]


def a_watched_and_quiet_world() -> World:
    world = a_watched_world()
    world.trade()
    return world


def extended_released_and_concluded() -> World:
    """And another one after it, opened and released."""
    world = world_breached(SILENT)
    take_step(world, Step.EXTEND)
    world.trade(world.order(created_at=world.now.plus(seconds=GRACE + 10)))
    take_step(world, Step.RELEASE)
    take_step(world, Step.CONCLUDE, CARLA)
    world.trade(world.order(created_at=world.now, amount=TOO_LARGE))
    take_step_on_the_newest(world)
    return world


def reinstated_at_midnight() -> World:
    """The suspension is late, and by less than a second more than is told."""
    world = world_breached(SILENT)
    world.now = the_incident_in(world.state).grace_ends_at.plus(micros=1_500_001)
    world.change_standing(Act.SUSPEND, world.now)
    world.now = world.now.plus(seconds=60)
    world.change_standing(Act.REINSTATE, world.now)
    world.trade(world.order(created_at=world.now.plus(seconds=1)))
    return world


def counted() -> World:
    """Of two triggers the second is met first, by the fifth of five breaches."""
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
    return world


@pytest.mark.parametrize(
    ("make", "verdict", "why"),
    [
        (a_watched_and_quiet_world, "HOLDS", "no decision under them does"),
        (extended_released_and_concluded, "HOLDS", "incidents: 2 (2 released)"),
        (reinstated_at_midnight, "HOLDS", "(1 reinstated)"),
        (reinstated_at_midnight, "HOLDS", "at most 1.501 s after it"),
        (counted, "UNKNOWN", "open, until 2026-05-15T"),
        (world_breached, "UNKNOWN", "open, until 2026-05-15T"),
        (World, "UNKNOWN", "no mandate on record says what opens an incident"),
    ],
)
def test_what_can_be_told_of_incidents(
    tmp_path: Path, make: Callable[[], World], verdict: str, why: str
) -> None:
    answer = asked(make(), tmp_path)
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q7"] == verdict
    assert why in answer.reasons["Q7"]
