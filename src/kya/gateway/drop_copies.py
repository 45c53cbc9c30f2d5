"""Drop copies: what the venues say was executed, copied to the log and matched with it.

The place in a venue's list is folded from the log, so a restart goes on where the log
ends: nothing is copied twice, and nothing is left out.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from kya.codec.drop_copies import render_drop_copy, render_unexplained
from kya.codec.halts import render_halt
from kya.core.copied import CopiedList
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.errors import InputError, TransientError
from kya.core.halt import Halt, HaltOrdered, TradingState
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.levels import Place
from kya.core.limits import (
    EXECUTION_WAIT_MICROS_MAX,
    TEXT_CHARS_MAX,
    VENUE_ANSWER_MICROS_MAX,
)
from kya.core.matching import Unexplained
from kya.gateway.ports import DropCopy, Listed, WatchedList
from kya.gateway.recalls import Recalls
from kya.gateway.scribe import Scribe
from kya.pki.entries import Entry

SILENCE_MICROS_MAX: Final = 3_600 * MICROS_PER_SECOND
"""After an hour without an execution the log says that there was none."""

_ANSWER_SECONDS: Final = VENUE_ANSWER_MICROS_MAX / MICROS_PER_SECOND


class DropCopies:
    """Copies the venues' lists, and stops trading where one is not explained."""

    __slots__ = ("_lists", "_recalls", "_scribe", "_turn")

    def __init__(
        self, scribe: Scribe, lists: Mapping[str, WatchedList], recalls: Recalls
    ) -> None:
        """Copy these lists, by venue; what is halted is called back by `recalls`."""
        self._scribe = scribe
        self._lists = lists
        self._recalls = recalls
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Have every list on record from its first line, before the first order.

        Where orders have left already, from behind its last line of this moment.
        """
        async with self._turn:
            for venue, watched in sorted(self._lists.items()):
                with suppress(TransientError):
                    await self._begin(venue, watched.source)

    async def copy(self) -> dict[str, CopiedList]:
        """Copy what is new at every venue, and act upon what is unexplained.

        Returns what is on record of each list by then, once all of it is durable.

        A venue that cannot be asked is asked the next time. What cannot go on record
        now, because of the clock or of who halts and resumes, can then, too.
        """
        async with self._turn:
            for venue, watched in sorted(self._lists.items()):
                with suppress(TransientError, InputError):
                    await self._begin(venue, watched.source)
                    await self._copy(venue, watched.source)
                    await self._tell(venue, watched.halts)
            return dict(self._scribe.sequencer.state.copies)

    async def copy_ever(self, seconds: float) -> None:
        """Copy at this interval, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.copy()

    def _known(self, venue: str) -> CopiedList | None:
        """Return what the log has of the venue's list."""
        return self._scribe.sequencer.state.copies.get(venue)

    async def _begin(self, venue: str, source: DropCopy) -> None:
        """Say from where on the list is copied, if the log does not."""
        if self._known(venue) is not None:
            return
        after, now = 0, self._scribe.now()
        agents = self._scribe.sequencer.state.agents.values()
        if any(agent.past.seq for agent in agents):
            while not (listed := await _asked(source, after)).is_whole:
                after += len(listed.executions)
            after += len(listed.executions)
        await self._append(venue, after, Listed((), is_whole=True), now)

    async def _copy(self, venue: str, source: DropCopy) -> None:
        """Copy the list to its end, in as many entries as that takes."""
        is_whole = False
        while not is_whole and (known := self._known(venue)) is not None:
            asked_at = self._scribe.now()
            listed = await _asked(source, known.position)
            is_whole = listed.is_whole
            until = asked_at if is_whole else known.until
            if listed.executions or _is_awaited(known, until):
                await self._append(venue, known.position, listed, until)

    async def _append(
        self, venue: str, after: int, listed: Listed, until: Instant
    ) -> None:
        """Put lines of the list on record."""
        event = DropCopied(
            venue=venue,
            after=after,
            executions=listed.executions,
            until=until,
            at=self._scribe.now(),
        )
        entry = self._scribe.sign(render_drop_copy(event), event)
        await self._scribe.sequencer.append(entry)

    async def _tell(self, venue: str, place: Place | None) -> None:
        """Put what is unexplained on record, and halt the place before it."""
        known, now = self._known(venue), self._scribe.now()
        found = () if known is None else tuple(known.unexplained(now))
        if not found:
            return
        halting = [] if place is None else list(self._halting(venue, place, found, now))
        told = [self._told(venue, place, each, now) for each in found]
        await self._scribe.sequencer.append(*halting, *told)

        # Commit point: the place is halted, and the next start would follow that, too.
        events = (entry.event for entry in halting)
        self._recalls.follow(e for e in events if isinstance(e, HaltOrdered))

    def _halting(
        self, venue: str, place: Place, found: tuple[Unexplained, ...], now: Instant
    ) -> Iterator[Entry]:
        """Yield the halt of the place, unless it is halted already."""
        halt = self._scribe.sequencer.state.halts.get(place)
        if halt is not None and halt.halt.state is TradingState.HALTED:
            return
        first = found[0]
        what = f"reported under {first.client_id}, but not in its list"
        if first.execution is not None:
            what = f"{first.execution}"
        reason = f"drop copy of {venue}: unexplained: {what}"[:TEXT_CHARS_MAX]
        state = TradingState.HALTED
        halting = Halt(place=place, state=state, reason=reason, at=now)
        yield self._scribe.statement(render_halt(halting))

    def _told(
        self, venue: str, place: Place | None, found: Unexplained, now: Instant
    ) -> Entry:
        """Return the entry that calls it unexplained."""
        event = ExecutionUnexplained(venue=venue, found=found, place=place, at=now)
        return self._scribe.sign(render_unexplained(event), event)


def _is_awaited(known: CopiedList, until: Instant) -> bool:
    """Tell whether it says something that nothing new is in the list.

    It does where a report is to be found in the list by then, and once an hour.
    """
    if until >= known.until.plus(micros=SILENCE_MICROS_MAX):
        return True
    waiting = [a.reports[0].at for a in known.accounts.values() if a.reports]
    return any(at.plus(micros=EXECUTION_WAIT_MICROS_MAX) < until for at in waiting)


async def _asked(source: DropCopy, after: int) -> Listed:
    """Return the lines behind a place; TransientError if they do not come in time."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await source.listed(after)
    except TimeoutError as error:
        msg = f"drop copy: no answer within {_ANSWER_SECONDS:.0f} s"
        raise TransientError(msg) from error
