"""The client's channel certificate: asked for, used, and renewed before it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final, Protocol

from kya.agent.dial import Question, ask
from kya.codec.channels import ChannelRequest, render_channel_request
from kya.core.errors import InputError, TransientError
from kya.core.instant import Instant
from kya.pki.certificate import not_after, not_before, parse_certificate
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, blocks_of_pem

CHANNEL_PATH: Final = "/v1/channel"
TIMEOUT_SECONDS: Final = 5.0
"""Asking waits before an order, so it must not wait for long."""

RETRY_SECONDS: Final = 30
"""After a renewal that failed; there are some twenty minutes left for more."""

_PLAIN: Final = {"content-type": "text/plain; charset=utf-8"}


class TlsEnd(Protocol):
    """Our end of TLS, whose key never leaves the process."""

    @property
    def context(self) -> SSLContext:
        """What new connections are opened with."""
        ...

    def draw_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo of a new key."""
        ...

    def install(self, *certificates: bytes) -> None:
        """Use the key drawn last, with its certificate and the CA's, in DER."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDesk:
    """Where channel certificates are issued, and how its TLS is checked."""

    url: str
    context: SSLContext | None


class Channel:
    """One identity's channel certificate, for one thread at a time.

    The identity key signs each request; the TLS key is a new one each time.
    """

    def __init__(
        self,
        credential: str,
        signer: NoteSigner,
        clock: Callable[[], Instant],
        end: TlsEnd,
        desk: ChannelDesk,
    ) -> None:
        """Ask for nothing yet; `keep` does."""
        self._credential = credential
        self._signer = signer
        self._clock = clock
        self._end = end
        self._desk = desk
        self._try_at: Instant | None = None
        self._ends_at: Instant | None = None
        self._certificate = b""

    @property
    def certificate(self) -> bytes:
        """The certificate in use, in DER; empty before there is one."""
        return self._certificate

    @property
    def context(self) -> SSLContext:
        """What connections to the gateway are opened with."""
        return self._end.context

    @property
    def ends_at(self) -> Instant | None:
        """Until when the certificate in use counts; None before there is one."""
        return self._ends_at

    def is_due(self) -> bool:
        """Tell whether two thirds of the certificate's life are over."""
        return self._try_at is None or self._clock() >= self._try_at

    def keep(self) -> None:
        """Renew if it is due.

        A renewal that fails is tried again later, as long as the certificate in use
        still counts: an order of a suspended agent must arrive to be refused on
        record. Then its fault is raised: InputError, TransientError or another.
        """
        if not self.is_due():
            return
        try:
            self.renew()
        except (InputError, TransientError):
            now = self._clock()
            if self._ends_at is None or now >= self._ends_at:
                raise
            self._try_at = now.plus(seconds=RETRY_SECONDS)

    def renew(self) -> None:
        """Get a new certificate for a new key, and use it for new connections."""
        nonce = self._ask("GET", b"").decode("ascii", "replace")
        chain = blocks_of_pem(CERTIFICATE, self._ask("POST", self._request(nonce)))
        found = parse_certificate(chain[0])
        self._end.install(*chain)
        self._certificate = chain[0]
        start, end = not_before(found), not_after(found)
        lasts = end.micros - start.micros
        self._ends_at = end
        self._try_at = start.plus(micros=lasts * 2 // 3)

    def _request(self, nonce: str) -> bytes:
        """Return the signed request for a new key."""
        request = ChannelRequest(
            holder=self._signer.name,
            credential=self._credential,
            key=self._end.draw_key(),
            nonce=nonce,
            at=self._clock(),
        )
        return sign_note(render_channel_request(request), self._signer).render()

    def _ask(self, method: str, body: bytes) -> bytes:
        """Return the body of a good reply; the fault that another one means."""
        question = Question(
            method=method, path=CHANNEL_PATH, body=body, headers=dict(_PLAIN)
        )
        desk = self._desk
        return ask(desk.url, question, desk.context, TIMEOUT_SECONDS).accepted().body
