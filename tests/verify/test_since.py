"""Continuous audit: what was verified before is not examined in full again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kya.codec.note import SignedNote
from kya.tlog.checkpoint import Checkpoint
from kya.verify.brought import Brought
from kya.verify.finding import Verdict
from kya.verify.report import Report
from kya.verify.since import RANGED
from kya.verify.verify import verify
from tests.cli.terminal import kya
from tests.verify.packages import (
    Handed,
    busy_world,
    failing,
    handed_over,
    judged,
    later,
    published,
    sentences,
)
from tests.world import World, eur

HOLDS, FAILS, UNKNOWN = Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN


def seen(world: World, size: int) -> bytes:
    """The checkpoint that the verifier has kept."""
    return published(world.entries[:size], world.log)("checkpoint")


def continued(handed: Handed, since: bytes) -> Report:
    """What is said of a package whose log was verified up to a checkpoint before."""
    brought = Brought.read(handed.root, handed.policy, since)
    return verify(handed.path, replace(brought, continues=True))


@pytest.mark.parametrize("size", [11, 12, 16, 17, 22])
def test_the_same_answers_as_from_the_first_entry_on(
    sound: Handed, world: World, size: int
) -> None:
    whole, since = sound.verified(), continued(sound, seen(world, size))
    assert [a.verdict for a in since.answers] == [a.verdict for a in whole.answers]
    assert since.package.verdict is HOLDS
    assert since.subject.known == size


def test_every_answer_that_rests_on_it_says_what_was_taken(
    sound: Handed, world: World
) -> None:
    report = continued(sound, seen(world, 17))
    last = len(world.entries) - 1
    for answer in report.answers:
        said = f"for the entries 17 to {last}; those before are the 17 of your"
        if answer.verdict is HOLDS:
            is_ranged = answer.question in RANGED
            assert (said in str(answer.findings)) is is_ranged
    assert json.loads(report.to_json())["subject"]["known"] == 17


def test_counts_are_of_what_was_checked(sound: Handed, world: World) -> None:
    whole = sound.verified()
    since = continued(sound, seen(world, 17))
    assert "orders: 6," in str(sentences(whole, 2))
    assert "orders from entry 17 on: 4," in str(sentences(since, 2))
    assert "decisions from entry 17 on: 4," in str(sentences(since, 5))
    assert "orders: 6; each seq follows" in str(sentences(since, 10))


def test_where_nothing_is_new_nothing_holds_that_was_not_checked(
    sound: Handed, world: World
) -> None:
    report = continued(sound, seen(world, len(world.entries)))
    for question in RANGED:
        assert report.answer(question).verdict is UNKNOWN
    assert "nothing was checked" in str(sentences(report, 2))
    assert [report.answer(n).verdict for n in (1, 3, 8)] == [HOLDS] * 3


def test_what_was_wrong_before_is_left_to_the_last_time(tmp_path: Path) -> None:
    """The law of the range: below it nothing is decided again, above it all is."""
    world = World()
    order = world.order(created_at=later(world))
    judged(world, order, line=lambda text: text.replace(b'"us"', b'"ms"'))
    size = len(world.entries)
    world.trade(world.order(created_at=later(world)))
    package = handed_over(world, tmp_path / "evidence")
    assert failing(package.verified()) == {5}
    assert failing(continued(package, seen(world, size))) == set()
    assert failing(continued(package, seen(world, size - 1))) == {5}


def test_what_came_after_is_judged_by_the_state_from_before(tmp_path: Path) -> None:
    """The daily maximum is used up below the checkpoint."""
    world = World()
    for _ in range(20):
        world.trade(world.order(created_at=later(world), amount=eur("25000.00")))
    size = len(world.entries)
    world.trade(world.order(created_at=later(world), amount=eur("0.01")))
    assert b'"outcome":"denied"' in world.entries[-1]
    package = handed_over(world, tmp_path / "evidence")
    assert failing(continued(package, seen(world, size))) == set()


def test_a_fork_fails_with_both_checkpoints_and_everything_is_checked(
    tmp_path: Path,
) -> None:
    true, other = busy_world(4), busy_world(3)
    package = handed_over(other, tmp_path / "evidence")
    held = seen(true, 25)
    report = continued(package, held)
    assert report.answer(8).verdict is FAILS
    assert report.subject.known == 0
    said = str(sentences(report, 8))
    for note in (held, package.read("log/checkpoint")):
        head = Checkpoint.from_note(SignedNote.parse(note))
        assert f"{head.size}" in said
        assert head.root.hex() in said
    assert "of your checkpoint, taken" not in str(report.answers)


def test_an_old_entry_that_was_changed_is_not_taken(package: Handed) -> None:
    """The tiles still say what the checkpoint says; the entries do not."""
    world = busy_world()
    path = f"log/tile/entries/000.p/{len(world.entries)}"
    package.write(path, package.read(path).replace(b"20000.00", b"20000.01", 1))
    package.list_again()
    report = continued(package, seen(world, 17))
    assert report.subject.known == 0
    assert {2, 8} <= failing(report)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"\n17\n", b"\n16\n"), (b"\n17\n", b"\n999\n"), (b"example", b"elsewhere")],
)
def test_a_checkpoint_that_is_none_of_this_log_takes_nothing(
    sound: Handed, world: World, old: bytes, new: bytes
) -> None:
    held = seen(world, 17)
    assert old in held
    report = continued(sound, held.replace(old, new))
    assert report.subject.known == 0
    assert report.answer(8).verdict is FAILS


def test_the_command_shows_from_where_on(
    sound: Handed, world: World, tmp_path: Path
) -> None:
    root, held = tmp_path / "root.pem", tmp_path / "held.note"
    root.write_bytes(sound.root)
    held.write_bytes(seen(world, 17))
    asked = ("verify", sound.path, "--root", root, "--since", held)
    said = kya(*asked)
    assert said.code == 3
    assert "since     your checkpoint of 17 entries" in said.out
    assert said.out.rstrip().endswith(", from entry 17 on")
    assert kya(*asked, "--checkpoint", held).code == 2
