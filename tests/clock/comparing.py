"""Comparisons of the clock as tests put them on record."""

from kya.codec.clock_comparisons import render_clock
from kya.core.clock_comparison import ClockCompared, Deviation, TimeKeeper
from kya.core.instant import Instant
from kya.pki.note_signer import NoteSigner, sign_note
from tests.verify.packages import later
from tests.world import World

AHEAD = Deviation(offset_micros=-120, bound_micros=340)


def comparison(
    world: World,
    deviation: Deviation | None = AHEAD,
    *,
    signer: NoteSigner | None = None,
    at: Instant | None = None,
    changed: tuple[bytes, bytes] = (b"", b""),
) -> bytes:
    """Return the note of a comparison; its line changed, and signed by whoever."""
    event = ClockCompared(
        keeper=TimeKeeper.CHRONY, deviation=deviation, at=at or later(world)
    )
    line = render_clock(event)
    old, new = changed
    if old not in line:
        raise ValueError(old)
    return sign_note(line.replace(old, new), signer or world.gateway).render()


def a_compared_world(deviation: Deviation | None = AHEAD) -> World:
    """A world whose clock was compared before its order."""
    world = World()
    world.append(comparison(world, deviation))
    world.trade(world.order(created_at=later(world)))
    return world
