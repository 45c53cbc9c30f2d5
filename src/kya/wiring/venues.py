"""The venues and the prices that a configuration names."""

from pathlib import Path

from kya.adapters.prices_recorded import RecordedPrices
from kya.adapters.prices_seeded import SeededPrices
from kya.adapters.venue_paper import Fault, PaperVenue
from kya.config import Config, PricesSection
from kya.gateway.ports import Clock, Prices


def venues_of(config: Config, data: Path, clock: Clock) -> dict[str, PaperVenue]:
    """Return the paper venues by name; each keeps its executions in `venues/`."""
    prices = prices_of(config.prices)
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


def prices_of(section: PricesSection) -> Prices:
    """Return the source of prices that the section names."""
    if section.kind == "recorded":
        return RecordedPrices(Path(section.directory), section.seed)
    return SeededPrices(section.seed)
