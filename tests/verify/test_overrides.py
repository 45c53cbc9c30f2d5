"""Overrides, judged again from a package: by re-execution and by plain scan."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kya.authority import acts
from kya.core.order import Order
from kya.core.override import Override, OverrideGranted
from kya.pki.note_signer import NoteSigner
from kya.verify.finding import Verdict
from tests.verify.packages import failing, handed_over, judged, later, sentences
from tests.world import World, eur


def large(world: World) -> Order:
    return world.order(created_at=later(world), amount=eur("180000.00"))


def overridden_world() -> World:
    """A world with an override that was used, one that was over, and one unused."""
    world = World()
    order = large(world)
    world.set_aside(world.override(order))
    assert world.trade(order) == "allowed"
    world.report(order.seq)
    order = large(world)
    world.set_aside(world.override(order))
    assert world.trade(order, order.created_at.plus(micros=30_000_001)) == "denied"
    never_sent = world.order(created_at=later(world), amount=eur("190000.00"))
    world.set_aside(world.override(never_sent))
    return world


def test_what_two_people_set_aside_is_no_violation(tmp_path: Path) -> None:
    report = handed_over(overridden_world(), tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(4).verdict is report.answer(5).verdict is Verdict.HOLDS


def test_the_report_lists_every_override_and_what_came_of_it(tmp_path: Path) -> None:
    handed = handed_over(overridden_world(), tmp_path / "evidence")
    agent = json.loads(handed.read("report.json"))["agents"]["algo_trader_v2"]
    used, over, unused = agent["overrides"]
    assert used["signed_by"] == ["alice", "rita"]
    assert (used["outcome"], used["set_aside"]) == ("allowed", ["order.amount"])
    assert used["order_entry"] == used["entry"] + 1
    assert used["reason"] == "test"
    assert (over["outcome"], over["set_aside"]) == ("not used", [])
    assert (unused["outcome"], unused["order_entry"]) == ("not used", None)


Forgery = Callable[[World], None]


def put(world: World, override: Override, *people: NoteSigner) -> None:
    """Put an override on record as a gateway that checks nothing would."""
    world.entries.append(acts.override(override, *people))


def an_override_by_one_person(world: World) -> None:
    put(world, world.override(large(world)), world.risk)


def an_override_by_two_operators(world: World) -> None:
    put(world, world.override(large(world)), *world.operators)


def an_override_of_a_credential(world: World) -> None:
    override = world.override(large(world), controls=("credential.standing",))
    put(world, override, world.operators[0], world.risk)


def an_override_for_a_decided_order(world: World) -> None:
    order = large(world)
    world.trade(order)
    put(world, world.override(order), world.operators[0], world.risk)


def an_override_beside_another(world: World) -> None:
    order = large(world)
    world.set_aside(world.override(order))
    put(world, world.override(order), world.operators[0], world.risk)


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (an_override_by_one_person, "want risk and another person"),
        (an_override_by_two_operators, "want risk and another person"),
        (an_override_of_a_credential, "want some of daily.amount"),
        (an_override_for_a_decided_order, "decided already"),
        (an_override_beside_another, "another one waits"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_override_that_may_not_be_is_found(
    tmp_path: Path, forge: Forgery, why: str
) -> None:
    world = overridden_world()
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 4 in failing(report)
    assert why in str(sentences(report, 4))


def allowed_by_nobody(world: World) -> None:
    """Put an order on record, allowed by an override that is not on record."""
    order = large(world)
    override = world.override(order)
    granted = OverrideGranted(leaf="7" * 64, signed_by=("rita",), override=override)
    judged(world, order, override=granted)


def test_an_order_allowed_by_no_override_on_record_is_found_by_both(
    tmp_path: Path,
) -> None:
    world = World()
    allowed_by_nobody(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    said = sentences(report, 4)
    assert {"plain scan" in sentence for sentence in said} == {True, False}
    assert "order.amount_max" in str(said)
