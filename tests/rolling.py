"""People of a world end its log under one name, and it goes on under the next."""

from collections.abc import Callable

from kya.authority import acts
from kya.codec.rolls import render_continuation
from kya.core.roll import LogContinued, LogRolled
from kya.pki.note_signer import NoteSigner, sign_note
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import leaf_hash, root_of
from tests.halting import CARLA, enrol_supervisors
from tests.verify.packages import OTHER_LOG, MemoryLog
from tests.world import AGENT, MORNING, ORIGIN, World

NEXT = "cryptoex.example/kya/2027"
LATER = "cryptoex.example/kya/2028"

Rolled = tuple[World, int]
"""A world whose log was rolled, and how many entries its first name has."""


def roll_note(world: World, *people: NoteSigner, **changes: str) -> bytes:
    """Return a roll of the world's log, by an operator and compliance unless told."""
    said = {"origin": ORIGIN, "successor": NEXT, "reason": "a new year", **changes}
    rolled = LogRolled(**said, at=world.now)
    return acts.roll(rolled, *(people or (world.operators[0], CARLA)))


def last_checkpoint(world: World, origin: str = ORIGIN, size: int = -1) -> bytes:
    """Return the checkpoint over the world's entries, as the log's key signs it."""
    entries = world.entries[: size if size >= 0 else None]
    checkpoint = Checkpoint(
        origin=origin, size=len(entries), root=root_of(map(leaf_hash, entries))
    )
    return sign_note(checkpoint.text(), log_named(world, origin)).render()


def log_named(world: World, origin: str) -> NoteSigner:
    """Return the log's key under this name."""
    return NoteSigner(origin, world.log.signer)


def continuation(
    world: World, checkpoint: bytes | None = None, origin: str = NEXT
) -> bytes:
    """Return the entry that begins the next name, as the gateway signs it."""
    event = LogContinued(
        origin=origin, checkpoint=checkpoint or last_checkpoint(world), at=world.now
    )
    return sign_note(render_continuation(event), world.gateway).render()


def roll(world: World, checkpoint: bytes | None = None) -> int:
    """End the log, have it go on as `NEXT`, and return how many entries it had."""
    enrol_supervisors(world)
    world.append(roll_note(world))
    closed = len(world.entries)
    world.append(continuation(world, checkpoint))
    return closed


def rolled_world() -> Rolled:
    """Return a world that traded, was rolled, and trades."""
    world = World()
    trade(world, 60)
    trade(world, 120)
    closed = roll(world)
    trade(world, 180)
    return world, closed


def trade(world: World, seconds: int) -> None:
    """Have the agent send an order so long after the morning, and the venue answer."""
    world.trade(world.order(created_at=MORNING.plus(seconds=seconds)))
    world.report(world.state.agents[AGENT].past.seq)


def rolled_log(world: World, closed: int, name: str = NEXT) -> MemoryLog:
    """Return it as published: to the roll under one name, then under the next."""
    found = MemoryLog()
    for size in (closed - 3, closed):
        found.publish(world.entries[:size], world.log)
    for size in (closed + 1, len(world.entries)):
        found.publish(world.entries[:size], log_named(world, name))
    return found


def going_on_from(checkpoint: Callable[[World], bytes]) -> Rolled:
    """Return a log that goes on from another checkpoint than its last."""
    world, closed = rolled_world()
    before = World()
    before.entries, before.now = world.entries[:closed], world.now
    world.entries[closed:] = [continuation(before, checkpoint(before))]
    return world, closed


def with_an_entry_between() -> Rolled:
    """Return a log in which entries that were lawful later stand between two names."""
    world, closed = rolled_world()
    world.entries[closed:closed] = world.entries[-2:]
    return world, closed


def going_on_as(name: str) -> Rolled:
    """Return a log that goes on under a name that nobody has said."""
    world, closed = rolled_world()
    last = last_checkpoint(world, size=closed)
    world.entries[closed] = continuation(world, last, name)
    return world, closed


def over_root(world: World, root: bytes) -> bytes:
    """Return a checkpoint over the world's entries that names another root."""
    size = len(world.entries)
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root)
    return sign_note(checkpoint.text(), world.log).render()


def by_another_key(world: World) -> bytes:
    """Return the last checkpoint as a key of nobody's signs it."""
    text = last_checkpoint(world).partition(b"\n\n")[0] + b"\n"
    return sign_note(text, OTHER_LOG).render()
