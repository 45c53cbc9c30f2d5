"""What people can do here: the line that is signed, what it says in words, and by whom.

The rules are the gateway's own: who may sign is asked of the same functions, and the
gateway asks again. Nothing here has a key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from kya.codec.halts import render_halt, render_resume
from kya.codec.incidents import render_incident
from kya.codec.standings import render_standing
from kya.core.admission import objection
from kya.core.credential import Credential, Role
from kya.core.errors import DistrustError, InputError
from kya.core.events import Event
from kya.core.halt import Halt, HaltOrdered, Resume, TradingResumed, TradingState
from kya.core.halt_admission import lifted_by
from kya.core.incident import IncidentAct, IncidentActed, Step
from kya.core.instant import Instant
from kya.core.levels import Level, Place
from kya.core.lifecycle import Act
from kya.core.limits import OPERATORS_MIN
from kya.core.power_events import StandingChanged
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.pki.stopping import (
    STOPPING,
    require_incident_act,
    require_people,
    require_resuming,
)

_MINUTE: Final = 60


class Kind(Enum):
    """What can be done at a console; the value is the word of its forms."""

    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    RELEASE = "release"
    HALT = "halt"
    REDUCE = "reduce"
    RESUME = "resume"
    REINSTATE = "reinstate"


_STEPS: Final = {
    Kind.ACKNOWLEDGE: Step.ACKNOWLEDGE,
    Kind.EXTEND: Step.EXTEND,
    Kind.RELEASE: Step.RELEASE,
}
_STATES: Final = {Kind.HALT: TradingState.HALTED, Kind.REDUCE: TradingState.REDUCING}
MAY: Final = {
    kind: (Role.OPERATOR,) if kind is Kind.REINSTATE else STOPPING for kind in Kind
}
"""Whose signature counts under each; nobody else is offered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks for: `subject` is an incident, a place, a halt or an agent."""

    kind: Kind
    subject: str
    reason: str
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A line to be signed, what it says in words, and who must sign it."""

    kind: Kind
    text: bytes
    words: tuple[str, ...]
    rule: str
    require_enough: Callable[[tuple[Credential, ...]], None]


def draft(wanted: Wanted, state: State, now: Instant) -> Drafted:
    """Return what is to be signed; InputError if the log would not take it now."""
    drafted, event = _drafted(wanted, state, now)
    against = objection(state, event)
    if against is not None:
        raise InputError(against)
    return drafted


def _drafted(wanted: Wanted, state: State, now: Instant) -> tuple[Drafted, Event]:
    """Return what is to be signed, and the entry that it becomes."""
    match wanted.kind:
        case Kind.ACKNOWLEDGE | Kind.EXTEND | Kind.RELEASE:
            return _of_incident(wanted, state, now)
        case Kind.HALT | Kind.REDUCE:
            return _of_halt(wanted, now)
        case Kind.RESUME:
            return _of_resume(wanted, state, now)
        case Kind.REINSTATE:
            return _of_reinstatement(wanted, state, now)
        case _ as never:
            assert_never(never)


def _of_incident(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, IncidentActed]:
    """Return an act on an incident."""
    step = _STEPS[wanted.kind]
    until = now.plus(seconds=wanted.minutes * _MINUTE) if step is Step.EXTEND else None
    act = IncidentAct(
        incident=wanted.subject, step=step, reason=wanted.reason, at=now, until=until
    )
    incident = state.incidents.get(wanted.subject)
    agent = "nobody's" if incident is None else f"{incident.agent}'s"
    what = {
        Step.ACKNOWLEDGE: f"I have seen {agent} incident. The grace runs on.",
        Step.EXTEND: f"The grace of {agent} incident lasts until {until}.",
        Step.RELEASE: f"{agent} incident is over: the agent goes on.",
    }[step]
    alone = step is Step.ACKNOWLEDGE
    drafted = Drafted(
        kind=wanted.kind,
        text=render_incident(act),
        words=(what, f"Incident {wanted.subject}", f"Because: {wanted.reason}"),
        rule=_ONE if alone else _TWO,
        require_enough=lambda signers: require_incident_act(signers, step),
    )
    return drafted, IncidentActed(signed_by=(), act=act)


def _of_halt(wanted: Wanted, now: Instant) -> tuple[Drafted, HaltOrdered]:
    """Return a halt, whole or down to what reduces positions."""
    place, state = Place.parse(wanted.subject), _STATES[wanted.kind]
    halt = Halt(place=place, state=state, reason=wanted.reason, at=now)
    where = _where(place)
    what = {
        TradingState.HALTED: f"Halt {where}: nothing but cancels leaves.",
        TradingState.REDUCING: f"Reduce {where}: only what reduces a position leaves.",
        TradingState.ACTIVE: "",
    }[state]
    drafted = Drafted(
        kind=wanted.kind,
        text=render_halt(halt),
        words=(
            what,
            "From now on, until two people resume.",
            f"Because: {halt.reason}",
        ),
        rule=_ONE,
        require_enough=_one_is_enough,
    )
    return drafted, HaltOrdered(leaf=NO_DIGEST, signed_by=(), halt=halt)


def _of_resume(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, TradingResumed]:
    """Return the end of one halt."""
    resume = Resume(halt=wanted.subject, reason=wanted.reason, at=now)
    event = TradingResumed(signed_by=(), resume=resume)
    lifted = lifted_by(state, event)
    where = "a halt" if lifted is None else f"the halt of {_where(lifted.halt.place)}"
    drafted = Drafted(
        kind=wanted.kind,
        text=render_resume(resume),
        words=(
            f"I lift {where}: orders leave there again.",
            f"Halt {wanted.subject}",
            f"Because: {wanted.reason}",
        ),
        rule=_TWO,
        require_enough=require_resuming,
    )
    return drafted, event


def _of_reinstatement(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, StandingChanged]:
    """Return the end of an agent's suspension."""
    agent = state.agents.get(wanted.subject)
    if agent is None:
        raise InputError(f"{wanted.subject}: no such agent is on record")
    event = StandingChanged(
        credential=agent.credential, act=Act.REINSTATE, reason=wanted.reason, at=now
    )
    drafted = Drafted(
        kind=wanted.kind,
        text=render_standing(event),
        words=(
            f"I lift the suspension of {wanted.subject}: its orders are judged again.",
            f"Certificate {agent.credential}",
            f"Because: {wanted.reason}",
        ),
        rule=_OPERATORS,
        require_enough=_two_operators,
    )
    return drafted, event


_ONE: Final = "One signature is enough."
_TWO: Final = "Two people sign, one of them of compliance or risk management."
_OPERATORS: Final = "Two operators sign."


def _one_is_enough(signers: tuple[Credential, ...]) -> None:
    """Raise without anybody's signature."""
    if not signers:
        raise DistrustError("want one signature")


def _two_operators(signers: tuple[Credential, ...]) -> None:
    """Raise unless two operators signed."""
    require_people(signers, Role.OPERATOR, OPERATORS_MIN)


def _where(place: Place) -> str:
    """Return the place as a sentence names it."""
    return "the whole firm" if place.level is Level.FIRM else place.words


def may(credential: Credential, kind: Kind) -> bool:
    """Tell whether this person's signature counts under such an act."""
    return credential.role in MAY[kind]
