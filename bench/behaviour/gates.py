"""The gate, and what foreign orders in a history do."""

from typing import Any

import numpy as np

from bench.behaviour.bots import OBSERVED_DAYS, SUBJECT, Bot
from bench.behaviour.simulated import FIRST_DAY, drifting, stream
from kya.core.attempt import Attempt
from kya.core.behaviour_gate import GateRule
from kya.core.learn import learn


def refusals(attempts: list[Attempt]) -> set[GateRule]:
    """Return the rules that a history breaks."""
    return {refusal.rule for refusal in learn(attempts, SUBJECT).refusals}


def passing(bots: list[Bot]) -> int:
    """Return how many clean histories pass, or only lack orders."""
    return sum(refusals(bot.observed) <= {GateRule.ORDERS} for bot in bots)


def short_refused(bots: list[Bot]) -> int:
    """Return how many histories of five days are refused for their days."""
    found = 0
    for number, bot in enumerate(bots):
        rng: Any = np.random.default_rng(number)
        found += GateRule.SPAN in refusals(stream(rng, bot.style, FIRST_DAY, 5))
    return found


def drifting_refused(bots: list[Bot], growth: float) -> int:
    """Return how many histories whose sizes grow by this a day are refused for it."""
    found = 0
    for number, bot in enumerate(bots):
        rng: Any = np.random.default_rng(number)
        observed = drifting(rng, bot.style, FIRST_DAY, OBSERVED_DAYS, growth)
        found += GateRule.TREND in refusals(observed)
    return found


def review_recall(bots: list[Bot], part: float) -> float:
    """Return which part of foreign orders the list for review shows."""
    shown = mixed = 0
    for number, bot in enumerate(bots):
        rng: Any = np.random.default_rng(900 + number)
        other = bots[(number + 7) % len(bots)].observed
        count = max(1, round(len(bot.observed) * part))
        foreign = [
            other[int(rng.integers(len(other)))]._replace(
                at=bot.observed[int(rng.integers(len(bot.observed)))].at + 1
            )
            for _ in range(count)
        ]
        listed = {
            each.attempt for each in learn([*bot.observed, *foreign], SUBJECT).unusual
        }
        shown += sum(each in listed for each in foreign)
        mixed += count
    return shown / mixed
