from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.core.attempt import attempt_of
from kya.core.behaviour_score import (
    CRITICAL,
    WARN,
    Footing,
    Score,
    Scorer,
    score,
    score_of,
)
from kya.core.features import FEATURES, NO_PACE, Pace, cells_of
from kya.core.instant import Instant
from kya.core.learn import learn
from kya.core.money import Price
from kya.core.order import OrderType
from kya.core.price import ReferencePrice
from tests.behaving import DAY, FRIDAY, HOUR, SUBJECT, a_history, an_attempt, learned
from tests.builders import an_order

SCORER = Scorer.of(learned())
RESTED = Pace(an_attempt().at - 9 * 60_000)


def scored(pace: Pace = RESTED, **changes: Any) -> Score:  # noqa: ANN401
    return score(SCORER, pace, an_attempt(**changes))


def named(found: Score) -> set[str]:
    """The features that contribute."""
    pairs = zip(FEATURES, found.contributions, strict=True)
    return {feature.name for feature, bits in pairs if bits}


def test_a_usual_order_scores_next_to_nothing() -> None:
    usual = scored()
    assert usual.value < 3_000
    assert usual.footing is Footing.INSIDE


@pytest.mark.parametrize(
    ("changes", "feature"),
    [
        ({"size": 18_000_000}, "size"),
        ({"market": "EUR/SEK EUR"}, "market"),
        ({"market": "EUR/USD BTC"}, "market"),
        ({"venue": "SIMX"}, "venue"),
        ({"region": "us-east-1"}, "region"),
        ({"type": "STOP"}, "type"),
        ({"deviation": 5_000}, "deviation"),
        ({"deviation": None}, "deviation"),
        ({"aux": 3}, "aux"),
        ({"size": 1_900_001}, "zeros"),
        ({"at": an_attempt().at + 13 * HOUR}, "time_of_day"),
        ({"at": (FRIDAY + 15) * DAY + 10 * HOUR}, "time_of_day"),
    ],
)
def test_what_the_agent_never_did_warns_and_says_why(
    changes: dict[str, Any], feature: str
) -> None:
    found = scored(**changes)
    assert found.value >= WARN > found.low
    assert feature in named(found)
    assert found.footing is Footing.EXTRAPOLATED


def test_an_order_of_years_later_has_a_score_like_any_other() -> None:
    late = scored(at=an_attempt().at + 900 * DAY)
    assert late == scored(at=an_attempt().at + 802 * DAY)


def test_ten_times_the_usual_size_is_critical() -> None:
    assert scored(size=18_000_000).value >= CRITICAL


def test_a_burst_warns_by_its_pace() -> None:
    at = an_attempt().at
    burst = Pace(at - 50, tuple(at - 50 * n for n in range(30, 0, -1)))
    found = scored(burst)
    assert found.value >= WARN
    assert {"recent", "gap"} <= named(found)


ATTEMPTS = st.builds(
    an_attempt,
    size=st.integers(1, 10**24),
    market=st.sampled_from(["EUR/USD EUR", "GBP/EUR EUR", "EUR/SEK EUR"]),
    deviation=st.none() | st.integers(-(10**9), 10**9),
    aux=st.none() | st.integers(1, 10**12),
    at=st.integers(0, 253_402_300_799_999),
)


@given(ATTEMPTS)
def test_the_contributions_are_the_score(attempt: object) -> None:
    found = scored(**attempt._asdict())  # type: ignore[attr-defined]
    assert sum(found.contributions) == found.excess
    assert max(found.surprisals) == found.peak
    assert 0 <= found.low <= found.value <= 9_200


@given(st.integers(2_500_000, 10**15), st.integers(1, 10**15))
def test_a_rarer_size_never_scores_less(size: int, more: int) -> None:
    # A grid of its own for each: how round a size is counts, too.
    less, larger = size // 10_000 * 10_000, (size + more) // 10_000 * 10_000
    one, other = scored(size=less), scored(size=larger)
    zeros = next(n for n, each in enumerate(FEATURES) if each.name == "zeros")
    if one.surprisals[zeros] <= other.surprisals[zeros]:
        assert one.value <= other.value
        assert one.low <= other.low


@given(st.integers(0, 90_000), st.integers(0, 90_000))
def test_the_score_map_never_falls(one: int, other: int) -> None:
    assert (score_of(one) <= score_of(other)) or one > other
    assert score_of(26_020) == WARN
    assert score_of(50_000) == CRITICAL


@settings(max_examples=3)
@given(st.randoms(use_true_random=False))
def test_learning_does_not_depend_on_the_order_in_which_orders_come(
    chance: Random,
) -> None:
    shuffled = a_history()
    chance.shuffle(shuffled)
    assert learn(shuffled, SUBJECT) == learn(a_history(), SUBJECT)


def test_the_pace_forgets_after_five_minutes_and_remembers_64() -> None:
    pace = NO_PACE
    for at in range(0, 200_000, 1_000):
        pace = pace.after(at)
    assert len(pace.recent) == 64
    assert pace.after(600_000) == Pace(600_000, (600_000,))
    assert cells_of(an_attempt(at=499_999), pace).recent == 0
    assert cells_of(an_attempt(at=199_000), NO_PACE).gap > 8 * 26


@given(st.lists(st.integers(0, 400_000), max_size=80))
def test_recent_attempts_are_those_of_the_last_five_minutes(times: list[int]) -> None:
    pace = NO_PACE
    for at in sorted(times):
        pace = pace.after(at)
    now = 400_000
    recent = [at for at in times if at > now - 300_000]
    found = cells_of(an_attempt(at=now), pace).recent
    lone = Pace(now, tuple(sorted(recent)[-64:]))
    assert found == cells_of(an_attempt(at=now), lone).recent


def test_a_signed_order_shows_its_habits() -> None:
    order = an_order(type=OrderType.LIMIT, limit_price=Price.parse("1.1011"))
    price = ReferencePrice(
        market="EUR/USD",
        bid=Price.parse("1.0999"),
        ask=Price.parse("1.1001"),
        at=Instant(5),
        source="x",
    )
    shown = attempt_of(order, Instant(7_999), price)
    assert (shown.at, shown.market) == (7, "EUR/USD EUR")
    assert shown.deviation == 100  # ten basis points, in tenths
    below = replace(order, limit_price=Price.parse("1.0989"))
    assert attempt_of(below, Instant(0), price).deviation == -100
    assert attempt_of(order, Instant(0), None).deviation is None
