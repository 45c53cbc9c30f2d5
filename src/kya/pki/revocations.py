"""What a revocation list must say, given what the log says: one answer for everybody.

The authority writes lists by this, the gateway takes no other, OCSP answers by it, and
the verifier compares.
"""

from collections.abc import Iterable, Iterator

from kya.core.credential import Credential, Standing
from kya.core.errors import CorruptionError, DistrustError, InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.power_events import RevocationListed
from kya.core.state import State
from kya.pki.crl import Revocation, RevocationList, verify_crl


def revocations_in(state: State, at: Instant) -> tuple[Revocation, ...]:
    """Return every revocation on record, as a list of this instant says it."""
    return tuple(
        revocation_of(credential, at)
        for credential in state.credentials.values()
        if credential.standing is Standing.REVOKED
    )


def revocation_of(credential: Credential, at: Instant) -> Revocation:
    """Return how a withdrawn credential is published at this instant.

    A list cannot name a time after its own, and X.509 has whole seconds.
    """
    withdrawal = credential.withdrawal
    if withdrawal is None:
        msg = f"credential {credential.digest}: nothing says from when on it is revoked"
        raise CorruptionError(msg)
    return Revocation(
        serial=credential.serial,
        at=whole_second(min(withdrawal.due, at)),
        reason=withdrawal.code,
    )


def objections(event: RevocationListed, state: State) -> Iterator[str]:
    """Yield what speaks against a list that is to follow this state."""
    what = f"revocation list {event.number}"
    if not state.issuers:
        return  # The fold refuses it, with a better sentence.
    try:
        found = verify_crl(event.crl, state.issuers[-1])
    except (InputError, DistrustError) as error:
        yield f"{what}: {error}"
        return
    if found.contents.number != event.number:
        yield f"{what}: its own number is {found.contents.number}"
    if found.contents.this_update != whole_second(event.at):
        yield f"{what}: of {found.contents.this_update}, but published {event.at}"
    yield from _differences(what, found, revocations_in(state, event.at))


def require_fitting(event: RevocationListed, state: State) -> None:
    """Raise DistrustError, with every reason, unless the list may follow this state."""
    against = list(objections(event, state))
    if against:
        raise DistrustError("; ".join(against))


def whole_second(instant: Instant) -> Instant:
    """Return the instant without its fraction, as X.509 writes it."""
    return Instant(instant.micros - instant.micros % MICROS_PER_SECOND)


def _differences(
    what: str, found: RevocationList, wanted: Iterable[Revocation]
) -> Iterator[str]:
    """Yield where list and log differ about who is revoked, since when, and why."""
    by_serial = {revocation.serial: revocation for revocation in wanted}
    for serial in sorted(set(by_serial) - set(found.by_serial)):
        yield f"{what}: lacks {serial:X}, which the log revoked before"
    for serial, said in sorted(found.by_serial.items()):
        want = by_serial.get(serial)
        if want is None:
            yield f"{what}: revokes {serial:X}, which the log has not"
        elif said != want:
            yield (
                f"{what}: {serial:X} from {said.at} on for {said.reason.value}; the"
                f" log has {want.at} and {want.reason.value}"
            )
