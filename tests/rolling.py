"""People of a world end its log under one name, and it goes on under the next."""

from kya.authority import acts
from kya.codec.rolls import render_continuation
from kya.core.roll import LogContinued, LogRolled
from kya.pki.note_signer import NoteSigner, sign_note
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import leaf_hash, root_of
from tests.halting import CARLA, enrol_supervisors
from tests.world import AGENT, MORNING, ORIGIN, World

NEXT = "cryptoex.example/kya/2027"
LATER = "cryptoex.example/kya/2028"


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


def rolled_world() -> tuple[World, int]:
    """Return a world that traded, was rolled, and trades, and what the roll closed."""
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
