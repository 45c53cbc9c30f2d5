"""Who may set limits aside for an order: two people, one of them of risk management."""

import pytest

from kya.authority import acts
from kya.core.credential import Role
from kya.core.errors import DistrustError
from kya.core.override import OverrideGranted
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from tests.world import World, eur, signer_for


@pytest.fixture
def world() -> World:
    """A world with one person of each role that people hold."""
    world = World()
    for role, name in (
        (Role.RISK, "rita"),
        (Role.RISK, "ralf"),
        (Role.COMPLIANCE, "carla"),
        (Role.OPERATOR, "rita"),
    ):
        key = signer_for("rita" if name == "rita" else name)
        world.enrol(world.person(name, key, role))
    return world


def signed(world: World, *names: str) -> Entry:
    order = world.order(amount=eur("180000.00"))
    people = [NoteSigner(name, signer_for(name)) for name in names]
    return Entry.read(acts.override(world.override(order), *people))


@pytest.mark.parametrize("other", ["alice", "anna", "carla"])
def test_risk_and_one_other_person_may(world: World, other: str) -> None:
    entry = signed(world, other, "ralf")
    authentic = authenticate(entry, world.state, world.root)
    assert [signer.name for signer in authentic.signers] == [other, "ralf"]
    assert isinstance(entry.event, OverrideGranted)
    assert entry.event.signed_by == tuple(sorted((other, "ralf")))


@pytest.mark.parametrize(
    "names", [("ralf",), ("alice",), ("alice", "bob"), ("anna", "carla")]
)
def test_less_than_risk_and_another_person_may_not(
    world: World, names: tuple[str, ...]
) -> None:
    with pytest.raises(DistrustError, match="override: want risk and another person"):
        authenticate(signed(world, *names), world.state, world.root)


def test_two_of_risk_alone_may_not(world: World) -> None:
    third = NoteSigner("rosa", signer_for("rosa"))
    world.enrol(world.person("rosa", signer_for("rosa"), Role.RISK))
    with pytest.raises(DistrustError, match="signed by risk ralf, risk rosa"):
        authenticate(signed(world, "ralf", third.name), world.state, world.root)


def test_one_key_under_two_names_is_one_person(world: World) -> None:
    world.enrol(world.person("ruth", signer_for("alice"), Role.RISK))
    order = world.order()
    people = [NoteSigner(name, signer_for("alice")) for name in ("alice", "ruth")]
    entry = Entry.read(acts.override(world.override(order), *people))
    with pytest.raises(DistrustError, match="override: want risk and another person"):
        authenticate(entry, world.state, world.root)


def test_the_agent_may_not(world: World) -> None:
    order = world.order()
    entry = Entry.read(acts.override(world.override(order), world.agent))
    with pytest.raises(DistrustError, match="want a risk or compliance or director"):
        authenticate(entry, world.state, world.root)
