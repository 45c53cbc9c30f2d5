"""The venues that a configuration names, and the prices that the paper ones fill at."""

from pathlib import Path

from kya.adapters.prices_recorded import RecordedPrices
from kya.adapters.prices_seeded import SeededPrices
from kya.adapters.venue_paper import Fault, PaperVenue
from kya.config import Config, PaperSection
from kya.gateway.ports import Clock, Prices


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
    }


def paper_prices(section: PaperSection) -> Prices:
    """Return the source of prices that paper venues fill at."""
    if section.kind == "recorded":
        return RecordedPrices(Path(section.directory), section.seed)
    return SeededPrices(section.seed)
