"""What the story says of scores, true of the flow that was chosen, and not of any."""

from dataclasses import replace

import pytest

from kya.core.behaviour_score import CRITICAL, WARN
from kya.demo.flow import draw_flow
from kya.demo.scores import SECOND_MAX, Scores, scores_fit, scores_of
from kya.demo.seed import SEED

FOUND = scores_of(draw_flow(SEED))
CHOSEN = FOUND or Scores(live=(), breach=0, recovered=(), sequence=0)


def test_the_chosen_seed_makes_a_baseline_of_the_observed_orders() -> None:
    assert FOUND is not None
    assert (len(CHOSEN.live), len(CHOSEN.recovered)) == (320, 220)


def test_order_2_is_like_the_past_and_order_321_is_not() -> None:
    assert CHOSEN.live[1] < SECOND_MAX == 3_000
    assert CHOSEN.breach >= CRITICAL == 8_500


def test_no_other_order_is_critical_and_a_few_are_warned_of() -> None:
    others = (*CHOSEN.live, *CHOSEN.recovered)
    assert max(others) < CRITICAL
    assert 0 < sum(score >= WARN for score in others) <= 8


def test_the_replacement_passes_its_probation_without_a_warning() -> None:
    assert max(CHOSEN.recovered[:100]) < WARN


def test_no_sequence_is_critical() -> None:
    assert CHOSEN.sequence < CRITICAL


@pytest.mark.parametrize(
    "changes",
    [
        {"live": (100, 3_000, 100)},
        {"live": (100, 100, 8_500)},
        {"breach": 8_499},
        {"recovered": (7_500,)},
        {"recovered": (0,) * 100 + (8_500,)},
        {"sequence": 8_500},
    ],
    ids=str,
)
def test_a_seed_is_not_chosen_of_which_less_is_true(
    changes: dict[str, object],
) -> None:
    assert scores_fit(CHOSEN)
    assert not scores_fit(replace(CHOSEN, **changes))  # type: ignore[arg-type]


def test_a_history_that_is_refused_has_no_scores() -> None:
    flow = draw_flow(SEED)
    few = replace(flow, observed=flow.observed[:200])
    assert scores_of(few) is None
    assert not scores_fit(None)
