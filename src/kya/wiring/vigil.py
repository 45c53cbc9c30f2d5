"""Halts the firm where the log's witnesses have been silent for too long.

Only where the configuration says so.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import Clock
from kya.gateway.statements import Statements
from kya.pki.note_signer import NoteSigner
from kya.tlog.policy import NONE
from kya.wiring.firm_halt import halt_firm, is_halted
from kya.wiring.installation import GATEWAY, Opened
from kya.wiring.witnessed import log_directory, newest_seen
from kya.wiring.witnesses import Witnesses

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
        halted = is_halted(self.witnesses.sequencer.state)
        if halted or self.witnesses.have_quorum():
            self.since = begun
            return
        now = self.clock.now()
        if now.micros - self.since.micros > self.seconds_max * MICROS_PER_SECOND:
            quorum = self.witnesses.policy.quorum
            reason = f"witnesses: no quorum {quorum} since {self.since}"
            await halt_firm(self.statements, self.signer, reason, now)


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
