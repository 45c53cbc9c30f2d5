"""Who may stop trading: one of three roles. Who may start it: two, one supervising."""

from collections.abc import Callable

import pytest

from kya.authority import acts
from kya.core.credential import Role
from kya.core.errors import DistrustError
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.latch import LatchRearmed
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from tests.builders import a_halt, a_latch_rearmed, a_trading_resumed
from tests.world import World, signer_for


@pytest.fixture
def world() -> World:
    """A world with people of every role that stops, one of them under two roles."""
    world = World()
    for role, name in (
        (Role.RISK, "rita"),
        (Role.RISK, "ralf"),
        (Role.COMPLIANCE, "carla"),
        (Role.OPERATOR, "ralf"),
    ):
        world.enrol(world.person(name, signer_for(f"{role.value} {name}"), role))
    return world


def by(*signers: str) -> tuple[NoteSigner, ...]:
    """The signers `risk rita` or, of those whom every world has, `alice`."""
    return tuple(
        NoteSigner(signer.split(" ")[-1], signer_for(signer)) for signer in signers
    )


def halted(*signers: str) -> Entry:
    return Entry.read(acts.halt(a_halt(), *by(*signers)))


def resumed(*signers: str) -> Entry:
    event = halted("alice").event
    assert isinstance(event, HaltOrdered)
    return Entry.read(acts.resume(a_trading_resumed(event).resume, *by(*signers)))


def rearmed(*signers: str) -> Entry:
    return Entry.read(acts.rearm(a_latch_rearmed().rearm, *by(*signers)))


Act = Callable[..., Entry]
STARTING = pytest.mark.parametrize("act", [resumed, rearmed])


@pytest.mark.parametrize("who", ["alice", "risk rita", "compliance carla"])
def test_one_person_stops(world: World, who: str) -> None:
    entry = halted(who)
    authentic = authenticate(entry, world.state, world.root)
    assert [signer.name for signer in authentic.signers] == [
        who.rsplit(" ", maxsplit=1)[-1]
    ]
    assert isinstance(entry.event, HaltOrdered)
    assert entry.event.signed_by == (who.rsplit(" ", maxsplit=1)[-1],)


@pytest.mark.parametrize(
    ("who", "act"),
    [
        *((who, halted) for who in ("anna", "authority", "algo_trader_v2")),
        *((who, resumed) for who in ("anna", "authority", "gateway", "algo_trader_v2")),
        *((who, rearmed) for who in ("anna", "authority", "gateway", "algo_trader_v2")),
    ],
)
def test_nobody_else_stops_or_starts(world: World, act: Act, who: str) -> None:
    with pytest.raises(DistrustError, match="want a compliance or operator or risk"):
        authenticate(act(who, "risk rita"), world.state, world.root)


def test_the_gateway_halts_what_a_venues_list_does_not_explain(world: World) -> None:
    authentic = authenticate(halted("gateway"), world.state, world.root)
    assert [signer.role for signer in authentic.signers] == [Role.GATEWAY]


@STARTING
@pytest.mark.parametrize(
    "people",
    [
        ("alice", "risk rita"),
        ("alice", "compliance carla"),
        ("risk rita", "risk ralf"),
        ("alice", "bob", "risk ralf"),
    ],
)
def test_two_people_start(world: World, act: Act, people: tuple[str, ...]) -> None:
    entry = act(*people)
    authentic = authenticate(entry, world.state, world.root)
    names = sorted(signer.name for signer in authentic.signers)
    event = entry.event
    assert isinstance(event, TradingResumed | LatchRearmed)
    assert list(event.signed_by) == names


@STARTING
@pytest.mark.parametrize("people", [("risk rita",), ("risk ralf", "operator ralf")])
def test_one_person_starts_nothing(
    world: World, act: Act, people: tuple[str, ...]
) -> None:
    with pytest.raises(DistrustError, match="want 2 different people"):
        authenticate(act(*people), world.state, world.root)


def test_two_operators_rearm_but_do_not_resume(world: World) -> None:
    authenticate(rearmed("alice", "bob"), world.state, world.root)
    with pytest.raises(DistrustError, match="one of them of compliance or risk"):
        authenticate(resumed("alice", "bob"), world.state, world.root)


@STARTING
def test_one_key_under_two_names_is_one_person(world: World, act: Act) -> None:
    world.enrol(world.person("ruth", signer_for("alice"), Role.RISK))
    note = act("alice", "risk rita").note
    people = [NoteSigner(name, signer_for("alice")) for name in ("alice", "ruth")]
    signed = note.__class__(note.text, tuple(p.signature(note.text) for p in people))
    with pytest.raises(DistrustError, match="want 2 different people"):
        authenticate(Entry.read(signed.render()), world.state, world.root)


def test_a_signature_is_over_this_halt_alone(world: World) -> None:
    firm, market = halted("alice").note, acts.halt(a_halt(reason="x"), *by("alice"))
    forged = market.replace(b'"reason":"x"', b'"reason":"y"')
    assert forged != market
    assert firm.text != forged
    with pytest.raises(DistrustError, match="does not fit the text"):
        authenticate(Entry.read(forged), world.state, world.root)
