"""Who may limit a place: two of risk and compliance; to tighten, one of them."""

import pytest

from kya.authority import acts
from kya.core.credential import Role
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.core.place_limits import PlaceLimited
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from tests.builders import eur, place_limits
from tests.world import MORNING, World, signer_for

LATER = MORNING.plus(seconds=1)


@pytest.fixture
def world() -> World:
    """A world with people of every role that limits, one of them under two roles."""
    world = World()
    world.now = MORNING
    for role, name in (
        (Role.RISK, "rita"),
        (Role.RISK, "ralf"),
        (Role.COMPLIANCE, "carla"),
        (Role.COMPLIANCE, "ralf"),
    ):
        world.enrol(world.person(name, signer_for(f"{role.value} {name}"), role))
    return world


def by(*signers: str) -> tuple[NoteSigner, ...]:
    """The signers `risk rita` or, of those whom every world has, `alice`."""
    return tuple(
        NoteSigner(signer.split(" ")[-1], signer_for(signer)) for signer in signers
    )


def note(*signers: str, most: str = "100.00", at: Instant = MORNING) -> bytes:
    """Return the firm's limits, one day and one order, under these signatures."""
    limits = place_limits(daily_max=eur(most), order_max=eur("50.00"), at=at)
    return acts.limit(limits, *by(*signers))


@pytest.mark.parametrize(
    "people", [("risk rita", "compliance carla"), ("risk rita", "risk ralf")]
)
def test_two_people_limit_a_place(world: World, people: tuple[str, ...]) -> None:
    event = world.append(note(*people)).event
    assert isinstance(event, PlaceLimited)
    names = {who.split(" ")[1] for who in people}
    assert set(event.signed_by) == names
    assert list(world.state.place_limits.values()) == [event]


@pytest.mark.parametrize("people", [("risk rita",), ("risk ralf", "compliance ralf")])
def test_one_person_limits_nothing_that_was_not(
    world: World, people: tuple[str, ...]
) -> None:
    with pytest.raises(DistrustError, match="want 2 different people"):
        world.append(note(*people))


@pytest.mark.parametrize(
    "who", ["alice", "anna", "authority", "gateway", "algo_trader_v2"]
)
def test_nobody_else_limits(world: World, who: str) -> None:
    with pytest.raises(DistrustError, match="want a compliance or risk whose"):
        world.append(note(who, "risk rita", "compliance carla"))


@pytest.mark.parametrize("who", ["risk rita", "compliance carla"])
def test_one_person_tightens(world: World, who: str) -> None:
    world.append(note("risk rita", "compliance carla"))
    world.append(note(who, most="99.99", at=LATER))
    [limited] = world.state.place_limits.values()
    assert limited.limits.daily_max == eur("99.99")


def test_one_person_does_not_widen_again(world: World) -> None:
    world.append(note("risk rita", "compliance carla"))
    world.append(note("risk rita", most="99.99", at=LATER))
    wider = {"most": "100.00", "at": LATER.plus(seconds=1)}
    with pytest.raises(DistrustError, match="want 2 different people"):
        world.append(note("risk rita", **wider))  # type: ignore[arg-type]
    world.append(note("risk rita", "risk ralf", **wider))  # type: ignore[arg-type]


def test_one_person_takes_no_limit_away(world: World) -> None:
    world.append(note("risk rita", "compliance carla"))
    fewer = place_limits(daily_max=eur("1.00"), at=LATER)
    with pytest.raises(DistrustError, match="want 2 different people"):
        world.append(acts.limit(fewer, *by("risk rita")))


def test_a_kept_note_limits_nothing_again(world: World) -> None:
    kept = note("risk rita", "compliance carla")
    world.append(kept)
    world.append(note("risk rita", most="1.00", at=LATER))
    with pytest.raises(InputError, match="want it after those on record"):
        world.append(kept)


def test_one_key_under_two_names_is_one_person(world: World) -> None:
    world.enrol(world.person("ruth", signer_for("risk rita"), Role.RISK))
    people = [NoteSigner(name, signer_for("risk rita")) for name in ("rita", "ruth")]
    limits = place_limits(at=MORNING)
    with pytest.raises(DistrustError, match="want 2 different people"):
        world.append(acts.limit(limits, *people))


def test_a_signature_is_over_these_limits_alone(world: World) -> None:
    signed = note("risk rita", "compliance carla")
    forged = signed.replace(b'"100.00"', b'"900.00"')
    assert forged != signed
    with pytest.raises(DistrustError, match="does not fit the text"):
        world.append(Entry.read(forged).raw)
