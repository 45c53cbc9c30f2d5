"""A log that goes on under its next name is one log, or it is refused."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kya.verify.brought import Brought
from kya.verify.finding import Verdict
from kya.verify.report import Report
from kya.verify.verify import verify
from tests.rolling import (
    LATER,
    NEXT,
    Rolled,
    by_another_key,
    going_on_as,
    going_on_from,
    last_checkpoint,
    log_named,
    over_root,
    roll_note,
    rolled_log,
    rolled_world,
    with_an_entry_between,
)
from tests.verify.packages import (
    Handed,
    MemoryLog,
    a_part,
    build_of,
    failing,
    policy_of,
    sentences,
)
from tests.verify.test_texts import by_script
from tests.world import ORIGIN, World

HOLDS = Verdict.HOLDS


@cache
def the_world() -> Rolled:
    return rolled_world()


def a_package(world: World, closed: int, out: Path, name: str = NEXT) -> Handed:
    return build_of(world, rolled_log(world, closed, name), out)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """A package that spans a roll, and that nobody writes to."""
    return a_package(*the_world(), tmp_path_factory.mktemp("rolled") / "evidence")


@pytest.fixture
def package(kept: Handed, tmp_path: Path) -> Handed:
    return kept.copy_to(tmp_path)


def of_the_log(report: Report) -> str:
    return "\n".join(sentences(report, 8))


def test_a_package_that_spans_a_roll_holds_and_names_both(kept: Handed) -> None:
    world, closed = the_world()
    report = kept.verified()
    assert not failing(report)
    assert (report.subject.origin, report.subject.orders) == (NEXT, 3)
    assert (
        f"entry {closed} goes on as {NEXT} from the last checkpoint of {ORIGIN}, of"
        f" the {closed} entries before it"
    ) in of_the_log(report)
    assert report.answer(5).verdict is HOLDS  # By counters of before the roll.
    assert len(world.entries) == report.subject.entries


@pytest.mark.parametrize("name", [ORIGIN, NEXT])
def test_the_key_is_trusted_under_either_name(kept: Handed, name: str) -> None:
    policy = policy_of(log_named(the_world()[0], name))
    assert kept.verified(policy=policy).answer(8).verdict is HOLDS


def test_a_policy_of_another_log_is_not_met(kept: Handed) -> None:
    policy = policy_of(log_named(the_world()[0], LATER))
    assert 8 in failing(kept.verified(policy=policy))


@pytest.mark.parametrize("before", [-3, 0, 1])
def test_what_was_seen_before_the_roll_is_continued_after_it(
    kept: Handed, before: int
) -> None:
    world, closed = the_world()
    name = NEXT if before > 0 else ORIGIN
    held = last_checkpoint(world, name, closed + before)
    brought = Brought.read(kept.root, kept.policy, held)
    report = verify(kept.path, replace(brought, continues=True))
    assert not failing(report)
    assert report.subject.known == closed + before


def test_a_closed_log_is_complete_by_itself(tmp_path: Path) -> None:
    world, closed = the_world()
    source = MemoryLog()
    source.publish(world.entries[:closed], world.log)
    report = build_of(world, source, tmp_path / "evidence").verified()
    assert not failing(report)
    assert report.subject.origin == ORIGIN


@pytest.mark.parametrize(
    ("name", "size", "why"),
    [
        (ORIGIN, 1, "checkpoint of"),
        (NEXT, 0, "checkpoint of"),
    ],
)
def test_no_tree_is_signed_under_the_name_of_another_time(
    package: Handed, name: str, size: int, why: str
) -> None:
    """An order in the closed log, or a successor that begins too early: a fork."""
    world, closed = the_world()
    size += closed
    package.write(f"checkpoints/{size}.note", last_checkpoint(world, name, size))
    package.list_again()
    report = package.verified()
    assert failing(report) == {8}
    assert why in of_the_log(report)


def test_a_head_under_the_former_name_is_an_order_in_the_closed_log(
    package: Handed,
) -> None:
    world, _ = the_world()
    package.write("log/checkpoint", last_checkpoint(world, ORIGIN))
    package.list_again()
    report = package.verified()
    assert 8 in failing(report)
    assert f"is of {ORIGIN!r}, the log goes on as {NEXT!r}" in of_the_log(report)


@pytest.mark.parametrize(
    ("checkpoint", "why"),
    [
        (lambda w: over_root(w, bytes(32)), "which the"),
        (lambda w: last_checkpoint(w, size=len(w.entries) - 1), "want one of"),
        (lambda w: last_checkpoint(w, NEXT), f"plain scan: follows ['{NEXT}'"),
        (by_another_key, "note: signed by no known key"),
        (lambda w: b"no checkpoint\n\n" + last_checkpoint(w), "predecessor"),
    ],
)
def test_a_forged_predecessor_is_refused(
    tmp_path: Path, checkpoint: Callable[[World], bytes], why: str
) -> None:
    report = a_package(*going_on_from(checkpoint), tmp_path / "evidence").verified()
    assert 8 in failing(report)
    assert why in of_the_log(report)
    assert "predecessor: " in of_the_log(report)


def test_nothing_may_stand_between_two_names(tmp_path: Path) -> None:
    report = a_package(*with_an_entry_between(), tmp_path / "evidence").verified()
    assert 8 in failing(report)
    said = of_the_log(report)
    assert "has ended" in said
    assert "plain scan: cryptoex.example/kya/2026 has ended" in said


def test_a_log_has_one_successor_and_it_is_the_one_that_was_named(
    tmp_path: Path,
) -> None:
    package = a_package(*going_on_as(LATER), tmp_path / "evidence", LATER)
    report = package.verified()
    assert 8 in failing(report)
    assert f"continuation as {LATER}: want {NEXT}" in of_the_log(report)
    assert f"plain scan: goes on as {LATER}; want {NEXT}" in of_the_log(report)


def test_one_person_does_not_end_a_log(tmp_path: Path) -> None:
    world, closed = rolled_world()
    world.entries[closed - 1] = roll_note(world, world.operators[0])
    source = rolled_log(world, closed)
    report = build_of(world, source, tmp_path / "evidence").verified()
    assert 8 in failing(report)
    assert "plain scan: a roll takes two people" in of_the_log(report)


def test_a_part_shows_where_names_end_and_begin(tmp_path: Path) -> None:
    world, closed = the_world()
    source = rolled_log(world, closed)
    part = a_part(source, world, tmp_path / "part", str(world.now.day))
    assert f"entry {closed} goes on as {NEXT}" in of_the_log(part.verified())
    assert not failing(part.verified())
    part.path.joinpath(f"entries/{closed:012}.note").unlink()
    part.list_again()
    assert 8 in failing(part.verified())


def test_the_script_is_told_the_same(kept: Handed, tmp_path: Path) -> None:
    code, said = by_script(kept, tmp_path)
    assert (code, "FAILS  " in said) == (3, False)
    assert f"log      {NEXT}" in said


@pytest.mark.parametrize(
    ("made", "name", "why"),
    [
        (
            lambda: going_on_from(lambda w: over_root(w, bytes(32))),
            NEXT,
            "its root is not that of the first",
        ),
        (with_an_entry_between, NEXT, f"the entry after a roll must go on as {NEXT}"),
        (lambda: going_on_as(LATER), LATER, f"want {NEXT}"),
    ],
)
def test_the_script_refuses_it_too(
    tmp_path: Path, made: Callable[[], Rolled], name: str, why: str
) -> None:
    code, said = by_script(a_package(*made(), tmp_path / "evidence", name), tmp_path)
    assert code == 1
    assert why in said


def test_the_script_knows_the_name_of_every_size(
    package: Handed, tmp_path: Path
) -> None:
    world, closed = the_world()
    path = f"checkpoints/{closed + 1}.note"
    package.write(path, last_checkpoint(world, ORIGIN, closed + 1))
    package.list_again()
    code, said = by_script(package, tmp_path)
    assert (code, f"is of another log than {NEXT}" in said) == (1, True)
