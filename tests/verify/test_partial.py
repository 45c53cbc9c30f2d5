"""Parts of a log: what is shown is proven, what is withheld is UNKNOWN."""

import json
import random
from functools import cache
from pathlib import Path

import pytest

from kya.codec.partial import entry_path, read_partial, render_partial, shown_index
from kya.codec.tally import Selection
from kya.core.errors import InputError, MalformedError
from kya.core.instant import Day
from kya.evidence.archive import archive
from kya.evidence.partial import build_partial
from kya.pki.pem import CERTIFICATE, to_pem
from kya.verify.finding import Verdict
from kya.verify.report import Report
from kya.verify.verify import verify_package
from tests.verify.packages import (
    Handed,
    MemoryLog,
    a_part,
    busy_world,
    failing,
    published,
    sentences,
    three_days,
)
from tests.world import AGENT, World, eur

HOLDS, UNKNOWN = Verdict.HOLDS, Verdict.UNKNOWN
MIDDLE, LAST = "2026-05-19", "2026-05-20"


@cache
def the_world() -> World:
    return three_days()


def source(*sizes: int) -> MemoryLog:
    return published(the_world().entries, the_world().log, *sizes)


def holding(report: Report) -> set[int]:
    answers = (report.package, *report.answers)
    return {a.question for a in answers if a.verdict is HOLDS}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """A part that nobody writes to."""
    return a_part(
        source(15), the_world(), tmp_path_factory.mktemp("part") / "p", MIDDLE
    )


@pytest.fixture
def part(kept: Handed, tmp_path: Path) -> Handed:
    return kept.copy_to(tmp_path)


def shown(part: Handed) -> set[int]:
    names = (f"entries/{path.name}" for path in (part.path / "entries").iterdir())
    return {index for name in names if (index := shown_index(name)) is not None}


def test_a_part_holds_what_nothing_withheld_can_change(kept: Handed) -> None:
    report = kept.verified()
    assert holding(report) == {0, 2, 3, 8, 10}
    assert failing(report) == set()
    assert report.exit_code == 3
    assert report.subject.orders == 2
    assert report.subject.withheld == len(the_world().entries) - len(shown(kept))
    assert "withheld" in json.loads(report.to_json())["subject"]


def test_every_unknown_says_what_is_withheld(kept: Handed) -> None:
    report = kept.verified()
    for question in (1, 4, 5, 6, 7, 9):
        assert "withheld" in str(sentences(report, question))


def test_a_part_shows_the_period_its_neighbours_and_who_had_power(kept: Handed) -> None:
    entries = the_world().entries
    lines = {index: json.loads(entries[index].split(b"\n")[0]) for index in shown(kept)}
    kinds = [line["_type"] for line in lines.values()]
    assert kinds.count("kya/order/v1") == kinds.count("kya/decision/v1") == 4
    assert kinds.count("kya/report/v1") == 2
    assert {"kya/log/v1", "kya/mandate/v1", "kya/certificate/v1"} <= set(kinds)
    for index in shown(kept):
        assert kept.read(entry_path(index)) == entries[index]


def test_nothing_of_the_withheld_entries_is_in_the_files(kept: Handed) -> None:
    bodies = [path.read_bytes() for path in kept.path.rglob("*") if path.is_file()]
    for index, entry in enumerate(the_world().entries):
        if index not in shown(kept):
            line = entry.split(b"\n")[0]
            assert not any(line in body for body in bodies)


def test_at_the_end_of_the_log_an_order_may_still_follow(tmp_path: Path) -> None:
    report = a_part(source(), the_world(), tmp_path / "p", LAST).verified()
    assert report.answer(10).verdict is UNKNOWN
    assert "after seq 4 to 6" in str(sentences(report, 10))


def test_an_archive_of_a_part_gets_the_same_answers(
    kept: Handed, tmp_path: Path
) -> None:
    packed = tmp_path / "part.tar.gz"
    archive(kept.path, packed)
    report = verify_package(packed, root_pem=kept.root, policy=kept.policy)
    assert holding(report) == holding(kept.verified())


