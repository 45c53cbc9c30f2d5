"""Which venue reports may follow the log: those that fit the order and its past."""

from kya.core.dating import against_clock
from kya.core.exact_fill import exact_units
from kya.core.money import Money
from kya.core.order import Action, Order
from kya.core.order_events import CHANGED_NOTHING, VenueReported, VenueStatus
from kya.core.state import AgentState, Progress, State


def against_report(state: State, event: VenueReported) -> str | None:
    """A report answers an allowed order that is unanswered, and fits what it is of."""
    agent = state.agents.get(event.agent)
    submitted = agent.unanswered.get(event.seq) if agent else None
    what = f"report on {event.agent} {event.seq}"
    if agent is None or submitted is None or submitted.leaf != event.order:
        return f"{what}: no such order is unanswered"
    order = submitted.order
    against = (
        _against_place(order, event)
        or _against_action(agent, order, event)
        or _against_progress(agent.progress.get(event.seq, Progress()), order, event)
    )
    if against is not None:
        return f"{what}: {against}"
    return against_clock(state, event.at)


def _against_place(order: Order, event: VenueReported) -> str | None:
    """The report is of the order's venue, and in its currency."""
    if event.venue != order.venue:
        return f"the order went to {order.venue}"
    filled = event.filled
    if filled is not None and filled.currency != order.amount.currency:
        return f"want what was filled in {order.amount.currency}"
    return None


def _against_action(
    agent: AgentState, order: Order, event: VenueReported
) -> str | None:
    """A cancel fills nothing; what takes a target's place comes after its last word."""
    status = event.status
    if order.action is Action.CANCEL and (
        status in _NEVER_OF_A_CANCEL or event.filled is not None
    ):
        return f"a cancel was sent, and cannot be {status.value}"
    if status in CHANGED_NOTHING or agent.working(order.target) is None:
        return None
    return f"want the last report on its target {order.target} first"


_NEVER_OF_A_CANCEL = frozenset(
    {VenueStatus.ACKNOWLEDGED, VenueStatus.FILLED, VenueStatus.PARTIALLY_FILLED}
)


def _against_progress(
    progress: Progress, order: Order, event: VenueReported
) -> str | None:
    """What was filled never goes down, nor above the amount; nothing is taken back."""
    filled = 0 if event.filled is None else event.filled.minor_units
    if progress.filled_before + filled > order.amount.minor_units:
        return (
            f"filled {event.filled} of {order.amount}, of which"
            f" {progress.filled_before} minor units were filled of its target"
        )
    if event.status is VenueStatus.UNKNOWN or not progress.is_acknowledged:
        return None
    if event.status in CHANGED_NOTHING:
        return f"the venue has acknowledged it, and it cannot be {event.status.value}"
    now, former = Money(progress.filled, order.amount.currency), progress.exact
    if exact_units(event.filled, event.exact) < exact_units(now, former):
        return "less is filled than the report before it says"
    return None
