"""Bots with a baseline each, and how a stretch of orders looks to it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.behaviour.simulated import FIRST_DAY, STORY, Style, draw_style, stream
from kya.core.attempt import Attempt
from kya.core.behaviour import UNSEEN, Behaviour, Reference, advance, score
from kya.core.behaviour_score import CRITICAL
from kya.core.features import NO_PACE, Cells, Pace, cells_of
from kya.core.habits import Habits, held_out_surprisals
from kya.core.history import History
from kya.core.learn import baseline_of
from kya.core.learned_baseline import LearnedBaseline, Subject

OBSERVED_DAYS = 14
TEST_DAYS = 60
SUBJECT = Subject("bot", "0" * 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """One bot: its style, what was observed, what came after, and its baseline."""

    style: Style
    observed: list[Attempt]
    test: list[Attempt]
    baseline: LearnedBaseline

    @property
    def pace(self) -> Pace:
        """The pace at the end of what was observed."""
        pace = NO_PACE
        for attempt in self.observed:
            pace = pace.after(attempt.at)
        return pace


def draw_bots(count: int, styles: int, flows: int) -> list[Bot]:
    """Return bots of the seeds from `styles` and `flows` on."""
    return [_bot(n, styles + n, flows + n) for n in range(count)]


def _bot(number: int, style_seed: int, flow_seed: int) -> Bot:
    """Return one bot; the first of the tuned set is the story's."""
    rng: Any = np.random.default_rng(style_seed)
    style = STORY if style_seed == 1_000 and not number else draw_style(rng)
    rng = np.random.default_rng(flow_seed)
    observed = stream(rng, style, FIRST_DAY, OBSERVED_DAYS)
    test = stream(rng, style, FIRST_DAY + OBSERVED_DAYS, TEST_DAYS)
    return Bot(style=style, observed=observed, test=test, baseline=fit(observed))


def fit(observed: list[Attempt]) -> LearnedBaseline:
    """Return the baseline, whatever the gate would say."""
    history = History.of(observed)
    habits = Habits.of(history)
    held_out = held_out_surprisals(history, habits)
    return baseline_of(history, habits, held_out, SUBJECT)


def cells_over(pace: Pace, attempts: list[Attempt]) -> list[Cells]:
    """Return the cells of attempts that come one after another."""
    found: list[Cells] = []
    for attempt in attempts:
        found.append(cells_of(attempt, pace))
        pace = pace.after(attempt.at)
    return found


def paces_over(pace: Pace, attempts: list[Attempt]) -> list[Pace]:
    """Return the pace before each attempt."""
    found: list[Pace] = []
    for attempt in attempts:
        found.append(pace)
        pace = pace.after(attempt.at)
    return found


def critical_after(
    reference: Reference, begun: Behaviour, attempts: list[Attempt]
) -> int | None:
    """Return after how many orders the sequence is critical, if ever."""
    behaviour = begun
    for number, attempt in enumerate(attempts, 1):
        found = score(reference, behaviour, attempt)
        behaviour = advance(reference, behaviour, attempt, found)
        if behaviour.sequence_score >= CRITICAL:
            return number
    return None


def begun(bot: Bot, reference: Reference) -> Behaviour:
    """Return the behaviour after what was observed, its sequence begun."""
    return UNSEEN._replace(pace=bot.pace).held_against(reference)
