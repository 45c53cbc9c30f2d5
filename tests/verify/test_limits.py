"""Limits of a scope, judged again from a package: by re-execution and plain scan."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from kya.codec.decisions import parse_decision
from kya.codec.note import SignedNote
from kya.verify.finding import Verdict
from kya.verify.plain_working import WorkingOrder
from tests.verify.armed import (
    FORGERIES,
    Forgery,
    busy_armed_world,
    converted_world,
)
from tests.verify.exposed import (
    FORGERIES_AT_RISK,
    busy_exposed_world,
    exposed_world,
    reduced_world,
    turned_round_world,
)
from tests.verify.packages import failing, handed_over, sentences
from tests.verify.test_forged_history import both_judges
from tests.world import AGENT, World


@pytest.mark.parametrize(
    "make",
    [busy_armed_world, converted_world, busy_exposed_world, reduced_world],
)
def test_what_the_limits_say_comes_out_again(tmp_path: Path, make: type[World]) -> None:
    report = handed_over(make(), tmp_path / "evidence").verified()
    assert failing(report) == set(), report
    assert report.answer(4).verdict is report.answer(5).verdict is Verdict.HOLDS


def test_the_report_counts_sizes_in_the_currency_that_they_were_ordered_in(
    tmp_path: Path,
) -> None:
    handed = handed_over(converted_world(), tmp_path / "evidence")
    report = json.loads(handed.read("report.json"))
    sizes = report["agents"][AGENT]["figures"]["all"]["sizes"]
    orders = {
        which: {code: each["orders"] for code, each in found.items()}
        for which, found in sizes.items()
    }
    assert orders == {
        "attempted": {"BTC": 3, "EUR": 2},
        "allowed": {"BTC": 2, "EUR": 1},
    }
    assert sizes["allowed"]["BTC"]["maximum"] == "0.20000001"
    assert sizes["allowed"]["EUR"]["maximum"] == "0.01"
    assert report["price_sources"] == ['"us\\ and" é', "simulated"]


def test_the_days_sums_count_what_orders_are_worth() -> None:
    world = converted_world()
    lines = [SignedNote.parse(raw).text for raw in world.entries]
    decisions = [parse_decision(line) for line in lines if b"decision/v1" in line]
    worth = [each.worth.amount for each in decisions[:2] if each.worth]
    sums = sum(map(Decimal, worth)) + Decimal("0.01")
    assert Decimal(decisions[-1].counters.before.agent) == sums


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda each: each.name)
def test_a_limit_that_was_ignored_is_found_by_both(
    tmp_path: Path, forgery: Forgery
) -> None:
    report = handed_over(forgery.world(), tmp_path / "evidence").verified()
    assert both_judges(report, forgery.question)
    assert forgery.word in str(
        [s for s in sentences(report, forgery.question) if "plain scan" in s]
    )


@pytest.mark.parametrize("forgery", FORGERIES_AT_RISK, ids=lambda each: each.name)
def test_what_is_at_risk_and_was_ignored_is_found_by_both(
    tmp_path: Path, forgery: Forgery
) -> None:
    world = exposed_world(**forgery.limits)
    forgery.forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert both_judges(report, 4)
    seen = [said for said in sentences(report, 4) if "plain scan" in said]
    assert forgery.word in str(seen)


def test_an_order_that_turns_a_position_round_is_found_by_both(tmp_path: Path) -> None:
    report = handed_over(turned_round_world(), tmp_path / "evidence").verified()
    assert both_judges(report, 4)
    assert "halt.reducing" in str(sentences(report, 4))


def test_the_smallest_amount_of_many_decimals_has_a_remainder() -> None:
    satoshi = {"amount": "0.00000001"}
    working = WorkingOrder(satoshi, "leaf", Decimal(satoshi["amount"]), "BTC")
    assert working.remaining == 1
