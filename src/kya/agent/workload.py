"""What the agent's host can say of itself at the start of a session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kya.agent.runtime import component
from kya.core.errors import InputError
from kya.core.runtime import Runtime
from kya.core.session import Shown


class RegionProof(Protocol):
    """What can be shown for the region that this host is in."""

    def shown(self) -> Shown:
        """Return the evidence as it is now; TransientError if it cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedRegion:
    """A region that the authority has looked up itself: its anchor is the evidence."""

    anchor: str

    def shown(self) -> Shown:
        """Return the name of the anchor; there is no document."""
        return Shown(anchor=self.anchor, document=b"", signature=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The components by name, each a path or `sha256:…`, and who shows the region."""

    components: Mapping[str, str] = field(default_factory=dict[str, str])
    region: RegionProof | None = None

    def runtime(self) -> Runtime:
        """Return the digests of the components as they are now."""
        return Runtime.of(
            {name: component(text) for name, text in self.components.items()}
        )

    def shown(self) -> Shown | None:
        """Return what is shown for the region, if anything can be."""
        return None if self.region is None else self.region.shown()

    def __post_init__(self) -> None:
        """Refuse a workload of which nothing would be said."""
        if not self.components and self.region is None:
            msg = "workload: want at least one component, or evidence for the region"
            raise InputError(msg)
