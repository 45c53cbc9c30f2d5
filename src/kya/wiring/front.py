"""The gateway's listeners, as its configuration wants them: nobody comes in otherwise.

off      plain HTTP on loopback; nobody is asked who they are
mutual   TLS with a channel certificate; another listener issues these
proxy    a proxy on this machine has asked, and says whom it saw
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
        named = {"url": self.doors[0].listening.url}
        if len(self.doors) > 1:
            named["channel"] = self.doors[1].listening.url
        return named


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What the doors lead to: the gateway's application, its log and its clock."""

    app: ASGIApp
    state: Callable[[], State]
    clock: Clock


def front_of(
    opened: Opened, port: int | None, behind: Behind, stack: ExitStack
) -> Front:
    """Return the gateway's front, whose sockets are closed with the stack.

    `port` takes the place of the configuration's, with the issuer's above it; 0 for
    two free ones.
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
            orders, second = _at_socket(Path(section.socket), stack)
        else:
            orders, second = _on_tcp(opened, port, "http", stack)
        app = PeerBoundary(behind.app, ForwardedPeers(verified))
        protocol = peer_protocol(section.connection_seconds_max)
        first = Door(app=app, listening=orders, protocol=protocol)
        return Front(doors=(first, Door(app=desk, listening=second)))
    orders, second = _on_tcp(opened, port, "https", stack)
    app = PeerBoundary(behind.app, DirectPeers(verified))
    return Front(
        doors=(
            Door(
                app=app,
                listening=orders,
                protocol=peer_protocol(section.connection_seconds_max),
                tls=tls.orders.context,
            ),
            Door(
                app=desk,
                listening=second,
                protocol=peer_protocol(_DESK_SECONDS),
                tls=tls.desk.context,
            ),
        ),
        keeping=tls.renew_ever,
    )


def _on_tcp(
    opened: Opened, port: int | None, scheme: str, stack: ExitStack
) -> tuple[Listening, Listening]:
    """Return the listeners of orders and of requests for certificates."""
    section = opened.config.gateway
    first, second = section.port, section.channel_port
    if port is not None:
        first, second = port, port_above(port)
    orders = _kept(listen_on(section.host, first, scheme), stack)
    return orders, _kept(listen_on(section.host, second, scheme), stack)


def _at_socket(path: Path, stack: ExitStack) -> tuple[Listening, Listening]:
    """Return the same as Unix sockets."""
    beside = path.with_name(f"{path.name}.channel")
    return _kept(listen_at(path), stack), _kept(listen_at(beside), stack)


def _kept(listening: Listening, stack: ExitStack) -> Listening:
    """Return the listener, which ends with the stack."""
    return stack.enter_context(closing(listening))
