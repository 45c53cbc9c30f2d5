"""Who may put a policy in force: one of risk or compliance; all else takes two."""

from dataclasses import replace

import pytest

from kya.authority import acts
from kya.core.errors import DistrustError, InputError
from kya.core.limits import OVERLAYS_MAX
from kya.core.overlay import OverlayOrdered, Policy
from kya.pki.note_signer import NoteSigner
from tests.builders import a_policy, an_overlay
from tests.halting import CARLA, enrol_supervisors
from tests.world import MORNING, World

LATER = MORNING.plus(seconds=1)
OTHER = a_policy("permit (principal, action, resource);\n")


@pytest.fixture
def world() -> World:
    world = World()
    world.now = MORNING
    enrol_supervisors(world)
    return world


def lay_over(
    world: World,
    *people: NoteSigner,
    policy: Policy | None = OTHER,
    name: str = "house",
    seconds: int = 1,
) -> OverlayOrdered:
    overlay = an_overlay(name=name, policy=policy, at=MORNING.plus(seconds=seconds))
    event = world.append(acts.lay_over(overlay, *people)).event
    assert isinstance(event, OverlayOrdered)
    return event


def test_one_person_adds_a_policy(world: World) -> None:
    event = lay_over(world, CARLA)
    assert event.signed_by == ("carla",)
    assert dict(world.state.overlays) == {"house": event}


def test_nobody_else_adds_one(world: World) -> None:
    with pytest.raises(DistrustError, match="want a compliance or risk whose"):
        lay_over(world, *world.operators)


@pytest.mark.parametrize("policy", [a_policy(), None])
def test_one_person_neither_changes_nor_withdraws_one(
    world: World, policy: Policy | None
) -> None:
    lay_over(world, CARLA)
    with pytest.raises(DistrustError, match="want 2 different people"):
        lay_over(world, CARLA, policy=policy, seconds=2)
    lay_over(world, CARLA, world.risk, policy=policy, seconds=2)
    assert world.state.overlays["house"].overlay.policy == policy


def test_one_person_adds_one_again_where_it_was_withdrawn(world: World) -> None:
    lay_over(world, CARLA)
    lay_over(world, CARLA, world.risk, policy=None, seconds=2)
    lay_over(world, CARLA, seconds=3)
    with pytest.raises(InputError, match="want it after the one of"):
        lay_over(world, CARLA, world.risk, seconds=3)


def test_what_is_not_in_force_is_not_withdrawn(world: World) -> None:
    with pytest.raises(InputError, match="none is in force that could be withdrawn"):
        lay_over(world, CARLA, world.risk, policy=None)


def test_names_are_few_and_may_be_used_again(world: World) -> None:
    for number in range(OVERLAYS_MAX):
        lay_over(world, CARLA, name="abcdefgh"[number])
    with pytest.raises(InputError, match="8 names are on record"):
        lay_over(world, CARLA, name="ninth")
    lay_over(world, CARLA, world.risk, name="a", policy=None, seconds=2)
    lay_over(world, CARLA, name="a", seconds=3)


def test_a_policy_is_dated_in_its_turn(world: World) -> None:
    world.trade(world.order(created_at=MORNING.plus(seconds=900)))
    with pytest.raises(InputError, match="but the log is at"):
        lay_over(world, CARLA)


def test_a_signature_is_over_this_text_alone(world: World) -> None:
    signed = acts.lay_over(replace(an_overlay(), at=LATER), CARLA)
    with pytest.raises(DistrustError, match="does not fit the text"):
        world.append(signed.replace(b"1500000", b"9500000"))
