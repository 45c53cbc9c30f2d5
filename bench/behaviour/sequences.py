"""Sequences: how soon a change is found, and how often one is cried that is none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from bench.behaviour.bots import TEST_DAYS, Bot, begun, critical_after
from bench.behaviour.simulated import FIRST_DAY, Style, drifting, rotated, stream
from kya.core.attempt import Attempt
from kya.core.behaviour import Reference
from kya.core.features import DAY_MILLIS

AFTER: Final = FIRST_DAY + 14


@dataclass(frozen=True, slots=True)
class Found:
    """Of how many bots a change was found, and after how long."""

    found: int
    of: int
    orders: float
    days: float


def false_alarms(bots: list[Bot]) -> int:
    """Return how many bots that have not changed are critical within the test."""
    return sum(_after(bot, bot.test) is not None for bot in bots)


def takeovers(bots: list[Bot]) -> Found:
    """Return what is found when the next bot takes each bot's place."""
    return _found([(bot, bots[(n + 1) % len(bots)].test) for n, bot in enumerate(bots)])


def change(bots: list[Bot], name: str) -> Found:
    """Return what is found of one change."""
    able = [bot for bot in bots if name != "mix rotated" or len(bot.style.mix) > 1]
    return _found(
        [
            (bot, CHANGES[name](np.random.default_rng(500 + n), bot.style))
            for n, bot in enumerate(able)
        ]
    )


def _stream(rng: Any, style: Style) -> list[Attempt]:  # noqa: ANN401  numpy's
    return stream(rng, style, AFTER, TEST_DAYS)


CHANGES: Final[dict[str, Callable[[Any, Style], list[Attempt]]]] = {
    "size +3 % a day": lambda rng, s: drifting(rng, s, AFTER, TEST_DAYS, 0.03),
    "size +1 % a day": lambda rng, s: drifting(rng, s, AFTER, TEST_DAYS, 0.01),
    "rate doubled": lambda rng, s: _stream(rng, replace(s, rate=2 * s.rate)),
    "rate halved": lambda rng, s: _stream(rng, replace(s, rate=s.rate / 2)),
    "side stuck": lambda rng, s: _stream(rng, replace(s, side_stays=0.98)),
    "mix rotated": lambda rng, s: _stream(rng, rotated(s)),
}


def _after(bot: Bot, orders: list[Attempt]) -> int | None:
    reference = Reference.of(bot.baseline)
    return critical_after(reference, begun(bot, reference), orders)


def _found(pairs: list[tuple[Bot, list[Attempt]]]) -> Found:
    after = [(_after(bot, orders), orders) for bot, orders in pairs]
    hits = [
        (n, (orders[n - 1].at - orders[0].at) / DAY_MILLIS) for n, orders in after if n
    ]
    if not hits:
        return Found(0, len(pairs), 0.0, 0.0)
    orders, days = zip(*hits, strict=True)
    return Found(
        len(hits), len(pairs), float(np.median(orders)), float(np.median(days))
    )
