"""Statements of the authority and of people, on their way into the log."""

from typing import Final

from kya.core.baseline import BaselineLocked
from kya.core.erasure import TextErased
from kya.core.errors import InputError
from kya.core.fold import apply
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.incident import IncidentActed, Step
from kya.core.instant import Instant
from kya.core.latch import LatchRearmed
from kya.core.limits import STATEMENT_AHEAD_MICROS_MAX
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    EnrolmentRefused,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.roll import LogRolled
from kya.core.state import State
from kya.core.workload_events import RegionAnchored, RuntimePinned
from kya.gateway.recalls import Recalls
from kya.gateway.rolling import go_on
from kya.gateway.scribe import Scribe
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.pki.revocations import require_fitting

Dated = (
    LogOpened
    | MandateGranted
    | AgentRegistered
    | CertificateIssued
    | EnrolmentRefused
    | IssuerRenewed
    | RevocationListed
    | RevocationScheduled
    | StandingChanged
    | RuntimePinned
    | RegionAnchored
    | OverrideGranted
    | HaltOrdered
    | TradingResumed
    | LatchRearmed
    | PlaceLimited
    | OverlayOrdered
    | BaselineLocked
    | IncidentActed
    | TextErased
    | LogRolled
)
"""What people and the authority say; an order or a report comes by another way."""

_KINDS: Final = (
    "kya/log/v1, kya/certificate/v1, kya/issuer/v1, kya/mandate/v1,"
    " kya/registration/v1, kya/refusal/v1, kya/standing/v1, kya/schedule/v1,"
    " kya/crl/v1, kya/runtime/v1, kya/region-anchor/v1, kya/override/v1, kya/halt/v1,"
    " kya/resume/v1, kya/rearm/v1, kya/place-limits/v1, kya/overlay/v1,"
    " kya/baseline-lock/v1, kya/incident/v1,"
    " kya/erasure/v1 or kya/roll/v1"
)


class Statements:
    """The one way by which power is granted and taken away: an entry of the log."""

    __slots__ = ("_recalls", "_root", "_scribe")

    def __init__(self, scribe: Scribe, root: bytes, recalls: Recalls) -> None:
        """Judge signatures under the root certificate in DER."""
        self._scribe = scribe
        self._root = root
        self._recalls = recalls

    async def record(self, *raws: bytes) -> int:
        """Return the first statement's index once all of them are durable.

        They are neighbours: all of them are on record, or none. InputError: of another
        kind, dated ahead of us, or nothing that may follow the log as it stands.
        DistrustError: its signers may not say so, or a list does not fit the log.
        """
        entries = [self._read(raw) for raw in raws]
        # No await between this look at the state and the entries' place after it.
        sequencer = self._scribe.sequencer
        state = sequencer.state
        for entry in entries:
            self._require_in_time(entry, state)
            authenticate(entry, state, self._root)
            before, state = state, apply(state, entry.event)
            if isinstance(entry.event, RevocationListed):
                require_fitting(entry.event, before)
        index = await sequencer.append(*entries)

        # Commit point: whatever is halted is so from here on; the next start would
        # follow it, too.
        events = (entry.event for entry in entries)
        self._recalls.follow(e for e in events if isinstance(e, HaltOrdered))
        await go_on(self._scribe)
        return index

    def _require_in_time(self, entry: Entry, state: State) -> None:
        """Refuse what would prolong or waive a grace that has ended by our clock.

        The log's own time stands still while no order comes; a note that was signed in
        time, and sent late, must not undo what is due.
        """
        event = entry.event
        if not isinstance(event, IncidentActed):
            return
        incident = state.incidents.get(event.act.incident)
        if incident is None or event.act.step not in {Step.EXTEND, Step.RELEASE}:
            return
        if incident.is_due(self._scribe.clock.now()):
            ended = incident.grace_ends_at
            raise InputError(f"{event.act.step.value}: its grace ended at {ended}")

    def _read(self, raw: bytes) -> Entry:
        """Return a statement that is not dated ahead of us, or InputError."""
        entry = Entry.read(raw)
        ahead = _dated(entry).micros - self._scribe.clock.now().micros
        if ahead > STATEMENT_AHEAD_MICROS_MAX:
            raise InputError(
                f"statement: dated {ahead} us ahead of the gateway's clock"
            )
        return entry


def _dated(entry: Entry) -> Instant:
    """Return the instant that the statement claims; InputError for any other kind."""
    if isinstance(entry.event, Dated):
        return entry.event.at
    raise InputError(f"entries: want {_KINDS}")
