"""Prices from a feed over HTTP: lines of JSON, polled or streamed (spec/price-feed.md).

A task of its own reads the feed; the road asks memory alone. Polling and streaming are
one thing: lines are taken as they come, and when a reply ends it is asked for again.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Final

import httpx

from kya.adapters.prices_newest import NewestPrices
from kya.codec.price_lines import read_price_line
from kya.core.errors import MalformedError, TransientError
from kya.core.instant import Instant
from kya.core.limits_outside import (
    FEED_LINE_BYTES_MAX,
    FEED_PAUSE_MILLIS_MAX,
    FEED_PAUSE_MILLIS_MIN,
)
from kya.core.price import ReferencePrice
from kya.gateway.ports import Clock, SourceStatus

_LOG: Final = logging.getLogger("kya.prices")
_MILLIS: Final = 1_000
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Where a feed is. Neither address nor token is ever logged, only the name.

    `interval_millis` lies between two replies; a reply that brings neither a price nor
    an empty line for `quiet_millis` is given up.
    """

    name: str
    url: str
    trust: SSLContext
    token: str = field(default="", repr=False)
    interval_millis: int
    quiet_millis: int


class HttpPrices:
    """The newest prices of one feed; there are none before it has been followed."""

    def __init__(self, feed: Feed, clock: Clock) -> None:
        """Know where the feed is; ask nothing yet."""
        self._feed = feed
        self._clock = clock
        self._newest = NewestPrices()
        self._refused = 0
        self._fault = "not asked yet"

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the newest price that is not after the instant, or None."""
        return self._newest.at(market, instant)

    def status(self) -> SourceStatus:
        """Return how the feed is doing."""
        return SourceStatus(
            name=self._feed.name,
            fault=self._fault,
            refused=self._refused,
            newest=self._newest.newest(),
        )

    async def follow_ever(self) -> None:
        """Take what the feed says, and come back after ever longer pauses if it fails.

        Prices that were taken stay until newer ones come: how old one may be is for
        the scope to say, at every order.
        """
        interval = pause = self._feed.interval_millis
        async with self._client() as client:
            while True:
                if await self._follow(client):
                    pause = interval
                else:
                    pause = min(
                        max(2 * pause, FEED_PAUSE_MILLIS_MIN), FEED_PAUSE_MILLIS_MAX
                    )
                await asyncio.sleep(pause / _MILLIS)

    async def _follow(self, client: httpx.AsyncClient) -> bool:
        """Take one reply to its end; tell whether it brought a price."""
        taken, fault = 0, ""
        try:
            async with asyncio.timeout(None) as quiet:
                self._wait_again(quiet)
                async with aclosing(_lines(client, self._feed.url)) as lines:
                    async for line in lines:
                        if not line or self._take(line):
                            self._wait_again(quiet)
                            taken += bool(line)
        except TimeoutError:
            fault = "quiet"
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            fault = type(error).__name__
        except _FeedError as error:
            fault = str(error)
        except TransientError:
            fault = "our clock"
        self._say(fault or ("" if taken else "a reply without a price"))
        return taken > 0

    def _take(self, line: bytes) -> bool:
        """Keep the line's price; tell whether it was one, and not older than ours."""
        try:
            self._newest.keep(read_price_line(line), self._clock.now())
        except MalformedError:
            self._refused += 1
            return False
        if self._fault:
            self._say("")
        return True

    def _say(self, fault: str) -> None:
        """Keep what is wrong, and log when that changes."""
        if fault == self._fault:
            return
        self._fault = fault
        if fault:
            _LOG.warning("price feed %s: %s", self._feed.name, fault)
        else:
            _LOG.info("price feed %s: brings prices", self._feed.name)

    def _wait_again(self, quiet: asyncio.Timeout) -> None:
        """Be patient with the reply for another while."""
        now = asyncio.get_running_loop().time()
        quiet.reschedule(now + self._feed.quiet_millis / _MILLIS)

    def _client(self) -> httpx.AsyncClient:
        """Return a client that goes nowhere but to the feed."""
        token = self._feed.token
        headers = {"accept-encoding": "identity", "cache-control": "no-cache"}
        return httpx.AsyncClient(
            headers=headers | ({"authorization": f"Bearer {token}"} if token else {}),
            verify=self._feed.trust,
            timeout=self._feed.quiet_millis / _MILLIS,
            follow_redirects=False,
            trust_env=False,
        )


class _FeedError(Exception):
    """A reply that is not worth reading on."""


async def _lines(client: httpx.AsyncClient, url: str) -> AsyncGenerator[bytes]:
    """Yield the lines of one reply as they come, none longer than a line may be."""
    async with client.stream("GET", url) as reply:
        if reply.status_code != _OK:
            raise _FeedError(f"HTTP {reply.status_code}")
        rest = b""
        async for chunk in reply.aiter_raw():
            *whole, rest = (rest + chunk).split(b"\n")
            if max(map(len, (*whole, rest))) > FEED_LINE_BYTES_MAX:
                raise _FeedError("a line that is too long")
            for line in whole:
                yield line.strip()
                # Orders are judged in this loop, too, however fast a feed may be.
                await asyncio.sleep(0)
        if rest:
            raise _FeedError("a reply that broke off")
