"""Packages that are as they should be: whoever refuses one refuses too much."""

from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.case import Case, Given
from kya.core.lifecycle import Act
from kya.pki.note_signer import NoteSigner
from tests.verify.packages import busy_world, handed_over, later, published
from tests.world import AGENT, MORNING, World, eur, signer_for


def sound_cases() -> Iterator[Case]:
    """Yield good packages, the story's own edges among them."""
    for name, says, world in (
        ("no-order", "a log without an order", World),
        (
            "every-outcome",
            "orders allowed, denied, refused; a revocation",
            busy_world,
        ),
        (
            "at-the-maximum",
            "an order of exactly the maximum",
            _at_the_maximum,
        ),
        (
            "day-at-its-cap",
            "twenty orders of exactly the cap",
            _day_at_its_cap,
        ),
        ("opening", "an order at exactly 08:00:00.000000", _opening),
        ("closing", "an order at exactly 17:00:00.000000, denied", _closing),
        ("weekend", "an order on a Saturday, denied", _weekend),
        ("suspension", "a suspension that two operators lifted", _suspension),
        ("new-certificate", "orders under two certificates", _new_certificate),
    ):
        yield _good(name, says, world)
    yield Case(
        id="sound/two-bundles",
        says="a log of more than 256 entries",
        at_stake=frozenset(),
        make=lambda out: Given.of(handed_over(busy_world(90), out / "evidence", 256)),
    )
    yield Case(
        id="sound/held-checkpoint",
        says="a checkpoint that the verifier kept from earlier",
        at_stake=frozenset(),
        make=_with_held,
    )


def _good(name: str, says: str, world: Callable[[], World]) -> Case:
    return Case(
        id=f"sound/{name}",
        says=says,
        at_stake=frozenset(),
        make=lambda out: Given.of(handed_over(world(), out / "evidence")),
    )


def _with_held(out: Path) -> Given:
    world = busy_world()
    held = published(world.entries[:20], world.log)("checkpoint")
    return Given.of(handed_over(world, out / "evidence"), held)


def _at_the_maximum() -> World:
    world = World()
    world.trade(world.order(created_at=later(world), amount=eur("25000.00")))
    return world


def _day_at_its_cap() -> World:
    world = World()
    for _ in range(20):
        world.trade(world.order(created_at=later(world), amount=eur("25000.00")))
    return world


def _opening() -> World:
    return _received_at("2026-05-18T08:00:00.000000Z")


def _closing() -> World:
    return _received_at("2026-05-18T17:00:00.000000Z")


def _weekend() -> World:
    return _received_at("2026-05-16T10:00:00.000000Z")


def _received_at(instant: str) -> World:
    world = World()
    world.trade(world.order(created_at=type(MORNING).parse(instant)))
    return world


def _suspension() -> World:
    world = World()
    world.change_standing(Act.SUSPEND, later(world))
    world.change_standing(Act.REINSTATE, later(world, 180))
    world.trade(world.order(created_at=later(world, 240)))
    return world


def _new_certificate() -> World:
    world = busy_world(2)
    former = world.credential
    world.now = world.now.plus(seconds=3_600)
    world.agent = NoteSigner(AGENT, signer_for("new key"))
    world.issue_agent(world.agent, replaces=former)
    world.trade(world.order(created_at=world.now.plus(seconds=60)))
    return world
