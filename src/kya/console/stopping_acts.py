"""Acts that stop an agent or a place, or let it go on: what is signed, and by whom."""

from hashlib import sha256
from typing import Final

from kya.codec.halts import render_halt, render_rearm, render_resume
from kya.codec.incidents import render_incident
from kya.codec.standings import render_standing
from kya.console.kinds import (
    TWO_OPERATORS,
    Drafted,
    Kind,
    Wanted,
    one_person,
    seconds_of,
    two_operators,
)
from kya.core.errors import InputError
from kya.core.halt import Halt, HaltOrdered, Resume, TradingResumed, TradingState
from kya.core.halt_admission import lifted_by
from kya.core.incident import IncidentAct, IncidentActed, Step
from kya.core.instant import Instant
from kya.core.latch import Latch, LatchRearmed, Rearm
from kya.core.levels import Level, Place
from kya.core.lifecycle import Act
from kya.core.power_events import StandingChanged
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.pki.stopping import (
    require_incident_act,
    require_rearming,
    require_resuming,
)

_STEPS: Final = {
    Kind.ACKNOWLEDGE: Step.ACKNOWLEDGE,
    Kind.EXTEND: Step.EXTEND,
    Kind.RELEASE: Step.RELEASE,
    Kind.REVOKE: Step.REVOKE,
    Kind.CONCLUDE: Step.CONCLUDE,
}
_STATES: Final = {Kind.HALT: TradingState.HALTED, Kind.REDUCE: TradingState.REDUCING}
_LATCHES: Final = {latch.value: latch for latch in Latch}


def of_incident(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, IncidentActed]:
    """Return an act on an incident."""
    step = _STEPS[wanted.kind]
    until = now.plus(seconds=seconds_of(wanted)) if step is Step.EXTEND else None
    seen = wanted.enclosed
    act = IncidentAct(
        incident=wanted.subject,
        step=step,
        reason=wanted.reason,
        at=now,
        until=until,
        file=None if seen is None else sha256(seen.content).hexdigest(),
    )
    incident = state.incidents.get(wanted.subject)
    agent = "nobody's" if incident is None else f"{incident.agent}'s"
    what = {
        Step.ACKNOWLEDGE: f"I have seen {agent} incident. The grace runs on.",
        Step.EXTEND: f"The grace of {agent} incident lasts until {until}.",
        Step.RELEASE: f"{agent} incident is over: the agent goes on.",
        Step.REVOKE: f"The certificate of {agent} incident ends now, and for good.",
        Step.CONCLUDE: f"I name the root cause of {agent} incident, which is over.",
    }[step]
    words = [what, f"Incident {wanted.subject}", f"Because: {wanted.reason}"]
    if act.file is not None:
        words.append(f"I have looked at its incident file, SHA-256 {act.file}")
    drafted = Drafted(
        kind=wanted.kind,
        text=render_incident(act),
        words=tuple(words),
        rule=_RULES[step],
        require_enough=lambda signers: require_incident_act(signers, step),
        enclosed=seen,
    )
    return drafted, IncidentActed(signed_by=(), act=act)


def of_halt(wanted: Wanted, _state: State, now: Instant) -> tuple[Drafted, HaltOrdered]:
    """Return a halt, whole or down to what reduces positions."""
    place, state = Place.parse(wanted.subject), _STATES[wanted.kind]
    halt = Halt(place=place, state=state, reason=wanted.reason, at=now)
    where = place_words(place)
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
        require_enough=one_person,
    )
    return drafted, HaltOrdered(leaf=NO_DIGEST, signed_by=(), halt=halt)


def of_resume(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, TradingResumed]:
    """Return the end of one halt."""
    resume = Resume(halt=wanted.subject, reason=wanted.reason, at=now)
    event = TradingResumed(signed_by=(), resume=resume)
    lifted = lifted_by(state, event)
    where = (
        "a halt" if lifted is None else f"the halt of {place_words(lifted.halt.place)}"
    )
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


def of_rearming(
    wanted: Wanted, _state: State, now: Instant
) -> tuple[Drafted, LatchRearmed]:
    """Return that a latch of an agent counts anew."""
    latch = _LATCHES.get(wanted.more.get("latch", ""))
    if latch is None:
        raise InputError(f"latch: want one of {', '.join(_LATCHES)}")
    rearm = Rearm(agent=wanted.subject, latch=latch, reason=wanted.reason, at=now)
    drafted = Drafted(
        kind=wanted.kind,
        text=render_rearm(rearm),
        words=(
            f"I set the latch {latch.value} of {wanted.subject} back.",
            "It counts anew from now on; whatever else stops the agent goes on.",
            f"Because: {wanted.reason}",
        ),
        rule=_STOPPERS,
        require_enough=require_rearming,
    )
    return drafted, LatchRearmed(signed_by=(), rearm=rearm)


def of_reinstatement(
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
        rule=TWO_OPERATORS,
        require_enough=two_operators,
    )
    return drafted, event


_ONE: Final = "One signature is enough."
_SUPERVISES: Final = "One signature of compliance or risk management is enough."
_TWO: Final = "Two people sign, one of them of compliance or risk management."
_STOPPERS: Final = "Two people sign, each an operator or one who supervises."
_RULES: Final = {
    Step.ACKNOWLEDGE: _ONE,
    Step.EXTEND: _TWO,
    Step.RELEASE: _TWO,
    Step.REVOKE: _TWO,
    Step.CONCLUDE: _SUPERVISES,
}


def place_words(place: Place) -> str:
    """Return the place as a sentence names it."""
    return "the whole firm" if place.level is Level.FIRM else place.words
