"""One account at an exchange, reached through ccxt: a method in, a result or words out.

ccxt signs, sends once, and reads what comes back. Nothing here sends anything again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, cast

import ccxt  # pyright: ignore[reportMissingTypeStubs]
import ccxt.async_support  # pyright: ignore[reportMissingTypeStubs]

from kya.codec.kraken_words import (
    DialectError,
    nothing_was_done,
    read_envelope,
)
from kya.core.errors import InputError, MalformedError, TransientError

EXCHANGES: Final = ("kraken",)
"""What this adapter's road was walked with."""


class _Client(Protocol):
    """What is used of ccxt's client besides the methods of its exchange."""

    async def close(self) -> None: ...


_Call = Callable[[Mapping[str, str]], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where an exchange is, and who we are there; `key` gives the key and its secret.

    Both are asked for when the first message leaves, and stand in no message of ours.
    An empty `url` is the exchange's own. Paced, ccxt keeps to the exchange's rates.
    `cancel_after_seconds` is what the exchange's own timer is set to; 0 is no timer.
    """

    exchange: str
    key: Callable[[], tuple[str, str]]
    url: str = ""
    timeout_millis: int = 4_000
    is_paced: bool = True
    cancel_after_seconds: int = 0


class CcxtAccount:
    """Asks one message at a time: a nonce that comes late is refused for good."""

    def __init__(self, access: Access) -> None:
        """Connect to nothing yet; InputError for an exchange that nobody has tried."""
        if access.exchange not in EXCHANGES:
            msg = f"ccxt: want one of {', '.join(EXCHANGES)}, got {access.exchange}"
            raise InputError(msg)
        self._access = access
        self._turn = asyncio.Lock()
        self._client: _Client | None = None

    async def ask(self, method: str, parameters: Mapping[str, str]) -> object:
        """Return the result of a private method.

        DialectError, in the exchange's words, where it promises that nothing was done;
        TransientError where nobody knows.
        """
        async with self._turn:
            return await self._answer(f"privatePost{method}", parameters)

    async def inquire(self, method: str, parameters: Mapping[str, str]) -> object:
        """Return what a private question is answered; TransientError if it is not."""
        try:
            return await self.ask(method, parameters)
        except DialectError as error:
            raise TransientError(f"{method}: {error}") from error

    async def ask_publicly(self, method: str) -> object:
        """Return the result of a public method; TransientError if there is none."""
        try:
            return await self._answer(f"publicGet{method}", {})
        except DialectError as error:
            raise TransientError(f"{self._access.exchange}: {error}") from error

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _answer(self, name: str, parameters: Mapping[str, str]) -> object:
        """Send once, and return what came back."""
        call = cast("_Call", getattr(self._connected(), name))
        try:
            answer = await call(dict(parameters))
        except ccxt.BaseError as error:
            words = _words_in(str(error))
            if nothing_was_done(words):
                raise DialectError(*words) from error
            said = ", ".join(words) or type(error).__name__
            raise TransientError(f"{self._access.exchange}: {said}") from error
        if not isinstance(answer, dict) or "result" not in answer:
            raise TransientError(f"{self._access.exchange}: an answer without a result")
        return cast("dict[str, object]", answer)["result"]

    def _connected(self) -> _Client:
        """Return ccxt's client, made at the first message."""
        if self._client is None:
            key, secret = self._access.key()
            made = cast(
                "Callable[[dict[str, object]], _Client]",
                getattr(ccxt.async_support, self._access.exchange),
            )
            settings: dict[str, object] = {
                "apiKey": key,
                "secret": secret,
                "timeout": self._access.timeout_millis,
                "enableRateLimit": self._access.is_paced,
            }
            if self._access.url:
                api = dict.fromkeys(("public", "private"), self._access.url)
                settings["urls"] = {"api": api}
            self._client = made(settings)
        return self._client


def _words_in(message: str) -> tuple[str, ...]:
    """Return the exchange's own errors, which ccxt puts behind the exchange's name."""
    _, brace, rest = message.partition("{")
    with suppress(MalformedError):
        return read_envelope((brace + rest).encode()).error
    return ()
