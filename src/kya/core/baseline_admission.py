"""Which locks of a baseline may follow the log as it stands."""

from kya.core.baseline import BaselineLocked
from kya.core.dating import against_back_dating
from kya.core.state import State


def against_baseline(state: State, event: BaselineLocked) -> str | None:
    """It is of an enrolled agent, learned from orders on record, and later than before.

    A lock that somebody has kept can so be put on record only once.
    """
    lock = event.lock
    against = _against_its_source(state, event)
    if against is not None:
        return f"baseline of {lock.agent}: {against}"
    return against_back_dating(state, lock.at, "baseline")


def _against_its_source(state: State, event: BaselineLocked) -> str | None:
    """The agent is on record, and so is the last order that was learned from."""
    lock = event.lock
    agent = state.agents.get(lock.agent)
    if agent is None:
        return "no such agent is on record"
    former = agent.baseline
    if former is not None and lock.at <= former.since:
        return f"dated {lock.at}; want it after the last one, {former.since}"
    source = lock.source
    if source is not None and source.last_seq > agent.past.seq:
        return f"learned up to seq {source.last_seq}, but {agent.past.seq} is the last"
    return None
