"""OCSP (RFC 6960): what is asked about certificates, and the signed answer.

Written and read here byte for byte: the builder of `cryptography` takes the time of its
answer from the wall clock, and answers one question at a time.
Normative text: spec/ocsp.md.
"""

from dataclasses import dataclass
from enum import Enum
from hashlib import new, sha1
from typing import Final, assert_never

from cryptography.x509 import ObjectIdentifier

from kya.core.credential import ReasonCode
from kya.core.errors import InputError, MalformedError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.pki import der
from kya.pki.certificate import SIGNATURE_ALGORITHMS, parse_certificate, public_key_of
from kya.pki.crl import Revocation
from kya.pki.signer import Signer, pinned

REQUEST_BYTES_MAX: Final = 8_192
"""Some eighty certificates; a request with one takes about 120 bytes."""

QUESTIONS_MAX: Final = 64
"""Certificates in one request; each costs one lookup, and the answer one signature."""

NONCE_BYTES_MAX: Final = 128
"""RFC 9654 §2.1: 1 to 128 octets, 32 advised."""

ANSWER_SECONDS: Final = 60
"""Who sends no nonce may be shown an answer this old by whoever kept it."""

_NONCE: Final = ObjectIdentifier("1.3.6.1.5.5.7.48.1.2")
_BASIC: Final = ObjectIdentifier("1.3.6.1.5.5.7.48.1.1")
_GOOD: Final = b"\x80\x00"  # [0] IMPLICIT NULL
_UNKNOWN: Final = b"\x82\x00"  # [2] IMPLICIT NULL
_EXTENSIONS: Final = 0xA2  # [2] EXPLICIT, of the TBSRequest
_BOOLEAN: Final = 0x01

_HASHES: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_HASH_OF: Final = {
    der.object_identifier(ObjectIdentifier(oid)): name for oid, name in _HASHES.items()
}

_REASONS: Final = {
    # As RFC 5280 §5.3.1 numbers them.
    ReasonCode.KEY_COMPROMISE: 1,
    ReasonCode.CA_COMPROMISE: 2,
    ReasonCode.AFFILIATION_CHANGED: 3,
    ReasonCode.SUPERSEDED: 4,
    ReasonCode.CESSATION_OF_OPERATION: 5,
    ReasonCode.PRIVILEGE_WITHDRAWN: 9,
}


class Refusal(Enum):
    """Why there is no answer (RFC 6960 §4.2.1); unsigned, so it proves nothing."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3

    def render(self) -> bytes:
        """Return the OCSPResponse that says so."""
        return der.sequence(_status(self.value))


class Verdict(Enum):
    """What can be said of a certificate that no revocation is known of."""

    GOOD = "good"
    UNKNOWN = "unknown"


Status = Verdict | Revocation


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateId:
    """Which certificate is asked about; the issuer's name and key stand as hashes.

    `encoded` is the CertID that the answer repeats.
    """

    encoded: bytes
    algorithm: bytes
    name_hash: bytes
    key_hash: bytes
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request. A nonce, where there is one, makes an old answer useless."""

    certificates: tuple[CertificateId, ...]
    nonce: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Whoever answers for an issuing CA: a certificate of its own, and its key."""

    certificate: bytes
    signer: Signer


def is_about(asked: CertificateId, issuer: bytes) -> bool:
    """Tell whether the question is about a certificate of this CA, given in DER."""
    name = _HASH_OF.get(asked.algorithm)
    if name is None:
        return False
    certificate = parse_certificate(issuer)
    subject = certificate.subject.public_bytes()
    key = _key_bits(public_key_of(certificate).spki)
    wanted = (new(name, subject).digest(), new(name, key).digest())
    return (asked.name_hash, asked.key_hash) == wanted


def read_question(encoded: bytes) -> Question:
    """Return what is asked (RFC 6960 §4.1.1), or MalformedError.

    A signature under the request is not looked at: everybody may ask.
    """
    if len(encoded) > REQUEST_BYTES_MAX:
        raise MalformedError(f"OCSP request: above {REQUEST_BYTES_MAX} bytes")
    request, *_ = _members(_only(encoded))
    fields = [each for each in _members(request) if each.tag == der.SEQUENCE]
    if len(fields) != 1:
        raise MalformedError("OCSP request: want one list of requests")
    asked = tuple([_certificate_id(each) for each in _members(fields[0])])
    if not 1 <= len(asked) <= QUESTIONS_MAX:
        raise MalformedError(f"OCSP request: want 1 to {QUESTIONS_MAX} certificates")
    extensions = [each for each in _members(request) if each.tag == _EXTENSIONS]
    nonces = [_nonce_in(_only(each.content)) for each in extensions]
    return Question(certificates=asked, nonce=nonces[0] if nonces else None)


def answer(
    question: Question,
    statuses: tuple[Status, ...],
    responder: Responder,
    at: Instant,
) -> bytes:
    """Return the signed OCSPResponse: one status for each certificate, in its order.

    DistrustError if the signer is not the responder. May block as a key store does.
    """
    certificate = parse_certificate(responder.certificate)
    key = public_key_of(certificate)
    singles = [
        _single(asked, status, at)
        for asked, status in zip(question.certificates, statuses, strict=True)
    ]
    tbs = der.sequence(
        der.within(2, der.encode(der.OCTET_STRING, _key_hash(key.spki))),
        _time(at),
        der.sequence(*singles),
        *_echo(question.nonce),
    )
    signature = pinned(responder.signer, key.spki).sign(tbs)
    algorithm = SIGNATURE_ALGORITHMS.get(key.algorithm)
    if algorithm is None:
        raise InputError(f"OCSP responder: a key of {key.algorithm.value}")
    basic = der.sequence(
        tbs,
        der.sequence(der.object_identifier(algorithm)),
        der.bit_string(signature),
        der.within(0, der.sequence(responder.certificate)),
    )
    body = der.sequence(
        der.object_identifier(_BASIC), der.encode(der.OCTET_STRING, basic)
    )
    return der.sequence(_status(0), der.within(0, body))


def _single(asked: CertificateId, status: Status, at: Instant) -> bytes:
    """Return one SingleResponse (RFC 6960 §4.2.1)."""
    until = at.plus(seconds=ANSWER_SECONDS)
    return der.sequence(
        asked.encoded, _status_of(status), _time(at), der.within(0, _time(until))
    )


def _status_of(status: Status) -> bytes:
    """Return a CertStatus."""
    match status:
        case Verdict.GOOD:
            return _GOOD
        case Verdict.UNKNOWN:
            return _UNKNOWN
        case Revocation(at=at, reason=reason):
            number = bytes((_REASONS[reason],))
            return der.within(
                1, _time(at), der.within(0, der.encode(der.ENUMERATED, number))
            )
        case _ as never:
            assert_never(never)


def _status(code: int) -> bytes:
    """Return an OCSPResponseStatus."""
    return der.encode(der.ENUMERATED, bytes((code,)))


def _time(instant: Instant) -> bytes:
    """Return a GeneralizedTime in whole seconds (RFC 5280 §4.1.2.5.2)."""
    whole = Instant(instant.micros - instant.micros % MICROS_PER_SECOND)
    text = f"{whole.to_datetime():%Y%m%d%H%M%S}Z"
    return der.encode(der.GENERALIZED_TIME, text.encode("ascii"))


def _echo(nonce: bytes | None) -> tuple[bytes, ...]:
    """Return the response extensions: the request's nonce, if it had one."""
    if nonce is None:
        return ()
    value = der.encode(der.OCTET_STRING, der.encode(der.OCTET_STRING, nonce))
    extension = der.sequence(der.object_identifier(_NONCE), value)
    return (der.within(1, der.sequence(extension)),)


