"""Waiting for what gateway and authority do about the incident by themselves."""

import time
from collections.abc import Callable
from typing import Final

from kya.core.errors import TransientError
from kya.core.incident import IncidentState
from kya.wiring.remote import AlertHeard, IncidentHeard

WAIT_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05

Ask = Callable[[], IncidentHeard]


def wait_until(ask: Ask, state: IncidentState) -> IncidentHeard:
    """Return the incident once it stands there; TransientError if it never does."""
    return _wait(ask, lambda found: found.state == state.value, state.value)


def wait_for_alert(ask: Ask) -> AlertHeard:
    """Return the first alert on record; TransientError if none comes."""
    return _wait(ask, lambda found: bool(found.told), "an alert on record").told[0]


def _wait(
    ask: Ask, is_done: Callable[[IncidentHeard], bool], what: str
) -> IncidentHeard:
    """Ask until it is done; TransientError, saying what was wanted, after a while."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = ask()
        if is_done(found):
            return found
        time.sleep(_PAUSE_SECONDS)
    raise TransientError(f"incident: want {what}; nothing came in {WAIT_SECONDS} s")
