"""The exchange's own dead man's switch: set again and again while a gateway lives.

Once nobody sets it any more, the exchange cancels whatever rests at the account, and
needs nobody here for that.
"""

import asyncio
import logging
from typing import Final

from kya.adapters.ccxt_account import CcxtAccount
from kya.codec.kraken_words import DialectError
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.gateway.ports import Clock

SETS_IN_TIME: Final = 3
"""How often it is set before it is due: two settings may get lost."""

_LOG: Final = logging.getLogger("kya.ccxt")


class ExchangeTimer:
    """Sets the timer of one account; of 0 seconds, it is none and counts as set."""

    def __init__(self, account: CcxtAccount, clock: Clock, seconds: int) -> None:
        """Cancel what rests so many seconds after the last setting."""
        self._account = account
        self._clock = clock
        self._seconds = seconds
        self._until: Instant | None = None
        self._why = ""

    async def is_set(self) -> bool:
        """Tell whether the exchange will cancel what rests; if not yet, set it now."""
        if self._seconds and not self._is_running():
            await self.set()
        return not self._seconds or self._is_running()

    async def set_ever(self) -> None:
        """Set it well before it is due, until cancelled."""
        while True:
            await self.set()
            await asyncio.sleep(self._seconds / SETS_IN_TIME)

    async def set(self) -> None:
        """Set it once; it counts from when we ask, which is before the exchange's."""
        asked = self._clock.now()
        timeout = {"timeout": str(self._seconds)}
        try:
            await self._account.ask("CancelAllOrdersAfter", timeout)
        except (DialectError, TransientError) as error:
            self._failed(str(error))
            return
        self._until, self._why = asked.plus(seconds=self._seconds), ""

    def _is_running(self) -> bool:
        """Tell whether a setting that was confirmed is not due yet."""
        return self._until is not None and self._clock.now() < self._until

    def _failed(self, why: str) -> None:
        """Say why it is not set, once for each reason."""
        if why != self._why:
            _LOG.warning("the exchange's timer is not set: %s", why)
        self._why = why
