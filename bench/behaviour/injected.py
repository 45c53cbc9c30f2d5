"""Strange orders, each in the place of a real one, with a label."""

from typing import Final, NamedTuple

import numpy as np

from bench.behaviour.simulated import CAP, Generator, Style
from kya.core.attempt import Attempt
from kya.core.features import DAY_MILLIS

EACH: Final = 60


class Injected(NamedTuple):
    """Orders that stand in the place of real ones from `slot` on, one after another."""

    slot: int
    orders: list[Attempt]
    label: str


def inject(
    rng: Generator, test: list[Attempt], style: Style, others: list[list[Attempt]]
) -> list[Injected]:
    """Return the strange orders of one bot."""
    found: list[Injected] = []
    number = len(test)
    firsts = [
        n
        for n in range(1, number)
        if test[n].at // DAY_MILLIS != test[n - 1].at // DAY_MILLIS
    ]
    mondays = [n for n in firsts if (test[n].at // DAY_MILLIS + 3) % 7 == 0]
    for _ in range(EACH):
        for label in LABELS:
            slot = int(rng.integers(1, number))
            found.append(
                Injected(slot, [_changed(rng, test[slot], style, label)], label)
            )
        slot = firsts[int(rng.integers(len(firsts)))]
        at = test[slot].at // DAY_MILLIS * DAY_MILLIS + int(rng.integers(0, 18_000_000))
        early = test[int(rng.integers(number))]._replace(at=at)
        found.append(Injected(slot, [early], "off_hours"))
        slot = mondays[int(rng.integers(len(mondays)))]
        order = test[int(rng.integers(number))]
        day = test[slot].at // DAY_MILLIS - int(rng.integers(1, 3))
        order = order._replace(at=day * DAY_MILLIS + order.at % DAY_MILLIS)
        found.append(Injected(slot, [order], "weekend"))
    found += [_impostor(rng, test, others) for _ in range(EACH * 3)]
    found += [_burst(rng, test) for _ in range(EACH // 10)]
    return found


LABELS: Final = (
    "size_180k", "size_27_40k", "new_market", "new_venue", "new_region",
    "price_30_80bp", "size_x0.25", "multi_mild",
)  # fmt: skip


def _changed(rng: Generator, order: Attempt, style: Style, label: str) -> Attempt:
    """Return the order with what the label says."""
    match label:
        case "size_180k":
            return order._replace(size=180_000_00)
        case "size_27_40k":
            return order._replace(size=int(rng.integers(27_000, 40_000)) * 100)
        case "new_market":
            return order._replace(market="EUR/SEK")
        case "new_venue":
            return order._replace(venue="Gate.io")
        case "new_region":
            return order._replace(region="us-east-1")
        case "price_30_80bp":
            sign = int(rng.choice([-1, 1]))
            return order._replace(deviation=sign * int(rng.integers(300, 800)))
        case "size_x0.25":
            euros = int(order.size / 100 * rng.uniform(0.15, 0.35))
            lots = max(style.lot, euros // style.lot * style.lot)
            return order._replace(size=lots * 100)
        case _:
            return _mild(rng, order, style)


def _mild(rng: Generator, order: Attempt, style: Style) -> Attempt:
    """Return an order whose every feature is rare, and none new."""
    market = style.markets[int(np.argmin(style.mix))]
    size = style.medians[market] * float(np.exp(2.3 * style.spreads[market]))
    lots = max(style.lot, round(min(CAP, size) / style.lot) * style.lot)
    return order._replace(
        market=market,
        venue=style.venues[int(np.argmin(style.venue_mix[market]))],
        size=int(lots) * 100,
        deviation=int(rng.choice([-1, 1])) * int(35 * style.deviation),
    )


def _impostor(
    rng: Generator, test: list[Attempt], others: list[list[Attempt]]
) -> Injected:
    """Return another bot's order at this bot's minute."""
    other = others[int(rng.integers(len(others)))]
    order = other[int(rng.integers(len(other)))]
    slot = int(rng.integers(1, len(test)))
    at = test[slot].at // 60_000 * 60_000 + order.at % 60_000
    if at <= test[slot - 1].at:
        at = test[slot].at
    return Injected(slot, [order._replace(at=at)], "impersonation")


def _burst(rng: Generator, test: list[Attempt]) -> Injected:
    """Return twenty orders of the bot's own, a second and a half apart."""
    slot = int(rng.integers(1, len(test)))
    orders = [
        test[int(rng.integers(len(test)))]._replace(
            market=test[slot].market, at=test[slot].at + 1_500 * n + 11
        )
        for n in range(20)
    ]
    return Injected(slot, orders, "burst20")
