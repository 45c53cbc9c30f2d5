"""TLS of a running gateway: both listeners' ends, the issuer, and their renewal."""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Final

from kya.adapters.channel_tls import ChannelEnd
from kya.adapters.randomness import new_serial, random_bytes
from kya.authority.channel import ChannelIssuer
from kya.authority.nonces import Nonces
from kya.config import GatewaySection
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.gateway.ports import Clock
from kya.pki.channel import ChannelAnchor, verify_channel_ca
from kya.pki.channel_profile import CHANNEL_SECONDS_MAX
from kya.pki.channel_rules import Host
from kya.wiring.installation import CHANNEL, GATEWAY, Opened, found_channel_ca
from kya.wiring.listening import LOOPBACK, WILDCARD

_RETRY_SECONDS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTls:
    """What the gateway needs to know its peers.

    `orders` demands a client certificate, `desk` does not: there one is asked for.
    """

    issuer: ChannelIssuer
    anchor: ChannelAnchor
    orders: ChannelEnd
    desk: ChannelEnd
    binding: str
    hosts: tuple[Host, ...]

    def renew(self) -> None:
        """Give both ends new keys and certificates, from the next connection on."""
        for end in (self.orders, self.desk):
            key = end.draw_key()
            leaf = self.issuer.certify_gateway(GATEWAY, self.binding, key, self.hosts)
            end.install(leaf, self.anchor.der)

    async def renew_ever(self) -> None:
        """Renew whenever two thirds of a certificate's life are over.

        While the key store is out of reach the old certificate stays in use; once it
        has ended, no client connects any more.
        """
        pause = self.issuer.seconds * 2 / 3
        while True:
            await asyncio.sleep(pause)
            try:
                await asyncio.to_thread(self.renew)
                pause = self.issuer.seconds * 2 / 3
            except TransientError:
                pause = min(_RETRY_SECONDS, pause)


def gateway_tls(
    opened: Opened, clock: Clock, seconds: int = CHANNEL_SECONDS_MAX
) -> GatewayTls:
    """Return TLS under the installation's channel CA, which is made if it has none.

    DistrustError if its certificate does not hold under the root.
    """
    now = clock.now()
    if not (opened.data / f"trust/{CHANNEL}.pem").exists():
        found_channel_ca(opened, now)
    anchor = anchor_of(opened, now)
    issuer = ChannelIssuer(
        opened.channel_ca(), Nonces(random_bytes), clock.now, new_serial, seconds
    )
    tls = GatewayTls(
        issuer=issuer,
        anchor=anchor,
        orders=ChannelEnd.of_gateway(anchor.der),
        desk=ChannelEnd.of_issuer(anchor.der),
        binding=sha256(opened.certificate(GATEWAY)).hexdigest(),
        hosts=hosts_of(opened.config.gateway),
    )
    tls.renew()
    return tls


def anchor_of(opened: Opened, now: Instant) -> ChannelAnchor:
    """Return the installation's channel CA; DistrustError unless the root signed it."""
    return verify_channel_ca(
        opened.certificate(CHANNEL), opened.certificate("root"), now
    )


def hosts_of(section: GatewaySection) -> tuple[Host, ...]:
    """Return the names under which clients reach the gateway, each once."""
    host = LOOPBACK if section.host == WILDCARD else section.host
    return tuple(dict.fromkeys(map(_host, (host, *section.names))))


def _host(text: str) -> Host:
    """Return a name or an address."""
    try:
        return ip_address(text)
    except ValueError:
        return text
