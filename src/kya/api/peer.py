"""Who is at the other end: nobody passes without a channel certificate that holds.

In direct mode TLS has verified the certificate already, under the same anchor. It is
read here again, under every rule of its profile, and its time at every request.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Final, Protocol

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from kya.api.peer_protocol import CLIENT_CERTIFICATE
from kya.api.problems import Problem, ProblemError
from kya.core.credential import Role
from kya.core.errors import DistrustError, MalformedError
from kya.core.instant import Instant
from kya.core.limits import AGENTS_MAX
from kya.pki.channel import ChannelAnchor, VerifiedChannel, verify_channel

PEER: Final = "kya.peer"
NOTE_PATHS: Final = frozenset({"/v1/orders", "/v1/sessions"})
"""Where agents send what they have signed."""

# RFC 9440 §2.1, §2.2. Whoever can set them, unseen by us, is whoever they name.
_HEADER: Final = b"client-cert"
_HEADERS: Final = frozenset({_HEADER, b"client-cert-chain"})
_READS: Final = frozenset({"GET", "HEAD"})


class Peers(Protocol):
    """How a request's peer is known."""

    def of(self, scope: Scope) -> VerifiedChannel | None:
        """Return the peer, None where none is asked for; ProblemError otherwise."""
        ...


class VerifiedPeers:
    """Channel certificates that have held once; their time is asked each time."""

    __slots__ = ("_anchor", "_clock", "_known")

    def __init__(self, anchor: ChannelAnchor, clock: Callable[[], Instant]) -> None:
        """Verify under this channel CA."""
        self._anchor = anchor
        self._clock = clock
        self._known: dict[bytes, VerifiedChannel] = {}

    def of(self, certificate: bytes) -> VerifiedChannel:
        """Return what the certificate says; ProblemError if it does not hold now."""
        now = self._clock()
        known = self._known.get(certificate)
        if known is None:
            try:
                known = verify_channel(certificate, self._anchor, now)
            except DistrustError as error:
                raise ProblemError(_no_peer(str(error))) from error
            if len(self._known) >= 2 * AGENTS_MAX:
                self._known.clear()
            self._known[certificate] = known
        end = min(known.not_after, self._anchor.not_after)
        if not known.not_before <= now <= end:
            raise ProblemError(_no_peer(f"the channel certificate ended at {end}"))
        return known


class NoPeers:
    """Loopback without TLS: nobody is asked, and nobody may claim to be somebody."""

    def of(self, scope: Scope) -> None:
        """Return nobody."""
        _require_no_header(scope)


class DirectPeers:
    """The peer of the TLS connection itself."""

    def __init__(self, verified: VerifiedPeers) -> None:
        """Read certificates with these rules."""
        self._verified = verified

    def of(self, scope: Scope) -> VerifiedChannel:
        """Return the connection's peer."""
        _require_no_header(scope)
        tls = scope.get("extensions", {}).get("tls", {})
        certificate = tls.get(CLIENT_CERTIFICATE)
        if not isinstance(certificate, bytes):
            raise ProblemError(_no_peer("the connection has no client certificate"))
        return self._verified.of(certificate)


class ForwardedPeers:
    """The peer that a proxy on this machine has seen, in one header (RFC 9440).

    Only for a listener that nobody but the proxy can reach.
    """

    def __init__(self, verified: VerifiedPeers) -> None:
        """Read certificates with these rules."""
        self._verified = verified

    def of(self, scope: Scope) -> VerifiedChannel:
        """Return the peer that the header names."""
        named = [value for name, value in scope["headers"] if name == _HEADER]
        if len(named) != 1:
            raise ProblemError(
                _no_peer(f"want one Client-Cert header of the proxy, got {len(named)}")
            )
        return self._verified.of(_byte_sequence(named[0]))


