"""Which limits of places may follow the log as it stands.

Times at one place only go forward, so that a note which somebody has kept sets no
limits a second time.
"""

from kya.core.dating import against_back_dating
from kya.core.levels import FIRM, Level
from kya.core.limits import PLACES_LIMITED_MAX
from kya.core.place_limits import PlaceLimited
from kya.core.state import State


def against_place_limits(state: State, event: PlaceLimited) -> str | None:
    """Limits are newer than those on record of their place, and back-dated nowhere."""
    limits, place = event.limits, event.limits.place
    what, former = f"limits of {place}", state.place_limits.get(place)
    if place.level is Level.AGENT and place.name not in state.agents:
        return f"{what}: no such agent is on record"
    if former is not None and limits.at <= former.limits.at:
        newest = former.limits.at
        return f"{what}: dated {limits.at}; want it after those on record, {newest}"
    is_full = len(state.place_limits) >= PLACES_LIMITED_MAX
    if former is None and is_full and place != FIRM:
        return f"{what}: {PLACES_LIMITED_MAX} places are limited; want the firm"
    return against_back_dating(state, limits.at, what)
