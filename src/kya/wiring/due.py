"""The authority's office beside a running gateway: it carries out what is scheduled.

The gateway refuses orders from the due instant on without it. What this adds is the
entry, the list and OCSP's reason to say so for ever.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kya.authority.revocations import carried_out, due_in
from kya.core.credential import Credential
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import Instant
from kya.gateway.ports import Clock
from kya.gateway.statements import Statements
from kya.sequencer.sequencer import Sequencer
from kya.wiring.desk import registrar_of
from kya.wiring.installation import AUTHORITY, Opened

PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRevocations:
    """Revokes on record whatever is due, where the authority's keys are at hand."""

    opened: Opened
    sequencer: Sequencer
    statements: Statements
    clock: Clock

    async def carry_out_ever(self) -> None:
        """Look once a second; what fails is tried again at the next look."""
        cabinet = self.opened.cabinet
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            if cabinet.has("issuer") and cabinet.has(AUTHORITY):
                # A clock out of reach stops orders by itself.
                with suppress(TransientError):
                    await self.carry_out()

    async def carry_out(self) -> int:
        """Put every revocation that is due on record; return how many there were."""
        done, now = 0, self.clock.now()
        for credential in due_in(self.sequencer.state, now):
            crl = self.sequencer.state.crl
            try:
                # A key store may block; the event loop, and every order, must not.
                notes = await asyncio.to_thread(self._notes, credential, crl, now)
                await self.statements.record(*notes)
                done += 1
            except (InputError, DistrustError, TransientError):
                # A person has revoked meanwhile, or a key is out of reach. The gateway
                # refuses the agent all the same.
                continue
        return done

    def _notes(
        self, credential: Credential, crl: bytes, now: Instant
    ) -> tuple[bytes, bytes]:
        """Return the notes of one revocation."""
        registrar = registrar_of(self.opened)
        withdrawal = credential.withdrawal
        return registrar.revoke(
            carried_out(credential, now),
            credential.serial,
            registrar.last(crl),
            None if withdrawal is None else withdrawal.due,
        )
