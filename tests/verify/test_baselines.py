"""Question 6: baselines learned again, and what a forger may try with them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kya.core.baseline import PROBATION_ORDERS, Likeness, Lock, Source
from kya.core.case_of import Inputs, case_of
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.order_events import OrderSubmitted
from kya.verify.finding import Verdict
from tests.behaving import FRIDAY, a_history, learned
from tests.builders import on
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import verify
from tests.halting import enrol_supervisors
from tests.locking import (
    AGEING,
    EVENING,
    MONDAY,
    a_lock,
    imported_world,
    learned_from,
    lock_note,
    locked_world,
    observed_world,
    succeeded_world,
)
from tests.verify.packages import failing, handed_over, judged, later, sentences
from tests.verify.test_forged_history import both_judges
from tests.world import AGENT, World, eur

Edit = Callable[[dict[str, Any]], None]


def busy(world: World) -> World:
    """A live day under a locked baseline: usual orders, and one that is none."""
    for amount in ("19000.00", "17500.00", "20000.00", "180000.00"):
        world.trade(world.order(created_at=later(world, 613), amount=eur(amount)))
    return world


def under_another_lock(make: Callable[[World], Lock]) -> World:
    """A world whose people locked something else than the orders give."""
    world = observed_world()
    enrol_supervisors(world)
    world.now = EVENING
    world.append(lock_note(world, make(world)))
    world.trade(world.order(created_at=later(world)))
    return world


# -------------------------------------------------------------------------- sound


def test_a_locked_baseline_is_learned_again_and_every_score_recomputed(
    tmp_path: Path,
) -> None:
    report = handed_over(busy(locked_world()), tmp_path / "evidence").verified()
    assert failing(report) == set(), report
    assert report.answer(5).verdict is report.answer(6).verdict is Verdict.HOLDS
    assert "baselines: 1" in "".join(sentences(report, 6))


def test_what_people_struck_is_left_out_again(tmp_path: Path) -> None:
    world = under_another_lock(lambda world: learned_from(world, 3, None, 11, 12))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert report.answer(6).verdict is Verdict.HOLDS


def test_what_was_learned_elsewhere_stays_an_open_question(tmp_path: Path) -> None:
    world = under_another_lock(lambda world: a_lock(learned(), None, world.now))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(6).verdict is Verdict.UNKNOWN


def test_an_agent_that_was_live_before_its_lock_is_named(tmp_path: Path) -> None:
    world = observed_world()
    world.trade(world.order(created_at=later(world)))
    enrol_supervisors(world)
    world.append(lock_note(world, learned_from(world, 1, 400)))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(6).verdict is Verdict.UNKNOWN
    assert f"live before a baseline was locked: {AGENT}" in "".join(
        sentences(report, 6)
    )


# ------------------------------------------------------------------------- forged


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda world: a_lock(
                learned(a_history(seed=7)), learned_from(world).source, world.now
            ),
            "but its orders",
        ),
        (
            lambda world: replace(learned_from(world), source=Source(2, 400)),
            "but its orders",
        ),
        (
            lambda world: replace(learned_from(world), source=Source(1, 20)),
            "none",
        ),
    ],
    ids=["other-orders", "other-range", "too-few"],
)
def test_a_baseline_that_its_orders_do_not_give_fails(
    tmp_path: Path, make: Callable[[World], Lock], why: str
) -> None:
    report = handed_over(under_another_lock(make), tmp_path / "evidence").verified()
    assert 6 in failing(report)
    assert why in "".join(sentences(report, 6))


def likeness_of(
    world: World,
    at: Instant | None = None,
    **changes: Any,  # noqa: ANN401  fields of every type
) -> Likeness:
    """What the gateway measured of the agent's next order, changed as told."""
    order = world.order(created_at=at or later(world))
    entry = copy_of(world).append(world.order_note(order))
    assert isinstance(entry.event, OrderSubmitted)
    world.now = order.created_at
    found = case_of(world.state, entry.event, Inputs(order.created_at)).likeness
    assert found is not None
    return found._replace(**changes)


def copy_of(world: World) -> World:
    other = World.__new__(World)
    other.__dict__.update(world.__dict__)
    other.entries = list(world.entries)
    return other


