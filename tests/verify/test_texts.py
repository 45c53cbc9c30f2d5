"""Texts that are not in the log: entries commit to them, packages may show them."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.authority import acts
from kya.codec.committed_text import CommittedText, commitments_in
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.lifecycle import Act
from kya.verify.finding import Verdict
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
    root = tmp_path / "root.pem"
    root.write_bytes(package.root)
    script = ROOT / "src/kya/evidence/verify.sh"
    done = subprocess.run(
        ["sh", script, "--root", root, package.path], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"files  FAILS" in done.stdout


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