def _certificate_id(request: der.Element) -> CertificateId:
    """Return the CertID of one Request; its own extensions are not looked at."""
    found, *_ = _members(request)
    algorithm, *hashes = _members(found)
    identifier, *_ = _members(algorithm)
    tags = [each.tag for each in hashes]
    if tags != [der.OCTET_STRING, der.OCTET_STRING, der.INTEGER]:
        raise MalformedError("OCSP request: want two hashes and a serial number")
    name_hash, key_hash, serial = (each.content for each in hashes)
    return CertificateId(
        encoded=der.encode(found.tag, found.content),
        algorithm=der.encode(identifier.tag, identifier.content),
        name_hash=name_hash,
        key_hash=key_hash,
        serial=int.from_bytes(serial, signed=True),
    )


def _nonce_in(extensions: der.Element) -> bytes | None:
    """Return the nonce; MalformedError for a bad one, or a critical stranger."""
    found: bytes | None = None
    for extension in _members(extensions):
        identifier, *rest = _members(extension)
        if not rest:
            raise MalformedError("OCSP request: an extension has no value")
        if identifier.content != _content_of(_NONCE):
            if rest[0].tag == _BOOLEAN and any(rest[0].content):
                raise MalformedError("OCSP request: a critical extension is unknown")
            continue
        value = _only(rest[-1].content)
        if found is not None or value.tag != der.OCTET_STRING:
            raise MalformedError("OCSP request: want one nonce, an OCTET STRING")
        if not 1 <= len(value.content) <= NONCE_BYTES_MAX:
            raise MalformedError(
                f"OCSP request: want a nonce of 1 to {NONCE_BYTES_MAX} octets"
            )
        found = value.content
    return found


def _content_of(oid: ObjectIdentifier) -> bytes:
    """Return the arcs of an object identifier, without tag and length."""
    return der.object_identifier(oid)[2:]


def _only(encoded: bytes) -> der.Element:
    """Return the one element that these bytes are, or MalformedError."""
    found = der.elements(encoded)
    if len(found) != 1:
        raise MalformedError("OCSP request: want one element and nothing after it")
    return found[0]


def _members(element: der.Element) -> tuple[der.Element, ...]:
    """Return the members of a SEQUENCE that has some, or MalformedError."""
    found = der.elements(element.content) if element.tag == der.SEQUENCE else ()
    if not found:
        raise MalformedError("OCSP request: want a SEQUENCE that is not empty")
    return found


def _key_hash(spki: bytes) -> bytes:
    """Return the SHA-1 by which an answer names its responder (RFC 6960 §4.2.1)."""
    return sha1(_key_bits(spki), usedforsecurity=False).digest()


def _key_bits(spki: bytes) -> bytes:
    """Return the BIT STRING of a SubjectPublicKeyInfo, without its unused bits."""
    (key,) = der.elements(spki)
    return der.elements(key.content)[1].content[1:]
