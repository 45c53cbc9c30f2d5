"""Question 8, as far as people outside have seen the log."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kya.codec import package_layout as layout
from kya.codec.note import NoteSignature, SignedNote
from kya.core.instant import MICROS_PER_SECOND
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.policy import Group, Log, Policy, Witness
from kya.verify.report import Report
from tests.verify.packages import (
    OTHER_LOG,
    Handed,
    MemoryLog,
    build_of,
    busy_world,
    policy_of,
    published,
    sentences,
)
from tests.witness.worlds import a_cosigner
from tests.world import World

BOTH = (1, 2)


@cache
def the_world() -> World:
    return busy_world(2)


def policy(world: World, *numbers: int, threshold: int = 2) -> bytes:
    """A policy that asks for so many of these witnesses."""
    witnesses = tuple(Witness(name=f"w{n}", key=a_cosigner(n).key) for n in numbers)
    members = tuple(witness.name for witness in witnesses)
    group = Group(name="enough", threshold=threshold, members=members)
    asked = Policy(logs=(Log(key=world.log.key),), witnesses=witnesses)
    return replace(asked, groups=(group,), quorum="enough").render()


def seconds_of(world: World) -> int:
    """The present of the world's clock."""
    return world.now.micros // MICROS_PER_SECOND


def cosigned(source: MemoryLog, size: int, *lines: NoteSignature) -> None:
    """Put these lines under the checkpoint of this size."""
    note = SignedNote.parse(source.files[layout.checkpoint_path(size)])
    both = SignedNote(note.text, (*note.signatures, *lines)).render()
    source.files[layout.witnessed_path(size)] = both


def line(source: MemoryLog, size: int, number: int, seconds: int) -> NoteSignature:
    """A witness's line under the checkpoint of this size."""
    note = SignedNote.parse(source.files[layout.checkpoint_path(size)])
    return a_cosigner(number).cosignature(note.text, seconds)


def a_source(*sizes: int) -> MemoryLog:
    world = the_world()
    return published(world.entries, world.log, *sizes)


def seen(source: MemoryLog, size: int, *numbers: int, earlier: int = 0) -> None:
    """Have these witnesses cosign, so many seconds before the log's own last word."""
    at = seconds_of(the_world()) - earlier
    cosigned(source, size, *(line(source, size, n, at) for n in numbers))


def verified(source: MemoryLog, out: Path, own: bytes | None = None) -> Report:
    """Build the package; judge it under a policy that asks for both witnesses."""
    source.witnesses = Policy.parse(policy(the_world(), *BOTH))
    handed = build_of(the_world(), source, out)
    return handed.verified(policy=own or policy(the_world(), *BOTH))


def verdict(report: Report) -> str:
    return report.answers[7].verdict.value


@pytest.fixture
def size() -> int:
    return len(the_world().entries)


def test_both_witnesses_of_the_verifiers_policy_have_seen_it(
    tmp_path: Path, size: int
) -> None:
    source = a_source(16)
    seen(source, 16, 1)
    seen(source, size, *BOTH)
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "HOLDS"
    said = str(sentences(report, 8))
    assert f"2 of 2 witnesses of your policy have cosigned these {size} entries" in said
    assert "not shown: that everyone" not in said


def test_one_of_two_is_enough_where_one_is_asked_for(tmp_path: Path, size: int) -> None:
    source = a_source()
    seen(source, size, 2)
    own = policy(the_world(), *BOTH, threshold=1)
    report = verified(source, tmp_path / "evidence", own)
    assert verdict(report) == "HOLDS"
    assert "1 of 2 witnesses of your policy" in str(sentences(report, 8))


def test_too_few_for_the_quorum_fail(tmp_path: Path, size: int) -> None:
    source = a_source()
    seen(source, size, 1)
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "FAILS"
    assert "no tree of this log has the quorum 'enough'" in str(sentences(report, 8))


def test_nobodys_line_fails_too(tmp_path: Path) -> None:
    assert verdict(verified(a_source(), tmp_path / "evidence")) == "FAILS"


def test_a_line_by_an_unknown_key_does_not_count(tmp_path: Path, size: int) -> None:
    source = a_source()
    seen(source, size, 1, 3)
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "FAILS"


def test_one_witness_does_not_count_twice(tmp_path: Path, size: int) -> None:
    source = a_source()
    seen(source, size, 1, 1)
    assert verdict(verified(source, tmp_path / "evidence")) == "FAILS"


