"""What is counted of an agent's conduct, and when it is forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.conduct import Conduct
from kya.core.control import Reason
from kya.core.decide import decide
from kya.core.flow import Decided, past_after_decision, past_after_report
from kya.core.instant import Instant
from kya.core.latch import Latch
from kya.core.limits import SENT_KEPT
from kya.core.money import Price
from kya.core.order import Action, Order
from kya.core.order_events import VenueReported, VenueStatus
from kya.core.past import Past
from kya.core.scope_limits import Limits
from kya.core.sent import NOTHING_SENT, Message, Sent
from tests.builders import (
    FIRST_LIVE_ORDER_AT,
    a_case,
    a_digest,
    a_past,
    a_price,
    a_scope,
    an_order,
    eur,
    on,
)

MICROS = FIRST_LIVE_ORDER_AT.micros


def message(micros: int, touch: int | None = None) -> Message:
    return Message(micros, ("asked", micros), "EUR/USD", touch)


def decided(received_at: Instant, *, allowed: bool = True, **changes: Any) -> Decided:  # noqa: ANN401
    return Decided(
        order=an_order(**changes),
        line_digest=a_digest(received_at),
        received_at=received_at,
        allowed=allowed,
        worth=eur("1"),
        reserved=eur("1") if allowed else None,
        price=a_price(),
    )


def report(status: VenueStatus, at: Instant = FIRST_LIVE_ORDER_AT) -> VenueReported:
    filled = status in (VenueStatus.FILLED, VenueStatus.PARTIALLY_FILLED)
    return VenueReported(
        agent="algo_trader_v2",
        seq=1,
        order=a_digest("order"),
        venue="SIMA",
        status=status,
        filled=eur("1") if filled else None,
        price=Price.parse("1.1") if filled else None,
        price_source="",
        detail="",
        at=at,
    )


# --------------------------------------------------------------------------- sent


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(-1, 51))
def test_sent_counts_as_a_list_would(times: list[int], since: int) -> None:
    times = sorted(times)
    sent = NOTHING_SENT
    for micros in times:
        sent = sent.adding(message(micros))
    later = [micros for micros in times if micros > since]
    assert [each.micros for each in sent] == times
    assert sent.count_since(since) == len(later)
    assert [each.micros for each in sent.since(since)] == later[::-1]
    assert [each.micros for each in sent.from_the_oldest(since)] == later
    assert sent == Sent.of(*(message(micros) for micros in times))
    assert len({sent, Sent.of(*sent)}) == 1


def test_versions_of_what_was_sent_do_not_disturb_each_other() -> None:
    first = NOTHING_SENT.adding(message(1))
    left, right = first.adding(message(2)), first.adding(message(3))
    assert [each.micros for each in first] == [1]
    assert [each.micros for each in left] == [1, 2]
    assert [each.micros for each in right] == [1, 3]
    assert [each.micros for each in left.adding(message(4))] == [1, 2, 4]
    assert left != right
    assert left != "sent"


def test_only_the_newest_are_kept_and_memory_stays_bounded() -> None:
    sent = NOTHING_SENT
    for micros in range(3 * SENT_KEPT):
        sent = sent.adding(message(micros))
    assert len(sent) == SENT_KEPT
    assert next(each.micros for each in sent) == 2 * SENT_KEPT
    assert len(sent.items) <= 2 * SENT_KEPT
    assert len(Sent.of(*sent, message(0))) == SENT_KEPT


# ------------------------------------------------------------------------ counting


def test_every_message_counts_and_only_allowed_ones_as_orders() -> None:
    past = past_after_decision(a_past(), decided(FIRST_LIVE_ORDER_AT))
    past = past_after_decision(past, decided(FIRST_LIVE_ORDER_AT, allowed=False, seq=2))
    assert (past.conduct.messages, past.conduct.orders) == (2, 1)
    assert [each.touch for each in past.conduct.sent] == [11_721_000_000] * 2


@pytest.mark.parametrize("market", ["EUR/USD", "GBP/EUR"])
def test_the_market_is_remembered_of_its_own_price_only(market: str) -> None:
    past = past_after_decision(a_past(), decided(FIRST_LIVE_ORDER_AT, market=market))
    [sent] = past.conduct.sent
    assert (sent.touch is not None) is (market == "EUR/USD")


def test_counts_of_a_day_end_with_it_and_latches_do_not() -> None:
    conduct = Conduct(
        messages=3, orders=2, fills=1, rejects=4, rejects_worst=5, executions=6
    )
    tomorrow = a_past(conduct=conduct).on(on("2026-05-16 00:00").day).conduct
    assert tomorrow == Conduct(rejects=4, rejects_worst=5, executions=6)
    assert Conduct(rejects=1).on_another_day() == Conduct(rejects=1)


def test_a_row_of_rejects_ends_with_an_execution_but_is_remembered() -> None:
    past = a_past()
    for status in ["rejected", "rejected", "not_received", "rejected", "filled"]:
        past = past_after_report(past, an_order(), report(VenueStatus(status)))
    past = past_after_report(past, an_order(), report(VenueStatus.REJECTED))
    conduct = past.conduct
    assert (conduct.rejects, conduct.rejects_worst) == (1, 3)
    assert (conduct.fills, conduct.executions) == (1, 1)
    assert conduct.rearmed(Latch.REJECTS) == Conduct(fills=1, executions=1)
    both = conduct.rearmed(Latch.EXECUTIONS)
    assert both == Conduct(fills=1, rejects=1, rejects_worst=3)
    assert conduct.rearmed(Latch.LOSSES) == conduct


def test_an_execution_is_of_the_day_of_its_report() -> None:
    past = past_after_report(a_past(), an_order(), report(VenueStatus.PARTIALLY_FILLED))
    later = on("2026-05-16 00:00")
    assert past.conduct.fills == 1
    past = past_after_report(past, an_order(), report(VenueStatus.FILLED, later))
    assert (past.day, past.conduct.fills, past.conduct.executions) == (later.day, 1, 2)


def a_cancel() -> Order:
    return an_order(seq=2, action=Action.CANCEL, target=1)


def test_a_cancel_is_a_message_and_neither_an_order_nor_a_duplicate() -> None:
    past = past_after_decision(a_past(), decided(FIRST_LIVE_ORDER_AT))
    cancelled = Decided(
        order=a_cancel(),
        line_digest=a_digest(2),
        received_at=FIRST_LIVE_ORDER_AT,
        allowed=True,
        worth=eur("1"),
        reserved=None,
        price=None,
    )
    past = past_after_decision(past, cancelled)
    assert (past.conduct.messages, past.conduct.orders) == (2, 1)
    first, second = past.conduct.sent
    assert first.asked != second.asked


def test_a_cancel_that_came_too_late_is_no_reject() -> None:
    past = past_after_report(a_past(), a_cancel(), report(VenueStatus.REJECTED))
    assert past.conduct == Conduct()


def test_a_part_that_was_filled_before_the_cancel_is_an_execution() -> None:
    resting = replace(report(VenueStatus.ACKNOWLEDGED), filled=eur("1"))
    past = past_after_report(a_past(), an_order(), resting)
    assert past.conduct.executions == 0
    ended = replace(report(VenueStatus.CANCELLED), filled=eur("1"))
    past = past_after_report(past, an_order(), ended)
    assert past.conduct.executions == 1
    past = past_after_report(past, an_order(), report(VenueStatus.CANCELLED))
    assert past.conduct.executions == 1


# ------------------------------------------------------------------------- throttle


def allowed_at(limits: Limits, instants: Iterator[int]) -> list[int]:
    """Which of the messages that come at these instants are allowed."""
    past, found = a_past(), []
    for seq, micros in enumerate(instants, start=1):
        at = Instant(MICROS + micros)
        order = an_order(
            seq=seq,
            prev=past.prev,
            client_order_id=f"order-{seq}",
            created_at=at,
            amount=eur("1"),
        )
        case = a_case(
            order, received_at=at, past=past.on(at.day), scope=a_scope(limits=limits)
        )
        decision = decide(case)
        if decision.allowed:
            found.append(micros)
        past = past_after_decision(
            past,
            Decided(
                order=order,
                line_digest=a_digest(seq),
                received_at=at,
                allowed=decision.allowed,
                worth=order.amount,
                reserved=decision.reserved,
                price=None,
            ),
        )
    return found


@given(st.lists(st.integers(0, 5_000_000), max_size=25), st.integers(1, 5))
def test_no_second_ever_sees_more_than_so_many(times: list[int], most: int) -> None:
    allowed = allowed_at(Limits(messages_per_second=most), iter(sorted(times)))
    for first in allowed:
        assert sum(first <= each < first + 1_000_000 for each in allowed) <= most


def test_a_flood_stays_blocked_until_it_ends() -> None:
    """What is denied counts as well: a bot that runs wild gets nothing through."""
    flood = [*range(0, 3_000_000, 100_000), 4_100_000]
    allowed = allowed_at(Limits(messages_per_second=5), iter(flood))
    assert allowed == [0, 100_000, 200_000, 300_000, 400_000, 4_100_000]


def test_a_denied_order_may_not_come_again_at_once_either() -> None:
    past: Past = a_past()
    late = on("2026-05-15 18:00")
    past = past_after_decision(past, decided(late, allowed=False))
    again = a_case(
        an_order(seq=2, prev=past.prev, client_order_id="order-2"),
        received_at=late.plus(micros=1),
        past=past,
        scope=a_scope(limits=Limits(duplicate_window_millis=1)),
    )
    assert Reason.ORDER_DUPLICATE in decide(again).reasons
