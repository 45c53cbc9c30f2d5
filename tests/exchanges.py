"""A paper exchange at a real socket, and unmodified ccxt bots pointed at it."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import ccxt
import ccxt.async_support
from starlette.types import ASGIApp

from kya.adapters.exchange_faults import Faults
from kya.adapters.paper_exchange import PaperExchange
from kya.adapters.prices_seeded import SeededPrices
from kya.api.kraken import Answering, ApiKeys, KrakenEdge
from kya.gateway.ports import Prices
from kya.wiring.listening import listen_on
from kya.wiring.server import Door, SecondServer, Server, server_of
from tests.gateway.house import HandClock

Bot: TypeAlias = Any
"""What ccxt gives has types that say less than its documents."""

_SYNC: Bot = ccxt.kraken
_ASYNC: Bot = ccxt.async_support.kraken
_BINANCE: Bot = ccxt.binance
_ASYNC_BINANCE: Bot = ccxt.async_support.binance

KEY, SECRET = "the-key", b64encode(b"the secret of the account" * 2).decode()
STOLEN = "another-key-of-the-account"


def an_exchange(
    faults: Faults | None = None,
    prices: Prices | None = None,
    clock: HandClock | None = None,
) -> PaperExchange:
    """An exchange in memory."""
    return PaperExchange(prices or SeededPrices(1), clock or HandClock(), None, faults)


@contextmanager
def at_socket(edge: ASGIApp) -> Iterator[str]:
    """Serve the edge from a thread of its own; yield its URL."""
    listening = listen_on("127.0.0.1", 0, "http")
    servers: list[Server] = []

    async def serve() -> None:
        server = server_of(Door(app=edge, listening=listening), SecondServer)
        servers.append(server)
        await server.serve(sockets=[listening.socket])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    try:
        yield listening.url
    finally:
        for server in servers:
            server.should_exit = server.force_exit = True
        thread.join()


def edge_of(exchange: Answering) -> KrakenEdge:
    """The exchange's HTTP edge, with the account's key and somebody else's copy."""
    return KrakenEdge(exchange, ApiKeys({KEY: SECRET, STOLEN: SECRET}))


def settings(url: str, **more: object) -> dict[str, object]:
    """What a bot tells ccxt: only where the exchange is, and its key."""
    return {
        "apiKey": KEY,
        "secret": SECRET,
        "enableRateLimit": False,
        "urls": {"api": {"public": url, "private": url}},
        **more,
    }


def a_bot(url: str, **more: object) -> Bot:
    """An unmodified ccxt bot."""
    return _SYNC(settings(url, **more))


def an_async_bot(url: str, **more: object) -> Bot:
    """An unmodified asynchronous ccxt bot; close it."""
    return _ASYNC(settings(url, **more))


def binance_settings(url: str, **more: object) -> dict[str, object]:
    """What a bot for Binance tells ccxt: where it is, and that it trades spot alone."""
    return {
        "apiKey": KEY,
        "secret": SECRET,
        "enableRateLimit": False,
        "urls": {"api": dict.fromkeys(("public", "private"), f"{url}/api/v3")},
        "options": {
            "fetchCurrencies": False,
            "fetchMargins": False,
            "fetchMarkets": {"types": ["spot"]},
        },
        **more,
    }


def a_binance_bot(url: str, **more: object) -> Bot:
    """An unmodified ccxt bot for Binance's spot market."""
    return _BINANCE(binance_settings(url, **more))


def an_async_binance_bot(url: str, **more: object) -> Bot:
    """An unmodified asynchronous one; close it."""
    return _ASYNC_BINANCE(binance_settings(url, **more))
