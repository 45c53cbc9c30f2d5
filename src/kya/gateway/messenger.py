"""One target and what it is still to be told: in order, again and again, then no more.

An alert of an opened incident ends as an entry of the log, delivered or given up. What
came of it later is told as well as can be, and leaves none.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from kya.codec.incidents import render_alert
from kya.core.errors import InputError, TransientError
from kya.core.incident import AlertSettled, Incident
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.limits_outside import ALERTS_UNDER_WAY_MAX
from kya.gateway.alert import Change, alert_of
from kya.gateway.ports import Recipient
from kya.gateway.reconcile import Pause
from kya.gateway.scribe import Scribe


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A change of an incident, which the order of the entry `index` has opened.

    `since` is the loop's time at which the decision, or the change, was durable.
    """

    change: Change
    incident: Incident
    index: int
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How telling it ended: `detail` is the target's word, or why it was given up."""

    delivered: bool
    attempts: int
    micros: int
    detail: str


class Messenger:
    """Tells one target what it is given, the changes of one incident in their order."""

    __slots__ = ("_group", "_name", "_recipient", "_scribe", "_turns", "_waiting")

    def __init__(
        self, name: str, recipient: Recipient, scribe: Scribe, group: asyncio.TaskGroup
    ) -> None:
        """Tell the recipient of this name, in tasks of the group."""
        self._name = name
        self._recipient = recipient
        self._scribe = scribe
        self._group = group
        self._turns = asyncio.Semaphore(ALERTS_UNDER_WAY_MAX)
        self._waiting: dict[str, deque[News]] = {}

    def wants(self, incident: Incident, now: Instant) -> bool:
        """Tell whether an incident of an earlier run is still to be told.

        One that is over is not, once its alert would have been given up: a target that
        is new would otherwise be told of years.
        """
        if self._name in incident.settled:
            return False
        ends = incident.opened_at.plus(micros=self._recipient.give_up_micros)
        return not incident.state.is_over or now <= ends

    def tell(self, news: News) -> None:
        """Tell it now, or after what the same incident has before it."""
        key = news.incident.id
        if key in self._waiting:
            self._waiting[key].append(news)
            return
        self._waiting[key] = deque((news,))
        self._group.create_task(self._tell_all(key))

    async def _tell_all(self, key: str) -> None:
        """Tell what waits of one incident until nothing does."""
        waiting = self._waiting[key]
        while waiting:
            news = waiting.popleft()
            told = await self._told(news)
            if news.change is Change.OPENED:
                await self._settle(news.incident, told)
        del self._waiting[key]

    async def _told(self, news: News) -> _Told:
        """Tell it until it is taken, refused for good, or given up."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._recipient.give_up_micros / MICROS_PER_SECOND
        pause, attempts, is_over = Pause(), 0, False
        while True:
            attempts, is_taken = attempts + 1, False
            try:
                word, is_taken = await self._attempt(news), True
            except TransientError as error:
                word, is_over = str(error), loop.time() >= ends
            except InputError as error:
                word, is_over = str(error), True
            if is_taken or is_over:
                return _Told(
                    delivered=is_taken,
                    attempts=attempts,
                    micros=_micros_since(news.since),
                    detail=_on_one_line(word),
                )
            await pause.rest()

    async def _attempt(self, news: News) -> str:
        """Tell it once; return the target's word."""
        async with self._turns:
            place = self._scribe.sequencer.origin, news.index
            sent_at = self._scribe.latest()
            alert = alert_of(news.change, news.incident, sent_at, place)
            return await self._recipient.target.tell(alert)

    async def _settle(self, incident: Incident, told: _Told) -> None:
        """Put on record how it ended, as soon as the clock and the key allow.

        A crash before that tells it again, and one after it does not.
        """
        pause = Pause()
        while True:
            try:
                event = AlertSettled(
                    incident=incident.id,
                    target=self._name,
                    delivered=told.delivered,
                    attempts=told.attempts,
                    micros=told.micros,
                    detail=told.detail,
                    at=self._scribe.now(),
                )
                entry = self._scribe.sign(render_alert(event), event)
                await self._scribe.sequencer.append_in_time(entry)
                return
            except TransientError:
                await pause.rest()


def _micros_since(since: float) -> int:
    """Return the whole microseconds since then, by the loop's clock."""
    now = asyncio.get_running_loop().time()
    return max(0, round((now - since) * MICROS_PER_SECOND))


def _on_one_line(word: str) -> str:
    """Return what an entry can hold of the word."""
    line = "".join(char if char.isprintable() else " " for char in word)
    return line[:TEXT_CHARS_MAX]
