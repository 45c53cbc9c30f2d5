"""People of a world stop trading at a place, and start it again."""

from kya.authority import acts
from kya.core.credential import Role
from kya.core.errors import CorruptionError
from kya.core.halt import Halt, HaltOrdered, Resume, TradingState
from kya.core.instant import Instant
from kya.core.latch import Latch, Rearm
from kya.core.levels import FIRM, Place
from kya.pki.note_signer import NoteSigner
from tests.world import AGENT, World, signer_for

CARLA = NoteSigner("carla", signer_for("carla"))


def enrol_supervisors(world: World) -> None:
    """Put one person of risk management and one of compliance on record."""
    for role, person in ((Role.RISK, world.risk), (Role.COMPLIANCE, CARLA)):
        if person.name not in world.state.issued_to:
            world.enrol(world.person(person.name, signer_for(person.name), role))


def halt_note(
    world: World,
    place: Place = FIRM,
    state: TradingState = TradingState.HALTED,
    at: Instant | None = None,
) -> bytes:
    """Return a halt as one operator signs it."""
    halt = Halt(place=place, state=state, reason="test", at=at or world.now)
    return acts.halt(halt, world.operators[0])


def resume_note(
    world: World, halt: HaltOrdered, *people: NoteSigner, at: Instant | None = None
) -> bytes:
    """Return a resume of the halt, by an operator and compliance unless told."""
    resume = Resume(halt=halt.leaf, reason="test", at=at or world.now)
    return acts.resume(resume, *(people or (world.operators[0], CARLA)))


def rearm_note(world: World, latch: Latch, *people: NoteSigner) -> bytes:
    """Return a re-arming of the agent's latch, by an operator and risk unless told."""
    rearm = Rearm(agent=AGENT, latch=latch, reason="test", at=world.now)
    return acts.rearm(rearm, *(people or (world.operators[0], world.risk)))


def halt(
    world: World, place: Place = FIRM, state: TradingState = TradingState.HALTED
) -> HaltOrdered:
    """Put a halt on record, a second after what the world has seen."""
    world.now = world.now.plus(seconds=1)
    event = world.append(halt_note(world, place, state)).event
    if not isinstance(event, HaltOrdered):
        raise CorruptionError("want a halt")
    return event


def resume(world: World, halt: HaltOrdered) -> None:
    """Put a resume of the halt on record, a second after what the world has seen."""
    enrol_supervisors(world)
    world.now = world.now.plus(seconds=1)
    world.append(resume_note(world, halt))
