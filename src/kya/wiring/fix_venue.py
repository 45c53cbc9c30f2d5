"""A venue behind FIX, as a configuration names it.

venues/<NAME>.jsonl       what was sent
venues/<NAME>.executions  what the venue's reports say was executed
venues/<NAME>.fix         the session's numbers
"""

import ssl
from pathlib import Path
from urllib.parse import urlsplit

from kya.config import VenueSection
from kya.core.errors import InputError
from kya.gateway.ports import Clock
from kya.wiring.ccxt_venue import Reached, key_of

TLS_PORT = 443


def fix_venue(name: str, section: VenueSection, data: Path, clock: Clock) -> Reached:
    """Return the venue; InputError where its key is not there, or the codec is not."""
    # The codec is an extra.
    try:
        from kya.adapters.drop_copy_fix import FixDropCopy  # noqa: PLC0415
        from kya.adapters.fix_link import Reach  # noqa: PLC0415
        from kya.adapters.fix_store import SqliteFixStore  # noqa: PLC0415
        from kya.adapters.venue_fix import FixVenue  # noqa: PLC0415
        from kya.fix.terms import Role, Terms, resend_nothing  # noqa: PLC0415
    except ModuleNotFoundError as error:
        msg = f"venues.{name}: {error}; want the extra `fix`"
        raise InputError(msg) from error

    has_key = section.key_file or section.key_env
    address = urlsplit(section.url)
    is_far = address.scheme == "tls"
    reach = Reach(
        host=address.hostname or "",
        port=address.port or TLS_PORT,
        terms=Terms(
            ours=section.comp_id,
            theirs=section.venue_comp_id,
            role=Role.INITIATOR,
            heartbeat_seconds=section.heartbeat_seconds,
            resets=section.resets,
            credentials=key_of(name, section, data) if has_key else None,
            resends=resend_nothing,
        ),
        timeout_millis=section.timeout_ms,
        tls=ssl.create_default_context() if is_far else None,
    )
    folder = data / "venues"
    store = SqliteFixStore(folder / f"{name}.fix")
    venue = FixVenue(reach, store, clock, folder / f"{name}.jsonl")

    async def closing() -> None:
        await venue.close()
        store.close()

    return Reached(venue=venue, list=FixDropCopy(venue), account=None, closing=closing)
