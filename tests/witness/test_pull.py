"""A witness that fetches, from a folder and over HTTP."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from kya.adapters.log_http import HttpLog
from kya.codec.note import NoteSignature, SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, InputError, TransientError
from kya.tlog.policy import Log, Policy
from kya.wiring.clock import system_clock
from kya.wiring.witness_desk import WitnessSettings, keep_equivocation, pull_once
from kya.witness.pull import EquivocationError, pull
from kya.witness.witness import RefusalError
from tests.cli.terminal import kya
from tests.foreign.test_foreign_log import write_log
from tests.serving import Quiet, serving
from tests.tlog.builders import (
    AGENT,
    LOG,
    Files,
    a_checkpoint,
    a_log,
    a_note,
    grow,
    signed,
)
from tests.witness.test_service import settings
from tests.witness.worlds import Watched, a_cosigner


def another_log(size: int) -> tuple[Files, bytes]:
    """A log under the same key with other entries, and its checkpoint."""
    files, edge = a_log(0)
    edge = grow(files, edge, [b"other %d" % index for index in range(size)])
    return files, signed(a_checkpoint(size, edge.root))


@pytest.fixture
def watched() -> Watched:
    return Watched()


def pulled(watched: Watched, size: int) -> NoteSignature:
    return pull(watched.witness, a_log(size)[0].read, watched.note(size))


def test_follows_a_log_by_its_own_tiles(watched: Watched) -> None:
    key = watched.witness.cosigner.key
    for size in (1, 3, 3, 300):
        line = pulled(watched, size)
        text = SignedNote.parse(watched.note(size)).text
        assert verify(SignedNote(text, (line,)), [key]) == (key,)


@pytest.mark.parametrize("size", [3, 200, 300, 301])
def test_another_history_is_evidence(watched: Watched, size: int) -> None:
    pulled(watched, 300)
    files, note = another_log(size)
    with pytest.raises(EquivocationError) as caught:
        pull(watched.witness, files.read, note)
    assert caught.value.offered == note
    assert SignedNote.parse(caught.value.held).text == (
        SignedNote.parse(watched.note(300)).text
    )


def test_an_older_copy_is_no_evidence(watched: Watched) -> None:
    pulled(watched, 300)
    with pytest.raises(TransientError, match="an older copy"):
        pull(watched.witness, watched.files.read, watched.note(3))


def test_an_older_copy_without_the_tiles_to_link_it_is_evidence(
    watched: Watched,
) -> None:
    pulled(watched, 300)
    with pytest.raises(EquivocationError, match="nothing links 3 entries to 300"):
        pulled(watched, 3)


def test_tiles_that_do_not_lead_to_the_root_are_believed_by_nobody(
    watched: Watched,
) -> None:
    with pytest.raises(DistrustError, match="tiles do not lead"):
        pull(watched.witness, another_log(3)[0].read, watched.note(3))


def test_what_the_log_did_not_sign_is_no_evidence(watched: Watched) -> None:
    pulled(watched, 3)
    note = a_note(a_checkpoint(3).text(), AGENT).render()
    with pytest.raises(RefusalError):
        pull(watched.witness, watched.files.read, note)


class Folder(Quiet, SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""


@contextmanager
def served(folder: Path) -> Generator[str]:
    """Serve a folder on loopback."""
    serve = partial(Folder, directory=str(folder))
    with serving(serve) as url:
        yield url


def test_the_command_writes_the_line_and_then_the_evidence(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    options = settings(tmp_path / "w")
    made = kya("witness", "key", *options)
    where = ("--policy", tmp_path / "w/policy.txt", "--data", tmp_path / "w/data")
    log = write_log(tmp_path / "log", *a_log(3))
    out = tmp_path / "line"
    done = kya("witness", "pull", log, *options, *where, "--out", out)
    assert done.code == 0, done.err
    line = NoteSignature.parse(out.read_text("utf-8").removesuffix("\n"))
    key = VerifierKey.parse(made.out.strip())
    text = SignedNote.parse((log / "checkpoint").read_bytes()).text
    assert verify(SignedNote(text, (line,)), [key]) == (key,)
    files, note = another_log(4)
    for path, content in files.items():
        place = tmp_path / "other" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (tmp_path / "other/checkpoint").write_bytes(note)
    done = kya("witness", "pull", tmp_path / "other", *options, *where)
    assert done.code == 1
    (offered,) = (tmp_path / "w/data").glob("equivocation-*/offered.note")
    assert offered.read_bytes() == note
    assert str(offered.parent) in done.err


def test_fetches_over_http(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log", *a_log(300))
    settled = WitnessSettings(
        cosigner=a_cosigner(),
        policy=Policy(logs=(Log(key=LOG),)),
        data=tmp_path / "data",
    )
    with served(tmp_path) as url:
        line = pull_once(settled, f"{url}/log", system_clock().clock)
        assert line.startswith("— w1.example ".encode())
        with pytest.raises(InputError, match="no such file"):
            pull_once(settled, f"{url}/nothing", system_clock().clock)
        read = HttpLog(url, 5)
        (tmp_path / "large").write_bytes(bytes(65_536))
        with pytest.raises(TransientError, match="more than 65535"):
            read("large")
        read.close()
    with pytest.raises(TransientError, match="no reply"):
        pull_once(settled, f"{url}/log", system_clock().clock)
    (log / "checkpoint").unlink()
    with pytest.raises(InputError, match="no such file"):
        pull_once(settled, str(log), system_clock().clock)


def test_evidence_is_kept_under_its_own_digest(tmp_path: Path) -> None:
    first = keep_equivocation(tmp_path, b"held", b"offered")
    assert keep_equivocation(tmp_path, b"held", b"offered") == first
    assert keep_equivocation(tmp_path, b"held", b"another") != first
    assert (first / "held.note").read_bytes() == b"held"
