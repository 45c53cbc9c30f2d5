"""The venues that a configuration names, and the prices that paper ones fill at."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from kya.adapters.prices_recorded import RecordedPrices
from kya.adapters.prices_seeded import SeededPrices
from kya.adapters.venue_paper import Fault, PaperVenue
from kya.codec.execution_files import Listed
from kya.config import Config, PaperSection
from kya.config_venues import Halting, VenueSection
from kya.core.execution import Execution
from kya.core.levels import FIRM, Level, Place
from kya.gateway.ports import (
    Account,
    Clock,
    DropCopy,
    MarketAccess,
    PolicyAnswers,
    Prices,
    Venue,
    WatchedList,
)
from kya.wiring.ccxt_venue import Reached, Work, ccxt_venue
from kya.wiring.fix_venue import fix_venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The venues by name, their lists, and the accounts that tell of themselves."""

    venues: Mapping[str, Venue]
    lists: Mapping[str, DropCopy]
    accounts: Mapping[str, Account]
    closing: Callable[[], Coroutine[None, None, None]]
    works: tuple[Work, ...] = ()

    def access(
        self, config: Config, prices: Prices | None, policies: PolicyAnswers
    ) -> MarketAccess:
        """Return the venues with their lists, and what an unexplained one halts."""
        lists = {
            name: WatchedList(self.lists[name], _halted(name, section.unexplained))
            for name, section in config.venues.items()
        }
        return MarketAccess(
            venues=self.venues, prices=prices, policies=policies, lists=lists
        )


def connect(config: Config, data: Path, clock: Clock) -> Connected:
    """Return every venue that is configured; nothing is sent to any of them yet."""
    paper = venues_of(config, data, clock)
    reached = {
        name: _far_venue(name, section, data, clock)
        for name, section in config.venues.items()
        if section.kind != "paper"
    }

    async def closing() -> None:
        for venue in paper.values():
            venue.close()
        for each in reached.values():
            await each.closing()

    return Connected(
        venues={**paper, **{name: each.venue for name, each in reached.items()}},
        lists={**paper, **{name: each.list for name, each in reached.items()}},
        accounts={n: each.account for n, each in reached.items() if each.account},
        closing=closing,
        works=tuple(work for each in reached.values() for work in each.works),
    )


def _far_venue(name: str, section: VenueSection, data: Path, clock: Clock) -> Reached:
    """Return a venue that is not here, by the protocol that it speaks."""
    make = fix_venue if section.kind == "fix" else ccxt_venue
    return make(name, section, data, clock)


def venues_of(config: Config, data: Path, clock: Clock) -> dict[str, PaperVenue]:
    """Return the paper venues by name; each keeps its executions in `venues/`."""
    prices = paper_prices(config.paper)
    directory = data / "venues"
    directory.mkdir(parents=True, exist_ok=True)
    return {
        name: PaperVenue(
            name=name,
            prices=prices,
            clock=clock,
            faults={key: Fault(value) for key, value in section.faults.items()},
            journal=directory / f"{name}.jsonl",
        )
        for name, section in config.venues.items()
        if section.kind == "paper"
    }


def handed_over(config: Config, directory: Path, clock: Clock) -> Listed:
    """Return the paper venues' whole lists, once their gateway has stopped."""
    venues = venues_of(config, directory, clock)
    try:
        return {name: asyncio.run(_whole(venue)) for name, venue in venues.items()}
    finally:
        for venue in venues.values():
            venue.close()


async def _whole(venue: PaperVenue) -> tuple[Execution, ...]:
    """Return every line of a venue's list."""
    lines: list[Execution] = []
    is_whole = False
    while not is_whole:
        listed = await venue.listed(len(lines))
        lines += listed.executions
        is_whole = listed.is_whole
    return tuple(lines)


def _halted(venue: str, halting: Halting) -> Place | None:
    """Return the place of a word in the configuration."""
    match halting:
        case "venue":
            return Place(Level.VENUE, venue)
        case "firm":
            return FIRM
        case "none":
            return None
        case _ as never:
            assert_never(never)


def paper_prices(section: PaperSection) -> Prices:
    """Return the source of prices that paper venues fill at."""
    if section.kind == "recorded":
        return RecordedPrices(Path(section.directory), section.seed)
    return SeededPrices(section.seed)