class PeerBoundary:
    """The application for peers only: each request has one before any route sees it.

    Agents read, submit orders and start sessions. Everything else that changes
    something is for the services, also on routes that do not exist yet.
    """

    def __init__(self, app: ASGIApp, peers: Peers) -> None:
        """Wrap the application."""
        self._app = app
        self._peers = peers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request of a peer; refuse everybody else's."""
        if scope["type"] != "http":
            return
        try:
            peer = self._peers.of(scope)
            if peer is not None:
                _require_may_ask(peer, scope)
        except ProblemError as error:
            await error.problem(scope, receive, send)
            return
        scope[PEER] = peer
        await self._app(scope, receive, send)


class OwnNotes:
    """An agent's connection carries its own notes, under the certificate it is for."""

    __slots__ = ("_current",)

    def __init__(self, current: Callable[[str], str | None]) -> None:
        """Look up an agent's newest credential with `current`."""
        self._current = current

    def require(self, scope: Scope, raw: bytes) -> None:
        """Return if the peer may submit this note; ProblemError otherwise.

        The credential's standing is not asked: that the order was refused for it must
        be decided and logged.
        """
        peer: VerifiedChannel | None = scope.get(PEER)
        if peer is None:
            return
        note = _claim_in(raw)
        if peer.identity.role is not Role.AGENT or peer.identity.name != note.agent:
            raise ProblemError(
                _forbidden(f"a note of {note.agent!r} by {peer.identity}")
            )
        # The newest one, too: an order that was signed before a replacement, and is
        # sent again after it, comes over the new identity's channel.
        if peer.binding not in {note.credential, self._current(note.agent)}:
            raise ProblemError(
                _forbidden(
                    f"a note under certificate {note.credential} over a channel"
                    f" bound to {peer.binding}"
                )
            )


class _Claim(msgspec.Struct, frozen=True):
    """Whose note the line says it is; the road reads the line in full."""

    agent: str
    credential: str


_CLAIM: Final = msgspec.json.Decoder(_Claim)


def _claim_in(raw: bytes) -> _Claim:
    """Return whose line the note says it holds; MalformedError otherwise."""
    try:
        return _CLAIM.decode(raw.partition(b"\n")[0])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"note: {error}") from error


def _require_no_header(scope: Scope) -> None:
    """Raise if the request claims what only a proxy could have seen."""
    if any(name in _HEADERS for name, _ in scope["headers"]):
        detail = "Client-Cert is for a gateway behind a proxy; this one has none"
        raise ProblemError(
            Problem(
                status=400,
                name="client-cert",
                title="A header that is not taken here",
                detail=detail,
            )
        )


def _require_may_ask(peer: VerifiedChannel, scope: Scope) -> None:
    """Raise unless the peer's role may ask this."""
    role = peer.identity.role
    if role is Role.GATEWAY:
        raise ProblemError(_forbidden("a gateway's certificate is for its own end"))
    is_note = scope["method"] == "POST" and scope["path"] in NOTE_PATHS
    if role is Role.AGENT and not is_note and scope["method"] not in _READS:
        asked = f"{scope['method']} {scope['path']}"
        raise ProblemError(_forbidden(f"{asked} is not for agents"))


def _byte_sequence(value: bytes) -> bytes:
    """Return what a byte sequence holds (RFC 8941 §3.3.5), in its one spelling."""
    text = value[1:-1]
    try:
        octets = b64decode(text, validate=True)
    except ValueError:
        octets = b""
    if not octets or value != b":" + b64encode(octets) + b":":
        raise ProblemError(
            _no_peer("Client-Cert: want the certificate's DER in base64 between colons")
        )
    return octets


def _no_peer(detail: str) -> Problem:
    """Return the answer to whoever has no channel certificate that holds."""
    return Problem(
        status=401, name="no-channel", title="No channel certificate", detail=detail
    )


def _forbidden(detail: str) -> Problem:
    """Return the answer to a peer that asks for what is not its own."""
    return Problem(
        status=403, name="wrong-channel", title="Not over this channel", detail=detail
    )
