"""Public keys: which kinds exist here, and the one way to check a signature."""

from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Self, assert_never

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from kya.core.errors import DistrustError, InputError, MalformedError


class KeyAlgorithm(Enum):
    """The closed set of key types; each implies its signature and hash."""

    P256 = "ECDSA P-256 with SHA-256"
    P384 = "ECDSA P-384 with SHA-384"
    ED25519 = "Ed25519"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key of a known kind, from SubjectPublicKeyInfo DER in its one spelling."""

    spki: bytes
    algorithm: KeyAlgorithm = field(init=False, compare=False)
    loaded: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse other kinds of key, compressed points and second spellings."""
        try:
            key = load_der_public_key(self.spki)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise MalformedError("public key: want SubjectPublicKeyInfo DER") from error
        if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
            raise InputError(
                f"public key: want P-256, P-384 or Ed25519, got {type(key).__name__}"
            )
        if (
            key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            != self.spki
        ):
            raise MalformedError("public key: not in canonical form")
        object.__setattr__(self, "algorithm", _algorithm_of(key))
        object.__setattr__(self, "loaded", key)

    @classmethod
    def of(cls, key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> Self:
        """Return the same key as a value of ours."""
        return cls(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    @property
    def raw(self) -> bytes:
        """The 32 octets of an Ed25519 key; InputError for another kind."""
        if isinstance(self.loaded, ed25519.Ed25519PublicKey):
            return self.loaded.public_bytes_raw()
        raise InputError(f"public key: want Ed25519, got {self.algorithm.value}")

    def require(self, message: bytes, signature: bytes) -> None:
        """Return if this key made the signature over the message; DistrustError if not.

        ECDSA signatures are ASN.1 DER; their hash follows from the curve.
        """
        try:
            if isinstance(self.loaded, ed25519.Ed25519PublicKey):
                self.loaded.verify(signature, message)
            else:
                self.loaded.verify(signature, message, ecdsa_of(self.algorithm))
        except InvalidSignature as error:
            raise DistrustError(
                f"signature: does not verify under the {self.algorithm.value} key"
            ) from error


@cache
def ecdsa_of(algorithm: KeyAlgorithm) -> ec.ECDSA:
    """Return the signature algorithm of an ECDSA key; InputError for Ed25519."""
    match algorithm:
        case KeyAlgorithm.P256:
            return ec.ECDSA(hashes.SHA256())
        case KeyAlgorithm.P384:
            return ec.ECDSA(hashes.SHA384())
        case KeyAlgorithm.ED25519:
            raise InputError("signature: Ed25519 where ECDSA is wanted")
        case _ as never:
            assert_never(never)


def _algorithm_of(
    key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey,
) -> KeyAlgorithm:
    """Return the kind of a key; InputError for a curve outside the closed set."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return KeyAlgorithm.ED25519
    match key.curve.name:
        case "secp256r1":
            return KeyAlgorithm.P256
        case "secp384r1":
            return KeyAlgorithm.P384
        case other:
            raise InputError(
                f"public key: want P-256, P-384 or Ed25519, got curve {other}"
            )
