"""Time stamps of others (RFC 3161): asked for over bytes, checked under given roots.

The library is an extra, for packages without time stamps need none: whoever imports
this module does so where it is needed.
"""

from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Final

from cryptography.x509 import ObjectIdentifier
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampTokenInfo,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.instant import Instant
from kya.pki.stamp_authorities import RESPONSE_BYTES_MAX, Authorities

_SHA256: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StampQuery:
    """What is sent to an authority, and the number that its answer must repeat."""

    body: bytes
    nonce: int


def stamp_query(content: bytes) -> StampQuery:
    """Return the query for a time stamp over these bytes, by SHA-256, with a nonce."""
    request = (
        TimestampRequestBuilder()
        .data(content)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    if request.nonce is None:
        raise InputError("time stamp: the library left out the nonce")
    return StampQuery(body=request.as_bytes(), nonce=request.nonce)


def stamped_at(
    response: bytes,
    content: bytes,
    authorities: Authorities,
    nonce: int | None = None,
) -> Instant:
    """Return the time that an authority has put on these bytes.

    DistrustError unless chain, purpose, policy, signature, imprint and, if given, nonce
    fit. Certificates are judged at that time, for they end and the stamp does not.
    """
    if len(response) > RESPONSE_BYTES_MAX:
        raise MalformedError(f"time stamp: at most {RESPONSE_BYTES_MAX} bytes")
    roots = [c for c in authorities.certificates if c.subject == c.issuer]
    between = [c for c in authorities.certificates if c.subject != c.issuer]
    policy = authorities.policy
    verifier = VerifierBuilder(
        policy_id=ObjectIdentifier(policy) if policy else None,
        intermediates=between,
        roots=roots,
        nonce=nonce,
    ).build()
    # What is broken inside a response shows when it is read, part by part.
    try:
        answer = decode_timestamp_response(response)
        _require_imprint(answer.tst_info, content)
        verifier.verify_message(answer, content)
        return Instant.from_datetime(answer.tst_info.gen_time.astimezone(UTC))
    except VerificationError as error:
        raise DistrustError(f"time stamp: {error}") from error
    except ValueError as error:
        raise MalformedError(f"time stamp: want a response in DER ({error})") from error


def _require_imprint(stamp: TimeStampTokenInfo, content: bytes) -> None:
    """Raise DistrustError unless the stamp is over these bytes, by SHA-256."""
    imprint = stamp.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256:
        raise DistrustError("time stamp: want an imprint by SHA-256")
    if imprint.message != sha256(content).digest():
        raise DistrustError("time stamp: it is over other bytes")
