"""Question 9: what the venues list, held against the log by both judges."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kya.core.order_events import VenueStatus
from kya.verify.finding import Verdict
from tests.drop_copies import (
    SIMA,
    an_execution,
    copy_list,
    copy_note,
    execution_of,
    submitted_in,
    told_note,
    unexplained,
)
from tests.halting import halt
from tests.verify.packages import failing, handed_over, later, sentences
from tests.world import MORNING, World, eur

Forgery = Callable[[World], None]


def listed_world() -> World:
    """Two orders filled, one of them in two parts, all of it in the list."""
    world = World()
    world.now = MORNING
    copy_list(world)
    assert world.trade(world.order(created_at=later(world))) == "allowed"
    first = execution_of(submitted_in(world, 1))
    world.report(1)
    assert world.trade(world.order(created_at=later(world))) == "allowed"
    halves = [
        execution_of(submitted_in(world, 2), number, amount="10000.00")
        for number in (2, 3)
    ]
    world.report(2, VenueStatus.ACKNOWLEDGED, filled=eur("10000.00"))
    copy_list(world, first, *halves)
    world.report(2)
    return world


def long_after(world: World) -> None:
    """Go on so that what waits has waited too long, and the list is whole by then."""
    world.now = world.now.plus(seconds=120)
    copy_list(world)


def one_more(world: World) -> int:
    """Have one more order allowed; return its `seq`."""
    order = world.order(created_at=later(world))
    assert world.trade(order) == "allowed"
    return order.seq


def by_hand(world: World) -> None:
    """Somebody has bought at the venue, and the gateway keeps quiet about it."""
    copy_list(world, an_execution(4))


def filled_by(world: World, **changes: object) -> None:
    """One more order, whose line in the list is changed as told."""
    seq = one_more(world)
    line = execution_of(submitted_in(world, seq), seq + 1, **changes)
    world.report(seq)
    copy_list(world, line)
    long_after(world)


def a_larger_one(world: World) -> None:
    filled_by(world, amount="20000.01")


def a_smaller_one(world: World) -> None:
    filled_by(world, amount="19999.99")


def at_another_price(world: World) -> None:
    filled_by(world, price="1.38112")


def in_another_market(world: World) -> None:
    filled_by(world, market="GBP/EUR")


def one_hidden(world: World) -> None:
    """The venue's report is on record, and its line is left out."""
    world.report(one_more(world))
    long_after(world)


def one_listed_twice(world: World) -> None:
    seq = one_more(world)
    line = execution_of(submitted_in(world, seq), seq + 1, amount="10000.00")
    world.report(seq)
    copy_list(world, line, line)


def one_without_a_report(world: World) -> None:
    seq = one_more(world)
    copy_list(world, execution_of(submitted_in(world, seq), seq + 1))
    long_after(world)


FORGERIES = [
    (by_hand, "BUY EUR 20000.00 of EUR/USD"),
    (a_larger_one, "20000.01"),
    (a_smaller_one, "19999.99"),
    (at_another_price, "at 1.38112"),
    (in_another_market, "GBP/EUR"),
    (one_hidden, "no execution under"),
    (one_listed_twice, "each execution once"),
    (one_without_a_report, "a report of it within 60 s"),
]


def test_question_9_holds_where_every_execution_is_explained(tmp_path: Path) -> None:
    report = handed_over(listed_world(), tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(9).verdict is Verdict.HOLDS
    assert "SIMA: its list has 3 executions until" in str(sentences(report, 9))


@pytest.mark.parametrize(
    ("forge", "why"), FORGERIES, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_unexplained_is_found_by_both(
    tmp_path: Path, forge: Forgery, why: str
) -> None:
    world = listed_world()
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == {9}
    said = sentences(report, 9)
    assert why in str(said)
    seen = [sentence for sentence in said if "plain scan" in sentence]
    assert seen


def test_what_the_gateway_calls_unexplained_fails_with_its_name(tmp_path: Path) -> None:
    world = listed_world()
    copy_list(world, an_execution(4))
    halt(world, SIMA)
    world.append(told_note(world, unexplained(world)[0], SIMA))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == {9}
    assert any(
        "unexplained at SIMA: SIMA-E4: BUY EUR 20000.00" in said
        and said.startswith(f"entry {len(world.entries) - 1}:")
        for said in sentences(report, 9)
    )


def put_told(world: World, position: int = 4, expected: str | None = None) -> None:
    """Call something unexplained, changed as told, and halt nothing for it."""
    copy_list(world, an_execution(4))
    found = unexplained(world)[0]
    found = found._replace(position=position, expected=expected or found.expected)
    world.entries.append(told_note(world, found))


def another_expectation(world: World) -> None:
    put_told(world, expected="nothing in particular")


def another_position(world: World) -> None:
    put_told(world, position=3)


def nothing_halted_for_it(world: World) -> None:
    copy_list(world, an_execution(4))
    world.entries.append(told_note(world, unexplained(world)[0], SIMA))


def a_gap_in_the_list(world: World) -> None:
    world.entries.append(copy_note(world, after=4))


def a_line_again(world: World) -> None:
    world.entries.append(copy_note(world, after=2))


def an_earlier_end(world: World) -> None:
    world.entries.append(copy_note(world, until=MORNING.plus(seconds=-1)))


def signed_by_another(world: World) -> None:
    world.gateway, kept = world.authority, world.gateway
    world.entries.append(copy_note(world))
    world.gateway = kept


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (another_expectation, "nothing of this kind is unexplained"),
        (another_position, "nothing of this kind is unexplained"),
        (nothing_halted_for_it, "want trading at venue:SIMA halted"),
        (a_gap_in_the_list, "after 4; want 3"),
        (a_line_again, "after 2; want 3"),
        (an_earlier_end, "it was whole until"),
        (signed_by_another, "want a gateway"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_copy_that_cannot_be_is_found(
    tmp_path: Path, forge: Forgery, why: str
) -> None:
    world = listed_world()
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 9 in failing(report)
    said = sentences(report, 9)
    assert why in str(said)
    seen = [sentence for sentence in said if "plain scan" in sentence]
    assert bool(seen) is (forge is not signed_by_another)


def test_what_still_waits_is_unknown_and_never_ticked(tmp_path: Path) -> None:
    world = listed_world()
    world.trade(world.order(created_at=later(world)))
    world.report(3)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert report.answer(9).verdict is Verdict.UNKNOWN
    assert "reports and list of 1 orders do not meet yet" in str(sentences(report, 9))


def test_a_venue_without_a_list_is_unknown(tmp_path: Path) -> None:
    world = listed_world()
    world.trade(world.order(created_at=later(world), venue="SIMB"))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert report.answer(9).verdict is Verdict.UNKNOWN
    assert "no drop copy of SIMB" in str(sentences(report, 9))


@pytest.mark.parametrize("begins", ["behind lines", "after an order"])
def test_a_list_that_begins_late_is_unknown(tmp_path: Path, begins: str) -> None:
    world = World()
    world.now = MORNING
    if begins == "after an order":
        world.trade(world.order(created_at=later(world)))
        world.report(1)
    copy_list(world, after=0 if begins == "after an order" else 7)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(9).verdict is Verdict.UNKNOWN
    assert "its list is copied from entry" in str(sentences(report, 9))


def test_the_gateway_alone_may_halt_as_a_service_and_not_resume(
    tmp_path: Path,
) -> None:
    """Stopping takes one; starting stays with people."""
    world = listed_world()
    kept, world.operators = world.operators, (world.gateway,)
    halt(world, SIMA)
    world.operators = kept
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set()