def test_a_part_fits_the_checkpoint_that_the_verifier_holds(kept: Handed) -> None:
    held = source(15)("checkpoints/15.note")
    said = str(sentences(kept.verified(held_checkpoint=held), 8))
    assert "begins with the 15 entries of your checkpoint" in said


def test_a_part_of_a_fork_does_not(kept: Handed) -> None:
    other = World()
    for seconds in range(9):
        at = the_world().now.plus(seconds=seconds)
        other.trade(other.order(created_at=at, amount=eur("1.00")))
    held = published(other.entries[:20], other.log)("checkpoint")
    assert 8 in failing(kept.verified(held_checkpoint=held))


def test_no_turned_bit_is_taken(part: Handed) -> None:
    """Every file but the words: one bit, listed again; no answer may stay as it was."""
    seeded = random.Random(44)
    for path in sorted(file for file in part.path.rglob("*") if file.is_file()):
        name = str(path.relative_to(part.path))
        if name in {"README.txt", "SHA256SUMS"}:
            continue
        whole = path.read_bytes()
        at = seeded.randrange(len(whole))
        turned = bytes([whole[at] ^ 1 << seeded.randrange(8)])
        path.write_bytes(whole[:at] + turned + whole[at + 1 :])
        part.list_again()
        assert failing(part.verified()), f"{name} byte {at}"
        path.write_bytes(whole)


def test_higher_tiles_follow_from_the_lower_ones(tmp_path: Path) -> None:
    world = busy_world(100)
    day = str(world.now)[:10]
    part = a_part(published(world.entries, world.log), world, tmp_path / "p", day)
    assert failing(part.verified()) == set()
    for path in ("log/tile/0/000", "log/tile/1/000.p/1"):
        whole = part.read(path)
        part.write(path, whole[:9] + bytes([whole[9] ^ 1]) + whole[10:])
        part.list_again()
        assert 8 in failing(part.verified())
        part.write(path, whole)


@pytest.mark.parametrize(
    ("missing", "failed"),
    [
        ("log/checkpoint", {0}),
        ("policy.txt", {8}),
        ("log/tile/0/000.p/28", {8}),
        ("entries/000000000000.note", {1}),
        ("entries/000000000014.note", {5}),
        ("entries/000000000020.note", {5}),
        ("checkpoints/28.note", set()),
    ],
)
def test_what_is_missing_is_missed(
    part: Handed, missing: str, failed: set[int]
) -> None:
    (part.path / missing).unlink()
    part.list_again()
    assert failed <= failing(part.verified())


def test_without_its_sums_nothing_is_complete(part: Handed) -> None:
    (part.path / "SHA256SUMS").unlink()
    assert 0 in failing(part.verified())


def test_a_withheld_neighbour_leaves_the_chain_open(part: Handed) -> None:
    for index in (13, 14):
        (part.path / entry_path(index)).unlink()
    part.list_again()
    answer = part.verified().answer(10)
    assert answer.verdict is UNKNOWN
    assert "before seq 3 to 5" in str(answer.findings)


def test_only_an_agent_that_has_orders_then_has_a_part(tmp_path: Path) -> None:
    day = Day.parse("2026-05-17")
    root = to_pem(CERTIFICATE, the_world().root)
    for agent in (None, AGENT, "nobody"):
        selection = Selection(agent=agent, first=day, last=day)
        with pytest.raises(InputError):
            build_partial(
                source=source(),
                root_pem=root,
                selection=selection,
                out=tmp_path / "evidence",
            )
        assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"_type": "kya/partial/v1"', b'"_type": "kya/partial/v2"'),
        (b'"agent": "a"', b'"agent": null'),
        (b'"agent": "a"', b'"agent": "a", "more": 1'),
        (b"05-19", b"05-32"),
        (b": ", b":"),
        (b"}\n", b"}"),
    ],
)
def test_partial_json_has_one_spelling(old: bytes, new: bytes) -> None:
    raw = render_partial("a", Day.parse(MIDDLE), Day.parse(LAST))
    assert read_partial(raw) == (
        "a",
        Selection(agent="a", first=Day.parse(MIDDLE), last=Day.parse(LAST)),
    )
    with pytest.raises(MalformedError):
        read_partial(raw.replace(old, new))
