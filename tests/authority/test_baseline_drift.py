"""How far a renewed baseline has moved: what people see before they sign."""

import pytest

from kya.authority.baseline_drift import ALL, Drift, Moved
from kya.core.attempt import Attempt
from kya.core.learned_baseline import LearnedBaseline
from tests.behaving import FRIDAY, HOUR, a_history, learned

LATER = FRIDAY + 28
CHANCE = 300
"""Two fortnights of one bot differ by less, in thousandths."""


@pytest.fixture(scope="module")
def before() -> LearnedBaseline:
    return learned()


def moved(drift: Drift) -> dict[str, Moved]:
    return {each.what: each for each in drift.moved}


def against(before: LearnedBaseline, **changes: object) -> Drift:
    """The drift to the same fortnight, each order changed in this alone."""
    history = [each._replace(**changes) for each in a_history()]  # type: ignore[arg-type]
    return Drift.between(before, learned(history))


def test_a_baseline_has_not_moved_from_itself(before: LearnedBaseline) -> None:
    drift = Drift.between(before, before)
    assert {each.distance for each in drift.moved} == {0}
    assert all(each.before == each.after for each in drift.moved)


def test_it_is_as_far_there_as_back_and_the_farthest_stands_first(
    before: LearnedBaseline,
) -> None:
    after = learned(a_history(seed=2, first=LATER))
    there, back = Drift.between(before, after), Drift.between(after, before)
    distances = [each.distance for each in there.moved]
    assert distances == sorted(distances, reverse=True)
    assert 0 < max(distances) < CHANCE
    for what, each in moved(there).items():
        other = moved(back)[what]
        assert (each.distance, each.before) == (other.distance, other.after)


def test_what_alone_was_changed_is_what_has_moved_most(before: LearnedBaseline) -> None:
    drift = against(before, venue="SIMC")
    assert drift.moved[0].what == "venue"
    assert drift.moved[0].after == "SIMC 100.0 %"
    assert moved(drift)["size"].distance == 0
    region = moved(against(before, region="us-east-1"))["region"]
    assert region == Moved("region", ALL, "eu-west-1", "us-east-1")


def shifted(hours: int, larger: int) -> list[Attempt]:
    return [
        each._replace(at=each.at + hours * HOUR, size=each.size * larger)
        for each in a_history()
    ]


def test_sizes_and_hours_that_moved_are_told_before_and_after(
    before: LearnedBaseline,
) -> None:
    sizes = moved(Drift.between(before, learned(shifted(0, 4))))
    assert sizes["size"].distance > 900
    assert sizes["size"].before.startswith("median 1,8")
    assert sizes["size"].after.startswith("median 7,")
    assert sizes["size"].after.endswith("minor units")
    assert sizes["venue"].distance == sizes["time_of_day"].distance == 0
    hours = moved(Drift.between(before, learned(shifted(5, 1))))["time_of_day"]
    assert hours.distance > CHANCE
    assert (hours.before[:3], hours.after[:3]) == ("09:", "14:")


def test_a_market_that_is_new_has_moved_all_the_way(before: LearnedBaseline) -> None:
    drift = moved(against(before, market="BTC/EUR EUR"))
    new = drift["size in BTC/EUR EUR"]
    assert (new.distance, new.before) == (ALL, "none")
    assert drift["size in EUR/USD EUR"].after == "none"
    assert drift["market"].distance == ALL
