"""An exchange's public market figures, passed through as they are, without any key."""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx

from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_words import UNKNOWN_METHOD, DialectError, read_envelope
from kya.core.errors import MalformedError, TransientError

METHODS: Final = frozenset({
    "AssetPairs", "Assets", "Depth", "OHLC", "Spread", "SystemStatus", "Ticker",
    "Time", "Trades",
})  # fmt: skip
_SECONDS: Final = 10.0


class Market:
    """Asks an exchange what everybody may ask."""

    def __init__(self, url: str) -> None:
        """Ask at this address, `https://api.kraken.com`."""
        self._http = httpx.AsyncClient(base_url=url, timeout=_SECONDS)
        self._pairs: Pairs | None = None
        self._turn = asyncio.Lock()

    async def ask(self, method: str, parameters: Mapping[str, str]) -> object:
        """Return what a public method says; DialectError in the exchange's words."""
        if method not in METHODS:
            raise DialectError(UNKNOWN_METHOD)
        try:
            reply = await self._http.get(f"/0/public/{method}", params=dict(parameters))
        except httpx.TransportError as error:
            raise TransientError(f"{method}: {type(error).__name__}") from error
        try:
            envelope = read_envelope(reply.content)
        except MalformedError as error:
            raise TransientError(f"{method}: {reply.status_code}: {error}") from error
        if envelope.error:
            raise DialectError(*envelope.error)
        return envelope.result

    async def pairs(self) -> Pairs:
        """Return the markets, asked for once."""
        async with self._turn:
            if self._pairs is None:
                listed = await self.ask("AssetPairs", {})
                try:
                    self._pairs = Pairs.read(listed)
                except MalformedError as error:
                    raise TransientError(f"AssetPairs: {error}") from error
            return self._pairs

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
