"""What halts, resumes and re-armings change in the state."""

from kya.core.behaviour_fold import with_sequence_anew
from kya.core.errors import CorruptionError
from kya.core.flow import past_after_rearming
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.halt_admission import Stop, lifted_by, resumes_that_count
from kya.core.latch import Latch
from kya.core.state import State


def with_stop(state: State, event: Stop) -> State:
    """Put a halt in force, lift one, or set a latch of an agent back."""
    if isinstance(event, HaltOrdered):
        return state._replace(halts={**state.halts, event.halt.place: event})
    if isinstance(event, TradingResumed):
        return _resumed(state, event)
    rearm, agent = event.rearm, state.agents[event.rearm.agent]
    if rearm.latch is Latch.BEHAVIOUR:
        agent = with_sequence_anew(agent)
    changed = agent._replace(
        past=past_after_rearming(agent.past, rearm.latch),
        rearmed={**agent.rearmed, rearm.latch: rearm.at},
    )
    return state._replace(agents={**state.agents, rearm.agent: changed})


def _resumed(state: State, event: TradingResumed) -> State:
    """Lift the halt, and remember when."""
    lifted = lifted_by(state, event)
    if lifted is None:  # objection() has looked; this keeps the type honest
        msg = "a resume without its halt"
        raise CorruptionError(msg)
    place = lifted.halt.place
    return state._replace(
        halts={k: v for k, v in state.halts.items() if k != place},
        resumed={**resumes_that_count(state), place: event.resume.at},
    )
