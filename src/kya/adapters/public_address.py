"""Where a request may go: to public addresses, and to networks allowed by name.

A name is resolved once for each request, every address is looked at, and the request
goes to one of those: what the name leads to a moment later does not matter.
"""

import asyncio
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from socket import AI_ADDRCONFIG, SOCK_STREAM
from typing import Final

from kya.core.errors import TransientError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PUBLIC: Final = ip_network("2000::/3")
"""All that is given out of IPv6 to be reached from everywhere."""

_LED_ON: Final = (ip_network("2001::/32"), ip_network("2002::/16"))
"""What of it leads on to addresses of IPv4, private ones among them."""


async def addresses_of(
    host: str, port: int, allowed: tuple[Network, ...]
) -> tuple[str, ...]:
    """Return where the host is; TransientError if it may not be asked there.

    One address that may not be is enough: its owner could choose which one we take.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            host, port, type=SOCK_STREAM, flags=AI_ADDRCONFIG
        )
    except (OSError, UnicodeError) as error:
        raise TransientError("the name of the host cannot be resolved") from error
    texts = dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found)
    for text in texts:
        if not may_be_asked(ip_address(text), allowed):
            raise TransientError(
                "the host is at an address that is not public; want a public one, or"
                " its network in `networks`"
            )
    return tuple(texts)


def may_be_asked(address: Address, allowed: tuple[Network, ...]) -> bool:
    """Tell whether the address is public, or in a network that is allowed by name."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return True
    if isinstance(address, IPv6Address) and address not in _PUBLIC:
        return False
    if any(address in network for network in _LED_ON):
        return False
    # Multicast counts as global.
    return address.is_global and not (address.is_multicast or address.is_reserved)
