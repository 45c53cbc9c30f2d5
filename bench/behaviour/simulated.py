"""Simulated bots, and labelled orders that are not theirs. Seeded; needs numpy.

A style is drawn from a seed; style 0 of the tuned set is the case study's bot. Days are
weekdays with clustered orders. Strange orders are substitutions: each is scored in the
place of a real one, with the past that the real one had, so that being put in between
gives nothing away.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from kya.core.attempt import Attempt
from kya.core.features import DAY_MILLIS

FIRST_DAY: Final = 20_577  # 2026-05-04, a Monday
MARKETS: Final = ("EUR/USD", "GBP/EUR", "USD/CHF", "EUR/CHF", "USD/JPY", "EUR/GBP")
VENUES: Final = ("CoinEx", "Kraken", "Binance", "LMAX", "Bitstamp", "OKX")
REGION: Final = "eu-west-1"
CAP: Final = 25_000

Generator = Any
"""numpy's; its stubs are not installed where the types are checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What one bot is like."""

    markets: list[str]
    mix: list[float]
    medians: dict[str, float]
    spreads: dict[str, float]
    lot: int
    venues: list[str]
    venue_mix: dict[str, list[float]]
    hours: tuple[int, int]
    peak: tuple[int, int]
    peak_weight: float
    rate: float
    deviation: float
    side_stays: float
    types: dict[str, float]
    seconds: str


STORY: Final = Style(
    markets=["EUR/USD", "GBP/EUR"],
    mix=[0.73, 0.27],
    medians={"EUR/USD": 19_000, "GBP/EUR": 16_500},
    spreads={"EUR/USD": 0.16, "GBP/EUR": 0.18},
    lot=100,
    venues=["CoinEx", "Kraken", "Binance"],
    venue_mix={"EUR/USD": [0.30, 0.40, 0.30], "GBP/EUR": [0.15, 0.60, 0.25]},
    hours=(8, 17),
    peak=(10, 12),
    peak_weight=1.8,
    rate=48,
    deviation=1.2,
    side_stays=0.55,
    types={"LIMIT": 0.8, "MARKET": 0.2},
    seconds="uniform",
)


def draw_style(rng: Generator) -> Style:
    """Return a sibling of the story's bot with a style of its own."""
    count = int(rng.integers(1, 4))
    markets = list(map(str, rng.choice(MARKETS, size=count, replace=False)))
    mix = list(rng.dirichlet(np.ones(len(markets)) * 3))
    base = float(np.exp(rng.uniform(np.log(4000), np.log(20000))))
    count = int(rng.integers(2, 4))
    venues = list(map(str, rng.choice(VENUES, size=count, replace=False)))
    hours = int(rng.integers(7, 10)), int(rng.integers(15, 19))
    peak = int(rng.integers(hours[0], hours[1] - 2))
    medians = {m: base * float(np.exp(rng.normal(0, 0.35))) for m in markets}
    spreads = {m: float(rng.uniform(0.08, 0.45)) for m in markets}
    lot = int(rng.choice([1, 50, 100, 500]))
    venue_mix = {m: list(rng.dirichlet(np.ones(len(venues)) * 3)) for m in markets}
    peak_weight = float(rng.uniform(1, 3))
    rate = float(rng.uniform(36, 60))
    deviation = float(rng.uniform(0.6, 3))
    side_stays = float(rng.uniform(0.3, 0.7))
    mostly_limit = rng.random() < 0.6
    return Style(
        markets=markets,
        mix=mix,
        medians=medians,
        spreads=spreads,
        lot=lot,
        venues=venues,
        venue_mix=venue_mix,
        hours=hours,
        peak=(peak, peak + 2),
        peak_weight=peak_weight,
        rate=rate,
        deviation=deviation,
        side_stays=side_stays,
        types={"LIMIT": 0.8, "MARKET": 0.2}
        if mostly_limit
        else {"LIMIT": 0.3, "MARKET": 0.7},
        seconds=str(rng.choice(["uniform", "cron", "early"])),
    )


