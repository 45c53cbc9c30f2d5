"""Executions and reports, matched to zero tolerance: same order, size, price, once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.execution import Execution
from kya.core.fixed_point import render_padded
from kya.core.instant import Instant
from kya.core.limits import EXECUTION_WAIT_MICROS_MAX
from kya.core.matching import (
    Account,
    Reported,
    Unexplained,
    overdue,
    with_execution,
    with_report,
)
from kya.core.money import Price
from kya.core.order import Action, Side
from kya.core.order_events import OrderSubmitted
from tests.builders import an_order
from tests.drop_copies import execution_of
from tests.world import MORNING, eur

SUBMITTED = OrderSubmitted(
    order=an_order(amount=eur("20000.00")), line_digest="1" * 64, leaf="2" * 64
)
PRICE = Price.parse("1.38111")
LONG_AFTER = MORNING.plus(micros=EXECUTION_WAIT_MICROS_MAX + 1)

Fill = tuple[int, int]
"""Hundred-millionths of a euro, and a price in units of 10**-10."""

CENT = 10**6
FINEST = 10**10  # in 10**-18, in which list and reports are matched


def an_account(**changes: object) -> Account:
    order = replace(SUBMITTED.order, **changes)  # type: ignore[arg-type]
    return Account(client_id="2" * 32, submitted=replace(SUBMITTED, order=order))


def executed(fill: Fill, number: int = 1) -> Execution:
    units, price = fill
    decimals = (units // CENT, 2) if units % CENT == 0 else (units, 8)
    amount = render_padded(*decimals)
    if decimals[1] != 2:
        amount = amount.rstrip("0")
    return execution_of(SUBMITTED, number, amount=amount, price=str(Price(price)))


def reported(fills: list[Fill], at: Instant = MORNING) -> Reported:
    """What a report says of these fills: the sum, and the mean rounded down."""
    filled = sum(units for units, _ in fills)
    worth = sum(units * price for units, price in fills)
    mean = Price(worth // filled) if filled else None
    return Reported(filled * FINEST, mean, at)


def matched(
    account: Account, *said: Execution | Reported, is_final: bool = True
) -> tuple[Account, list[Unexplained]]:
    """Take what list and reports say in this order; the last report is final."""
    last = max(
        (n for n, each in enumerate(said) if isinstance(each, Reported)), default=-1
    )
    found: list[Unexplained] = []
    for number, each in enumerate(said):
        if isinstance(each, Execution):
            account, new = with_execution(account, number + 1, each, MORNING)
        else:
            final = is_final and number == last
            account, new = with_report(account, each, is_final=final)
        found += new
    return account, found


WHOLE: Fill = (2_000_000 * CENT, PRICE.units)


@pytest.mark.parametrize("ahead", ["list", "report"])
def test_the_same_on_both_sides_is_settled(ahead: str) -> None:
    said: list[Execution | Reported] = [executed(WHOLE), reported([WHOLE])]
    account, found = matched(an_account(), *(said if ahead == "list" else said[::-1]))
    assert account.is_settled
    assert found == []


@pytest.mark.parametrize(
    "other",
    [
        {"amount": "20000.01"},
        {"amount": "19999.99"},
        {"price": "1.3811100001"},
        {"side": Side.SELL},
        {"market": "GBP/EUR"},
        {"currency": "USD"},
        {"currency": "XBT"},
        {"amount": "20000.000"},
        {"price": "1.38111000001"},
    ],
    ids=str,
)
def test_what_differs_is_unexplained_and_named(other: dict[str, object]) -> None:
    line = replace(executed(WHOLE), **other)  # type: ignore[arg-type]
    account, found = matched(an_account(), line, reported([WHOLE]))
    late = overdue(account, LONG_AFTER, LONG_AFTER)
    if not found:  # Less than was reported: the rest may still come.
        found = [] if late is None else [late]
    names = [None if each.execution is None else each.execution for each in found]
    assert line in names or (other == {"amount": "19999.99"} and names == [None])
    assert found[0].expected.startswith("order 1 of algo_trader_v2: ")


def test_the_same_execution_twice_is_unexplained_once() -> None:
    half: Fill = (1_000_000 * CENT, PRICE.units)
    line = executed(half)
    _, found = matched(an_account(), line, line, reported([half]))
    assert [each.position for each in found] == [2]


def test_more_than_the_last_report_says_is_unexplained() -> None:
    more = executed((1, PRICE.units), 2)
    _, found = matched(an_account(), executed(WHOLE), more, reported([WHOLE]))
    assert [each.execution for each in found] == [more]
    assert "EUR 20000.00 filled in all" in found[0].expected


def test_a_cancel_executes_nothing() -> None:
    account = an_account(action=Action.CANCEL, target=1, seq=2)
    _, found = matched(account, executed(WHOLE))
    assert [each.position for each in found] == [1]


def test_an_execution_waits_for_its_report_as_long_as_is_said() -> None:
    account, _ = matched(an_account(), executed(WHOLE))
    in_time = MORNING.plus(micros=EXECUTION_WAIT_MICROS_MAX)
    assert overdue(account, in_time, in_time) is None
    late = overdue(account, LONG_AFTER, MORNING)
    assert late is not None
    assert late.execution == executed(WHOLE)
    assert "a report of it within 60 s" in late.expected


def test_a_report_waits_until_the_list_is_whole_beyond_it() -> None:
    account, _ = matched(an_account(), reported([WHOLE]))
    assert overdue(account, LONG_AFTER, MORNING) is None
    late = overdue(account, LONG_AFTER, LONG_AFTER)
    assert late is not None
    assert (late.position, late.execution) == (0, None)
    assert "executions that make up EUR 20000.00 at 1.38111" in late.expected


def test_a_report_without_a_price_matches_nothing() -> None:
    _, found = matched(an_account(), executed(WHOLE), replace_price(reported([WHOLE])))
    assert [each.execution for each in found] == [executed(WHOLE)]
    assert "at no price" in found[0].expected


def replace_price(report: Reported) -> Reported:
    return report._replace(price=None)


def test_after_a_contradiction_nothing_of_the_order_is_explained() -> None:
    half: Fill = (1_000_000 * CENT, PRICE.units)
    wrong = executed((1_000_000 * CENT, PRICE.units + 1))
    account, found = matched(an_account(), wrong, reported([half]), is_final=False)
    assert len(found) == 1
    _, more = with_execution(account, 9, executed(half, 2), MORNING)
    assert [each.position for each in more] == [9]


fills = st.lists(
    st.tuples(
        st.integers(1, 10**6) | st.integers(1, 10**6).map(lambda n: n * CENT),
        st.integers(10**9, 10**11),
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def interleaved(
    draw: st.DrawFn,
) -> tuple[list[Execution | Reported], list[Fill]]:
    """A list and reports of it, in any order that keeps each in its own."""
    made = draw(fills)
    lines: list[Execution | Reported] = [executed(f, n) for n, f in enumerate(made)]
    cuts = sorted(draw(st.sets(st.integers(1, len(made)))) | {len(made)})
    reports: list[Execution | Reported] = [reported(made[:cut]) for cut in cuts]
    said: list[Execution | Reported] = []
    while lines or reports:
        takes_line = bool(lines) and (not reports or draw(st.booleans()))
        said.append((lines if takes_line else reports).pop(0))
    return said, made


@given(interleaved())
def test_law_what_is_told_truly_is_explained_in_any_order(
    told: tuple[list[Execution | Reported], list[Fill]],
) -> None:
    account, found = matched(an_account(), *told[0])
    assert found == []
    assert account.is_settled


@given(interleaved(), st.data())
def test_law_one_line_changed_is_never_explained(
    told: tuple[list[Execution | Reported], list[Fill]], data: st.DataObject
) -> None:
    said, made = told
    places = [n for n, each in enumerate(said) if isinstance(each, Execution)]
    number = data.draw(st.integers(0, len(places) - 1))
    units, price = made[number]
    said[places[number]] = executed((units + 1, price), number)
    account, found = matched(an_account(), *said)
    assert found or overdue(account, LONG_AFTER, LONG_AFTER) is not None
