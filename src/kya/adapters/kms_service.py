"""What the key services share: keys, digests made here, and bounded patience."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from kya.core.errors import DistrustError, InputError, MalformedError, TransientError
from kya.pki.keys import KeyAlgorithm, PublicKey

# FIPS 186-5 §6.1.1 by SP 800-186 §3.2.1.3 and §3.2.1.4
_COORDINATE_BYTES: Final = {KeyAlgorithm.P256: 32, KeyAlgorithm.P384: 48}
_CONNECT_SECONDS: Final = 1.0
_ANSWER_SECONDS: Final = 2.0
_ATTEMPTS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one signature may take: an order that waits longer is not sent."""

    connect_seconds: float = _CONNECT_SECONDS
    answer_seconds: float = _ANSWER_SECONDS
    attempts: int = _ATTEMPTS  # Never more: a throttled service must not be hammered.


@contextmanager
def in_use() -> Generator[None]:
    """Turn InputError into TransientError: once open, no fault is the caller's.

    A key that is disabled when it is opened is a mistake in the configuration. The
    same key disabled later is out of reach, and whoever waits for a signature has
    done nothing wrong.
    """
    try:
        yield
    except InputError as error:
        raise TransientError(str(error)) from error


def p256_key(spki: bytes, where: str) -> PublicKey:
    """Return the key of this SubjectPublicKeyInfo; InputError unless it is P-256."""
    return key_of_kind(spki, KeyAlgorithm.P256, where)


def key_of_kind(spki: bytes, wanted: KeyAlgorithm, where: str) -> PublicKey:
    """Return the key of this SubjectPublicKeyInfo; InputError for one of other kind."""
    try:
        key = PublicKey(spki)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    if key.algorithm is not wanted:
        short = wanted.name.replace("P", "P-", 1)
        raise InputError(f"{where}: want a {short} key, got {key.algorithm.value}")
    return key


def p256_key_of_pem(pem: str, where: str) -> PublicKey:
    """Return the key that a service gave as PEM; InputError unless it is P-256."""
    try:
        spki = load_pem_public_key(pem.encode()).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
    except ValueError as error:
        raise MalformedError(f"{where}: want a public key in PEM") from error
    return p256_key(spki, where)


def der_signature(
    raw: bytes, where: str, algorithm: KeyAlgorithm = KeyAlgorithm.P256
) -> bytes:
    """Return r and s, which PKCS #11 and JOSE put side by side, as ASN.1 DER."""
    half = _COORDINATE_BYTES[algorithm]
    if len(raw) != 2 * half:
        raise DistrustError(
            f"{where}: want a signature of {2 * half} octets, got {len(raw)}"
        )
    r, s = raw[:half], raw[half:]
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))


def require(holds: object, message: str) -> None:
    """Return if it holds; InputError with this message if not."""
    if not holds:
        raise InputError(message)
