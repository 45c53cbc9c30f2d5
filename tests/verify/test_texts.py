"""Texts that are not in the log: entries commit to them, packages may show them."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.authority import acts
from kya.codec.committed_text import CommittedText, commitments_in
from kya.core.erasure import Ground, TextErased
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.pki.note_signer import NoteSigner
from kya.verify.finding import Verdict
from tests.halting import enrol_supervisors
from tests.surface.blocks import ROOT
from tests.verify.packages import (
    Handed,
    MemoryLog,
    build_of,
    failing,
    later,
    published,
    sentences,
)
from tests.world import World

SALT = bytes(range(32))
TEXT = CommittedText("asked for by A. Example", SALT)
OTHER = CommittedText("asked for by B. Example", SALT)
PATH = f"texts/{TEXT.digest}.txt"


def a_world() -> World:
    """A world in which a certificate was suspended for the text's reason."""
    world = World()
    world.trade(world.order(created_at=later(world)))
    act = acts.change_standing(
        world.authority, world.credential, Act.SUSPEND, TEXT.reason, later(world)
    )
    world.append(act)
    return world


def a_package(out: Path, *kept: CommittedText) -> Handed:
    """A package of a log that commits to one text, with the texts that are kept."""
    world = a_world()
    source: MemoryLog = published(world.entries, world.log)
    source.texts = {text.digest: text.content for text in kept}
    return build_of(world, source, out / "evidence")


def test_a_text_that_is_kept_is_shown(tmp_path: Path) -> None:
    package = a_package(tmp_path, TEXT, OTHER)
    assert package.read(PATH) == TEXT.content
    assert [path.name for path in (package.path / "texts").iterdir()] == [
        f"{TEXT.digest}.txt"
    ]
    assert package.verified().package.verdict is Verdict.HOLDS


def test_the_log_does_not_hold_the_text(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    for path in package.path.rglob("*"):
        assert path.is_dir() or b"A. Example" not in path.read_bytes()


def test_a_text_that_was_destroyed_breaks_no_proof(tmp_path: Path) -> None:
    report = a_package(tmp_path).verified()
    assert failing(report) == set()
    assert report.package.verdict is Verdict.UNKNOWN
    assert "nobody shows: 1 of 1" in str(sentences(report, 0))
    assert report.answer(8).verdict is Verdict.HOLDS


def erased(world: World, *people: NoteSigner, at: Instant | None = None) -> None:
    """Put on record that the text was destroyed, whoever signs that."""
    event = TextErased(text=TEXT.digest, ground=Ground.REQUEST, at=at or later(world))
    note = acts.erase(event, *(people or (world.operators[0], world.risk)))
    world.entries.append(note)


def after_erasure(out: Path, *people: NoteSigner, kept: bool = False) -> Handed:
    """A package of a log that says so, with or without the text."""
    world = a_world()
    enrol_supervisors(world)
    erased(world, *people)
    source = published(world.entries, world.log)
    source.texts = {TEXT.digest: TEXT.content} if kept else {}
    return build_of(world, source, out / "evidence")


def by_script(package: Handed, folder: Path) -> tuple[int, str]:
    """What verify.sh says of a package."""
    root = folder / "root.pem"
    root.write_bytes(package.root)
    script = ROOT / "src/kya/evidence/verify.sh"
    asked = ["sh", str(script), "--root", str(root), str(package.path)]
    done = subprocess.run(asked, capture_output=True, check=False)
    return done.returncode, done.stdout.decode()


def test_what_two_people_had_destroyed_is_missed_by_nobody(tmp_path: Path) -> None:
    package = after_erasure(tmp_path)
    report = package.verified()
    assert report.package.verdict is Verdict.HOLDS
    assert "texts destroyed, as entries say: 1" in str(sentences(report, 0))
    code, said = by_script(package, tmp_path)
    assert (code, "texts that" in said) == (3, False)


def test_a_text_that_was_destroyed_is_not_to_be_shown(tmp_path: Path) -> None:
    package = after_erasure(tmp_path, kept=True)
    assert failing(package.verified()) == {0}
    assert "was destroyed" in by_script(package, tmp_path)[1]


@pytest.mark.parametrize("who", ["one person", "two who trade", "a director"])
def test_nobody_erases_alone(tmp_path: Path, who: str) -> None:
    world = World()
    people = {
        "one person": (world.risk,),
        "two who trade": tuple(world.operators[:2]),
        "a director": (world.directors[0], world.risk),
    }[who]
    package = after_erasure(tmp_path, *people)
    assert 8 in failing(package.verified())
    assert by_script(package, tmp_path)[0] == 1


def test_an_erasure_is_not_dated_back(tmp_path: Path) -> None:
    world = a_world()
    enrol_supervisors(world)
    early = later(world)
    world.trade(world.order(created_at=later(world, 600)))
    erased(world, at=early)
    package = build_of(world, published(world.entries, world.log), tmp_path / "e")
    report = package.verified()
    assert failing(report) == {8}
    assert "erasure: dated 2026-" in str(sentences(report, 8))
    assert by_script(package, tmp_path)[0] == 1


def damages() -> dict[str, tuple[str, bytes]]:
    """Files that are no text of the log, by what is wrong with them."""
    return {
        "another text": (PATH, OTHER.content),
        "another salt": (PATH, CommittedText(TEXT.text, SALT[::-1]).content),
        "no line feed": (PATH, TEXT.content[:-1]),
        "a line more": (PATH, TEXT.content + b"\n"),
        "a text that no entry has": (f"texts/{OTHER.digest}.txt", OTHER.content),
        "a name that no text has": ("texts/one.txt", TEXT.content),
    }


@pytest.mark.parametrize("damage", damages())
def test_no_other_text_is_taken(tmp_path: Path, damage: str) -> None:
    package = a_package(tmp_path, TEXT)
    path, content = damages()[damage]
    package.write(path, content)
    package.list_again()
    assert failing(package.verified()) == {0}
    if damage not in {"another text", "a text that no entry has"}:
        return
    code, said = by_script(package, tmp_path)
    assert (code, "files  FAILS" in said) == (1, True)


def test_the_digest_is_what_sha256sum_says() -> None:
    assert TEXT.digest == sha256(TEXT.content).hexdigest()
    assert TEXT.content.startswith(SALT.hex().encode() + b"\nasked for by")
    assert TEXT.reason == f"committed:{TEXT.digest}"


@given(st.text(max_size=600), st.binary(min_size=32, max_size=32))
def test_a_text_is_read_back_or_was_refused(text: str, salt: bytes) -> None:
    try:
        committed = CommittedText(text, salt)
    except MalformedError:
        return
    assert CommittedText.read(committed.content, committed.digest).text == text
    with pytest.raises(DistrustError):
        CommittedText.read(committed.content, "0" * 64)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(raw: bytes) -> None:
    with pytest.raises((InputError, DistrustError)):
        CommittedText.read(raw, "0" * 64)


def test_only_a_reason_commits() -> None:
    digest = TEXT.digest.encode()
    assert commitments_in(b'{"reason":"committed:' + digest + b'"}') == [TEXT.digest]
    for line in (
        b'{"detail":"committed:' + digest + b'"}',
        b'{"reason":"committed:' + digest[:-1] + b'"}',
        b'{"reason":"Committed:' + digest + b'"}',
        b'{"reason":"committed:' + digest.upper() + b'"}',
    ):
        assert commitments_in(line) == []
