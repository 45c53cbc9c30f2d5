"""The port behind which private keys live; no signature is used unchecked."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from kya.core.errors import DistrustError
from kya.pki.keys import PublicKey


class Assurance(Enum):
    """How we know where the key is."""

    SOFTWARE = "software"  # A file or memory: whoever reads it has the key.
    ASSERTED = "asserted"  # The service says so, over its own authenticated interface.
    ATTESTED = "attested"  # The hardware signed a statement, and we verified it.


class Exportable(Enum):
    """Whether the private key can leave its place."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """Where a private key is kept, as its back end describes it."""

    backend: str
    assurance: Assurance
    exportable: Exportable


class Signer(Protocol):
    """A private key by reference. Every call may block; the caller owns the thread."""

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER; TransientError if out of reach."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return a signature; TransientError if the key is out of reach.

        P-256: ECDSA over SHA-256, ASN.1 DER. P-384: ECDSA over SHA-384, ASN.1 DER.
        Ed25519: 64 octets (RFC 8032).
        """
        ...

    def describe(self) -> Custody:
        """Return where the key is kept."""
        ...


@runtime_checkable
class Disableable(Protocol):
    """A signer whose back end can put the key out of use, for whoever may use it."""

    def disable(self) -> None:
        """Return once the back end says that it is; TransientError if it does not.

        InputError if the back end does not let us. To enable the key again is not for
        software: it takes two people and the back end's own tools.
        """
        ...


class CheckedSigner:
    """A signer under a pinned public key: no signature leaves it unverified.

    A key store that was swapped, or that answers for another key, is found here and
    not by the regulator.
    """

    __slots__ = ("_signer", "key")

    def __init__(self, signer: Signer, key: PublicKey) -> None:
        """Pin the key; DistrustError if the signer names another."""
        if signer.public_key() != key.spki:
            raise DistrustError("signer: holds another key than the pinned one")
        self._signer = signer
        self.key = key

    def public_key(self) -> bytes:
        """Return the pinned SubjectPublicKeyInfo DER."""
        return self.key.spki

    def sign(self, message: bytes) -> bytes:
        """Return a signature that verifies; DistrustError if it does not."""
        signature = self._signer.sign(message)
        self.key.require(message, signature)
        return signature

    def describe(self) -> Custody:
        """Return where the key is kept."""
        return self._signer.describe()


def pinned(signer: Signer, public_key: bytes | None = None) -> CheckedSigner:
    """Return the signer checked under this SubjectPublicKeyInfo, by default its own."""
    spki = signer.public_key() if public_key is None else public_key
    return CheckedSigner(signer, PublicKey(spki))
