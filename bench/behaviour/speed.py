"""How long one order takes, alone, as a gateway has it; and learning."""

from time import perf_counter
from typing import Any

import numpy as np

from bench.behaviour.bots import SUBJECT, Bot, begun, cells_over
from bench.behaviour.libraries import LIBRARIES, Numbers, fitted
from bench.behaviour.simulated import FIRST_DAY, STORY, stream
from kya.core.attempt import Attempt
from kya.core.behaviour import Reference, advance, score
from kya.core.features import DAY_MILLIS, NO_PACE
from kya.core.learn import learn

MICROS = 1_000_000


def order_micros(bot: Bot) -> list[float]:
    """Return the microseconds of score and sequence, for each order of the test."""
    reference = Reference.of(bot.baseline)
    behaviour = begun(bot, reference)
    found: list[float] = []
    for attempt in bot.test:
        start = perf_counter()
        scored = score(reference, behaviour, attempt)
        behaviour = advance(reference, behaviour, attempt, scored)
        found.append((perf_counter() - start) * MICROS)
    return found


def library_micros(bot: Bot, name: str, calls: int = 100) -> float:
    """Return the median of a library's microseconds for one order."""
    known = cells_over(NO_PACE, bot.observed)
    numbers = Numbers(known)
    model = fitted(name, numbers.matrix(known))
    rows = numbers.matrix(cells_over(bot.pace, bot.test[:calls]))
    found: list[float] = []
    for row in rows:
        start = perf_counter()
        model.decision_function(row.reshape(1, -1))
        found.append((perf_counter() - start) * MICROS)
    return float(np.median(found))


def all_library_micros(bot: Bot) -> dict[str, float]:
    """Return the same for every library."""
    return {name: library_micros(bot, name) for name in LIBRARIES}


def learning_seconds(orders: int) -> float:
    """Return the seconds of learning so many orders."""
    attempts = many(orders)
    start = perf_counter()
    learn(attempts, SUBJECT)
    return perf_counter() - start


def many(orders: int) -> list[Attempt]:
    """Return so many orders of the story's bot, days after days."""
    rng: Any = np.random.default_rng(3)
    week = stream(rng, STORY, FIRST_DAY, 14)
    found: list[Attempt] = []
    while len(found) < orders:
        shift = len(found) // len(week) * 14 * DAY_MILLIS
        found += [each._replace(at=each.at + shift) for each in week]
    return found[:orders]
