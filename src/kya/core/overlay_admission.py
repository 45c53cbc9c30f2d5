"""Which overlays may follow the log as it stands.

Times under one name only go forward, so that a note which somebody has kept puts no
former policy in force a second time.
"""

from kya.core.dating import against_back_dating
from kya.core.limits import OVERLAYS_MAX
from kya.core.overlay import OverlayOrdered
from kya.core.state import State


def against_overlay(state: State, event: OverlayOrdered) -> str | None:
    """It is newer than the one on record, and withdraws only what is there."""
    overlay = event.overlay
    what, former = f"overlay {overlay.name}", state.overlays.get(overlay.name)
    if former is not None and overlay.at <= former.at:
        return f"{what}: dated {overlay.at}; want it after the one of {former.at}"
    if overlay.policy is None and in_force(state, overlay.name) is None:
        return f"{what}: none is in force that could be withdrawn"
    if former is None and len(state.overlays) >= OVERLAYS_MAX:
        return f"{what}: {OVERLAYS_MAX} names are on record; want one of them"
    return against_back_dating(state, overlay.at, what)


def in_force(state: State, name: str) -> OverlayOrdered | None:
    """Return the overlay in force under this name, if one is."""
    former = state.overlays.get(name)
    return None if former is None or former.overlay.policy is None else former
