"""One request to a target of alerts: bounded in time, and going nowhere else.

No redirect is followed, no proxy of the environment asked, and nothing of an answer is
read but its status. Neither address nor headers are logged or stand in an error: they
may hold secrets, and what is told of a failure goes into the log.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from ssl import SSLContext
from typing import Final

import httpx

from kya.adapters.public_address import Network, addresses_of
from kya.core.errors import InputError, TransientError

_TAKEN: Final = range(200, 300)
_NEVER: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.GONE})
"""The alert will not be taken however often it is told; all else may pass."""

_MILLIS: Final = 1_000
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where alerts are posted to, and within which time an answer must have come.

    `networks` are those that may be asked although they are not public.
    """

    url: str = field(repr=False)
    trust: SSLContext
    answer_millis: int
    networks: tuple[Network, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what others could read or change on its way."""
        url = _parsed(self.url)
        is_safe = url.scheme == "https" or (
            url.scheme == "http" and _is_loopback(url.host)
        )
        if not (is_safe and url.host) or url.userinfo or url.fragment:
            raise InputError(
                "url: want https, or http to a loopback address, and no user or"
                " password in it"
            )


async def post(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> str:
    """Return the status of the answer once the endpoint has taken the body.

    TransientError: it has not, or nobody knows. InputError: it never will.
    """
    try:
        async with asyncio.timeout(endpoint.answer_millis / _MILLIS):
            status = await _asked(endpoint, body, headers)
    except TimeoutError as error:
        msg = f"no answer within {endpoint.answer_millis} ms"
        raise TransientError(msg) from error
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        # Its text may name the address.
        raise TransientError(f"no answer: {type(error).__name__}") from None
    if status in _TAKEN:
        return _words(status)
    if status in _NEVER:
        raise InputError(_words(status))
    raise TransientError(_words(status))


async def _asked(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> int:
    """Return the status of the answer to one request, which goes out once."""
    url = _parsed(endpoint.url)
    host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
    addresses = await addresses_of(host, port, endpoint.networks)
    # The transport alone: a client would log the address, and knows more ways on.
    async with httpx.AsyncHTTPTransport(
        verify=endpoint.trust, trust_env=False, retries=0
    ) as transport:
        for address in addresses:
            request = httpx.Request(
                "POST",
                url.copy_with(host=address),
                headers={
                    "accept-encoding": "identity",
                    "connection": "close",
                    "user-agent": "kya",
                    **headers,
                    "host": url.netloc.decode("ascii"),
                },
                content=body,
                # Who answers must have the certificate of the name, not the address.
                extensions={"sni_hostname": host, "timeout": {}},
            )
            try:
                answer = await transport.handle_async_request(request)
            except httpx.ConnectError:
                if address == addresses[-1]:
                    raise
                continue
            await answer.aclose()
            return answer.status_code
    raise TransientError("the host has no address")


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InputError("url: want one that can be read") from error


def _is_loopback(host: str) -> bool:
    """Tell whether the host is an address of this machine, and not a name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _words(status: int) -> str:
    """Return the status as people know it; its phrase is the standard's, not theirs."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status}"
