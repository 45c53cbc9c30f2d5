"""Alerts by Apprise: mail, chats, text messages and a hundred other services.

It is told the words alone, and it knows no acknowledging or ending. Its library opens
connections of its own, so that the bounds of our requests do not hold for it; each
address holds its own secret and is one.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, Protocol, cast

from apprise import (
    Apprise,
    AppriseAsset,
    AppriseResult,
    NotifyType,
    PersistentStoreMode,
)

from kya.core.errors import InputError, TransientError
from kya.gateway.alert import Alert, Change

_AT_ONCE: Final = 4
_MILLIS: Final = 1_000


class _Services(Protocol):
    """What of Apprise is used here, with all its types."""

    def add(self, services: str) -> bool:
        """Tell whether this is an address, and keep it."""
        ...

    def notify(
        self, body: str, title: str, notify_type: NotifyType, *, timeout: float
    ) -> AppriseResult:
        """Send it to all of them; the result is true if all have it."""
        ...


class AppriseTarget:
    """Services by their addresses; an alert is taken once all of them have it."""

    def __init__(self, addresses: tuple[str, ...], answer_millis: int) -> None:
        """Know the services; InputError if there is none, or an address is no such."""
        # It writes addresses into its log, if with what it takes for secrets masked.
        logging.getLogger("apprise").disabled = True
        asset = AppriseAsset(
            app_id="kya", app_desc="kya", storage_mode=PersistentStoreMode.MEMORY
        )
        self._services = cast("_Services", Apprise(asset=asset))
        for number, address in enumerate(addresses, start=1):
            if not self._services.add(address):
                raise InputError(f"secrets: number {number} is no address of Apprise")
        if not addresses:
            raise InputError("secrets: want at least one address of Apprise")
        self._answer_millis = answer_millis
        # Threads of its own: one that hangs is nobody's but this target's.
        self._threads = ThreadPoolExecutor(_AT_ONCE, "kya-apprise")

    async def tell(self, alert: Alert) -> str:
        """Send the words; all of them again where one service has failed."""
        seconds = self._answer_millis / _MILLIS
        act = partial(
            self._services.notify,
            alert.words,
            f"kya: incident {alert.change.value}",
            _kind(alert.change),
            timeout=seconds,
        )
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                sent = await loop.run_in_executor(self._threads, act)
        except TimeoutError as error:
            msg = f"no answer within {self._answer_millis} ms"
            raise TransientError(msg) from error
        if not sent:
            raise TransientError(f"{sent.status.name.lower()}, says Apprise")
        return f"{sent.status.name.lower()}, says Apprise"


def _kind(change: Change) -> NotifyType:
    if change is Change.TRIED:
        return NotifyType.INFO
    return NotifyType.SUCCESS if change.is_last else NotifyType.FAILURE