@pytest.mark.parametrize(
    "changes",
    [
        {"baseline": "0" * 64},
        {"on_probation": True},
        {"is_of_the_release": False},
        {"as_of": Instant.parse("2026-05-15T00:00:00.000000Z")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_both_judges_find_a_decision_by_another_baseline(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    world = imported_world(AGEING)
    order = world.order(created_at=later(world))
    judged(world, order, likeness=likeness_of(world, **changes))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert both_judges(report, 5)


def test_a_score_that_the_orders_do_not_give_fails(tmp_path: Path) -> None:
    world = imported_world()
    order = world.order(created_at=later(world), amount=eur("25000.00"))
    found = likeness_of(world)
    judged(world, order, likeness=found._replace(score=found.score._replace(value=1)))
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 5 in failing(report)


@pytest.mark.parametrize(
    "edit",
    [
        lambda line: line.pop("behaviour"),
        lambda line: line["behaviour"].update(excess=line["behaviour"]["excess"] + 1),
        lambda line: line.update(baseline=None),
    ],
    ids=["left-out", "does-not-add-up", "no-baseline"],
)
def test_a_decision_that_keeps_quiet_about_behaviour_fails(edit: Edit) -> None:
    def altered(line: bytes) -> bytes:
        said = json.loads(line)
        edit(said)
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    world = imported_world()
    order = world.order(created_at=later(world))
    found = likeness_of(world)
    with pytest.raises(MalformedError):
        judged(world, order, line=altered, likeness=found)


def ageing() -> World:
    """A world that trades on under its baseline, which expires, and is renewed."""
    world = imported_world(AGEING)
    for day in (15, 18, 20):  # Fresh, to be renewed, expired.
        world.trade(world.order(created_at=on(f"2026-05-{day} 10:12:34.5")))
    later_orders = learned(a_history(seed=2, first=FRIDAY + 7))
    world.append(lock_note(world, a_lock(later_orders, None, world.now)))
    world.trade(world.order(created_at=on("2026-05-20 10:20")))
    return world


def test_the_age_of_a_baseline_is_followed_by_every_verifier(tmp_path: Path) -> None:
    world = ageing()
    report = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report) == set(), report
    answer = verify(build(tmp_path, world))
    assert answer.failing() == set(), answer.text


# -------------------------------------------------------------------------- shell


def watched() -> World:
    """A hundred orders within a day of the first, one more, and one a day after it."""
    world = succeeded_world(PROBATION_ORDERS + 1)
    world.trade(world.order(created_at=MONDAY.plus(seconds=60 + 86_400)))
    return world


def test_probation_lasts_a_day_for_every_verifier(tmp_path: Path) -> None:
    world = watched()
    told = [raw for raw in world.entries if raw.startswith(b'{"_type":"kya/decision/')]
    assert [b'"on_probation":true' in raw for raw in told[-3:]] == [True, True, False]
    report = handed_over(world, tmp_path / "evidence").verified()
    assert report.answer(5).verdict is Verdict.HOLDS
    answer = verify(build(tmp_path / "made", world))
    assert "Q5" not in answer.failing(), answer.text


@pytest.mark.parametrize(
    ("seconds", "on_probation"), [(86_400 + 59, False), (86_400 + 60, True)]
)
def test_a_day_too_short_or_too_long_is_found(
    tmp_path: Path, seconds: int, *, on_probation: bool
) -> None:
    world = succeeded_world(PROBATION_ORDERS)
    order = world.order(created_at=MONDAY.plus(seconds=seconds))
    likeness = likeness_of(world, order.created_at, on_probation=on_probation)
    judged(world, order, likeness=likeness)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert both_judges(report, 5)
    assert "Q5" in verify(build(tmp_path / "made", world)).failing()


def test_the_shell_verifier_asks_the_controls_of_behaviour_again(
    tmp_path: Path,
) -> None:
    answer = verify(build(tmp_path, busy(imported_world())))
    assert answer.failing() == set(), answer.text
    assert "4 scores are taken as they are recorded" in answer.text
    assert "1 baselines, signed by two people" in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"baseline": "0" * 64},
        {"on_probation": True},
        {"is_of_the_release": False},
        {"as_of": Instant.parse("2026-05-15T00:00:00.000000Z")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_shell_verifier_finds_a_decision_by_another_baseline(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    world = imported_world(AGEING)
    order = world.order(created_at=later(world))
    judged(world, order, likeness=likeness_of(world, **changes))
    assert "Q5" in verify(build(tmp_path, world)).failing()
