"""Proof of possession: a PKCS#10 request shows that its sender has the private key."""

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kya.core.errors import DistrustError, InputError, MalformedError
from kya.pki.builder_key import BuilderKey
from kya.pki.certificate import READING_FAULTS
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.signer import Signer, pinned

REQUEST_BYTES_MAX: Final = 8_192
"""A request with a P-256 key takes some 250 bytes; names in it may be long."""


def proven_public_key(request: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a P-256 request whose signature holds.

    The key is all that is taken. Names and extensions that the sender asks for are
    ignored, so that no request can widen what was approved.
    """
    if len(request) > REQUEST_BYTES_MAX:
        raise MalformedError(f"request: above {REQUEST_BYTES_MAX} bytes")
    try:
        parsed = x509.load_der_x509_csr(request)
        spki = parsed.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        key = PublicKey(spki)
        oid = parsed.signature_algorithm_oid
        signature, signed = parsed.signature, parsed.tbs_certrequest_bytes
    except READING_FAULTS as error:
        raise MalformedError(f"request: want PKCS#10 DER: {error}") from error
    if key.algorithm is not KeyAlgorithm.P256:
        raise InputError(f"request: want a P-256 key, got {key.algorithm.value}")
    if oid != x509.SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise InputError("request: want a signature by ECDSA with SHA-256")
    try:
        key.require(signed, signature)
    except DistrustError as error:
        raise DistrustError(f"request: no proof of possession: {error}") from error
    return spki


def make_request(signer: Signer) -> bytes:
    """Return a PKCS#10 request that proves possession of this key and says no more."""
    key = BuilderKey.of(pinned(signer))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)
