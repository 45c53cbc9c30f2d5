"""Bots with habits, made from a seed: histories to learn from and orders to judge."""

from random import Random
from typing import Final

from kya.core.attempt import Attempt
from kya.core.learn import Learning, learn
from kya.core.learned_baseline import LearnedBaseline, Subject

DAY: Final = 86_400_000
HOUR: Final = 3_600_000
FRIDAY: Final = 20_574  # 2026-05-01
SUBJECT: Final = Subject("algo_trader_v2", "5" * 64)
SIZES: Final = {"EUR/USD EUR": 18_900, "GBP/EUR EUR": 17_200}


def an_attempt(**changes: object) -> Attempt:
    """An order that is like all others of the bot, on the first day after them."""
    usual = Attempt(
        at=(FRIDAY + 14) * DAY + 10 * HOUR + 754_321,
        market="EUR/USD EUR",
        side="BUY",
        venue="SIMA",
        type="LIMIT",
        region="eu-west-1",
        size=1_900_000,
        deviation=4,
    )
    return usual._replace(**changes)  # type: ignore[arg-type]


def a_history(
    seed: int = 1, days: int = 14, per_day: int = 48, first: int = FRIDAY
) -> list[Attempt]:
    """Weekdays of orders, from nine to five."""
    chance = Random(seed)
    found: list[Attempt] = []
    for day in range(first, first + days):
        if (day + 3) % 7 < 5:
            count = per_day + chance.randrange(-5, 6)
            found += [an_order(chance, day) for _ in range(count)]
    return sorted(found)


def an_order(chance: Random, day: int) -> Attempt:
    """One order of the day, as the bot draws it."""
    hour = chance.choices(range(9, 17), [10, 18, 18, 10, 10, 10, 10, 10])[0]
    market = chance.choices(list(SIZES), [73, 27])[0]
    euros = SIZES[market] * chance.lognormvariate(0, 0.15)
    return an_attempt(
        at=day * DAY + hour * HOUR + chance.randrange(HOUR),
        market=market,
        side=chance.choice(["BUY", "SELL"]),
        venue=chance.choices(["SIMA", "SIMB", "SIMC"], [5, 3, 2])[0],
        type=chance.choices(["LIMIT", "MARKET"], [4, 1])[0],
        size=min(25_000, round(euros / 100) * 100) * 100,
        deviation=round(chance.gauss(0, 12)),
    )


def learned(history: list[Attempt] | None = None) -> LearnedBaseline:
    """The baseline of a history that passes the gate."""
    found = learn(a_history() if history is None else history, SUBJECT)
    if found.baseline is None:
        raise AssertionError(found.refusals)
    return found.baseline


def refused(history: list[Attempt]) -> dict[str, str]:
    """Why the history makes no baseline: the rules that it breaks, each as told."""
    found: Learning = learn(history, SUBJECT)
    told: dict[str, str] = {}
    for refusal in found.refusals:
        told[refusal.rule.value] = f"{told.get(refusal.rule.value, '')}{refusal}"
    return told
