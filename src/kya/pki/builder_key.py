"""Lets the builders of `cryptography` sign with a key that they never see."""

from collections.abc import Callable
from typing import NoReturn, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.utils import Buffer

from kya.core.errors import InputError
from kya.pki.keys import KeyAlgorithm, PublicKey, ecdsa_of
from kya.pki.signer import CheckedSigner


class BuilderKey(ec.EllipticCurvePrivateKey):
    """An ECDSA private key that forwards `sign` elsewhere and can do nothing else."""

    def __init__(self, key: PublicKey, sign: Callable[[bytes], bytes]) -> None:
        """Stand for this key; InputError unless it is P-256 or P-384."""
        ecdsa_of(key.algorithm)
        self._key = key
        self._sign = sign

    @classmethod
    def of(cls, signer: CheckedSigner) -> Self:
        """Return the stand-in of a signer whose signatures are verified."""
        return cls(signer.key, signer.sign)

    def sign(
        self, data: Buffer, signature_algorithm: ec.EllipticCurveSignatureAlgorithm
    ) -> bytes:
        """Return the signature made elsewhere; its hash must be the curve's."""
        asked = signature_algorithm.algorithm
        if not isinstance(asked, type(self.hash_algorithm)):
            raise InputError(f"signer: {self._key.algorithm.value} has its own hash")
        return self._sign(bytes(data))

    @property
    def hash_algorithm(self) -> hashes.SHA256 | hashes.SHA384:
        """The hash that goes with the curve."""
        if self._key.algorithm is KeyAlgorithm.P384:
            return hashes.SHA384()
        return hashes.SHA256()

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public key."""
        key = serialization.load_der_public_key(self._key.spki)
        if isinstance(key, ec.EllipticCurvePublicKey):
            return key
        raise InputError("signer: want an elliptic-curve key")

    @property
    def curve(self) -> ec.EllipticCurve:
        """The key's curve."""
        if self._key.algorithm is KeyAlgorithm.P384:
            return ec.SECP384R1()
        return ec.SECP256R1()

    @property
    def key_size(self) -> int:
        """Bits of the curve's order."""
        return self.curve.key_size

    def exchange(
        self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey
    ) -> bytes:
        """Refuse: the key only signs."""
        del algorithm, peer_public_key
        _refuse()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        """Refuse: the key does not leave its place."""
        _refuse()

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002  the name the interface asks for
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        """Refuse: the key does not leave its place."""
        del encoding, format, encryption_algorithm
        _refuse()

    def __copy__(self) -> Self:
        """Return itself: a reference to a key is as good as its copy."""
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Return itself: a reference to a key is as good as its copy."""
        del memo
        return self


def _refuse() -> NoReturn:
    """Raise InputError: the operation is not one of a signer."""
    raise InputError("signer: this key signs and does nothing else")
