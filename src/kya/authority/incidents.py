"""What the authority does about an incident that nobody has decided in time."""

from kya.authority import acts
from kya.core.incident import Incident
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.pki.note_signer import NoteSigner

_SHOWN: int = 16
"""Digits of an incident's id that people read."""


def short(incident: str) -> str:
    """Return as much of an incident's id as people read."""
    return incident[:_SHOWN]


def suspension_of(incident: Incident, authority: NoteSigner, now: Instant) -> bytes:
    """Return the note that suspends the certificate which the incident is under."""
    reason = f"grace of incident {short(incident.id)} ended"
    return acts.change_standing(
        authority, incident.credential, Act.SUSPEND, reason, now
    )
