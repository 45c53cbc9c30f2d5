"""Working orders, cancels and their reports, judged again from a package."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.order import Action, Order
from kya.core.order_events import VenueStatus
from kya.core.reservation import Target
from kya.core.scope_limits import ACTIONS_WITH_A_ROAD, Limits
from tests.verify.packages import failing, handed_over, judged, later, sentences
from tests.world import World, eur, the_scope

SATURDAY_NIGHT = Instant.parse("2026-05-16T03:00:00.000000Z")
Forgery = Callable[[World], None]


def cancel_of(world: World, target: int, **changes: object) -> Order:
    """The agent's cancel of one of its orders, a minute later."""
    fields = {"created_at": later(world), "action": Action.CANCEL, "target": target}
    return world.order(**{**fields, **changes})


def resting_world() -> World:
    """Two orders that rest, one of them filled in part."""
    world = World()
    assert world.trade(world.order(created_at=later(world))) == "allowed"
    world.report(1, VenueStatus.ACKNOWLEDGED)
    assert world.trade(world.order(created_at=later(world))) == "allowed"
    world.report(2, VenueStatus.ACKNOWLEDGED, filled=eur("5000.00"))
    return world


def cancelled_world() -> World:
    """The first one is cancelled by a suspended agent, on a Saturday at night."""
    world = resting_world()
    world.change_standing(Act.SUSPEND, world.now)
    cancel = cancel_of(world, 1, created_at=SATURDAY_NIGHT)
    assert world.trade(cancel) == "allowed"
    world.report(1, VenueStatus.CANCELLED)
    world.report(3, VenueStatus.CANCELLED)
    assert world.trade(cancel_of(world, 1)) == "denied"
    assert world.trade(cancel_of(world, 2, amount=eur("5000.00"))) == "denied"
    assert world.trade(world.order(created_at=later(world))) == "refused"
    world.report(2, VenueStatus.CANCELLED, filled=eur("6000.00"))
    return world


def test_a_cancel_is_judged_again_as_it_was(tmp_path: Path) -> None:
    report = handed_over(cancelled_world(), tmp_path / "evidence").verified()
    assert failing(report) == set()


def put(world: World, status: VenueStatus, filled: str | None) -> None:
    """Put a report on the second order on record, as if nobody had asked."""
    amount = None if filled is None else eur(filled)
    world.entries.append(world.report_note(2, status, filled=amount))


def more_than_was_ordered(world: World) -> None:
    put(world, VenueStatus.FILLED, "20000.01")


def less_than_before(world: World) -> None:
    put(world, VenueStatus.CANCELLED, "4999.99")


def never_received_after_all(world: World) -> None:
    put(world, VenueStatus.NOT_RECEIVED, None)


def a_cancel_before_the_last_word(world: World) -> None:
    world.trade(cancel_of(world, 1))
    world.entries.append(world.report_note(3, VenueStatus.CANCELLED))


def a_cancel_that_fills(world: World) -> None:
    world.trade(cancel_of(world, 1))
    world.report(1, VenueStatus.CANCELLED)
    world.entries.append(
        world.report_note(3, VenueStatus.FILLED, filled=eur("20000.00"))
    )


FORGED_REPORTS = [
    (more_than_was_ordered, "filled 20000.01 of 20000.00"),
    (less_than_before, "less is filled"),
    (never_received_after_all, "cannot be not_received"),
    (a_cancel_before_the_last_word, "want the last report on its target 1"),
    (a_cancel_that_fills, "a cancel was sent, and cannot be filled"),
]


@pytest.mark.parametrize(
    ("forge", "why"), FORGED_REPORTS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_report_that_cannot_be_is_found_by_both(
    tmp_path: Path, forge: Forgery, why: str
) -> None:
    world = resting_world()
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == {9}
    said = sentences(report, 9)
    assert why in str(said)
    assert {"plain scan" in sentence for sentence in said} == {True, False}


def working(world: World, seq: int) -> Target:
    """An order as it works, worth its amount."""
    order = world.orders[seq]
    return Target(order, order.amount)


def a_cancel_of_nothing(world: World) -> None:
    order = cancel_of(world, 1)
    world.report(1, VenueStatus.CANCELLED)
    judged(world, order, target=working(world, 1))


def a_cancel_of_another_order(world: World) -> None:
    order = cancel_of(world, 1, amount=eur("19999.99"))
    judged(world, order, as_if=cancel_of(world, 1), target=working(world, 1))


def a_withdrawal(world: World) -> None:
    order = world.order(created_at=later(world), action=Action.WITHDRAW)
    judged(world, order, as_if=world.order(created_at=order.created_at))


FORGED_CANCELS = [
    (a_cancel_of_nothing, "target.unknown"),
    (a_cancel_of_another_order, "target.differs"),
    (a_withdrawal, "action.not_allowed"),
]


@pytest.mark.parametrize(
    ("forge", "why"), FORGED_CANCELS, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_was_allowed_against_the_rules_is_found_by_both(
    tmp_path: Path, forge: Forgery, why: str
) -> None:
    world = resting_world()
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 4 in failing(report)
    said = [sentence for sentence in sentences(report, 4) if why in sentence]
    assert {"plain scan" in sentence for sentence in said} == {True, False}


def test_a_cancel_denied_though_its_target_works_is_found(tmp_path: Path) -> None:
    world = resting_world()
    judged(world, cancel_of(world, 1))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 5 in failing(report)
    assert "plain scan" in str(sentences(report, 5))


# ---------------------------------------------------------------------- replacements


def replaced_world() -> World:
    """An order of which 6,000 are filled, and one of 22,500 that takes its place."""
    world = World(scope=the_scope(limits=Limits(actions=ACTIONS_WITH_A_ROAD)))
    assert world.trade(world.order(created_at=later(world))) == "allowed"
    world.report(1, VenueStatus.ACKNOWLEDGED, filled=eur("5000.00"))
    other = world.order(
        created_at=later(world),
        action=Action.REPLACE,
        target=1,
        amount=eur("22500.00"),
    )
    assert world.trade(other) == "allowed"
    counted = world.state.agents[other.agent].past.allowed
    assert list(counted.values()) == [2_250_000]
    world.report(1, VenueStatus.CANCELLED, filled=eur("6000.00"))
    return world


def test_a_replacement_is_judged_again_with_what_was_filled_before(
    tmp_path: Path,
) -> None:
    world = replaced_world()
    world.report(2, VenueStatus.FILLED, filled=eur("16500.00"))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set()


def test_more_than_both_were_to_come_to_is_found_by_both(tmp_path: Path) -> None:
    world = replaced_world()
    put(world, VenueStatus.FILLED, "16500.01")
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == {9}
    said = sentences(report, 9)
    assert {"plain scan" in sentence for sentence in said} == {True, False}
