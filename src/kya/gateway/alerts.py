"""Alerts: every incident is told to every target, by a task beside the road.

The log is the list of what is still to be told: an incident whose alert to a target is
not settled on record. So a crash loses nothing; what may have been told before it is
told again, under the same name.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

from kya.core.errors import CorruptionError
from kya.core.incident import Incident
from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits_outside import ALERT_LOOK_MICROS_MAX
from kya.gateway.alert import changes
from kya.gateway.messenger import Messenger, News
from kya.gateway.ports import Recipient
from kya.gateway.scribe import Scribe
from kya.sequencer.sequencer import Sequencer

_LOOK_SECONDS: Final = ALERT_LOOK_MICROS_MAX / MICROS_PER_SECOND
_Incidents = Mapping[str, Incident]


class Alerts:
    """Follows the incidents of the log, and has each change of them told."""

    __slots__ = ("_scribe", "_woken")

    def __init__(self, scribe: Scribe) -> None:
        """Tell nobody yet."""
        self._scribe = scribe
        self._woken = asyncio.Event()

    def look(self) -> None:
        """Have the log looked at now, for a decision in it has opened an incident."""
        self._woken.set()

    async def tell_ever(self, recipients: Mapping[str, Recipient]) -> None:
        """Tell these of all that is to be told, and of what comes, until cancelled."""
        known = await self._durable()
        async with asyncio.TaskGroup() as group:
            messengers = {
                name: Messenger(name, recipient, self._scribe, group)
                for name, recipient in recipients.items()
            }
            for incident in known.values():
                self._tell_late(incident, messengers.values())
            while True:
                await self._rest()
                before, known = known, await self._durable(known)
                for incident in () if known is before else known.values():
                    self._tell(before.get(incident.id), incident, messengers.values())

    async def _durable(self, known: _Incidents | None = None) -> _Incidents:
        """Return the incidents of the log, once whatever says so survives a crash."""
        sequencer = self._scribe.sequencer
        incidents, size = sequencer.state.incidents, sequencer.size
        if incidents is not known:
            await sequencer.durable(size)
        return incidents

    async def _rest(self) -> None:
        """Return when an incident was opened, or after a while for all other changes.

        Those are made by people and by the authority, who are in no such hurry.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._woken.wait()
        self._woken.clear()

    def _tell(
        self,
        before: Incident | None,
        after: Incident,
        messengers: Iterable[Messenger],
    ) -> None:
        """Have everybody told of what has changed since."""
        if before is after:
            return
        for news in self._news(before, after, asyncio.get_running_loop().time()):
            for messenger in messengers:
                messenger.tell(news)

    def _tell_late(self, incident: Incident, messengers: Iterable[Messenger]) -> None:
        """Have those told of an earlier run's incident who were not, and should be."""
        now = self._scribe.latest()
        behind = (now.micros - incident.opened_at.micros) / MICROS_PER_SECOND
        since = asyncio.get_running_loop().time() - behind
        wanting = [each for each in messengers if each.wants(incident, now)]
        if wanting:
            for news in self._news(None, incident, since):
                for messenger in wanting:
                    messenger.tell(news)

    def _news(
        self, before: Incident | None, after: Incident, since: float
    ) -> Iterator[News]:
        """Yield what there is to tell; `since` is the loop's time of the decision."""
        found = tuple(changes(before, after))
        if found:
            index = entry_of(self._scribe.sequencer, after)
            for change in found:
                yield News(change=change, incident=after, index=index, since=since)


def entry_of(sequencer: Sequencer, incident: Incident) -> int:
    """Return the entry of the order that opened the incident."""
    index = sequencer.order_index(incident.agent, incident.seq)
    if index is None:
        raise CorruptionError(f"incident {incident.id}: no order on record opened it")
    return index
