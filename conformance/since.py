"""Logs that were verified before, up to a checkpoint, and what came after it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from conformance.case import Case, Given
from kya.codec.note import SignedNote
from kya.pki.note_signer import NoteSigner
from tests.verify.packages import (
    OTHER_LOG,
    busy_world,
    handed_over,
    judged,
    later,
    published,
)
from tests.world import AGENT, World, eur, signer_for

_BEFORE = 17
"""Entries that the verifier has seen; the sixth order of the world comes after."""


def since_cases() -> Iterator[Case]:
    """Yield one log that went on as it must, and those that did not."""
    for name, at_stake, make in (
        ("gone-on", set[int](), _after(lambda _: None)),
        ("fork-below", {8}, _fork_below),
        ("tail-cut-back", {8}, _tail_cut_back),
        ("checkpoint-by-another-key", {8}, _another_key),
        ("allowed-above-the-maximum-after", {4}, _after(_above)),
        ("order-by-a-thief-after", {2}, _after(_stolen)),
    ):
        yield Case(
            id=f"since/{name}",
            says=name.replace("-", " "),
            at_stake=frozenset(at_stake),
            make=make,
        )


def _given(out: Path, world: World, since: bytes) -> Given:
    return replace(Given.of(handed_over(world, out / "evidence")), since=since)


def _seen(world: World, size: int = _BEFORE) -> bytes:
    """Return the checkpoint that the verifier has kept."""
    return published(world.entries[:size], world.log)("checkpoint")


def _after(do: Callable[[World], None]) -> Callable[[Path], Given]:
    """Return a log that was in order, and in which this happened afterwards."""

    def make(out: Path) -> Given:
        world = World()
        for _ in range(2):
            world.trade(world.order(created_at=later(world)))
        since = _seen(world, len(world.entries))
        do(world)
        world.trade(world.order(created_at=later(world)))
        return _given(out, world, since)

    return make


def _above(world: World) -> None:
    order = world.order(created_at=later(world), amount=eur("25000.01"))
    judged(world, order, as_if=replace(order, amount=eur("20000.00")))


def _stolen(world: World) -> None:
    """The agent's key id, over a thief's signature."""
    world.trade(world.order(created_at=later(world)))
    note = SignedNote.parse(world.entries[-2])
    line = NoteSigner(AGENT, signer_for("thief")).signature(note.text)
    forged = replace(line, key_id=world.agent.key.key_id)
    world.entries[-2] = SignedNote(note.text, (forged,)).render()


def _fork_below(out: Path) -> Given:
    """Nothing in the fork speaks against it but what the verifier has kept."""
    return _given(out, busy_world(3), _seen(busy_world(4), 25))


def _tail_cut_back(out: Path) -> Given:
    world = busy_world()
    short = handed_over(world, out / "evidence", entries=world.entries[:16])
    return replace(Given.of(short), since=_seen(world))


def _another_key(out: Path) -> Given:
    since = published(busy_world().entries[:_BEFORE], OTHER_LOG)("checkpoint")
    return _given(out, busy_world(), since)
