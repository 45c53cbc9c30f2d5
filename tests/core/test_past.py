import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.growing_set import GrowingSet
from kya.core.instant import Day
from kya.core.money import Money
from kya.core.order import Side
from kya.core.tokens import NO_DIGEST
from tests.builders import EUR, a_digest, a_past, an_order, eur

TODAY = Day.parse("2026-05-15")
TOMORROW = Day.parse("2026-05-16")
KEY = ("EUR/USD", Side.BUY)


def test_an_agent_begins_with_nothing() -> None:
    past = a_past()
    assert (past.seq, past.prev, past.currency) == (0, NO_DIGEST, None)
    assert (len(past.client_order_ids), past.allowed) == (0, {})


def test_an_allowed_order_is_counted_at_once() -> None:
    order = an_order(amount=eur("20,000"))
    past = a_past().including(order, a_digest("line"), counted=eur("20,000"))
    assert (past.allowed, past.currency) == ({KEY: 2_000_000}, EUR)
    assert (past.seq, past.prev) == (1, a_digest("line"))


def test_an_order_that_is_not_allowed_takes_a_seq_and_an_id_but_counts_nothing() -> (
    None
):
    past = a_past().including(an_order(), a_digest("line"), counted=None)
    assert (past.allowed, past.currency) == ({}, None)
    assert past.seq == 1
    assert "order-1" in past.client_order_ids


def test_markets_and_sides_are_counted_apart() -> None:
    past = a_past()
    for number, (market, side) in enumerate(
        [("EUR/USD", Side.BUY), ("EUR/USD", Side.SELL), ("GBP/EUR", Side.BUY)], start=1
    ):
        order = an_order(seq=number, market=market, side=side)
        past = past.including(order, a_digest(number), counted=Money(number, EUR))
    assert sorted(past.allowed.values()) == [1, 2, 3]


def test_a_new_day_forgets_counters_and_ids_but_not_the_chain() -> None:
    past = a_past(seq=7, prev=a_digest("7"), allowed={KEY: 5}, client_order_ids=["a"])
    tomorrow = past.on(TOMORROW)
    assert (tomorrow.day, tomorrow.seq, tomorrow.prev) == (TOMORROW, 7, a_digest("7"))
    assert (tomorrow.allowed, tomorrow.currency) == ({}, None)
    assert "a" not in tomorrow.client_order_ids


def test_the_same_day_forgets_nothing() -> None:
    past = a_past(allowed={KEY: 5}, client_order_ids=["a"])
    assert past.on(TODAY) is past


def test_including_leaves_the_earlier_past_as_it_was() -> None:
    past = a_past(allowed={KEY: 5})
    past.including(an_order(), a_digest("line"), counted=Money(1, EUR))
    assert past.allowed == {KEY: 5}
    assert past.seq == 0


# ------------------------------------------------------------------ a growing set


@given(st.lists(st.text(max_size=3)))
def test_a_growing_set_holds_what_was_added(items: list[str]) -> None:
    grown = GrowingSet()
    for item in items:
        grown = grown.adding(item)
    assert len(grown) == len(set(items))
    assert all(item in grown for item in items)
    assert "never added" not in grown


@given(st.lists(st.text(max_size=2)), st.randoms(use_true_random=False))
def test_a_growing_set_does_not_remember_the_order(
    items: list[str], chance: random.Random
) -> None:
    shuffled = list(items)
    chance.shuffle(shuffled)
    one, other = GrowingSet(), GrowingSet()
    for item, other_item in zip(items, shuffled, strict=True):
        one, other = one.adding(item), other.adding(other_item)
    assert one == other
    assert hash(one) == hash(other)


def test_growing_sets_of_different_items_differ() -> None:
    assert GrowingSet().adding("a") != GrowingSet().adding("b")
    assert GrowingSet() != frozenset[str]()


def test_adding_leaves_the_smaller_set_as_it_was() -> None:
    small = GrowingSet().adding("a")
    large = small.adding("b")
    assert "b" not in small
    assert "a" in large
    assert large.adding("b") is large


@pytest.mark.parametrize("count", [1, 2, 1000, 4095])
def test_a_large_set_has_few_blocks(count: int) -> None:
    grown = GrowingSet()
    for number in range(count):
        grown = grown.adding(str(number))
    assert len(grown.blocks) <= count.bit_length()
