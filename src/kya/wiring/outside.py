"""Whoever outside is asked about the log while it is at work: witnesses, and stamps."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from kya.core.errors import InputError
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import Clock
from kya.sequencer.sequencer import Sequencer
from kya.wiring.clock_watch import clock_watch_if_asked
from kya.wiring.installation import Opened
from kya.wiring.vigil import vigil_if_asked
from kya.wiring.witnesses import Witnesses


class Stamping(Protocol):
    """What has time stamps put on tree heads."""

    async def stamp(self) -> bool:
        """Have the newest one stamped; tell whether that was done."""
        ...

    async def stamp_ever(self) -> None:
        """Do so again and again until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """Everybody who is asked, none of them on the road."""

    witnesses: Witnesses
    stamping: Stamping | None

    def works(
        self, opened: Opened, gateway: Gateway, clock: Clock
    ) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
        """Return what goes on beside serving."""
        asked: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()
        if self.witnesses.clients:
            vigil = vigil_if_asked(opened, self.witnesses, gateway, clock)
            asked = (vigil.watch_ever if vigil else self.witnesses.collect_ever,)
        watch = clock_watch_if_asked(opened, self.witnesses.sequencer, gateway, clock)
        if watch is not None:
            asked = (*asked, watch.watch_ever)
        return asked if self.stamping is None else (*asked, self.stamping.stamp_ever)

    async def conclude(self) -> None:
        """Ask once more, about the last tree head."""
        await self.witnesses.collect()
        if self.stamping is not None:
            await self.stamping.stamp()


def stamping_if_asked(opened: Opened, sequencer: Sequencer) -> Stamping | None:
    """Return who is asked for time stamps; None where nobody is named."""
    section = opened.config.time_stamps
    if not section.authorities:
        return None
    try:
        # The library is an extra: only those who ask for time stamps need it.
        from kya.wiring.stamps import stamping_of  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(
            f"time stamps: {error.name} is not installed; want kya[stamps]"
        ) from error
    return stamping_of(section, opened.data, sequencer)
