"""Statements of the authority and of people, on their way into the log."""

from typing import Final

from kya.core.errors import InputError
from kya.core.events import (
    AgentRegistered,
    CertificateIssued,
    EnrolmentRefused,
    LogOpened,
    MandateGranted,
    RevocationListed,
    StandingChanged,
)
from kya.core.instant import Instant
from kya.core.limits import STATEMENT_AHEAD_MICROS_MAX
from kya.gateway.scribe import Scribe
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry

Dated = (
    LogOpened
    | CertificateIssued
    | EnrolmentRefused
    | RevocationListed
    | StandingChanged
)
_KINDS: Final = (
    "kya/log/v1, kya/certificate/v1, kya/mandate/v1, kya/registration/v1,"
    " kya/refusal/v1, kya/standing/v1 or kya/crl/v1"
)


class Statements:
    """The one way by which power is granted and taken away: an entry of the log."""

    __slots__ = ("_root", "_scribe")

    def __init__(self, scribe: Scribe, root: bytes) -> None:
        """Judge signatures under the root certificate in DER."""
        self._scribe = scribe
        self._root = root

    async def record(self, raw: bytes) -> int:
        """Return the statement's index once it is durable.

        InputError: of another kind, dated ahead of us, or nothing that may follow the
        log as it stands. DistrustError: its signers may not say so.
        """
        entry = Entry.read(raw)
        ahead = _dated(entry).micros - self._scribe.clock.now().micros
        if ahead > STATEMENT_AHEAD_MICROS_MAX:
            raise InputError(
                f"statement: dated {ahead} us ahead of the gateway's clock"
            )
        sequencer = self._scribe.sequencer
        # No await between this look at the state and the entry's place after it.
        authenticate(entry, sequencer.state, self._root)
        return await sequencer.append(entry)


def _dated(entry: Entry) -> Instant:
    """Return the instant that the statement claims; InputError for any other kind."""
    event = entry.event
    if isinstance(event, MandateGranted):
        return event.mandate.resolved_at
    if isinstance(event, AgentRegistered):
        return event.registration.at
    if isinstance(event, Dated):
        return event.at
    raise InputError(f"entries: want {_KINDS}")
