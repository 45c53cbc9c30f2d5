"""Revocation lists, compared with what the log itself says of standings."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kya.core.credential import Standing
from kya.core.errors import DistrustError, InputError
from kya.core.events import RevocationListed
from kya.core.state import State
from kya.pki.crl import RevocationList, verify_crl


@dataclass(slots=True)
class Revocations:
    """The lists on record, each compared with the standings before it."""

    listed: frozenset[int] = field(default_factory=frozenset[int])
    count: int = 0

    def objections(self, event: RevocationListed, state: State) -> Iterator[str]:
        """Yield what speaks against a list."""
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
        if not found.is_current_at(event.at):
            yield f"{what}: was not in force when it was published, {event.at}"
        yield from self._against_standings(what, found, state)
        self.listed = frozenset(found.by_serial)
        self.count += 1

    def unlisted(self, state: State) -> list[str]:
        """Return the serials that are revoked in the log and on no later list."""
        return sorted(f"{serial:X}" for serial in revoked_in(state) - self.listed)

    def _against_standings(
        self, what: str, found: RevocationList, state: State
    ) -> Iterator[str]:
        """Yield where list and log differ about who is revoked."""
        revoked = revoked_in(state)
        for serial in sorted(revoked - set(found.by_serial)):
            yield f"{what}: lacks {serial:X}, which the log revoked before"
        for serial in sorted(set(found.by_serial) - revoked):
            yield f"{what}: revokes {serial:X}, which the log has not"


def revoked_in(state: State) -> set[int]:
    """Return the serials that the log has revoked."""
    return {
        credential.serial
        for credential in state.credentials.values()
        if credential.standing is Standing.REVOKED
    }
