"""Open the authority's desk on a data directory, for the verbs that grant power."""

from pathlib import Path

from kya.wiring.clock import system_clock
from kya.wiring.desk import Desk
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote


def open_desk(data: Path) -> Desk:
    """Return the desk at work against the gateway that runs on this directory."""
    opened = open_installation(data)
    return Desk(opened=opened, remote=Remote.of(data), clock=system_clock().clock.now)
