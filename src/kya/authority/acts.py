"""The authority's acts, each a signed note ready for the log."""

from kya.codec import (
    baseline_locks,
    erasures,
    halts,
    incidents,
    mandates,
    overlays,
    overrides,
    place_limits,
    registrations,
    rolls,
    standings,
    statements,
)
from kya.codec.note import SignedNote
from kya.codec.statements import Issuance, Opening
from kya.core.baseline import Lock
from kya.core.erasure import TextErased
from kya.core.errors import InputError
from kya.core.halt import Halt, Resume
from kya.core.incident import IncidentAct
from kya.core.instant import Instant
from kya.core.latch import Rearm
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.overlay import Overlay
from kya.core.override import Override
from kya.core.place_limits import PlaceLimits
from kya.core.power_events import (
    EnrolmentRefused,
    IssuerRenewed,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.registration import Registration
from kya.core.roll import LogRolled
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.signer import Custody


def open_log(authority: NoteSigner, opening: Opening) -> bytes:
    """Return the note that opens a log, signed by the authority it names."""
    return sign_note(statements.render_log(opening), authority).render()


def enrol(
    authority: NoteSigner, certificate: bytes, custody: str, at: Instant
) -> bytes:
    """Return the note that puts the certificate of a service or person on record."""
    issuance = Issuance(certificate=certificate, custody=custody, replaces=None, at=at)
    return certify(authority, issuance)


def certify(authority: NoteSigner, issuance: Issuance) -> bytes:
    """Return the note that puts any certificate on record."""
    return sign_note(statements.render_certificate(issuance), authority).render()


def renew_issuer(authority: NoteSigner, certificate: bytes, at: Instant) -> bytes:
    """Return the note that puts the issuing CA's new certificate on record."""
    event = IssuerRenewed(issuer=certificate, at=at)
    return sign_note(statements.render_issuer(event), authority).render()


def register(registration: Registration, *operators: NoteSigner) -> bytes:
    """Return the note by which these operators register an agent."""
    line = registrations.render_registration(registration)
    return sign_note(line, *operators).render()


def refuse(authority: NoteSigner, event: EnrolmentRefused) -> bytes:
    """Return the note that puts a refused request on record."""
    return sign_note(registrations.render_refusal(event), authority).render()


def override(wanted: Override, *people: NoteSigner) -> bytes:
    """Return the override for one order under the signatures of these people."""
    return sign_note(overrides.render_override(wanted), *people).render()


def halt(wanted: Halt, *people: NoteSigner) -> bytes:
    """Return the note by which this person stops trading at a place."""
    return sign_note(halts.render_halt(wanted), *people).render()


def resume(wanted: Resume, *people: NoteSigner) -> bytes:
    """Return the note by which these people lift a halt."""
    return sign_note(halts.render_resume(wanted), *people).render()


def roll(wanted: LogRolled, *people: NoteSigner) -> bytes:
    """End the log under its name, by two people."""
    return sign_note(rolls.render_roll(wanted), *people).render()


def erase(wanted: TextErased, *people: NoteSigner) -> bytes:
    """Return the note by which these people have a text destroyed."""
    return sign_note(erasures.render_erasure(wanted), *people).render()


def rearm(wanted: Rearm, *people: NoteSigner) -> bytes:
    """Return the note by which these people set a latch of an agent back."""
    return sign_note(halts.render_rearm(wanted), *people).render()


def step(wanted: IncidentAct, *people: NoteSigner) -> bytes:
    """Return the note by which these people, or this one, act on an incident."""
    return sign_note(incidents.render_incident(wanted), *people).render()


def lay_over(wanted: Overlay, *people: NoteSigner) -> bytes:
    """Return the note by which these people, or this one, put a policy in force."""
    return sign_note(overlays.render_overlay(wanted), *people).render()


def limit(wanted: PlaceLimits, *people: NoteSigner) -> bytes:
    """Return the note by which these people, or this one, limit a place."""
    return sign_note(place_limits.render_place_limits(wanted), *people).render()


def lock(wanted: Lock, *people: NoteSigner) -> bytes:
    """Return the note by which these people put a baseline in force."""
    return sign_note(baseline_locks.render_lock(wanted), *people).render()


def custody_text(custody: Custody) -> str:
    """Return where a key is kept, as the log records it."""
    return (
        f"{custody.backend}, {custody.assurance.value},"
        f" exportable: {custody.exportable.value}"
    )


def resolve(mandate: Mandate, *directors: NoteSigner) -> bytes:
    """Return the mandate under the signatures of these directors."""
    return sign_note(mandates.render_mandate(mandate), *directors).render()


def countersign(note: bytes, director: NoteSigner) -> bytes:
    """Return the mandate note with one more director's signature under it."""
    mandates.parse_mandate(SignedNote.parse(note).text)
    return _with_signature(note, director, "mandate")


def countersign_lock(note: bytes, person: NoteSigner) -> bytes:
    """Return the note of a baseline's lock with one more person's signature."""
    baseline_locks.parse_lock(SignedNote.parse(note).text)
    return _with_signature(note, person, "baseline lock")


def _with_signature(note: bytes, signer: NoteSigner, what: str) -> bytes:
    """Return the note with one more signature; InputError for a second one."""
    signed = SignedNote.parse(note)
    if any(line.name == signer.name for line in signed.signatures):
        msg = f"{what}: {signer.name} has signed already"
        raise InputError(msg)
    line = signer.signature(signed.text)
    return SignedNote(signed.text, (*signed.signatures, line)).render()


def change_standing(
    authority: NoteSigner, credential: str, act: Act, reason: str, at: Instant
) -> bytes:
    """Return the note that suspends a credential."""
    event = StandingChanged(credential=credential, act=act, reason=reason, at=at)
    return sign_standing(authority, event)


def sign_standing(authority: NoteSigner, event: StandingChanged) -> bytes:
    """Return the note of an act; a revocation's goes on record with its list."""
    return sign_note(standings.render_standing(event), authority).render()


def schedule(authority: NoteSigner, event: RevocationScheduled) -> bytes:
    """Return the note that says from when on a credential is revoked."""
    return sign_note(standings.render_schedule(event), authority).render()


def reinstate(
    credential: str, reason: str, at: Instant, *operators: NoteSigner
) -> bytes:
    """Return the note by which these operators lift a suspension."""
    event = StandingChanged(
        credential=credential, act=Act.REINSTATE, reason=reason, at=at
    )
    return sign_note(standings.render_standing(event), *operators).render()


def publish_revocations(
    authority: NoteSigner, crl: bytes, number: int, at: Instant
) -> bytes:
    """Return the note that puts a complete revocation list on record."""
    event = RevocationListed(number=number, crl=crl, at=at)
    return sign_note(standings.render_revocation_list(event), authority).render()
