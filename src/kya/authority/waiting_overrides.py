"""Overrides that wait for their orders in a back-test."""

from dataclasses import dataclass, field

from kya.core.events import Event
from kya.core.instant import Instant
from kya.core.override import OverrideGranted


@dataclass(slots=True)
class WaitingOverrides:
    """The overrides on record that no order has used, by the digest of its line."""

    _by_order: dict[str, OverrideGranted] = field(
        default_factory=dict[str, OverrideGranted]
    )

    def take(self, event: Event) -> None:
        """Keep an override for its order; it is not part of the changed scope."""
        if isinstance(event, OverrideGranted):
            self._by_order[event.override.order] = event

    def used_by(
        self, line_digest: str, agent: str, received_at: Instant
    ) -> OverrideGranted | None:
        """Return the override for an order, unless it was over by then; it is used."""
        granted = self._by_order.pop(line_digest, None)
        if granted is None or not granted.serves(agent, received_at):
            return None
        return granted
