"""Events of the workload: what runs, and where."""

from dataclasses import dataclass

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.runtime import Runtime
from kya.core.session import (
    SELF_ASSERTED_SOURCE,
    RegionAnchor,
    RegionSource,
    Session,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimePinned:
    """Two people say which runtime the agent may run from now on."""

    agent: str
    runtime: Runtime
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a pin of nothing, which every runtime would fit badly."""
        tokens.require(tokens.NAME, "agent", self.agent)
        if not self.runtime.components:
            msg = "runtime: want at least one component to pin"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAnchored:
    """The authority has said by what a region may be shown.

    `digest` is the SHA-256 of its line, which a session's evidence names.
    """

    digest: str
    anchor: RegionAnchor

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        tokens.require(tokens.DIGEST, "anchor", self.digest)

    @property
    def at(self) -> Instant:
        """When it was signed."""
        return self.anchor.at


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """The gateway has taken an agent's session as the one that is in force.

    `line_digest` is the SHA-256 of the session line, which the next session names;
    `note` is the agent's own note, `source` who vouches for the region.
    """

    session: Session
    line_digest: str
    note: bytes
    source: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a digest that is none, and a source that contradicts the session."""
        tokens.require(tokens.DIGEST, "line_digest", self.line_digest)
        sources = {source.value for source in RegionSource}
        wanted = {SELF_ASSERTED_SOURCE} if self.session.evidence is None else sources
        if self.source not in wanted:
            msg = f"source: want one of {', '.join(sorted(wanted))}, got {self.source}"
            raise MalformedError(msg)
