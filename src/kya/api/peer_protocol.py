"""HTTP over TLS that tells the application who is at the other end, and for how long.

uvicorn's release has no TLS extension; this adds what the ASGI proposal names, and the
certificate in DER beside it.
"""

import ssl
from asyncio import TimerHandle, Transport
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CLIENT_CERTIFICATE: Final = "kya.client_certificate"


class PeerProtocol(HttpToolsProtocol):
    """One connection; it ends after `seconds_max`, between two requests.

    A connection outlives whatever was checked when it was opened, so its age is
    bounded. The request under way is answered first, if that takes no longer than
    `grace_seconds`: whoever sends a body octet by octet gains no more.
    """

    seconds_max: ClassVar[float] = 600.0
    grace_seconds: ClassVar[float] = 30.0

    _extensions: dict[str, dict[str, object]]
    _end: TimerHandle | None = None

    def connection_made(  # type: ignore[override]
        self, transport: Transport
    ) -> None:
        """Note the peer's certificate, and when the connection must end."""
        super().connection_made(transport)
        self._extensions = _extensions_of(transport.get_extra_info("ssl_object"))
        self._end = self.loop.call_later(self.seconds_max, self._end_soon)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget when it would have had to end."""
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)

    def _end_soon(self) -> None:
        """End after the request under way, or without it."""
        self._end = self.loop.call_later(self.grace_seconds, self.transport.abort)
        self.shutdown()

    def on_message_begin(self) -> None:
        """Give the request what the connection knows."""
        super().on_message_begin()
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]


def peer_protocol(seconds: float) -> type[PeerProtocol]:
    """Return the protocol of connections that end after so many seconds."""

    class BoundedPeerProtocol(PeerProtocol):
        """A connection of a configured age."""

        seconds_max = seconds

    return BoundedPeerProtocol


def _extensions_of(
    tls: ssl.SSLObject | ssl.SSLSocket | None,
) -> dict[str, dict[str, object]]:
    """Return the ASGI extensions of a connection; none without TLS."""
    if tls is None:
        return {}
    certificate = tls.getpeercert(binary_form=True)
    if certificate is None:
        return {"tls": {"client_cert_chain": ()}}
    return {
        "tls": {
            # CPython 3.11 knows the leaf alone.
            "client_cert_chain": (ssl.DER_cert_to_PEM_cert(certificate),),
            CLIENT_CERTIFICATE: certificate,
        }
    }
