"""What limits, decisions and reports change in the totals of places."""

from collections.abc import Iterable, Mapping

from kya.core.instant import Day
from kya.core.levels import Place
from kya.core.money import Money
from kya.core.order import Action
from kya.core.order_events import OrderSubmitted, VenueReported
from kya.core.overlay import OverlayOrdered
from kya.core.place_limits import PlaceLimited
from kya.core.place_use import UNUSED, PlaceUse
from kya.core.state import State
from kya.core.working import places_touched

Uses = Mapping[Place, PlaceUse]


def with_limits(state: State, event: PlaceLimited | OverlayOrdered) -> State:
    """Put limits or an overlay in force, in the place of the former ones."""
    if isinstance(event, OverlayOrdered):
        return state._replace(overlays={**state.overlays, event.overlay.name: event})
    limits = {**state.place_limits, event.limits.place: event}
    return state._replace(place_limits=limits)


def use_after_decision(
    state: State, submitted: OrderSubmitted, reserved: Money | None, day: Day
) -> Uses:
    """Return the totals after an order is allowed: it is open, and reserves, at once.

    `state` is the one before the decision, of that day.
    """
    order = submitted.order
    if order.action is Action.CANCEL:
        return state.place_use
    agent, changed = state.agents[order.agent], dict(state.place_use)
    more = 1 if agent.working(order.target) is None else 0
    for place in places_touched(state, submitted):
        changed[place] = changed.get(place, UNUSED).plus(day, reserved, more)
    return changed


def use_after_report(state: State, event: VenueReported) -> Uses:
    """Return the totals after a report; a final one settles its order.

    `state` is the one before the report. What was to take the order's place, counts as
    open from then on.
    """
    agent = state.agents[event.agent]
    submitted = agent.unanswered[event.seq]
    if not event.status.is_final or submitted.order.action is Action.CANCEL:
        return state.place_use
    changed = dict(state.place_use)
    if agent.working(submitted.order.target) is None:
        _open(changed, places_touched(state, submitted), -1)
    for waiting in agent.acting_on(event.seq):
        if waiting.order.action is Action.REPLACE:
            _open(changed, places_touched(state, waiting), 1)
    return changed


def _open(changed: dict[Place, PlaceUse], places: Iterable[Place], more: int) -> None:
    """Count so many more open orders at each of the places."""
    for place in places:
        changed[place] = changed.get(place, UNUSED).opening(more)
