"""Incidents that people or the gateway handle otherwise than the mandate says."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from conformance.case import Case, Given
from kya.core.incident import Step
from tests.builders import an_incident_policy
from tests.halting import CARLA
from tests.incidents import (
    alert_note,
    step_note,
    take_step,
    the_fridays_world,
    the_incident_in,
    world_breached,
)
from tests.verify.packages import handed_over, judged
from tests.world import World


def incident_cases() -> Iterator[Case]:
    """Yield one incident that went by the book, and many that did not."""
    yield _case("by-the-book", set(), the_fridays_world)
    for name, forge in (
        ("extended-by-one", _extended_by_one),
        ("extended-by-two-days", _extended_by_two_days),
        ("extended-again-by-the-same-note", _extended_again),
        ("released-by-two-operators", _released_by_operators),
        ("released-after-the-end", _released_late),
        ("concluded-while-open", _concluded_open),
        ("step-on-no-incident", _step_on_nothing),
        ("alert-of-no-incident", _alert_of_nothing),
        ("alert-twice", _alert_twice),
        ("alert-by-an-operator", _alert_by_operator),
        ("never-enforced", _never_enforced),
    ):
        yield _case(name, {7}, partial(_forged, forge))
    yield _case("allowed-after-the-end", {4}, partial(_forged, _allowed_late))
    for name, changes in (
        ("nobody-told", None),
        ("told-in-vain", {"delivered": False}),
        ("told-too-late", {"micros": 5_000_001}),
    ):
        yield _case(name, {7}, partial(_told, changes))


def _case(name: str, at_stake: set[int], world: Callable[[], World]) -> Case:
    def make(out: Path) -> Given:
        return Given.of(handed_over(world(), out / "evidence"))

    return Case(
        id=f"incident/{name}",
        says=name.replace("-", " "),
        at_stake=frozenset(at_stake),
        make=make,
    )


def _forged(forge: Callable[[World], None]) -> World:
    world = world_breached(an_incident_policy(alert_seconds=None))
    forge(world)
    return world


def _extended_by_one(world: World) -> None:
    world.entries.append(step_note(world, Step.EXTEND, CARLA))


def _extended_by_two_days(world: World) -> None:
    until = world.now.plus(seconds=172_800)
    world.entries.append(step_note(world, Step.EXTEND, until=until))


def _extended_again(world: World) -> None:
    take_step(world, Step.EXTEND)
    world.entries.append(world.entries[-1])


def _released_by_operators(world: World) -> None:
    world.entries.append(step_note(world, Step.RELEASE, *world.operators))


def _released_late(world: World) -> None:
    world.now = the_incident_in(world.state).grace_ends_at
    world.entries.append(step_note(world, Step.RELEASE))


def _concluded_open(world: World) -> None:
    world.entries.append(step_note(world, Step.CONCLUDE, CARLA))


def _step_on_nothing(world: World) -> None:
    world.entries.append(step_note(world, Step.RELEASE, incident="7" * 64))


def _alert_of_nothing(world: World) -> None:
    world.entries.append(alert_note(world, incident="7" * 64))


def _alert_twice(world: World) -> None:
    world.append(alert_note(world))
    world.entries.append(alert_note(world))


def _alert_by_operator(world: World) -> None:
    world.entries.append(alert_note(world, world.operators[0]))


def _never_enforced(world: World) -> None:
    ends = the_incident_in(world.state).grace_ends_at
    world.trade(world.order(created_at=ends.plus(seconds=61)))


def _allowed_late(world: World) -> None:
    ends = the_incident_in(world.state).grace_ends_at
    judged(world, world.order(created_at=ends))


def _told(changes: Mapping[str, object] | None) -> World:
    """Release the incident, so that nothing but the alert is wrong."""
    world = world_breached(an_incident_policy())
    if changes is not None:
        world.append(alert_note(world, None, **changes))
    world.now = world.now.plus(seconds=6)
    take_step(world, Step.RELEASE)
    world.trade(world.order(created_at=world.now))
    return world
