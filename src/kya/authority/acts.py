"""The authority's acts, each a signed note ready for the log."""

from kya.codec import mandates, statements
from kya.codec.note import SignedNote
from kya.codec.statements import Issuance, Opening
from kya.core.errors import InputError
from kya.core.events import (
    IssuerRenewed,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.signer import Custody


def open_log(authority: NoteSigner, opening: Opening) -> bytes:
    """Return the note that opens a log, signed by the authority it names."""
    return sign_note(statements.render_log(opening), authority).render()


def enrol(
    authority: NoteSigner,
    certificate: bytes,
    custody: str,
    at: Instant,
    *,
    replaces: str | None = None,
) -> bytes:
    """Return the note that puts a certificate on record, in place of one or of none."""
    issuance = Issuance(
        certificate=certificate, custody=custody, replaces=replaces, at=at
    )
    return sign_note(statements.render_certificate(issuance), authority).render()


def renew_issuer(authority: NoteSigner, certificate: bytes, at: Instant) -> bytes:
    """Return the note that puts the issuing CA's new certificate on record."""
    event = IssuerRenewed(issuer=certificate, at=at)
    return sign_note(statements.render_issuer(event), authority).render()


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
    signed = SignedNote.parse(note)
    mandates.parse_mandate(signed.text)
    if any(line.name == director.name for line in signed.signatures):
        msg = f"mandate: {director.name} has signed already"
        raise InputError(msg)
    line = director.signature(signed.text)
    return SignedNote(signed.text, (*signed.signatures, line)).render()


def change_standing(
    authority: NoteSigner, credential: str, act: Act, reason: str, at: Instant
) -> bytes:
    """Return the note that suspends or reinstates a credential."""
    event = StandingChanged(credential=credential, act=act, reason=reason, at=at)
    return sign_standing(authority, event)


def sign_standing(authority: NoteSigner, event: StandingChanged) -> bytes:
    """Return the note of an act; a revocation's goes on record with its list."""
    return sign_note(statements.render_standing(event), authority).render()


def schedule(authority: NoteSigner, event: RevocationScheduled) -> bytes:
    """Return the note that says from when on a credential is revoked."""
    return sign_note(statements.render_schedule(event), authority).render()


def publish_revocations(
    authority: NoteSigner, crl: bytes, number: int, at: Instant
) -> bytes:
    """Return the note that puts a complete revocation list on record."""
    event = RevocationListed(number=number, crl=crl, at=at)
    return sign_note(statements.render_revocation_list(event), authority).render()
