"""Question 9: an execution beyond what its order was allowed by, for every verifier."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kya.core.execution import Execution
from kya.core.money import Money, Price, Quantity
from kya.core.order import Order
from kya.core.scope_limits import Limits
from kya.verify.finding import Verdict
from tests.drop_copies import (
    SIMA,
    copy_list,
    execution_of,
    submitted_in,
    told_note,
    unexplained,
)
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import verify
from tests.halting import halt
from tests.verify.armed import USD, limit_order, quote
from tests.verify.packages import failing, handed_over, later, sentences
from tests.verify.test_brought_list import as_json
from tests.world import World, the_scope

FRESH = Limits(price_age_millis=1_000)
COLLAR = replace(FRESH, price_collar_bps=50)
DOLLARS = Money.parse("36000.00", USD)
"""EUR 24,827.59 at 1.45, and EUR 26,065.99 at 1.38111."""


def listing(limits: Limits) -> World:
    """A world whose venue's list is copied from the beginning."""
    world = World(scope=the_scope(limits=limits))
    world.now = later(world)
    copy_list(world)
    return world


def executed(world: World, order: Order, bid: str, ask: str) -> Execution:
    """Have the order allowed by this quote, and return its execution at 1.38111."""
    at = order.created_at
    price = quote(at, bid=Price.parse(bid), ask=Price.parse(ask))
    assert world.trade(order, price=price) == "allowed"
    line = execution_of(submitted_in(world, order.seq), order.seq)
    world.report(order.seq)
    return line


def filled(world: World, order: Order, bid: str, ask: str) -> World:
    """Have the order allowed and executed, and its execution copied."""
    copy_list(world, executed(world, order, bid, ask))
    return world


def within_the_collar() -> World:
    world = listing(COLLAR)
    return filled(world, world.order(created_at=later(world)), "1.381", "1.3812")


def beyond_the_collar() -> World:
    world = listing(COLLAR)
    return filled(world, world.order(created_at=later(world)), "1.1719", "1.1721")


def set_aside_for_it() -> World:
    world = listing(COLLAR)
    order = limit_order(world, "1.39")
    world.now = later(world, 1)
    world.set_aside(world.override(order, controls=("price.collar",)))
    return filled(world, order, "1.1719", "1.1721")


def worse_than_its_limit() -> World:
    world = listing(FRESH)
    return filled(world, limit_order(world, "1.381"), "1.3809", "1.381")


def dearer_than_an_order_may_be() -> World:
    world = listing(FRESH)
    order = world.order(created_at=later(world), amount=DOLLARS)
    return filled(world, order, "1.45", "1.4502")


def more_units_than_an_order_may_have() -> World:
    most = dict.fromkeys(("EUR/USD", "GBP/EUR"), Quantity.parse("26000"))
    world = listing(replace(FRESH, order_units_max=most))
    order = world.order(created_at=later(world), amount=DOLLARS)
    return filled(world, order, "1.45", "1.4502")


BROKEN = [
    (beyond_the_collar, "price.collar"),
    (worse_than_its_limit, "order.limit_price"),
    (dearer_than_an_order_may_be, "order.amount"),
    (more_units_than_an_order_may_have, "order.units"),
]


@pytest.mark.parametrize("make", [within_the_collar, set_aside_for_it])
def test_what_was_allowed_may_be_executed(
    tmp_path: Path, make: Callable[[], World]
) -> None:
    world = make()
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(9).verdict is Verdict.HOLDS
    answer = verify(build(tmp_path / "made", world))
    assert answer.failing() == set(), answer.text
    assert answer.verdicts["Q9"] == "HOLDS"


@pytest.mark.parametrize(("make", "limit"), BROKEN)
def test_every_verifier_names_the_limit_that_an_execution_breaks(
    tmp_path: Path, make: Callable[[], World], limit: str
) -> None:
    world = make()
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == {9}
    own, *others = sorted(sentences(report, 9), key=lambda said: "plain scan" in said)
    assert f"({limit})" in own
    assert re.search(f"plain scan: .* breaks [^:]*{limit}", str(others))
    answer = verify(build(tmp_path / "made", world))
    assert answer.failing() == {"Q9"}, answer.text
    assert re.search(f"breaks [^:]*{limit}", answer.reasons["Q9"])


def test_it_goes_on_record_as_unexplained_and_halts_its_venue(tmp_path: Path) -> None:
    world = beyond_the_collar()
    (found,) = unexplained(world)
    halt(world, SIMA)
    world.append(told_note(world, found, SIMA))
    assert unexplained(world) == ()
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == {9}
    assert "want order 1 of algo_trader_v2: a price within 50 bps of 1.1721" in str(
        sentences(report, 9)
    )


@pytest.mark.parametrize(
    ("bid", "ask", "broken"), [("1.381", "1.3812", set()), ("1.1719", "1.1721", {9})]
)
def test_a_list_that_the_verifier_brings_is_held_against_the_limits_too(
    tmp_path: Path, bid: str, ask: str, broken: set[int]
) -> None:
    world = World(scope=the_scope(limits=COLLAR))
    line = executed(world, world.order(created_at=later(world)), bid, ask)
    package = handed_over(world, tmp_path / "evidence")
    report = package.verified(executions=as_json([replace(line, at=world.now)]))
    assert failing(report) == broken
    said = f"want order 1 of algo_trader_v2: a price within 50 bps of {ask}"
    assert (said in str(sentences(report, 9))) is bool(broken)
    assert report.answer(9).verdict is (Verdict.FAILS if broken else Verdict.HOLDS)
