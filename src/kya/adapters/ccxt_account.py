"""One account at an exchange, reached through ccxt: a method in, a result or words out.

ccxt signs, sends once, and reads what comes back. Nothing here sends anything again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol, cast

import ccxt  # pyright: ignore[reportMissingTypeStubs]
import ccxt.async_support  # pyright: ignore[reportMissingTypeStubs]

from kya.adapters import ccxt_binance_words, ccxt_kraken_words
from kya.adapters.ccxt_manner import Manner
from kya.codec.kraken_words import DialectError
from kya.core.errors import InputError, TransientError

MANNERS: Final[Mapping[str, Manner]] = MappingProxyType(
    {
        "kraken": ccxt_kraken_words.MANNER,
        "binance": ccxt_binance_words.MANNER,
    }
)
"""What this adapter's road was walked with."""


class _Client(Protocol):
    """What is used of ccxt's client besides the methods of its exchange."""

    async def close(self) -> None: ...


_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_Call = Callable[[Mapping[str, str]], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where an exchange is, and who we are there; `key` gives the key and its secret.

    Both are asked for when the first message leaves, and stand in no message of ours.
    An empty `url` is the exchange's own. Paced, ccxt keeps to the exchange's rates.
    `cancel_after_seconds` is what the exchange's own timer is set to; 0 is no timer.
    `markets` are those that are used, where an exchange tells of one at a time.
    """

    exchange: str
    key: Callable[[], tuple[str, str]]
    url: str = ""
    timeout_millis: int = 4_000
    is_paced: bool = True
    cancel_after_seconds: int = 0
    markets: tuple[str, ...] = ()


class CcxtAccount:
    """Asks one message at a time: a nonce that comes late is refused for good."""

    def __init__(self, access: Access) -> None:
        """Connect to nothing yet; InputError for an exchange that nobody has tried."""
        manner = MANNERS.get(access.exchange)
        if manner is None:
            msg = f"ccxt: want one of {', '.join(MANNERS)}, got {access.exchange}"
            raise InputError(msg)
        self._manner = manner
        self._access = access
        self._turn = asyncio.Lock()
        self._client: _Client | None = None

    async def ask(self, method: str, parameters: Mapping[str, str]) -> object:
        """Return the result of a private method.

        DialectError, in the exchange's words, where it promises that nothing was done;
        TransientError where nobody knows.
        """
        async with self._turn:
            return await self._answer(f"{self._manner.private}{method}", parameters)

    async def inquire(self, method: str, parameters: Mapping[str, str]) -> object:
        """Return what a private question is answered; TransientError if it is not."""
        try:
            return await self.ask(method, parameters)
        except DialectError as error:
            raise TransientError(f"{method}: {error}") from error

    async def ask_publicly(
        self, method: str, parameters: Mapping[str, str] = _NOTHING
    ) -> object:
        """Return the result of a public method; TransientError if there is none."""
        try:
            return await self._answer(f"publicGet{method}", parameters)
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
            words = self._manner.words_in(str(error))
            if self._manner.nothing_was_done(words):
                raise DialectError(*words) from error
            said = ", ".join(words) or type(error).__name__
            raise TransientError(f"{self._access.exchange}: {said}") from error
        return self._manner.result_in(answer)

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
                url = self._access.url.rstrip("/") + self._manner.path
                api = dict.fromkeys(("public", "private"), url)
                settings["urls"] = {"api": api}
            self._client = made(settings)
        return self._client
