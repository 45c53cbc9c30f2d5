"""What a decision must know of incidents: the policy, what came before, what runs."""

from typing import NamedTuple

from kya.core.control import Reason
from kya.core.incident import Incident
from kya.core.incident_policy import IncidentPolicy, Opening, first_met
from kya.core.instant import Instant


class Watch(NamedTuple):
    """What a decision must know of incidents.

    `policy` is None where the mandate has none and yet an incident is not over;
    `earlier` are the agent's breaches as each of its triggers counts them.
    """

    policy: IncidentPolicy | None
    grace_seconds: int
    earlier: tuple[tuple[int, ...], ...] = ()
    incident: Incident | None = None

    def opening(
        self, breaches: tuple[Reason, ...], received_at: Instant
    ) -> Opening | None:
        """Return the incident that a decision with these breaches opens, if any.

        While one is not over, no other opens: what comes then is a repeat.
        """
        if self.policy is None or self.incident is not None:
            return None
        met = first_met(self.policy, self.earlier, breaches, received_at.micros)
        if met is None:
            return None
        trigger, reasons = met
        return Opening(trigger, reasons, received_at.later(seconds=self.grace_seconds))
