"""Keys in this process's memory. For tests and simulations; never for a real agent."""

from typing import Final, Self, assert_never

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from kya.core.errors import InputError
from kya.pki.keys import KeyAlgorithm, PublicKey, ecdsa_of
from kya.pki.signer import Assurance, Custody, Exportable

_SEED_BYTES: Final = 32


class MemorySigner:
    """A software key that signs a message in one way only (RFC 6979)."""

    __slots__ = ("_key", "_public")

    def __init__(
        self, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    ) -> None:
        """Hold the key; InputError unless it is P-256, P-384 or Ed25519."""
        self._key = key
        self._public = PublicKey.of(key.public_key())

    @classmethod
    def generate(cls, algorithm: KeyAlgorithm) -> Self:
        """Return a signer with a fresh key."""
        match algorithm:
            case KeyAlgorithm.P256:
                return cls(ec.generate_private_key(ec.SECP256R1()))
            case KeyAlgorithm.P384:
                return cls(ec.generate_private_key(ec.SECP384R1()))
            case KeyAlgorithm.ED25519:
                return cls(ed25519.Ed25519PrivateKey.generate())
            case _ as never:
                assert_never(never)

    @classmethod
    def from_seed(cls, algorithm: KeyAlgorithm, seed: bytes) -> Self:
        """Return the signer that 32 octets determine, so that a run can repeat."""
        if len(seed) != _SEED_BYTES or not any(seed):
            raise InputError("signer: want a seed of 32 octets, not all zero")
        match algorithm:
            case KeyAlgorithm.P256:
                # Below 2^255, hence below the order of P-256.
                secret = int.from_bytes(seed) % (1 << 255) or 1
                return cls(ec.derive_private_key(secret, ec.SECP256R1()))
            case KeyAlgorithm.P384:
                return cls(ec.derive_private_key(int.from_bytes(seed), ec.SECP384R1()))
            case KeyAlgorithm.ED25519:
                return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))
            case _ as never:
                assert_never(never)

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER."""
        return self._public.spki

    def sign(self, message: bytes) -> bytes:
        """Return the one signature this key makes over the message."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        digest = ecdsa_of(self._public.algorithm).algorithm
        return self._key.sign(message, ec.ECDSA(digest, deterministic_signing=True))

    def describe(self) -> Custody:
        """Return that anyone who reads this process's memory has the key."""
        return Custody(
            backend="memory", assurance=Assurance.SOFTWARE, exportable=Exportable.YES
        )
