"""What the authority does about incidents that ended, in the log and in back-tests."""

from collections.abc import Sequence

from kya.authority import acts
from kya.core.control import Reason
from kya.core.incident import Incident
from kya.core.incident_policy import Opening
from kya.core.incident_watch import Watch
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.order import Order
from kya.core.tokens import NO_DIGEST
from kya.pki.note_signer import NoteSigner

_SHOWN: int = 16
"""Digits of an incident's id that people read."""


def short(incident: str) -> str:
    """Return as much of an incident's id as people read."""
    return incident[:_SHOWN]


def watch_as_logged(
    order: Order, reasons: Sequence[str], received_at: Instant
) -> Watch | None:
    """Return what stops an order again that the end of a grace has stopped in the log.

    Whoever judges orders under another scope opens no incidents: what people would have
    decided, nobody can tell. Those of the log stand as they do there, like halts.
    """
    if Reason.INCIDENT_GRACE_OVER.value not in reasons:
        return None
    ended = Incident(
        id=NO_DIGEST,
        agent=order.agent,
        seq=order.seq,
        credential=order.credential,
        mandate=NO_DIGEST,
        opened_at=received_at,
        opening=Opening(1, (), received_at),
        grace_ends_at=received_at,
    )
    return Watch(policy=None, grace_seconds=0, incident=ended)


def suspension_of(incident: Incident, authority: NoteSigner, now: Instant) -> bytes:
    """Return the note that suspends the certificate which the incident is under."""
    reason = f"grace of incident {short(incident.id)} ended"
    return acts.change_standing(
        authority, incident.credential, Act.SUSPEND, reason, now
    )
