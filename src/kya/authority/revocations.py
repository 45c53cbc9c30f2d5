"""Revocation lists, and the two notes that make one revocation."""

from dataclasses import dataclass, replace
from typing import Final

from kya.authority import acts
from kya.authority.ceremony import Issuer
from kya.core.credential import Credential, ReasonCode, Standing
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.power_events import StandingChanged
from kya.core.state import State
from kya.pki.crl import (
    Revocation,
    RevocationContents,
    RevocationList,
    issue_crl,
    verify_crl,
)
from kya.pki.note_signer import NoteSigner
from kya.pki.revocations import revocations_in, whole_second

LIFE_SECONDS: Final = 30 * 86_400
"""A list is replaced at each revocation, and should be once a month at least."""

USUAL_CODE: Final = ReasonCode.CESSATION_OF_OPERATION
"""What a revocation is published as, unless told otherwise: every tool can name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Who revokes: the issuing CA with its key, and the authority's signature."""

    issuer: Issuer
    authority: NoteSigner

    def last(self, crl: bytes) -> RevocationList:
        """Return the newest list on record; DistrustError unless this CA signed it."""
        return verify_crl(crl, self.issuer.certificate)

    def revoke(
        self,
        event: StandingChanged,
        serial: int,
        last: RevocationList,
        planned: Instant | None,
    ) -> tuple[bytes, bytes]:
        """Return the note that revokes, and the one of the list that follows it.

        The list is the last one with one line more: nothing else needs to be known. A
        certificate whose end was `planned` for before has ended then.
        """
        event = replace(event, at=max(event.at, last.contents.this_update))
        due = event.at if planned is None else min(event.at, planned)
        code = event.code or USUAL_CODE
        line = Revocation(serial=serial, at=whole_second(due), reason=code)
        act = acts.sign_standing(self.authority, event)
        return act, self._listed(last, (*last.contents.revocations, line), event.at)

    def relist(self, last: RevocationList, now: Instant) -> bytes:
        """Return the note of a list that says the same and lasts longer."""
        at = max(now, last.contents.this_update)
        return self._listed(last, last.contents.revocations, at)

    def _listed(
        self, last: RevocationList, revocations: tuple[Revocation, ...], at: Instant
    ) -> bytes:
        """Return the note of the next list."""
        number = last.contents.number + 1
        crl = _list(self.issuer, number, revocations, at)
        return acts.publish_revocations(self.authority, crl, number, at)


def due_in(state: State, now: Instant) -> list[Credential]:
    """Return the credentials whose scheduled revocation is due and not on record."""
    return [
        credential
        for credential in state.credentials.values()
        if credential.standing is not Standing.REVOKED
        and credential.standing_at(now) is Standing.REVOKED
    ]


def carried_out(credential: Credential, at: Instant) -> StandingChanged:
    """Return the revocation that a schedule has promised."""
    withdrawal = credential.withdrawal
    code = USUAL_CODE if withdrawal is None else withdrawal.code
    due = at if withdrawal is None else withdrawal.due
    return StandingChanged(
        credential=credential.digest,
        act=Act.REVOKE,
        code=code,
        reason=f"as scheduled, due at {due}",
        at=at,
    )


def revocation_list(issuer: Issuer, state: State, at: Instant) -> bytes:
    """Return the next list in DER: every credential revoked in this state."""
    return _list(issuer, state.crl_number + 1, revocations_in(state, at), at)


def _list(
    issuer: Issuer, number: int, revocations: tuple[Revocation, ...], at: Instant
) -> bytes:
    """Return a complete list in DER, good for a month."""
    this_update = whole_second(at)
    contents = RevocationContents(
        number=number,
        this_update=this_update,
        next_update=this_update.plus(seconds=LIFE_SECONDS),
        revocations=revocations,
    )
    return issue_crl(contents, issuer.certificate, issuer.signer)
