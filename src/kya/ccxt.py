"""ccxt's class for Kraken, its transport replaced: each request goes to the gateway.

    from kya.ccxt import kraken

    exchange = kraken({"kya": {"directory": "kya-data/agents/bot", "venue": "KRAKEN",
                               "region": "eu-west-1"}})

Unified methods and raw endpoints take the same road, for both end in the transport.
It runs in the bot's own process, and so binds only a bot that wants to be bound.
"""
# ccxt ships types for its own use, without stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

import ccxt
import ccxt.async_support
import msgspec

from kya.agent.kraken_desk import KrakenDesk
from kya.api.kraken import Asked, answer_to
from kya.core.errors import InputError
from kya.wiring.clock import system_clock
from kya.wiring.sidecar import Bound, desk_of

T = TypeVar("T")
_Untyped: TypeAlias = Any
"""ccxt's classes, whose types say less than they do."""

_SYNC: _Untyped = ccxt.kraken
_ASYNC: _Untyped = ccxt.async_support.kraken
_NO_KEY: Final = {"apiKey": "none", "secret": "bm9uZQ=="}
_OK: Final = 200


class Binding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the setting `kya` holds, each as `kya sidecar` takes it."""

    directory: str
    venue: str
    region: str
    market_data: str = "https://api.kraken.com"


class kraken(_SYNC):  # type: ignore[misc]  # noqa: N801  ccxt's name for it
    """A synchronous client; `close` ends its thread."""

    _kya: "tuple[_Thread, KrakenDesk] | None" = None

    def __init__(self, config: Mapping[str, object]) -> None:
        """Take ccxt's settings, and under `kya` who is bound to what."""
        bound, settings = _bound_in(config)
        super().__init__(settings)
        with contextlib.ExitStack() as begun:
            thread = _Thread()
            begun.callback(thread.end)
            desk = thread.run(_made(bound))
            begun.pop_all()
        self._kya = (thread, desk)

    def fetch(
        self,
        url: str,
        method: str = "GET",
        headers: object = None,
        body: str | None = None,
    ) -> object:
        """Return what the gateway answers, or raise what ccxt would."""
        if self._kya is None:
            raise ccxt.ExchangeClosedByUser("kya: the client is closed")
        thread, desk = self._kya
        text = thread.run(_text(desk, url, method, body))
        return _taken(self, text, (url, method, headers, body))

    def close(self) -> None:
        """Close the connections, and end the thread; once is enough."""
        if self._kya is not None:
            (thread, desk), self._kya = self._kya, None
            thread.run(desk.close())
            thread.end()


class async_kraken(_ASYNC):  # type: ignore[misc]  # noqa: N801  as its sibling
    """An asynchronous client; `await close()` at its end, as with ccxt's own."""

    def __init__(self, config: Mapping[str, object]) -> None:
        """Take ccxt's settings, and under `kya` who is bound to what."""
        self._kya_bound, settings = _bound_in(config)
        super().__init__(settings)
        self._kya_desk: KrakenDesk | None = None

    async def fetch(
        self,
        url: str,
        method: str = "GET",
        headers: object = None,
        body: str | None = None,
    ) -> object:
        """Return what the gateway answers, or raise what ccxt would."""
        if self._kya_desk is None:
            self._kya_desk = await _made(self._kya_bound)
        text = await _text(self._kya_desk, url, method, body)
        return _taken(self, text, (url, method, headers, body))

    async def close(self) -> None:
        """Close the connections."""
        desk, self._kya_desk = self._kya_desk, None
        if desk is not None:
            await desk.close()
        await super().close()


def _bound_in(config: Mapping[str, object]) -> tuple[Bound, dict[str, object]]:
    """Return who is bound, and ccxt's own settings."""
    settings = {**_NO_KEY, **config}
    try:
        given = msgspec.convert(settings.pop("kya", None), Binding)
    except msgspec.ValidationError as error:
        raise InputError(f"kya: {error}") from error
    bound = Bound(
        directory=Path(given.directory),
        venue=given.venue,
        region=given.region,
        market_url=given.market_data,
    )
    return bound, settings


async def _made(bound: Bound) -> KrakenDesk:
    """Return the desk, made in the loop that it works in."""
    return desk_of(bound, system_clock().clock)


async def _text(desk: KrakenDesk, url: str, method: str, body: str | None) -> str:
    """Return the answer to a request that ccxt would have sent."""
    address = urlsplit(url)
    asked = Asked(
        path=address.path,
        query=address.query,
        body=(body or "").encode(),
        is_post=method == "POST",
    )
    return (await answer_to(desk, asked)).decode()


def _taken(client: _Untyped, text: str, request: tuple[object, ...]) -> object:
    """Have ccxt read the answer, and raise what it makes of an error."""
    url, method, headers, body = request
    response = cast("object", client.parse_json(text))
    client.last_http_response = text
    client.last_json_response = response
    client.handle_errors(_OK, "OK", url, method, {}, text, response, headers, body)
    return response


class _Thread:
    """A loop in a thread of its own, for a client that has none."""

    def __init__(self) -> None:
        """Begin."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def end(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
