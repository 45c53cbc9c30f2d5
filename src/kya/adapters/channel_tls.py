"""One end of a TLS connection: a key that only this process's memory holds.

TLS 1.3 and nothing else, no resumption, and no trust but in the channel CA.
"""

import os
import ssl
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kya.core.errors import DistrustError, InputError
from kya.pki.pem import CERTIFICATE, to_pem

_HTTP: Final = ["http/1.1"]
_VERIFY: Final = (
    # The channel CA is the anchor, not the root above it: a certificate of the issuing
    # CA, under the same root, opens no connection.
    ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    | ssl.VerifyFlags.VERIFY_X509_STRICT
    | ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
)


class ChannelEnd:
    """A context for one side of TLS whose key and certificate are replaced as it runs.

    `install` takes effect with the next connection; those that are open stay as they
    are.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        """Hold the context; it has no certificate before `install`."""
        self.context = context
        self._drawn: ec.EllipticCurvePrivateKey | None = None

    @classmethod
    def of_gateway(cls, anchor: bytes) -> "ChannelEnd":
        """Return the end that demands a client certificate under the channel CA."""
        return cls(_server(anchor, ssl.CERT_REQUIRED))

    @classmethod
    def of_issuer(cls, anchor: bytes) -> "ChannelEnd":
        """Return the end that whoever has no channel certificate yet may speak to."""
        return cls(_server(anchor, ssl.CERT_NONE))

    @classmethod
    def of_client(cls, anchor: bytes) -> "ChannelEnd":
        """Return the end of an agent or of the authority."""
        return cls(client_context(anchor))

    def draw_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo of a new key, in use after `install`."""
        self._drawn = ec.generate_private_key(ec.SECP256R1())
        return self._drawn.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def install(self, *certificates: bytes) -> None:
        """Use the key drawn last with its certificate, and the CA's, in DER."""
        if self._drawn is None:
            raise InputError("channel: no key has been drawn")
        key = self._drawn.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        chain = b"".join(to_pem(CERTIFICATE, der) for der in certificates)
        # OpenSSL takes both from a file only; this one has no name and no disk.
        descriptor = os.memfd_create("channel")
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(chain + key)
            self.context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        except ssl.SSLError as error:
            raise DistrustError(
                f"channel: not our key's certificate: {error}"
            ) from error
        finally:
            os.close(descriptor)


def client_context(anchor: bytes) -> ssl.SSLContext:
    """Return a client's context: the gateway is under the channel CA, and so named."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _strengthen(context, anchor)
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _server(anchor: bytes, client: ssl.VerifyMode) -> ssl.SSLContext:
    """Return a server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _strengthen(context, anchor)
    context.verify_mode = client
    # A resumed session is not verified again: after a revocation list or an expiry, a
    # ticket would still open a connection.
    context.num_tickets = 0
    return context


def _strengthen(context: ssl.SSLContext, anchor: bytes) -> None:
    """Write out every option that matters, also where it equals the default."""
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.verify_flags = _VERIFY
    context.load_verify_locations(cadata=anchor)
    context.set_alpn_protocols(_HTTP)
