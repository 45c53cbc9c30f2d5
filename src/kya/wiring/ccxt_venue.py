"""A venue behind ccxt, as a configuration names it: its key is read, never written."""

import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from kya.config_venues import VenueSection
from kya.core.errors import InputError
from kya.gateway.ports import Account, Clock, DropCopy, Venue
from kya.wiring.api_key import key_at

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""What goes on for as long as orders are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One venue in its ports; not every one tells of its account."""

    venue: Venue
    list: DropCopy
    account: Account | None
    closing: Callable[[], Awaitable[None]]
    works: tuple[Work, ...] = ()


def ccxt_venue(name: str, section: VenueSection, data: Path, clock: Clock) -> Reached:
    """Return the venue; InputError where its key is not there, or ccxt is not."""
    # The library is an extra, and takes more than a second to load.
    try:
        from kya.adapters.ccxt_account import Access  # noqa: PLC0415
        from kya.adapters.drop_copy_binance import BinanceDropCopy  # noqa: PLC0415
        from kya.adapters.drop_copy_ccxt import CcxtDropCopy  # noqa: PLC0415
        from kya.adapters.venue_ccxt import CcxtVenue  # noqa: PLC0415
    except ModuleNotFoundError as error:
        msg = f"venues.{name}: {error}; want the extra `ccxt`"
        raise InputError(msg) from error

    def key() -> tuple[str, str]:
        return key_of(name, section, data)

    key()  # A gateway without its key says so before it takes orders.
    access = Access(
        exchange=section.exchange,
        key=key,
        url=section.url,
        timeout_millis=section.timeout_ms,
        is_paced=not section.url,
        cancel_after_seconds=section.cancel_after_seconds,
        markets=section.markets,
    )
    venue = CcxtVenue(access, clock, data / "venues" / f"{name}.jsonl")
    copy = BinanceDropCopy if section.exchange == "binance" else CcxtDropCopy
    return Reached(
        venue=venue,
        list=copy(venue),
        account=venue,
        closing=venue.close,
        works=(venue.timer.set_ever,) if section.cancel_after_seconds else (),
    )


def key_of(name: str, section: VenueSection, data: Path) -> tuple[str, str]:
    """Return the API key and its secret, from where the section says."""
    if not section.key_env:
        return key_at(data / section.key_file)
    names = (f"{section.key_env}_KEY", f"{section.key_env}_SECRET")
    key, secret = (os.environ.get(each, "") for each in names)
    if not (key and secret):
        msg = f"venues.{name}: want {' and '.join(names)} in the environment"
        raise InputError(msg)
    return key, secret
