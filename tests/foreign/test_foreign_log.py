import subprocess
from pathlib import Path

import pytest

from kya.codec.note import SignedNote
from kya.tlog.growth import Edge
from kya.tlog.proof import Proof
from kya.tlog.tree import inclusion_proof
from tests.tlog.builders import (
    AGENT,
    LOG,
    WITNESS,
    Files,
    a_checkpoint,
    a_log,
    a_note,
    cosign,
    sign,
    signed,
    some_entries,
)


def write_log(folder: Path, files: Files, edge: Edge) -> Path:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    text = a_checkpoint(edge.size, edge.root).text()
    # Lines of a witness and of a stranger: others must read past them.
    note = SignedNote(text, (cosign(text), sign(text, AGENT), sign(text)))
    (folder / "checkpoint").write_bytes(note.render())
    return folder


def judge(program: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 1000, 65_537])
def test_a_log_of_every_shape_is_accepted(
    foreign_log: Path, tmp_path: Path, size: int
) -> None:
    folder = write_log(tmp_path, *a_log(size))
    verdict = judge(foreign_log, folder, LOG)
    assert (verdict.returncode, verdict.stderr) == (0, "")
    assert f"size {size} " in verdict.stdout


@pytest.mark.parametrize(("old", "new"), [(0, 3), (1, 2), (255, 600), (256, 300)])
def test_growth_is_accepted(
    foreign_log: Path, tmp_path: Path, old: int, new: int
) -> None:
    _, old_edge = a_log(old)
    held = tmp_path / "held.note"
    held.write_bytes(signed(a_checkpoint(old, old_edge.root)))
    folder = write_log(tmp_path / "log", *a_log(old, new - old))
    verdict = judge(foreign_log, folder, LOG, held)
    assert (verdict.returncode, verdict.stderr) == (0, "")
    assert f"{old} entries grew to {new}" in verdict.stdout


def test_full_tiles_stand_in_for_partial_ones(
    foreign_log: Path, tmp_path: Path
) -> None:
    files, _ = a_log(600, 200)
    _, old_edge = a_log(600)
    del files["tile/0/002.p/88"], files["tile/entries/002.p/88"]
    folder = write_log(tmp_path, files, old_edge)
    assert judge(foreign_log, folder, LOG).returncode == 0


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/001.p/44", "tile/entries/000", "tile/1/000.p/1"]
)
def test_a_changed_file_is_refused(
    foreign_log: Path, tmp_path: Path, path: str
) -> None:
    files, edge = a_log(300)
    files[path] = files[path][:-1] + bytes([files[path][-1] ^ 1])
    verdict = judge(foreign_log, write_log(tmp_path, files, edge), LOG)
    assert (verdict.returncode, verdict.stderr[:8]) == (1, "refused:")


def test_another_history_is_refused(foreign_log: Path, tmp_path: Path) -> None:
    held = tmp_path / "held.note"
    held.write_bytes(signed(a_checkpoint(200)))
    folder = write_log(tmp_path / "log", *a_log(300))
    assert judge(foreign_log, folder, LOG, held).returncode == 1


def test_a_key_that_did_not_sign_is_refused(foreign_log: Path, tmp_path: Path) -> None:
    folder = write_log(tmp_path, *a_log(3))
    assert judge(foreign_log, folder, WITNESS).returncode == 1


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 300), (255, 300), (299, 300)])
def test_our_proof_file_is_accepted_for_its_entry_only(
    foreign_log: Path, tmp_path: Path, index: int, size: int
) -> None:
    files, edge = a_log(size)
    proof = Proof(
        index=index,
        path=inclusion_proof(files.read, index, size),
        checkpoint=a_note(a_checkpoint(size, edge.root).text()),
        extra=b"extra",
    )
    (tmp_path / "p").write_bytes(proof.render())
    (tmp_path / "e").write_bytes(some_entries(size)[index])
    question = ("-proof", tmp_path / "p", "-entry", tmp_path / "e", LOG)
    assert judge(foreign_log, *question).returncode == 0
    (tmp_path / "e").write_bytes(b"another entry")
    assert judge(foreign_log, *question).returncode == 1
