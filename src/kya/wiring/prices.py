"""The prices that orders are judged by, as a configuration names their sources."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kya.adapters.prices_checked import CheckedPrices
from kya.adapters.prices_http import Feed, HttpPrices
from kya.adapters.prices_recorded import RecordedPrices
from kya.adapters.prices_seeded import SeededPrices
from kya.config_outside import PriceSourceSection, PricesSection
from kya.core.errors import InputError
from kya.core.limits_outside import PRICE_SOURCES_MAX
from kya.gateway.ports import Clock, Prices, SourceStatus
from kya.wiring.outbound import trust_of


@dataclass(frozen=True, slots=True)
class PriceSources:
    """What the gateway asks, if anything, and the feeds that are followed for it."""

    prices: Prices | None
    feeds: tuple[HttpPrices, ...]

    @property
    def works(self) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
        """What must go on for as long as orders are judged."""
        return tuple([feed.follow_ever for feed in self.feeds])

    def statuses(self) -> list[SourceStatus]:
        """Return how the feeds are doing."""
        return [feed.status() for feed in self.feeds]


def price_sources(section: PricesSection, data: Path, clock: Clock) -> PriceSources:
    """Return the sources of the section; InputError names a file that is not there."""
    sources = [
        _source(name, source, data, clock) for name, source in section.sources.items()
    ]
    feeds = tuple([source for source in sources if isinstance(source, HttpPrices)])
    if not sources:
        return PriceSources(None, ())
    if len(sources) == PRICE_SOURCES_MAX:
        checked = CheckedPrices(sources[0], sources[1], section.apart_bps_max)
        return PriceSources(checked, feeds)
    return PriceSources(sources[0], feeds)


def _source(name: str, section: PriceSourceSection, data: Path, clock: Clock) -> Prices:
    """Return one source."""
    match section.kind:
        case "recorded":
            return RecordedPrices(data / section.directory, section.seed)
        case "seeded":
            return SeededPrices(section.seed)
        case "http":
            feed = Feed(
                name=name,
                url=section.url,
                trust=trust_of(section.ca_file, data),
                token=_token(section.token_file, data),
                interval_millis=section.interval_ms,
                quiet_millis=section.quiet_ms,
            )
            return HttpPrices(feed, clock)


def _token(token_file: str, data: Path) -> str:
    """Return the token that a file holds; none where no file is named."""
    if not token_file:
        return ""
    path = data / token_file
    try:
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: want a token in ASCII ({error})") from error
    if not (token and token.isprintable() and " " not in token):
        raise InputError(f"{path}: want one token on one line")
    return token