def test_a_line_over_another_checkpoint_fails(tmp_path: Path, size: int) -> None:
    source = a_source(16)
    now = seconds_of(the_world())
    cosigned(source, size, line(source, size, 1, now), line(source, 16, 2, now))
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "FAILS"
    assert "cosignature of w2.example does not fit" in str(sentences(report, 8))


def test_a_line_with_its_time_changed_fails(tmp_path: Path, size: int) -> None:
    source = a_source()
    now = seconds_of(the_world())
    good = line(source, size, 2, now)
    bent = replace(good, value=(now - 1).to_bytes(8) + good.value[8:])
    cosigned(source, size, line(source, size, 1, now), bent)
    assert verdict(verified(source, tmp_path / "evidence")) == "FAILS"


def test_a_back_dated_line_fails(tmp_path: Path, size: int) -> None:
    source = a_source()
    seen(source, size, *BOTH, earlier=3_600)
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "FAILS"
    assert "back-dated" in str(sentences(report, 8))


def test_clocks_may_differ_by_a_little(tmp_path: Path, size: int) -> None:
    source = a_source()
    seen(source, size, *BOTH, earlier=60)
    assert verdict(verified(source, tmp_path / "evidence")) == "HOLDS"


def test_a_witness_that_goes_back_fails(tmp_path: Path, size: int) -> None:
    source = a_source(size - 1)
    seen(source, size - 1, *BOTH, earlier=-2)
    seen(source, size, *BOTH)
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "FAILS"
    assert "only later" in str(sentences(report, 8))


def test_a_time_that_no_clock_says_fails(tmp_path: Path, size: int) -> None:
    source = a_source()
    cosigned(source, size, line(source, size, 1, 2**62), line(source, size, 2, 2**62))
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "FAILS"
    assert "after 9999" in str(sentences(report, 8))


def test_entries_that_nobody_has_seen_are_told(tmp_path: Path, size: int) -> None:
    source = a_source(16)
    seen(source, 16, *BOTH)
    report = verified(source, tmp_path / "evidence")
    assert verdict(report) == "UNKNOWN"
    said = str(sentences(report, 8))
    assert (
        f"the last {size - 16} entries have no quorum of your policy; 16 have" in said
    )


def test_the_packages_policy_is_asked_and_named_where_there_is_no_other(
    tmp_path: Path, size: int
) -> None:
    source = a_source()
    seen(source, size, *BOTH)
    source.witnesses = Policy.parse(policy(the_world(), *BOTH))
    handed = build_of(the_world(), source, tmp_path / "evidence")
    for own in (None, handed.policy):
        report = handed.verified(policy=own)
        said = str(sentences(report, 8))
        assert "2 of 2 witnesses of the package's policy" in said
        assert verdict(report) == ("HOLDS" if own else "UNKNOWN")
        if own:
            assert "not shown: that everyone was given this same log" in said


def test_too_few_of_the_packages_own_witnesses_are_told(tmp_path: Path) -> None:
    source = a_source()
    report = verified(source, tmp_path / "evidence", policy_of(the_world().log))
    assert verdict(report) == "UNKNOWN"
    assert "quorum 'enough' of the package's policy" in str(sentences(report, 8))


def changed(handed: Handed, size: int, content: bytes) -> Report:
    """Put another file in the place of a cosigned checkpoint."""
    handed.write(layout.witnessed_path(size), content)
    handed.list_again()
    return handed.verified(policy=policy(the_world(), *BOTH))


def test_a_cosigned_checkpoint_is_the_logs_own(tmp_path: Path, size: int) -> None:
    source = a_source(16)
    seen(source, size, *BOTH)
    handed = build_of(the_world(), source, tmp_path / "evidence")
    good = handed.read(layout.witnessed_path(size))
    assert verdict(changed(handed, size, good)) == "HOLDS"
    note = SignedNote.parse(good)
    head = Checkpoint.from_note(note)
    another = replace(head, root=bytes(32)).text()
    now = seconds_of(the_world())
    lines = [a_cosigner(n).cosignature(another, now) for n in BOTH]
    for signature in (OTHER_LOG.signature(another), the_world().log.signature(another)):
        forged = SignedNote(another, (signature, *lines)).render()
        assert verdict(changed(handed, size, forged)) == "FAILS"
    unsigned = SignedNote(note.text, note.signatures[1:]).render()
    assert verdict(changed(handed, size, unsigned)) == "FAILS"
    assert verdict(changed(handed, size, b"no note\n")) == "FAILS"
    assert verdict(changed(handed, size, good)) == "HOLDS"
    report = changed(handed, 5, good)
    assert "is the checkpoint of size" in str(sentences(report, 8))
