"""Where an installation takes its time from."""

from dataclasses import dataclass
from pathlib import Path

from kya.adapters.clock import SystemClock, VirtualClock
from kya.core.power_events import ClockSource
from kya.gateway.ports import Clock


@dataclass(frozen=True, slots=True)
class NamedClock:
    """A clock and what the log says of it."""

    clock: Clock
    source: ClockSource


def system_clock() -> NamedClock:
    """Return this machine's clock, the only one that `kya up` knows."""
    return NamedClock(SystemClock(), ClockSource.SYSTEM)


def virtual_clock(path: Path) -> NamedClock:
    """Return the demonstration's clock, served on a local socket."""
    return NamedClock(VirtualClock(path), ClockSource.VIRTUAL)
