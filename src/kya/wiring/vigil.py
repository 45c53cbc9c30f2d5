"""Halts the firm where the log's witnesses have been silent for too long.

Only where the configuration says so. A halt is an entry: every decision after it says
why it denies, whoever verifies comes to the same, cancels pass, and two people lift it.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kya.codec.halts import render_halt
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.halt import Halt, TradingState
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.levels import FIRM
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import Clock
from kya.gateway.statements import Statements
from kya.pki.note_signer import NoteSigner, sign_note
from kya.tlog.policy import NONE
from kya.wiring.installation import GATEWAY, Opened
from kya.wiring.witnessed import log_directory, newest_seen
from kya.wiring.witnesses import Witnesses

_LOG: Final = logging.getLogger("kya.witnesses")
_MEANWHILE: Final = (InputError, DistrustError, TransientError)
"""A person was faster, or the clock or a key is out of reach: the next look tells."""


@dataclass(slots=True, kw_only=True)
class Vigil:
    """Asks the witnesses, and counts from their last quorum.

    `since` is an instant at which all that was published had the quorum. A restart does
    not put it off: it begins with the time of the last quorum on disk.
    """

    witnesses: Witnesses
    statements: Statements
    signer: NoteSigner
    clock: Clock
    seconds_max: int
    since: Instant

    async def watch_ever(self) -> None:
        """Ask and look again and again, with pauses, until cancelled."""
        while True:
            with suppress(*_MEANWHILE):
                await self.watch()
            await asyncio.sleep(self.witnesses.every_seconds)

    async def watch(self) -> None:
        """Ask whoever has not cosigned; halt the firm if the quorum is too old."""
        # What is published by now is asked about; what comes meanwhile is not late.
        begun = self.clock.now()
        await self.witnesses.collect()
        state = self.witnesses.sequencer.state
        halt = state.halts.get(FIRM)
        is_halted = halt is not None and halt.halt.state is TradingState.HALTED
        if is_halted or self.witnesses.have_quorum():
            self.since = begun
            return
        now = self.clock.now()
        if now.micros - self.since.micros > self.seconds_max * MICROS_PER_SECOND:
            await self._halt(now)

    async def _halt(self, now: Instant) -> None:
        """Put the halt on record; whoever lifts it has as long again."""
        quorum = self.witnesses.policy.quorum
        reason = f"witnesses: no quorum {quorum} since {self.since}"
        state = TradingState.HALTED
        halt = Halt(place=FIRM, state=state, reason=reason, at=now)
        _LOG.error("%s: the firm is halted", reason)
        # A key store may block; the event loop, and every order, must not.
        note = await asyncio.to_thread(sign_note, render_halt(halt), self.signer)
        await self.statements.record(note.render())


def vigil_if_asked(
    opened: Opened, witnesses: Witnesses, gateway: Gateway, clock: Clock
) -> Vigil | None:
    """Return who halts the firm; None where the configuration asks for nobody."""
    seconds = opened.config.witnesses.halt_after_s
    if not seconds:
        return None
    if witnesses.policy.quorum == NONE:
        raise InputError("witnesses.halt_after_s: want a policy with a quorum")
    seen = newest_seen(log_directory(opened.data))
    log_opened = witnesses.sequencer.state.opened
    now = clock.now()
    begun = log_opened.at if log_opened is not None else now
    return Vigil(
        witnesses=witnesses,
        statements=gateway.statements,
        signer=opened.note_signer(GATEWAY),
        clock=clock,
        seconds_max=seconds,
        since=min(now, begun if seen is None else seen.at),
    )
