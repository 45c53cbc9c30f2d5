"""An agent's certificates in a package's report, and what became of them."""

from dataclasses import dataclass

from kya.core.credential import Credential
from kya.core.instant import Instant
from kya.core.lifecycle import Act


@dataclass(slots=True, kw_only=True)
class CertificateFigures:
    """One certificate of an agent and how many of the selected orders name it."""

    entry: int
    credential: Credential
    replaces: str | None
    at: Instant
    orders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFigures:
    """One change of a certificate's standing."""

    entry: int
    serial: int
    act: Act
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """The time from one entry to another; below zero where two clocks disagree."""

    name: str
    start: int
    end: int
    micros: int
