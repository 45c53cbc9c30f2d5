import pytest

from kya.core.attempt import Attempt
from kya.core.behaviour import UNSEEN, Reference, score
from kya.core.behaviour_gate import ORDERS_MAX, history_refusals
from kya.core.behaviour_score import CRITICAL, WARN
from kya.core.features import Pace
from kya.core.history import History
from kya.core.learn import learn
from tests.behaving import DAY, FRIDAY, SUBJECT, a_history, an_attempt, learned, refused


def test_two_weeks_of_a_steady_bot_pass() -> None:
    assert learned().orders > 399


def test_a_refusal_names_the_rule_and_what_would_satisfy_it() -> None:
    assert refused(a_history(per_day=30))["orders"].endswith(
        "orders; want at least 399: observe 105 more"
    )


def test_no_orders_at_all_are_refused_and_not_a_fault() -> None:
    assert set(refused([])) == {"orders", "span", "days"}


@pytest.mark.parametrize("rule", ["span", "days", "busiest_day"])
def test_one_day_is_no_baseline_however_many_orders_it_has(rule: str) -> None:
    assert rule in refused(a_history(days=1, per_day=500))


def test_a_busy_day_among_quiet_ones_is_refused() -> None:
    rush = a_history(7, days=1, per_day=300, first=FRIDAY + 13)
    assert "busiest_day" in refused(a_history() + rush)


def test_sizes_that_grow_day_by_day_are_refused_by_name() -> None:
    grown = [
        each._replace(
            size=each.size
            * 103 ** (each.at // DAY - FRIDAY)
            // 100 ** (each.at // DAY - FRIDAY)
        )
        for each in a_history()
    ]
    assert "size in EUR/USD EUR rises or falls" in refused(grown)["trend"]


def test_a_bot_that_becomes_busier_is_refused() -> None:
    history = [
        each
        for number, each in enumerate(a_history(per_day=90))
        if number % 10 <= (each.at // DAY - FRIDAY) // 2 + 2
    ]
    assert "orders a day rises or falls" in refused(history)["trend"]


def test_a_venue_of_one_day_is_refused_where_it_carries_weight() -> None:
    history = [
        each._replace(venue="SIMX") if each.at // DAY == FRIDAY + 3 else each
        for each in a_history()
    ]
    assert "venue of one day" in refused(history)["single_day"]


def test_one_order_that_is_far_from_all_others_is_refused() -> None:
    stranger = an_attempt(at=FRIDAY * DAY + DAY // 2, size=10**12, deviation=90_000)
    assert set(refused([*a_history(), stranger])) == {"far_outliers"}


def test_more_orders_than_can_be_learned_from_are_refused() -> None:
    history = History.of(a_history())
    many = history._replace(orders=history.orders[:1] * (ORDERS_MAX + 1))
    (found,) = history_refusals(many)
    assert str(found).endswith("orders; want at most 1000000: take fewer days")


def test_the_stranger_leads_the_list_for_review() -> None:
    stranger = an_attempt(at=FRIDAY * DAY + DAY // 2, size=10**10)
    found = learn([*a_history(), stranger], SUBJECT)
    assert found.unusual[0].attempt == stranger
    assert len(found.unusual) == -(-len([*a_history(), stranger]) // 20)


def test_fewer_days_or_orders_never_open_the_gate() -> None:
    rules = ("orders", "span", "days")
    before: set[str] = set()
    history = a_history()
    for kept in (500, 430, 390, 250, 100, 20, 0):
        found = {rule for rule in refused(history[:kept]) if rule in rules}
        assert before <= found
        before = found


@pytest.mark.parametrize(
    "history",
    [
        [each._replace(size=1_000_000, deviation=0) for each in a_history()],
        [each._replace(market="EUR/USD EUR") for each in a_history()],
        [each._replace(deviation=None) for each in a_history()],
        [each._replace(at=each.at // DAY * DAY + DAY // 2) for each in a_history()],
        [
            each._replace(market=f"M{number % 60:02}/EUR EUR")
            for number, each in enumerate(a_history(per_day=90))
        ],
        [each._replace(aux=40 + each.size % 7) for each in a_history()],
        [an_attempt(at=each.at // DAY * DAY + DAY // 2) for each in a_history()],
        [
            an_attempt(at=FRIDAY * DAY + n * DAY // 40, size=10_000_000 + n % 9 * 100)
            for n in range(14 * 40)
        ],
    ],
    ids=[
        "one lot",
        "one market",
        "no prices",
        "one instant",
        "60 markets",
        "aux",
        "constant",
        "day and night",
    ],
)
def test_a_narrow_bot_has_a_baseline(history: list[Attempt]) -> None:
    baseline = learned(history)
    assert baseline.orders == len(history)
    reference = Reference.of(baseline)
    assert score(reference, UNSEEN, an_attempt(region="us-east-1")).value >= WARN
    last = history[-1]
    again = last._replace(at=last.at // DAY * DAY + 3 * DAY + last.at % DAY)
    pace = Pace(again.at - DAY, ())
    assert score(reference, UNSEEN._replace(pace=pace), again).value < CRITICAL


def test_a_bot_that_never_rests_has_no_surprising_weekend() -> None:
    history = a_history() + [
        each._replace(at=each.at + 2 * DAY, side="SELL")
        for each in a_history(9)
        if (each.at // DAY + 3) % 7 in {3, 4}
    ]
    assert learned().weekend > 0 == learned(history).weekend
