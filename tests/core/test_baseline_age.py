"""A locked baseline ages, and nothing passes by one as old as the scope says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.control import Reason
from kya.core.decide import decide
from kya.core.instant import MICROS_PER_DAY, Instant, TimeOfDay
from kya.core.limits import BASELINE_DAYS_MAX
from kya.core.order import Action
from kya.core.scope import Calendar, TradingWindow
from tests.behaving import FRIDAY, a_history, learned
from tests.builders import a_case, a_likeness, a_scope, on
from tests.core.test_baseline_lock import reasons, usual
from tests.locking import AGEING, EVENING, a_lock, imported_world, lock_note
from tests.world import AGENT, World

ALWAYS = TradingWindow(TimeOfDay(0), TimeOfDay(MICROS_PER_DAY))
EXPIRED = "behaviour.expired"


def renew(world: World, first: int, seed: int = 2) -> None:
    """Two people lock what was learned from a later fortnight."""
    baseline = learned(a_history(seed, first=first))
    world.append(lock_note(world, a_lock(baseline, None, world.now)))


@given(
    days=st.integers(1, BASELINE_DAYS_MAX),
    at=st.integers(-MICROS_PER_DAY, MICROS_PER_DAY),
)
def test_an_order_passes_before_the_instant_of_expiry_and_none_from_it_on(
    days: int, at: int
) -> None:
    as_of = on("2026-05-14 18:00")
    received = as_of.later(days=days).plus(micros=at)
    limits = replace(AGEING, baseline_days=days, baseline_warn_days=None)
    scope = a_scope(
        limits=limits,
        window=ALWAYS,
        calendar=Calendar.EVERY_DAY,
        live_from=Instant(0),
    )
    case = a_case(scope=scope, likeness=a_likeness(as_of=as_of), received_at=received)
    found = Reason.BEHAVIOUR_EXPIRED in decide(case).reasons
    assert found is (at >= 0)
    assert not (found and decide(case).allowed)


def test_it_ages_from_the_end_of_its_last_day_or_from_a_lock_on_that_day() -> None:
    baseline = learned()  # Its last day is 2026-05-14.
    for locked, as_of in (
        (EVENING, EVENING),
        (on("2026-05-15 00:00"), on("2026-05-15 00:00")),
        (on("2026-08-01 12:00"), on("2026-05-15 00:00")),
    ):
        assert a_lock(baseline, None, locked).as_of == as_of


def test_an_expired_baseline_denies_until_two_people_lock_a_newer_one() -> None:
    world = imported_world(AGEING)
    assert usual(world, on("2026-05-15 10:00")) == "allowed"
    assert usual(world, on("2026-05-20 10:00")) == "denied"
    assert reasons(world) == [EXPIRED]
    renew(world, FRIDAY + 7)
    usual(world, on("2026-05-20 10:10"))
    assert EXPIRED not in reasons(world)


def test_to_lock_the_same_again_makes_it_no_younger() -> None:
    world = imported_world(AGEING)
    usual(world, on("2026-05-20 10:00"))
    world.append(lock_note(world, a_lock(learned(), None, world.now)))
    assert usual(world, on("2026-05-20 10:10")) == "denied"
    assert EXPIRED in reasons(world)


@pytest.mark.parametrize("seed", [3, 4])
def test_nor_does_another_one_of_the_same_days(seed: int) -> None:
    world = imported_world(AGEING)
    usual(world, on("2026-05-20 10:00"))
    renew(world, FRIDAY, seed)
    usual(world, on("2026-05-20 10:10"))
    assert EXPIRED in reasons(world)


def test_an_old_one_is_warned_of_and_lets_pass() -> None:
    world = imported_world(AGEING)
    assert usual(world, on("2026-05-18 10:00")) == "allowed"
    assert b'"reason":"behaviour.renewal_due"' in world.entries[-1]


def test_a_cancel_passes_under_an_expired_baseline() -> None:
    world = imported_world(AGEING)
    usual(world, on("2026-05-15 10:00"))
    at = on("2026-05-20 10:00")
    target = world.state.agents[AGENT].past.seq
    assert usual(world, at, action=Action.CANCEL, target=target) == "allowed"
