"""Which halts, resumes and re-armings may follow the log as it stands.

Times at one place only go forward, so that a note which somebody has kept neither stops
nor starts anything a second time.
"""

from collections.abc import Mapping

from kya.core.dating import against_back_dating
from kya.core.halt import Halt, HaltOrdered, TradingResumed, TradingState
from kya.core.instant import Instant
from kya.core.latch import LatchRearmed
from kya.core.levels import FIRM, Level, Place
from kya.core.limits import HALTS_MAX, STATEMENT_LAG_MICROS_MAX
from kya.core.state import State

Stop = HaltOrdered | TradingResumed | LatchRearmed


def against_stop(state: State, event: Stop) -> str | None:
    """Ask the rule of the event's kind, then that of its time."""
    if isinstance(event, HaltOrdered):
        halt = event.halt
        what = f"halt of {halt.place}"
        against = _against_halt(state, halt)
    elif isinstance(event, TradingResumed):
        what = "resume"
        against = _against_resume(state, event)
    else:
        rearm = event.rearm
        what = f"re-arming of {rearm.latch.value} of {rearm.agent}"
        against = _against_rearming(state, event)
    if against is not None:
        return f"{what}: {against}"
    return against_back_dating(state, event.at, what)


def _against_halt(state: State, halt: Halt) -> str | None:
    """A halt is newer than what is on record of its place, and no milder."""
    place = halt.place
    if place.level is Level.AGENT and place.name not in state.agents:
        return "no such agent is on record"
    former, resumed = state.halts.get(place), state.resumed.get(place)
    if former is not None and _is_milder(halt, former.halt):
        return f"halted already, since {former.halt.at}; want a resume first"
    if former is not None and halt.at <= former.halt.at:
        return f"dated {halt.at}; want it after the one on record, {former.halt.at}"
    if resumed is not None and halt.at <= resumed:
        return f"dated {halt.at}; want it after the last resume, {resumed}"
    if place not in state.halts and len(state.halts) >= HALTS_MAX and place != FIRM:
        return f"{HALTS_MAX} places are stopped; want the firm"
    return None


def _is_milder(halt: Halt, former: Halt) -> bool:
    """Tell whether the halt would let more pass than the one in force."""
    reducing = TradingState.REDUCING
    return halt.state is reducing and former.state is not reducing


def _against_resume(state: State, event: TradingResumed) -> str | None:
    """A resume lifts the very halt that is in force, and is later than it."""
    lifted = lifted_by(state, event)
    if lifted is None:
        return f"no halt in force has the leaf hash {event.resume.halt}"
    if event.resume.at <= lifted.halt.at:
        return f"dated {event.resume.at}; want it after the halt, {lifted.halt.at}"
    return None


def _against_rearming(state: State, event: LatchRearmed) -> str | None:
    """A latch is set back for an enrolled agent, and later than the last time."""
    rearm = event.rearm
    agent = state.agents.get(rearm.agent)
    if agent is None:
        return "no such agent is on record"
    former = agent.rearmed.get(rearm.latch)
    if former is not None and rearm.at <= former:
        return f"dated {rearm.at}; want it after the last one, {former}"
    return None


def lifted_by(state: State, event: TradingResumed) -> HaltOrdered | None:
    """Return the halt in force that the resume names."""
    for ordered in state.halts.values():
        if ordered.leaf == event.resume.halt:
            return ordered
    return None


def resumes_that_count(state: State) -> Mapping[Place, Instant]:
    """Return the last resumes but for those too old to keep out a halt by themselves.

    What is dated before them is back-dated, and refused for that.
    """
    oldest = state.now.micros - STATEMENT_LAG_MICROS_MAX
    return {p: at for p, at in state.resumed.items() if at.micros >= oldest}