def stream(rng: Generator, style: Style, day: int, days: int) -> list[Attempt]:
    """Return the bot's orders of so many days."""
    return drifting(rng, style, day, days, 0.0)


def drifting(
    rng: Generator, style: Style, day: int, days: int, growth: float
) -> list[Attempt]:
    """Return such orders whose sizes grow from day to day by this part."""
    found: list[Attempt] = []
    side = "BUY"
    for number in range(days):
        drift = number * float(np.log1p(growth))
        orders, side = _day(rng, style, day + number, drift, side)
        found += orders
    return found


def _day(
    rng: Generator, style: Style, day: int, drift: float, side: str
) -> tuple[list[Attempt], str]:
    """Return one day's orders, and the side of the last of them."""
    if (day + 3) % 7 >= 5:
        return [], side
    number = rng.poisson(style.rate * float(np.exp(rng.normal(0, 0.12))))
    instants = _instants(rng, style, day, number)
    shift = float(rng.normal(0, 0.03)) + drift
    found: list[Attempt] = []
    for instant in instants:
        at = _second(rng, style, int(instant))
        order, side = _order(rng, style, (at, shift), side)
        found.append(order)
    found.sort(key=lambda each: each.at)
    for n in range(1, len(found)):
        if found[n].at <= found[n - 1].at:
            found[n] = found[n]._replace(at=found[n - 1].at + 1)
    return found, side


def _instants(rng: Generator, style: Style, day: int, number: int) -> Any:  # noqa: ANN401
    """Return so many instants of the day; some orders are children of the last."""
    hours = np.arange(*style.hours)
    busy = [style.peak[0] <= hour < style.peak[1] for hour in hours]
    weights = np.array([style.peak_weight if each else 1.0 for each in busy])
    chosen = rng.choice(hours, size=number, p=weights / weights.sum())
    at = day * DAY_MILLIS + chosen * 3_600_000
    at = np.sort(at + rng.integers(0, 3_600_000, size=number))
    children = rng.random(number) < 0.15
    if not number:
        return at
    gaps = rng.integers(2_000, 30_000, size=max(0, number - 1))
    follows = np.concatenate([[at[0]], at[:-1] + gaps])
    return np.sort(np.where(children, follows, at))


def _second(rng: Generator, style: Style, at: int) -> int:
    """Return the instant as the bot's scheduler has it."""
    if style.seconds == "cron":
        return at // 60_000 * 60_000 + int(rng.integers(0, 2_000))
    if style.seconds == "early":
        return at // 60_000 * 60_000 + int(rng.integers(0, 20_000))
    return at


def _order(
    rng: Generator, style: Style, when: tuple[int, float], side: str
) -> tuple[Attempt, str]:
    """Return one order, and its side."""
    at, shift = when
    market = style.markets[int(rng.choice(len(style.markets), p=style.mix))]
    if rng.random() > style.side_stays:
        side = "BUY" if rng.random() < 0.5 else "SELL"
    spread = style.spreads[market]
    size = style.medians[market] * float(np.exp(rng.normal(shift, spread)))
    size = min(size, CAP)
    lots = min(max(style.lot, round(size / style.lot) * style.lot), CAP)
    venue = style.venues[int(rng.choice(len(style.venues), p=style.venue_mix[market]))]
    deviation = float(rng.standard_t(4)) * style.deviation
    kinds = list(style.types)
    kind = kinds[int(rng.choice(len(kinds), p=list(style.types.values())))]
    order = Attempt(
        at=at,
        market=market,
        side=side,
        venue=venue,
        type=kind,
        region=REGION,
        size=lots * 100,
        deviation=round(deviation * 10),
        failed=bool(rng.random() <= 0.008),
    )
    return order, side


def rotated(style: Style) -> Style:
    """Return the style with its markets' shares passed on."""
    return replace(style, mix=[*style.mix[1:], style.mix[0]])
