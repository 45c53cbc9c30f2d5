"""Entries: the bytes of the log, read as events.

Whether to believe them is another file: `kya.pki.authenticate`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from kya.codec import (
    baseline_locks,
    canonical,
    clock_comparisons,
    decisions,
    drop_copies,
    erasures,
    halts,
    incidents,
    mandates,
    orders,
    overlays,
    overrides,
    place_limits,
    registrations,
    reports,
    rolls,
    sessions,
    standings,
    statements,
)
from kya.codec.note import SignedNote
from kya.core.baseline import BaselineLocked
from kya.core.errors import MalformedError
from kya.core.events import Event
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.incident import IncidentActed
from kya.core.latch import LatchRearmed
from kya.core.order_events import OrderSubmitted
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    LogOpened,
    MandateGranted,
)
from kya.pki.credentials import credential_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its bytes, the note they hold, and what the note says."""

    raw: bytes
    note: SignedNote
    event: Event

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Return the entry whose one spelling the bytes are, or MalformedError."""
        note = SignedNote.parse(raw)
        kind = canonical.type_of(note.text)
        reader = _READERS.get(kind)
        if reader is None:
            raise MalformedError(
                f"entry: want one of {', '.join(_READERS)}, got {kind!r}"
            )
        return cls(raw, note, reader(note.text, raw))


def _read_order(line: bytes, raw: bytes) -> Event:
    return OrderSubmitted(
        order=orders.parse_order(line),
        line_digest=canonical.digest(line),
        leaf=canonical.leaf_digest(raw),
    )


def _read_decision(line: bytes, _raw: bytes) -> Event:
    return decisions.event_of(decisions.parse_decision(line))


def _read_mandate(line: bytes, _raw: bytes) -> Event:
    return MandateGranted(
        digest=canonical.digest(line), mandate=mandates.parse_mandate(line)
    )


def _read_log(line: bytes, _raw: bytes) -> Event:
    opening = statements.parse_log(line)
    return LogOpened(
        origin=opening.origin,
        root=opening.root,
        issuer=opening.issuer,
        authority=credential_of(opening.authority),
        clock=opening.clock,
        at=opening.at,
    )


def _read_certificate(line: bytes, _raw: bytes) -> Event:
    issuance = statements.parse_certificate(line)
    return CertificateIssued(
        credential=credential_of(issuance.certificate),
        replaces=issuance.replaces,
        at=issuance.at,
        enrolment=issuance.enrolment,
    )


def _read_issuer(line: bytes, _raw: bytes) -> Event:
    return statements.parse_issuer(line)


def _read_registration(line: bytes, _raw: bytes) -> Event:
    return AgentRegistered(
        digest=canonical.digest(line),
        registration=registrations.parse_registration(line),
    )


def _read_refusal(line: bytes, _raw: bytes) -> Event:
    return registrations.parse_refusal(line)


def _read_standing(line: bytes, _raw: bytes) -> Event:
    return standings.parse_standing(line)


def _read_schedule(line: bytes, _raw: bytes) -> Event:
    return standings.parse_schedule(line)


def _read_revocation_list(line: bytes, _raw: bytes) -> Event:
    return standings.parse_revocation_list(line)


def _read_report(line: bytes, _raw: bytes) -> Event:
    return reports.parse_report(line)


def _read_equivocation(line: bytes, _raw: bytes) -> Event:
    return reports.parse_equivocation(line)


def _read_runtime(line: bytes, _raw: bytes) -> Event:
    return sessions.parse_runtime(line)


def _read_anchor(line: bytes, _raw: bytes) -> Event:
    return sessions.parse_anchor(line)


def _read_session_start(line: bytes, _raw: bytes) -> Event:
    return sessions.parse_start(line)


def _read_override(line: bytes, raw: bytes) -> Event:
    return OverrideGranted(
        leaf=canonical.leaf_digest(raw),
        signed_by=_names_under(raw),
        override=overrides.parse_override(line),
    )


def _read_halt(line: bytes, raw: bytes) -> Event:
    return HaltOrdered(
        leaf=canonical.leaf_digest(raw),
        signed_by=_names_under(raw),
        halt=halts.parse_halt(line),
    )


def _read_resume(line: bytes, raw: bytes) -> Event:
    resume = halts.parse_resume(line)
    return TradingResumed(signed_by=_names_under(raw), resume=resume)


def _read_rearm(line: bytes, raw: bytes) -> Event:
    return LatchRearmed(signed_by=_names_under(raw), rearm=halts.parse_rearm(line))


def _read_place_limits(line: bytes, raw: bytes) -> Event:
    return PlaceLimited(
        leaf=canonical.leaf_digest(raw),
        signed_by=_names_under(raw),
        limits=place_limits.parse_place_limits(line),
    )


def _read_drop_copy(line: bytes, _raw: bytes) -> Event:
    return drop_copies.parse_drop_copy(line)


def _read_unexplained(line: bytes, _raw: bytes) -> Event:
    return drop_copies.parse_unexplained(line)


def _read_overlay(line: bytes, raw: bytes) -> Event:
    overlay = overlays.parse_overlay(line)
    return OverlayOrdered(signed_by=_names_under(raw), overlay=overlay)


def _read_lock(line: bytes, raw: bytes) -> Event:
    return BaselineLocked(
        leaf=canonical.leaf_digest(raw),
        signed_by=_names_under(raw),
        lock=baseline_locks.parse_lock(line),
    )


def _read_incident(line: bytes, raw: bytes) -> Event:
    act = incidents.parse_incident(line)
    return IncidentActed(signed_by=_names_under(raw), act=act)


def _read_alert(line: bytes, _raw: bytes) -> Event:
    return incidents.parse_alert(line)


def _read_erasure(line: bytes, _raw: bytes) -> Event:
    return erasures.parse_erasure(line)


def _read_clock(line: bytes, _raw: bytes) -> Event:
    return clock_comparisons.parse_clock(line)


def _read_roll(line: bytes, _raw: bytes) -> Event:
    return rolls.parse_roll(line)


def _read_continuation(line: bytes, _raw: bytes) -> Event:
    return rolls.parse_continuation(line)


def _names_under(raw: bytes) -> tuple[str, ...]:
    """Return the names of those who signed, sorted, each once."""
    signatures = SignedNote.parse(raw).signatures
    return tuple(sorted({signature.name for signature in signatures}))


_READERS: Final[Mapping[str, Callable[[bytes, bytes], Event]]] = {
    orders.ORDER_TYPE: _read_order,
    decisions.DECISION_TYPE: _read_decision,
    reports.REPORT_TYPE: _read_report,
    statements.LOG_TYPE: _read_log,
    mandates.MANDATE_TYPE: _read_mandate,
    registrations.REGISTRATION_TYPE: _read_registration,
    statements.CERTIFICATE_TYPE: _read_certificate,
    statements.ISSUER_TYPE: _read_issuer,
    registrations.REFUSAL_TYPE: _read_refusal,
    standings.STANDING_TYPE: _read_standing,
    standings.SCHEDULE_TYPE: _read_schedule,
    standings.CRL_TYPE: _read_revocation_list,
    reports.EQUIVOCATION_TYPE: _read_equivocation,
    sessions.RUNTIME_TYPE: _read_runtime,
    sessions.ANCHOR_TYPE: _read_anchor,
    sessions.START_TYPE: _read_session_start,
    overrides.OVERRIDE_TYPE: _read_override,
    halts.HALT_TYPE: _read_halt,
    halts.RESUME_TYPE: _read_resume,
    halts.REARM_TYPE: _read_rearm,
    place_limits.PLACE_LIMITS_TYPE: _read_place_limits,
    drop_copies.DROP_COPY_TYPE: _read_drop_copy,
    drop_copies.UNEXPLAINED_TYPE: _read_unexplained,
    overlays.OVERLAY_TYPE: _read_overlay,
    baseline_locks.LOCK_TYPE: _read_lock,
    incidents.INCIDENT_TYPE: _read_incident,
    incidents.ALERT_TYPE: _read_alert,
    erasures.ERASURE_TYPE: _read_erasure,
    clock_comparisons.CLOCK_TYPE: _read_clock,
    rolls.ROLL_TYPE: _read_roll,
    rolls.CONTINUATION_TYPE: _read_continuation,
}
