"""The complete revocation list that follows from the log."""

from typing import Final

from kya.authority.ceremony import Issuer
from kya.core.credential import Credential, Standing
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.state import State
from kya.pki.crl import Revocation, RevocationContents, RevocationReason, issue_crl

LIFE_SECONDS: Final = 30 * 86_400
"""A list is replaced at each revocation, and should be once a month at least."""


def revocation_list(issuer: Issuer, state: State, at: Instant) -> bytes:
    """Return the next list in DER: every credential revoked in this state."""
    this_update = _whole_second(at)
    contents = RevocationContents(
        number=state.crl_number + 1,
        this_update=this_update,
        next_update=this_update.plus(seconds=LIFE_SECONDS),
        revocations=tuple(
            revocation_of(credential, this_update)
            for credential in state.credentials.values()
            if credential.standing is Standing.REVOKED
        ),
    )
    return issue_crl(contents, issuer.certificate, issuer.signer)


def revocation_of(credential: Credential, at: Instant) -> Revocation:
    """Return how a revoked credential is published at this instant."""
    return Revocation(
        serial=credential.serial,
        at=_whole_second(min(credential.since, at)),
        reason=RevocationReason.CESSATION_OF_OPERATION,
    )


def _whole_second(instant: Instant) -> Instant:
    """Return the instant without its fraction, as X.509 writes it."""
    return Instant(instant.micros - instant.micros % MICROS_PER_SECOND)
