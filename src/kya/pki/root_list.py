"""The root's own revocation list: what tools ask for that check every CA of a chain."""

from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.crl import verify_crl


def require_root_list(encoded: bytes, root: bytes, at: Instant) -> None:
    """Raise DistrustError unless the list is the root's, in force, and empty."""
    try:
        found = verify_crl(encoded, root)
    except InputError as error:
        raise DistrustError(f"root's revocation list: {error}") from error
    if not found.is_current_at(at):
        raise DistrustError(f"root's revocation list is not in force at {at}")
    if found.by_serial:
        serials = ", ".join(f"{serial:X}" for serial in sorted(found.by_serial))
        raise DistrustError(f"below what the root has revoked: {serials}")
