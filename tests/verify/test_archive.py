"""Archives that were packed to harm whoever unpacks them."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from kya.codec import ustar
from kya.core.errors import MalformedError
from kya.evidence.archive import archive
from kya.verify.brought import Brought
from kya.verify.package import Limits
from kya.verify.progress import silent
from kya.verify.unpack import unpack
from kya.verify.verify import verify, verify_package
from tests.verify.packages import Handed, failing, sentences

GENEROUS = (1_000, 1 << 30)


def packed(path: Path, tar: bytes) -> Path:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as out:
        out.write(tar)
    return path


def member(path: str, content: bytes = b"x", header: bytes | None = None) -> bytes:
    start = header or ustar.header(path, len(content))
    return start + content + ustar.padding(len(content))


def foreign(member_type: bytes, name: str, link: str = "") -> bytes:
    """Return what the standard library packs: a header that we never write."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = member_type, link
        tar.addfile(entry)
    return out.getvalue()


@pytest.mark.parametrize(
    "tar",
    [
        foreign(tarfile.SYMTYPE, "evidence/link", "/etc/passwd"),
        foreign(tarfile.LNKTYPE, "evidence/link", "/etc/passwd"),
        foreign(tarfile.CHRTYPE, "evidence/device"),
        foreign(tarfile.FIFOTYPE, "evidence/pipe"),
        foreign(tarfile.DIRTYPE, "evidence"),
        foreign(tarfile.REGTYPE, "../outside"),
        foreign(tarfile.REGTYPE, "/absolute"),
        foreign(tarfile.REGTYPE, "evidence/a/../../b"),
        foreign(tarfile.XHDTYPE, "evidence/pax"),
        foreign(tarfile.GNUTYPE_LONGNAME, "evidence/long"),
        member("other/file") + ustar.END,
        member("evidence") + ustar.END,
        member("evidence/a") + member("evidence/a") + ustar.END,
        member("evidence/b") + member("evidence/a") + ustar.END,
        member("evidence/a") + member("evidence/a/b") + ustar.END,
        member("evidence/a") + ustar.END + b"x",
        member("evidence/a") + ustar.END + ustar.END,
        member("evidence/a") + bytes(512),
        member("evidence/a"),
        member("evidence/a", b"short", ustar.header("evidence/a", 9_999)) + ustar.END,
        ustar.header("evidence/a", 1) + b"x" + b"y" * 511 + ustar.END,
        b"",
        bytes(100),
    ],
)
def test_refuses_what_no_package_needs(tmp_path: Path, tar: bytes) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(MalformedError):
        unpack(packed(tmp_path / "evil.tar.gz", tar), inside, *GENEROUS)
    assert {p.name for p in tmp_path.iterdir()} == {"inside", "evil.tar.gz"}


def test_a_hostile_archive_is_a_finding_and_not_an_error(
    sound: Handed, tmp_path: Path
) -> None:
    tar = foreign(tarfile.SYMTYPE, "evidence/link", "/etc/passwd")
    report = verify_package(packed(tmp_path / "evil.tar.gz", tar), root_pem=sound.root)
    assert failing(report) == {0}
    assert "regular file" in str(sentences(report, 0))


def test_a_bomb_is_refused_before_it_is_unpacked(sound: Handed, tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.tar.gz", member("evidence/zeros", bytes(1 << 22)))
    brought = Brought.read(sound.root, None, None)
    report = verify(bomb, brought, Limits(total_bytes=1 << 20), silent)
    assert "more than" in str(sentences(report, 0))


def test_too_many_files_are_refused(sound: Handed, tmp_path: Path) -> None:
    brought = Brought.read(sound.root, None, None)
    report = verify(sound.path, brought, Limits(files=10), silent)
    assert "more than 10 files" in str(sentences(report, 0))
    archive(sound.path, tmp_path / "evidence.tar.gz")
    report = verify(tmp_path / "evidence.tar.gz", brought, Limits(files=10), silent)
    assert "more than 10 files" in str(sentences(report, 0))


def test_any_flipped_byte_of_an_archive_fails(sound: Handed, tmp_path: Path) -> None:
    path = tmp_path / "evidence.tar.gz"
    archive(sound.path, path)
    content = path.read_bytes()
    places = [*range(12), *range(12, len(content), len(content) // 40)]
    for at in [*places, *range(len(content) - 8, len(content))]:
        flipped = bytearray(content)
        flipped[at] ^= 0x01
        path.write_bytes(flipped)
        report = verify_package(path, root_pem=sound.root, policy=sound.policy)
        # Deflate has several spellings of one text: a flipped distance may point to an
        # equal run. Then the archive still holds the very same package.
        assert report.exit_code == 1 or same_tar(flipped, content), at


def same_tar(packed_tar: bytes | bytearray, other: bytes) -> bool:
    return gzip.decompress(packed_tar) == gzip.decompress(other)


def test_an_archive_cut_short_fails(sound: Handed, tmp_path: Path) -> None:
    path = tmp_path / "evidence.tar.gz"
    archive(sound.path, path)
    path.write_bytes(path.read_bytes()[:-100])
    report = verify_package(path, root_pem=sound.root)
    assert "damaged" in str(sentences(report, 0))
