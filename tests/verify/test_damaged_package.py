"""Any single byte, file or link: a finger on the package is found and named."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kya.codec import package_layout as layout
from kya.core.errors import DistrustError, InputError
from kya.evidence.folder import files_below
from kya.verify.verify import verify_package
from tests.verify.packages import Handed, failing, sentences
from tests.world import World

FLIPS_PER_FILE = 2
CONVENIENCES = {layout.README, layout.VERIFY_SH, layout.VERIFY_HTML, layout.SUMS}


def _flips(package: Handed) -> Iterator[tuple[str, bytes, int]]:
    chance = random.Random(7)
    for path in list(files_below(package.path)):
        content = package.read(path)
        for at in chance.sample(range(len(content)), FLIPS_PER_FILE):
            flipped = bytearray(content)
            flipped[at] ^= chance.choice((0x01, 0x20, 0x80))
            yield path, bytes(flipped), at
        package.write(path, content)


def test_any_flipped_byte_fails_and_names_its_file(package: Handed) -> None:
    for path, flipped, at in _flips(package):
        package.write(path, flipped)
        report = package.verified()
        assert report.exit_code == 1, (path, at)
        said = [s for n in range(11) for s in sentences(report, n)]
        assert any(path in s or s.startswith("entry ") for s in said), (path, at)


def test_any_flipped_byte_fails_even_if_the_sums_are_made_again(
    package: Handed,
) -> None:
    for path, flipped, at in _flips(package):
        if path in CONVENIENCES:
            continue  # Conveniences: their SHA-256 is all there is.
        package.write(path, flipped)
        package.list_again()
        assert package.verified().exit_code == 1, (path, at)


def test_any_missing_file_fails_and_is_named(package: Handed) -> None:
    for path in list(files_below(package.path)):
        content = package.read(path)
        (package.path / path).unlink()
        report = package.verified()
        (package.path / path).write_bytes(content)
        assert 0 in failing(report), path
        assert any(path in s for n in range(11) for s in sentences(report, n)), path


def test_any_missing_file_fails_even_if_the_sums_are_made_again(
    package: Handed,
) -> None:
    for path in [p for p in files_below(package.path) if p not in CONVENIENCES]:
        if path.startswith("checkpoints/"):
            continue  # A package need not hold every former checkpoint.
        content = package.read(path)
        (package.path / path).unlink()
        package.list_again()
        report = package.verified()
        package.write(path, content)
        assert report.exit_code == 1, path


@pytest.mark.parametrize(
    "path",
    [
        "extra.txt",
        ".hidden",
        "trust/agent-other-10.pem",
        "orders/algo_trader_v2/000000099.note",
        "orders/algo_trader_v2/1.note",
        "orders/other/000000001.note",
        "decisions/algo_trader_v2/000000001.tlog-proof",
        "log/tile/0/001.p/1",
        "log/tile/entries/000",
        "log/tile/entries/000.p/2",
        "log/note.txt",
        "checkpoints/5.note",
        "checkpoints/x.note",
        "verify/other.sh",
    ],
)
def test_an_extra_file_fails_and_is_named(package: Handed, path: str) -> None:
    package.write(path, b"extra\n")
    package.list_again()
    report = package.verified()
    assert report.exit_code == 1
    assert any(path in s for n in range(11) for s in sentences(report, n))


def test_an_unlisted_file_fails(package: Handed) -> None:
    package.write("trust/extra.pem", b"extra\n")
    assert any("trust/extra.pem" in s for s in sentences(package.verified(), 0))


def test_a_link_is_not_followed(package: Handed) -> None:
    (package.path / "trust/link.pem").symlink_to("/etc/hostname")
    report = package.verified()
    assert failing(report) == {0}
    assert "a link or device" in str(sentences(report, 0))


def test_a_link_in_place_of_the_log_is_not_followed(
    package: Handed, sound: Handed
) -> None:
    (package.path / "log").rename(package.path.parent / "elsewhere")
    (package.path / "log").symlink_to(sound.path / "log")
    assert "a link or device" in str(sentences(package.verified(), 0))


def test_a_pipe_does_not_make_it_wait(package: Handed) -> None:
    os.mkfifo(package.path / "trust/pipe.pem")
    assert "a link or device" in str(sentences(package.verified(), 0))


def test_a_folder_in_place_of_a_file_is_a_finding(package: Handed) -> None:
    (package.path / layout.CHECKPOINT).unlink()
    package.write(f"{layout.CHECKPOINT}/inside", b"x")
    assert package.verified().exit_code == 1


def test_an_empty_folder_is_a_finding(package: Handed) -> None:
    (package.path / "empty").mkdir()
    assert "an empty folder" in str(sentences(package.verified(), 0))


@pytest.mark.parametrize("name", ["a b", "x\n", "ü", "a\\b", "\x1b[31m"])
def test_a_name_that_no_package_has_is_a_finding(package: Handed, name: str) -> None:
    (package.path / name).write_bytes(b"")
    report = package.verified()
    assert failing(report) == {0}
    said = "".join(sentences(report, 0))
    assert said.isascii()
    assert said.isprintable()


def test_a_truncated_bundle_is_a_finding(package: Handed) -> None:
    (path,) = (package.path / "log/tile/entries").rglob("*.p/*")
    path.write_bytes(path.read_bytes()[:-3])
    report = package.verified()
    assert 8 in failing(report)
    assert "ends inside its entry" in str(sentences(report, 8))


def test_an_absurd_log_size_ends_at_the_first_missing_file(
    package: Handed, world: World
) -> None:
    head = package.read(layout.CHECKPOINT)
    size = str(len(world.entries)).encode()
    absurd = head.replace(b"\n" + size + b"\n", b"\n9223372036854775807\n")
    package.write(layout.CHECKPOINT, absurd)
    assert 8 in failing(package.verified())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"not a line\n", "want a SHA-256"),
        (b"0" * 64 + b"  ../outside\n", "missing"),
        (b"0" * 5000, "want a SHA-256"),
    ],
)
def test_odd_lines_in_the_sums_are_findings(
    package: Handed, line: bytes, said: str
) -> None:
    package.write(layout.SUMS, line + package.read(layout.SUMS))
    assert said in str(sentences(package.verified(), 0))


def test_sums_out_of_order_are_a_finding(package: Handed) -> None:
    lines = package.read(layout.SUMS).splitlines(keepends=True)
    package.write(layout.SUMS, b"".join(reversed(lines)))
    assert 0 in failing(package.verified())


@pytest.mark.parametrize("text", [b"", b"{}", b"[" * 100_000, b"\xff", b"null"])
def test_an_odd_report_is_a_finding(package: Handed, text: bytes) -> None:
    package.write(layout.REPORT_JSON, text)
    package.list_again()
    assert failing(package.verified()) >= {0}


def test_random_bytes_never_end_in_a_traceback(sound: Handed, tmp_path: Path) -> None:
    chance = random.Random(3)
    for number in range(30):
        path = tmp_path / f"{number}.tar.gz"
        path.write_bytes(chance.randbytes(chance.randrange(2_000)))
        try:
            report = verify_package(path, root_pem=sound.root)
        except (InputError, DistrustError):
            continue
        assert report.exit_code == 1
