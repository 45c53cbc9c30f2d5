"""A venue behind FIX, as a configuration names it.

venues/<NAME>.jsonl       what was sent
venues/<NAME>.executions  what the venue's reports say was executed
venues/<NAME>.fix         the session's numbers
"""

import ssl
from pathlib import Path
from urllib.parse import urlsplit

from kya.config_venues import VenueSection
from kya.core.errors import InputError
from kya.gateway.ports import Clock
from kya.wiring.ccxt_venue import Reached, key_of
from kya.wiring.outbound import trust_of

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
        tls=venue_tls(name, section, data) if is_far else None,
        server_name=section.server_name,
    )
    folder = data / "venues"
    store = SqliteFixStore(folder / f"{name}.fix")
    venue = FixVenue(reach, store, clock, folder / f"{name}.jsonl")

    async def closing() -> None:
        await venue.close()
        store.close()

    return Reached(venue=venue, list=FixDropCopy(venue), account=None, closing=closing)


def venue_tls(name: str, section: VenueSection, data: Path) -> ssl.SSLContext:
    """Return what the venue must show, and what we show it, if it wants to see that.

    Its certificate names the host that is dialled, or the other name that is set.
    """
    context = trust_of(section.ca_file, data)
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    if section.cert_file:
        certificate, key = data / section.cert_file, data / section.cert_key_file
        try:
            # Without a password to ask for: a gateway starts when nobody is there.
            context.load_cert_chain(certificate, key, password="")
        except (OSError, ssl.SSLError) as error:
            msg = (
                f"venues.{name}: {certificate}, {key}: want a certificate and its key "
                f"in PEM, without a password ({error})"
            )
            raise InputError(msg) from error
    return context
