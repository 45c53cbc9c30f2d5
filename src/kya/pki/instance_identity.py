"""The document in which AWS says where an instance runs, checked without AWS.

It shows that such an instance of this account was started in this region, and that its
document was at hand; not that the sender is that instance, nor that it still runs.
Whoever may read the document on the instance can carry it elsewhere.
"""

from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from kya.core.errors import DistrustError, InputError, MalformedError, shown
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import (
    CLOCK_SKEW_MICROS_MAX,
    INSTANCE_AGE_MICROS_MAX,
    INSTANCE_RSA_BITS_MIN,
)
from kya.core.session import RegionAnchor, Shown
from kya.pki.certificate import parse_certificate


class InstanceDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What we read of the document; what else AWS writes says nothing of a region."""

    account_id: str
    instance_id: str
    pending_time: str
    region: str


_DOCUMENT: Final = msgspec.json.Decoder(InstanceDocument)


def require_document(evidence: Shown, anchor: RegionAnchor, at: Instant) -> None:
    """Return if the document shows the anchor's region; DistrustError, why, if not.

    The signature is RSA over SHA-256 (PKCS #1 v1.5) under the anchor's certificate.
    """
    key = document_key(anchor, at)
    try:
        key.verify(
            evidence.signature, evidence.document, padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature as error:
        raise DistrustError(
            "instance document: its signature does not verify under the certificate of"
            f" the region anchor {evidence.anchor}"
        ) from error
    document = read_document(evidence.document)
    for field, want, got in (
        ("region", anchor.region, document.region),
        ("account", anchor.subject, document.account_id),
    ):
        if got != want:
            raise DistrustError(
                f"instance document: want {field} {want}, got {shown(got)}"
            )
    _require_age(document, at)


def document_key(anchor: RegionAnchor, at: Instant) -> rsa.RSAPublicKey:
    """Return the key that documents are checked with; DistrustError if it is unfit."""
    try:
        certificate = parse_certificate(anchor.certificate)
    except InputError as error:
        raise DistrustError(f"region anchor: {error}") from error
    begins = Instant.from_datetime(certificate.not_valid_before_utc)
    ends = Instant.from_datetime(certificate.not_valid_after_utc)
    if not begins <= at <= ends:
        raise DistrustError(f"region anchor: its certificate is not valid at {at}")
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < INSTANCE_RSA_BITS_MIN:
        raise DistrustError(
            "region anchor: want a certificate with an RSA key of"
            f" {INSTANCE_RSA_BITS_MIN} bits or more"
        )
    return key


def read_document(raw: bytes) -> InstanceDocument:
    """Return what the document says; DistrustError if it is none."""
    try:
        return _DOCUMENT.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise DistrustError(f"instance document: {error}") from error


def _require_age(document: InstanceDocument, at: Instant) -> None:
    """Raise unless the instance was started before now, and not too long before.

    `pendingTime` is the only time in it: it does not say when it was fetched.
    """
    text = document.pending_time
    try:
        started = Instant.parse(f"{text.removesuffix('Z')}.000000Z")
    except MalformedError as error:
        raise DistrustError(
            "instance document: want pendingTime as 2026-05-15T09:15:00Z, got"
            f" {shown(text)}"
        ) from error
    age = at.micros - started.micros
    if not -CLOCK_SKEW_MICROS_MAX <= age <= INSTANCE_AGE_MICROS_MAX:
        raise DistrustError(
            f"instance document: the instance started at {text}; want that at most"
            f" {INSTANCE_AGE_MICROS_MAX // MICROS_PER_SECOND} s before {at}"
        )
