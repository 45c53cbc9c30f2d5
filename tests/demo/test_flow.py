from collections import Counter
from itertools import pairwise

import pytest

from kya.core.instant import Instant
from kya.core.order import Side
from kya.demo import flow
from kya.demo.flow import INVENTORY_MAX, Flow, PlannedOrder, draw_flow
from kya.demo.seed import (
    DAILY_MAX_EUROS,
    LITERAL_ALLOWED,
    MEDIAN_EUROS,
    SEED,
    figures_of,
    flow_fits,
    seed_fits,
    side_totals,
)

THE_FLOW = draw_flow(SEED)
MICROS_PER_HOUR = 3_600_000_000


@pytest.fixture(scope="module", params=[SEED, 2, 99])
def any_flow(request: pytest.FixtureRequest) -> Flow:
    return draw_flow(request.param)


def told(order: PlannedOrder) -> tuple[str, str, Side, str]:
    return str(order.at), order.market, order.side, str(order.amount)


def by_day(orders: tuple[PlannedOrder, ...]) -> dict[str, list[PlannedOrder]]:
    days: dict[str, list[PlannedOrder]] = {}
    for order in orders:
        days.setdefault(str(order.at.day), []).append(order)
    return days


def test_the_same_seed_gives_the_same_flow() -> None:
    assert draw_flow(SEED) == THE_FLOW
    assert draw_flow(2) != THE_FLOW


def test_there_are_1022_orders_of_which_1020_can_be_allowed(any_flow: Flow) -> None:
    assert len(any_flow.orders) == 1_022
    assert len(any_flow.within_scope) == 1_020


@pytest.mark.parametrize(
    ("part", "days", "a_day"),
    [("observed", 10, 48), ("live", 5, 64), ("recovered", 5, 44)],
)
def test_each_day_has_exactly_its_number_of_orders(
    any_flow: Flow, part: str, days: int, a_day: int
) -> None:
    counted = [len(orders) for orders in by_day(getattr(any_flow, part)).values()]
    assert counted == [a_day] * days


def test_the_observed_orders_are_350_and_130(any_flow: Flow) -> None:
    markets = Counter(order.market for order in any_flow.observed)
    assert markets == {"EUR/USD": 350, "GBP/EUR": 130}


def test_every_day_deals_from_its_deck(any_flow: Flow) -> None:
    decks = (
        (any_flow.observed, {(35, 13)}),
        (any_flow.live, {(47, 17), (46, 18)}),
        (any_flow.recovered, {(32, 12)}),
    )
    for orders, allowed in decks:
        for day in by_day(orders).values():
            dealt = Counter(order.market for order in day)
            assert (dealt["EUR/USD"], dealt["GBP/EUR"]) in allowed


def test_times_are_distinct_and_rising_and_within_the_session(any_flow: Flow) -> None:
    for before, after in pairwise(any_flow.orders):
        assert before.at < after.at
    for order in any_flow.within_scope:
        hour = order.at.time_of_day.micros / MICROS_PER_HOUR
        assert 9 <= hour < 17
        assert order.at.day.weekday.value <= 5


def test_the_fixed_inputs_are_as_told() -> None:
    first, second = THE_FLOW.live[:2]
    assert told(first) == (
        "2026-05-15T09:15:00.000000Z",
        "EUR/USD",
        Side.BUY,
        "20000.00",
    )
    assert told(second) == (
        "2026-05-15T10:45:00.000000Z",
        "GBP/EUR",
        Side.SELL,
        "15000.00",
    )
    assert told(THE_FLOW.breach) == (
        "2026-05-22T10:30:00.000000Z",
        "EUR/USD",
        Side.BUY,
        "180000.00",
    )
    assert told(THE_FLOW.after_revocation) == (
        "2026-05-23T11:00:01.000000Z",
        "EUR/USD",
        Side.BUY,
        "22000.00",
    )
    assert THE_FLOW.orders[800] == THE_FLOW.breach
    assert THE_FLOW.orders[801] == THE_FLOW.after_revocation


def test_three_days_in_five_have_a_quiet_spell(any_flow: Flow) -> None:
    longest = [
        max(b.at.micros - a.at.micros for a, b in pairwise(day)) / 60_000_000
        for day in by_day(any_flow.observed).values()
    ]
    # 48 orders leave gaps of some minutes; a spell may also lie at the day's edge.
    assert sum(gap >= 70 for gap in longest) >= 3


def test_the_first_live_day_is_quiet_between_its_fixed_orders(any_flow: Flow) -> None:
    third = any_flow.live[2]
    assert third.at > Instant.parse("2026-05-15T10:45:00.000000Z")


def test_sizes_are_on_the_grid_and_cut(any_flow: Flow) -> None:
    for order in any_flow.within_scope:
        euros, cents = divmod(order.amount.minor_units, 100)
        assert (cents, euros % 500) == (0, 0)
        assert 0 < euros <= 25_000


def test_client_order_ids_are_never_used_twice(any_flow: Flow) -> None:
    ids = [order.client_order_id for order in any_flow.orders]
    assert len(set(ids)) == len(ids)


def test_every_venue_gets_orders(any_flow: Flow) -> None:
    assert {order.venue for order in any_flow.orders} == set(flow.VENUES)


def test_four_of_the_observed_orders_time_out(any_flow: Flow) -> None:
    assert len(any_flow.timeouts) == 4
    assert all(1 <= seq <= 480 for seq in any_flow.timeouts)


def test_the_chosen_seed_has_the_median_told() -> None:
    assert figures_of(THE_FLOW).median_observed == MEDIAN_EUROS


def test_the_chosen_seed_is_busiest_from_ten_to_twelve() -> None:
    assert figures_of(THE_FLOW).busiest_hours == {10, 11}


def test_the_chosen_seed_stays_within_the_cap_of_each_market_and_side() -> None:
    totals = side_totals(THE_FLOW.within_scope)
    assert max(totals.values()) <= DAILY_MAX_EUROS
    assert len(totals) == 20 * 2 * 2


def test_the_chosen_seed_lets_through_what_the_literal_cap_would() -> None:
    assert figures_of(THE_FLOW).allowed_literally in LITERAL_ALLOWED


def test_the_chosen_seed_keeps_its_inventory() -> None:
    assert figures_of(THE_FLOW).inventory_max <= INVENTORY_MAX


def test_the_choice_is_among_many_and_takes_the_first() -> None:
    # Selection among honest runs, not a search for the one run that works.
    assert [seed for seed in range(1, SEED + 1) if seed_fits(seed)] == [SEED]
    assert sum(flow_fits(draw_flow(seed)) for seed in range(1, 61)) == 38


@pytest.mark.proof
def test_how_many_seeds_would_do() -> None:
    assert sum(seed_fits(seed) for seed in range(1, 61)) == 10
