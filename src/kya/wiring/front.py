"""The gateway's listeners, as its configuration wants them: nobody comes in otherwise.

off      plain HTTP on loopback; nobody is asked who they are
mutual   TLS with a channel certificate; another listener issues these
proxy    a proxy on this machine has asked, and says whom it saw

Where certificates are asked for, a third listener tells everybody which are revoked.
"""

from collections.abc import Callable, Coroutine
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp

from kya.api.channel import create_channel_app
from kya.api.peer import (
    DirectPeers,
    ForwardedPeers,
    NoPeers,
    PeerBoundary,
    VerifiedPeers,
)
from kya.api.peer_protocol import peer_protocol
from kya.config import port_above
from kya.core.state import State
from kya.gateway.ports import Clock
from kya.wiring.installation import Opened
from kya.wiring.listening import Listening, listen_at, listen_on
from kya.wiring.server import Door
from kya.wiring.tls import gateway_tls

_DESK_SECONDS: Final = 30.0
"""A request for a certificate takes two exchanges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The doors, the orders' first, and what keeps their certificates fresh."""

    doors: tuple[Door, ...]
    keeping: Callable[[], Coroutine[None, None, None]] | None = None

    @property
    def address(self) -> dict[str, str]:
        """Where the gateway is, for this machine."""
        names = ("url", "channel", "status")
        urls = [door.listening.url for door in self.doors]
        return dict(zip(names, urls, strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What the doors lead to: the gateway's application, its log and its clock.

    `statuses` is the part of it that everybody may ask.
    """

    app: ASGIApp
    statuses: ASGIApp
    state: Callable[[], State]
    clock: Clock


def front_of(
    opened: Opened, port: int | None, behind: Behind, stack: ExitStack
) -> Front:
    """Return the gateway's front, whose sockets are closed with the stack.

    `port` takes the place of the configuration's, with the others' above it; 0 for
    free ones.
    """
    section = opened.config.gateway
    if section.tls == "off":
        number = section.port if port is None else port
        listening = _kept(listen_on(section.host, number, "http"), stack)
        door = Door(app=PeerBoundary(behind.app, NoPeers()), listening=listening)
        return Front(doors=(door,))
    tls = gateway_tls(opened, behind.clock)
    verified = VerifiedPeers(tls.anchor, behind.clock.now)
    desk = create_channel_app(tls.issuer, behind.state)
    if section.tls == "proxy":
        if section.socket:
            at = _at_socket(Path(section.socket), stack)
        else:
            at = _on_tcp(opened, port, "http", stack)
        app = PeerBoundary(behind.app, ForwardedPeers(verified))
        protocol = peer_protocol(section.connection_seconds_max)
        first = Door(app=app, listening=at.orders, protocol=protocol)
        second = Door(app=desk, listening=at.desk)
        return Front(doors=(first, second, _status_door(behind, at)))
    at = _on_tcp(opened, port, "https", stack)
    first = Door(
        app=PeerBoundary(behind.app, DirectPeers(verified)),
        listening=at.orders,
        protocol=peer_protocol(section.connection_seconds_max),
        tls=tls.orders.context,
    )
    second = Door(
        app=desk,
        listening=at.desk,
        protocol=peer_protocol(_DESK_SECONDS),
        tls=tls.desk.context,
    )
    doors = (first, second, _status_door(behind, at))
    return Front(doors=doors, keeping=tls.renew_ever)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listeners:
    """Those of orders, of requests for certificates, and of questions about them."""

    orders: Listening
    desk: Listening
    statuses: Listening


def _status_door(behind: Behind, at: _Listeners) -> Door:
    """Return the door that is open to everybody, without TLS; a connection is short."""
    protocol = peer_protocol(_DESK_SECONDS)
    return Door(app=behind.statuses, listening=at.statuses, protocol=protocol)


def _on_tcp(
    opened: Opened, port: int | None, scheme: str, stack: ExitStack
) -> _Listeners:
    """Return the listeners on TCP, of which only the statuses' is always plain."""
    section = opened.config.gateway
    first, second, third = section.port, section.channel_port, section.status_port
    if port is not None:
        first, second = port, port_above(port)
        third = port_above(second)
    return _Listeners(
        orders=_kept(listen_on(section.host, first, scheme), stack),
        desk=_kept(listen_on(section.host, second, scheme), stack),
        statuses=_kept(listen_on(section.host, third, "http"), stack),
    )


def _at_socket(path: Path, stack: ExitStack) -> _Listeners:
    """Return the same as Unix sockets."""
    return _Listeners(
        orders=_kept(listen_at(path), stack),
        desk=_kept(listen_at(path.with_name(f"{path.name}.channel")), stack),
        statuses=_kept(listen_at(path.with_name(f"{path.name}.status")), stack),
    )


def _kept(listening: Listening, stack: ExitStack) -> Listening:
    """Return the listener, which ends with the stack."""
    return stack.enter_context(closing(listening))
