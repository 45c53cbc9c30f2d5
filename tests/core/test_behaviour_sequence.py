from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.attempt import Attempt
from kya.core.behaviour import (
    UNSEEN,
    Behaviour,
    Reference,
    advance,
    answered,
    score,
)
from kya.core.behaviour_score import CRITICAL, WARN
from kya.core.sequence import strongest
from kya.core.sequence_bets import NO_WORDS, gains_of
from kya.core.sequence_terms import NOVEL, WHOLE, Share, Steps, bet_of
from tests.behaving import DAY, FRIDAY, a_history, an_attempt, learned

REFERENCE = Reference.of(learned())
BEGUN = UNSEEN.held_against(REFERENCE)
LATER = FRIDAY + 14


def after(attempts: list[Attempt], behaviour: Behaviour = BEGUN) -> Behaviour:
    for attempt in attempts:
        scored = score(REFERENCE, behaviour, attempt)
        behaviour = advance(REFERENCE, behaviour, attempt, scored)
    return behaviour


def until_critical(attempts: list[Attempt]) -> int:
    """The number of orders after which the sequence is critical, or none."""
    behaviour = BEGUN
    for number, attempt in enumerate(attempts, 1):
        behaviour = after([attempt], behaviour)
        if behaviour.sequence_score >= CRITICAL:
            return number
    return 0


def test_the_same_bot_stays_below_a_warning_for_weeks() -> None:
    assert after(a_history(7, days=40, first=LATER)).sequence_score < WARN


def test_another_bot_is_found_within_a_day() -> None:
    stranger = [
        each._replace(side="SELL", venue="SIMC", size=each.size * 2)
        for each in a_history(7, days=4, first=LATER)
    ]
    assert 0 < until_critical(stranger) < 48


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("side", {"side": "BUY"}),
        ("venue", {"venue": "SIMC"}),
        ("market", {"market": "GBP/EUR EUR", "size": 1_720_000}),
    ],
)
def test_a_mix_that_has_changed_is_found_and_named(
    name: str, stays: dict[str, Any]
) -> None:
    changed = [each._replace(**stays) for each in a_history(7, days=14, first=LATER)]
    behaviour = after(changed[: until_critical(changed)])
    assert behaviour.sequence_score >= CRITICAL
    assert behaviour.sequence is not None
    assert strongest(behaviour.sequence).split()[0] in {name, "repeat"}


def test_twice_as_many_orders_are_found() -> None:
    assert until_critical(a_history(7, days=21, per_day=96, first=LATER)) > 0


def test_sizes_that_grow_by_three_percent_a_day_are_found() -> None:
    grown = [
        each._replace(size=each.size * (100 + 3 * (each.at // DAY - LATER)) // 100)
        for each in a_history(7, days=28, first=LATER)
    ]
    assert until_critical(grown) > 0


def test_evidence_counts_when_a_block_ends_and_not_within_it() -> None:
    start = an_attempt().at // 600_000 * 600_000
    strange = [an_attempt(at=start + n, region="us-east-1") for n in range(50)]
    within = after(strange)
    assert within.sequence is not None
    assert within.sequence.evidence == 0
    ended = after([an_attempt(at=start + 600_000)], within)
    assert ended.sequence is not None
    assert any(ended.sequence.levels[0])


def test_cancels_count_as_actions_and_leave_the_pace_alone() -> None:
    cancel = an_attempt(action="cancel")
    behaviour = advance(REFERENCE, BEGUN, cancel, None)
    assert behaviour.pace == BEGUN.pace
    many = BEGUN
    for n in range(400):
        many = advance(
            REFERENCE, many, cancel._replace(at=cancel.at + n * 600_000), None
        )
    assert many.sequence_score >= WARN
    assert many.sequence is not None
    assert strongest(many.sequence).startswith("action")


def test_failures_at_the_venue_are_evidence() -> None:
    behaviour = BEGUN
    for n in range(400):
        at = an_attempt().at + n * 600_000
        behaviour = answered(REFERENCE, behaviour, at, failed=True)
    assert behaviour.sequence_score >= WARN
    assert answered(REFERENCE, UNSEEN, 0, failed=True) == UNSEEN


def test_without_a_baseline_only_the_pace_is_kept() -> None:
    behaviour = advance(None, UNSEEN, an_attempt(), None)
    assert behaviour == Behaviour(UNSEEN.pace.after(an_attempt().at))
    assert behaviour.sequence_score == 0


def test_a_flood_of_new_words_does_not_grow_the_state() -> None:
    flood = [
        an_attempt(at=an_attempt().at + n, market=f"M{n}/EUR EUR", venue=f"V{n}")
        for n in range(300)
    ]
    sequence = after(flood).sequence
    assert sequence is not None
    assert len(sequence.sides) == 1
    assert max(len(words.counts) for words in sequence.recent) <= 2


SHARES = {"a": Share(40_000, 2_000), "b": Share(25_000, 2_000), NOVEL: Share(500, 900)}


@given(
    st.lists(st.sampled_from(["a", "b", NOVEL]), max_size=200),
    st.integers(-2_000, 2_000),
)
def test_no_mix_within_the_slack_gains_anything(words: list[str], shift: int) -> None:
    recent = NO_WORDS
    for word in words:
        recent = recent.adding(word)
    gains = gains_of(SHARES, *recent)
    true = {"a": 40_000 + shift, "b": 25_000 - shift, NOVEL: 536}
    mean = sum(true[word] * gains[word] for word in gains)
    assert mean <= 5 * WHOLE  # What rounding leaves.
    assert all(gain >= -WHOLE for gain in gains.values())


@given(st.integers(1, 3_000))
def test_a_bet_on_a_rank_is_fair(number: int) -> None:
    mean = sum(bet_of(rank, number) for rank in range(1, number + 2))
    assert mean <= (number + 1) * WHOLE


def test_steps_bet_more_on_what_is_rarer() -> None:
    steps = Steps.of(4, (9, 7, 5, 3))
    bets = [steps.bet(value) for value in (0, 3, 4, 6, 8, 10)]
    assert bets == sorted(bets)
    assert steps.bet(10) == bet_of(1, 4)
    assert steps.bet(3) == bet_of(5, 4)


def test_recent_words_stay_small_numbers() -> None:
    recent = NO_WORDS
    for _ in range(10_000):
        recent = recent.adding(Random(len(recent.counts)).choice("ab"))
    assert recent.total < 1 << 50
    assert recent.weight <= 1 << 40
