"""The authority's office beside a running gateway: it carries out what is due.

A scheduled revocation, and the suspension of an agent whose incident nobody has decided
by the end of its grace. The gateway refuses orders from the due instant on without it.
What this adds is the entry, the list and OCSP's reason to say so for ever. Nothing is
remembered between two looks: what is due follows from the log, after any restart, too.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kya.authority.incidents import suspension_of
from kya.authority.revocations import carried_out, due_in
from kya.core.credential import Credential
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.incident import Incident
from kya.core.incident_fold import due_incidents
from kya.core.instant import Instant
from kya.gateway.ports import Clock
from kya.gateway.statements import Statements
from kya.sequencer.sequencer import Sequencer
from kya.wiring.desk import registrar_of
from kya.wiring.installation import AUTHORITY, Opened

PAUSE_SECONDS: Final = 0.25
_MEANWHILE: Final = (InputError, DistrustError, TransientError)
"""A person was faster, or a key is out of reach: the next look tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueActs:
    """Puts on record whatever is due, where the authority's keys are at hand."""

    opened: Opened
    sequencer: Sequencer
    statements: Statements
    clock: Clock

    async def carry_out_ever(self) -> None:
        """Look now and four times a second; what fails is tried at the next look."""
        while True:
            # A clock out of reach stops orders by itself.
            with suppress(TransientError):
                await self.carry_out()
            await asyncio.sleep(PAUSE_SECONDS)

    async def carry_out(self) -> int:
        """Put all that is due on record; return how many acts there were."""
        cabinet, now, done = self.opened.cabinet, self.clock.now(), 0
        if not cabinet.has(AUTHORITY):
            return done
        for incident in due_incidents(self.sequencer.state, now):
            with suppress(*_MEANWHILE):
                # A key store may block; the event loop, and every order, must not.
                note = await asyncio.to_thread(self._suspension, incident, now)
                await self.statements.record(note)
                done += 1
        if not cabinet.has("issuer"):
            return done
        for credential in due_in(self.sequencer.state, now):
            crl = self.sequencer.state.crl
            with suppress(*_MEANWHILE):
                notes = await asyncio.to_thread(self._revocation, credential, crl, now)
                await self.statements.record(*notes)
                done += 1
        return done

    def _suspension(self, incident: Incident, now: Instant) -> bytes:
        """Return the note that suspends the agent of an incident."""
        return suspension_of(incident, self.opened.note_signer(AUTHORITY), now)

    def _revocation(
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
