"""An X509-SVID: a SPIFFE workload proves the key that its own authority certified.

The workload signs the nonce together with the key that it wants certified, so that
neither an SVID that was only seen nor an answer to another question shows anything.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_pem_private_key,
)

from kya.authority.attestation import Asked, NotAttestedError
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.path import verify_foreign_chain

_CHAIN_MAX: Final = 5
_RSA_BITS_MIN: Final = 2_048
_PRIVATE: Final = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----\n?",
    re.DOTALL,
)
_FAULTS: Final = (ValueError, TypeError, x509.DuplicateExtension)


class _Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SVID first, then its intermediates, in base64 of DER."""

    chain: list[str]
    signature: str


_DECODER: Final = msgspec.json.Decoder(_Evidence)


def bound(nonce: str, key: bytes) -> bytes:
    """Return what the SVID's key signs: our nonce, and the key to be certified."""
    return f"kya/svid/v1\n{nonce}\n{sha256(key).hexdigest()}\n".encode()


class SpiffeAttestation:
    """Shows the SPIFFE ID of an SVID that chains to the configured bundle."""

    def __init__(
        self, bundle: Sequence[x509.Certificate], clock: Callable[[], Instant]
    ) -> None:
        """Trust these authorities of the workloads' trust domain."""
        self._bundle = tuple(bundle)
        self._clock = clock

    @classmethod
    def of_pem(cls, pem: bytes, clock: Callable[[], Instant]) -> "SpiffeAttestation":
        """Return the attestation under a bundle in PEM; InputError for any other."""
        try:
            return cls(x509.load_pem_x509_certificates(pem), clock)
        except _FAULTS as error:
            raise InputError(f"spiffe: want a bundle in PEM: {error}") from error

    def shown(self, asked: Asked) -> tuple[str, ...]:
        """Return the SPIFFE ID of whoever signed."""
        try:
            evidence = _DECODER.decode(asked.evidence)
            chain = [
                x509.load_der_x509_certificate(b64decode(each, validate=True))
                for each in evidence.chain[: _CHAIN_MAX + 1]
            ]
            signature = b64decode(evidence.signature, validate=True)
        except (msgspec.DecodeError, *_FAULTS) as error:
            raise NotAttestedError(f"spiffe: cannot be read: {error}") from error
        if not 1 <= len(chain) <= _CHAIN_MAX:
            raise NotAttestedError(f"spiffe: want 1 to {_CHAIN_MAX} certificates")
        identity = self._verified(chain)
        _require_signature(chain[0], bound(asked.nonce, asked.key), signature)
        return (f"id={identity}",)

    def _verified(self, chain: list[x509.Certificate]) -> str:
        """Return the SPIFFE ID that the chain gives its holder, now."""
        try:
            verify_foreign_chain(chain[0], chain[1:], self._bundle, self._clock())
            names = chain[0].extensions.get_extension_for_class(
                x509.SubjectAlternativeName
            )
            usage = chain[0].extensions.get_extension_for_class(x509.KeyUsage).value
            identities = names.value.get_values_for_type(x509.UniformResourceIdentifier)
        except (DistrustError, x509.ExtensionNotFound, *_FAULTS) as error:
            raise NotAttestedError(f"spiffe: chain is valid: {error}") from error
        # X509-SVID §2, §4.3: one URI, and a key that signs and certifies nobody.
        if len(identities) != 1 or not identities[0].startswith("spiffe://"):
            raise NotAttestedError("spiffe: want one SPIFFE ID in the certificate")
        if not usage.digital_signature or usage.key_cert_sign or usage.crl_sign:
            raise NotAttestedError("spiffe: want a key for digital signatures alone")
        return identities[0]


def _require_signature(
    svid: x509.Certificate, message: bytes, signature: bytes
) -> None:
    """Raise unless the SVID's key signed the message."""
    key = svid.public_key()
    try:
        match key:
            case ec.EllipticCurvePublicKey():
                key.verify(signature, message, ec.ECDSA(SHA256()))
            case rsa.RSAPublicKey() if key.key_size >= _RSA_BITS_MIN:
                key.verify(signature, message, PKCS1v15(), SHA256())
            case _:
                raise NotAttestedError("spiffe: want an elliptic curve's or RSA key")
    except InvalidSignature as error:
        text = "spiffe: the SVID's key has not signed this nonce and key"
        raise NotAttestedError(text) from error


@dataclass(frozen=True, slots=True)
class Svid:
    """The workload's side: an SVID with its private key, as the agent got them."""

    pem: bytes

    def evidence(self, nonce: str, key: bytes) -> str:
        """Return what shows the SVID for this nonce and key."""
        try:
            found = x509.load_pem_x509_certificates(self.pem)
            chain = [each.public_bytes(Encoding.DER) for each in found]
            private = load_pem_private_key(_private_block(self.pem), None)
        except _FAULTS as error:
            text = f"svid: want certificates and a private key in PEM: {error}"
            raise InputError(text) from error
        message = bound(nonce, key)
        match private:
            case ec.EllipticCurvePrivateKey():
                signature = private.sign(message, ec.ECDSA(SHA256()))
            case rsa.RSAPrivateKey():
                signature = private.sign(message, PKCS1v15(), SHA256())
            case _:
                raise InputError("svid: want an elliptic curve's or RSA key")
        encoded = [b64encode(each).decode("ascii") for each in chain]
        signed = b64encode(signature).decode("ascii")
        return msgspec.json.encode(_Evidence(encoded, signed)).decode("ascii")


def _private_block(pem: bytes) -> bytes:
    """Return the one private key among the blocks; ValueError without one."""
    (block,) = _PRIVATE.findall(pem)
    return bytes(block)
