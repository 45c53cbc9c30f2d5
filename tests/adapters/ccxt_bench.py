"""A paper exchange at a socket, and venues behind ccxt that reach it."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

from kya.adapters.ccxt_account import Access
from kya.adapters.exchange_faults import ExchangeFault, Faults
from kya.adapters.prices_memory import MemoryPrices
from kya.adapters.venue_ccxt import ARRIVAL_SECONDS, CcxtVenue
from tests.exchanges import KEY, an_exchange
from tests.gateway.house import HandClock, the_prices

T = TypeVar("T")


class CcxtBench:
    """One socket, an exchange and a venue for each test, and a loop that they share.

    A subclass says how its exchange is reached, and puts it behind the socket.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.path = url, folder / "SIMA.jsonl"
        self.runner = asyncio.Runner()
        self.clock = HandClock()
        self.venues: list[CcxtVenue] = []
        self.exchange = an_exchange()
        self.key = KEY

    def access(self, timeout: int) -> Access:
        """Return how a venue reaches the exchange."""
        raise NotImplementedError

    def answer(self) -> None:
        """Have the exchange answer at the socket."""
        raise NotImplementedError

    def prices(self) -> MemoryPrices:
        """Return what the exchange fills at."""
        return the_prices()

    def venue(self, *faults: ExchangeFault, timeout: int = 4_000) -> CcxtVenue:
        """A venue at a new exchange, whose first orders meet these faults."""
        plan = Faults(dict(enumerate(faults, start=1)))
        self.exchange = an_exchange(plan, self.prices(), self.clock)
        self.answer()
        venue = self.again(timeout)
        self.clock.forward(seconds=ARRIVAL_SECONDS)
        return venue

    def again(self, timeout: int = 4_000) -> CcxtVenue:
        """The venue of a process that starts where another one has ended."""
        venue = CcxtVenue(self.access(timeout), self.clock, self.path)
        self.venues.append(venue)
        return venue

    def run(self, work: Coroutine[None, None, T]) -> T:
        """Run work in the loop of this test."""
        return self.runner.run(work)

    def close(self) -> None:
        for venue in self.venues:
            self.run(venue.close())
        self.runner.close()
