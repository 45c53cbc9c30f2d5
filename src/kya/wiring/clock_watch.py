"""Has the gateway's clock compared, and puts on record what comes of it.

Where the configuration says so, the firm is halted once the clock was not known to be
in time for too long: times that nobody can vouch for are no evidence of when.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kya.adapters.time_keepers import KEEPERS, AskedKeeper
from kya.codec.clock_comparisons import render_clock
from kya.config_outside import ClockSection
from kya.core.clock_comparison import ClockCompared, Deviation, TimeKeeper
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import Clock
from kya.gateway.scribe import Scribe
from kya.gateway.statements import Statements
from kya.pki.note_signer import NoteSigner
from kya.sequencer.sequencer import Sequencer
from kya.wiring.firm_halt import halt_firm, is_halted
from kya.wiring.installation import GATEWAY, Opened

_MEANWHILE: Final = (InputError, DistrustError, TransientError)
"""A person was faster, or the clock or a key is out of reach: the next look tells."""


@dataclass(slots=True, kw_only=True)
class ClockWatch:
    """Compares every so often; `since` is when the clock was known to be in time."""

    section: ClockSection
    keeper: AskedKeeper
    scribe: Scribe
    statements: Statements
    signer: NoteSigner
    since: Instant

    async def watch_ever(self) -> None:
        """Compare again and again, with pauses, until cancelled."""
        while True:
            with suppress(*_MEANWHILE):
                await self.compare()
            await asyncio.sleep(self.section.every_s)

    async def compare(self) -> None:
        """Compare once; halt the firm if that was out of time for too long."""
        deviation = await self._deviation()
        event = ClockCompared(
            keeper=TimeKeeper(self.section.keeper),
            deviation=deviation,
            at=self.scribe.now(),
        )
        entry = self.scribe.sign(render_clock(event), event)
        await self.scribe.sequencer.append_in_time(entry)
        most = self.section.offset_us_max
        if deviation is not None and deviation.micros_at_most <= most:
            self.since = event.at
        elif self.section.halt_after_s:
            await self._halt_if_long(event.at)

    async def _deviation(self) -> Deviation | None:
        """Return what the keeper says; None, too, if it cannot be asked."""
        # It blocks; the event loop, and every order, must not.
        with suppress(TransientError):
            return await asyncio.to_thread(self.keeper.ask)
        return None

    async def _halt_if_long(self, now: Instant) -> None:
        """Halt the firm, once; whoever lifts the halt has as long again."""
        if is_halted(self.scribe.sequencer.state):
            self.since = now
            return
        lasting = now.micros - self.since.micros
        if lasting > self.section.halt_after_s * MICROS_PER_SECOND:
            most = self.section.offset_us_max
            reason = (
                f"clock: not known to be within {most} us of UTC since {self.since}"
            )
            await halt_firm(self.statements, self.signer, reason, now)


def clock_watch_if_asked(
    opened: Opened, sequencer: Sequencer, gateway: Gateway, clock: Clock
) -> ClockWatch | None:
    """Return who has the clock compared; None where the configuration names nobody."""
    section = opened.config.clock
    if not section.keeper:
        return None
    signer = opened.note_signer(GATEWAY)
    scribe = Scribe(sequencer=sequencer, signer=signer, clock=clock)
    return ClockWatch(
        section=section,
        keeper=KEEPERS[TimeKeeper(section.keeper)](),
        scribe=scribe,
        statements=gateway.statements,
        signer=signer,
        since=scribe.latest(),
    )
