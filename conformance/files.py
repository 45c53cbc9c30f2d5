"""A finger on the files: bytes that turn, files that go or come, odd archives."""

import gzip
import random
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, TypeAlias

from conformance.case import Case, Given
from kya.codec import package_layout as layout
from kya.codec.ustar import END, header, padding
from kya.evidence.archive import archive
from kya.evidence.folder import files_below
from tests.verify.packages import Handed, busy_world, handed_over

CONVENIENCES: Final = {layout.README, layout.VERIFY_SH, layout.VERIFY_HTML}
FLIPS_PER_FILE: Final = 2
STRANGERS: Final = (
    "extra.txt",
    ".hidden",
    "trust/agent-other-10.pem",
    "trust/crl-2.pem",
    "orders/algo_trader_v2/000000099.note",
    "orders/other/000000001.note",
    "decisions/algo_trader_v2/000000099.note",
    "log/tile/0/001.p/1",
    "log/tile/entries/000",
    "log/note.txt",
    "checkpoints/5.note",
    "checkpoints/x.note",
)


@cache
def the_package() -> Handed:
    """Return the package that every damaged one is a copy of."""
    return handed_over(busy_world(), Path(mkdtemp()) / "evidence", 7, 20)


def questions_of(path: str) -> frozenset[int]:
    """Return which question a file answers, and so must not HOLD where it is wrong."""
    if path.startswith("trust/"):
        return frozenset({3 if "mandate-" in path else 1})
    if path.startswith("orders/"):
        return frozenset({8 if path.endswith("-proof") else 2})
    if path.startswith("decisions/"):
        return frozenset({5})
    if path.startswith(("log/", "checkpoints/")) or path == layout.POLICY:
        return frozenset({8})
    return frozenset({0})


def file_cases() -> Iterator[Case]:
    """Yield every kind of damage to the files, with and without new sums."""
    for path in sorted(files_below(the_package().path)):
        yield _case(f"flipped/{path}", f"one bit of {path}", {0}, _flip(path, 0))
        yield _case(f"missing/{path}", f"{path} is gone", {0}, _drop(path))
        if path in CONVENIENCES or path == layout.SUMS:
            continue
        for turn in range(1, FLIPS_PER_FILE + 1):
            yield _case(
                f"flipped-and-listed/{path}/{turn}",
                f"one bit of {path}, and new sums",
                questions_of(path),
                _listed(_flip(path, turn)),
            )
        if not path.startswith("checkpoints/"):  # A package need not hold former ones.
            yield _case(
                f"missing-and-listed/{path}",
                f"{path} is gone, and new sums",
                questions_of(path) | {0},
                _listed(_drop(path)),
            )
    for path in STRANGERS:
        stakes = questions_of(path) | {0}
        yield _case(f"extra/{path}", f"{path} came", stakes, _listed(_add(path)))


_Damage: TypeAlias = Callable[[Handed], None]


def _case(name: str, says: str, at_stake: AbstractSet[int], do: _Damage) -> Case:
    def make(out: Path) -> Given:
        package = the_package().copy_to(out)
        do(package)
        return Given.of(package)

    return Case(id=f"file/{name}", says=says, at_stake=frozenset(at_stake), make=make)


def _flip(path: str, turn: int) -> _Damage:
    def do(package: Handed) -> None:
        chance = random.Random(f"{path} {turn}")
        content = bytearray(package.read(path))
        content[chance.randrange(len(content))] ^= chance.choice((0x01, 0x20, 0x80))
        package.write(path, bytes(content))

    return do


def _drop(path: str) -> _Damage:
    return lambda package: (package.path / path).unlink()


def _add(path: str) -> _Damage:
    return lambda package: package.write(path, b"extra\n")


def _listed(damage: _Damage) -> _Damage:
    def do(package: Handed) -> None:
        damage(package)
        package.list_again()

    return do


def archive_cases() -> Iterator[Case]:
    """Yield archives that reach out of their folder, are cut, or hold another kind."""
    tars: dict[str, bytes] = {
        "zip-slip": member("evidence/../../outside", b"x") + END,
        "absolute": member("/etc/outside", b"x") + END,
        "elsewhere": member("elsewhere/x", b"x") + END,
        "space": member("evidence/a b", b"x") + END,
        "control": member("evidence/\x1b[31m", b"x") + END,
        "backslash": member("evidence/a\\b", b"x") + END,
        "link": member("evidence/link", b"", b"2") + END,
        "hard-link": member("evidence/link", b"", b"1") + END,
        "device": member("evidence/device", b"", b"3") + END,
        "long-name": member("evidence/x", b"x", b"L") + END,
        "no-end": member("evidence/x", b"x"),
        "cut-off": member("evidence/x", b"x")[:600],
        "behind": member("evidence/x", b"x") + END + b"behind",
        "no-file": END,
        "nothing": b"",
    }
    for name, tar in tars.items():
        yield _archive(name, tar)
    yield Case(
        id="archive/sound",
        says="the sound package as one archive",
        at_stake=frozenset(),
        make=_packed,
        is_archive=True,
    )


def _packed(out: Path) -> Given:
    package = the_package()
    archive(package.path, out / "evidence.tar.gz")
    given = Given.of(package)
    return Given(package=out / "evidence.tar.gz", root=given.root, policy=given.policy)


def _archive(name: str, tar: bytes) -> Case:
    def make(out: Path) -> Given:
        file = out / "evidence.tar.gz"
        head = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
        file.write_bytes(head + gzip.compress(tar, mtime=0)[10:])
        package = the_package()
        return Given(package=file, root=package.root, policy=package.policy)

    return Case(
        id=f"archive/{name}",
        says=f"an archive of another form: {name}",
        at_stake=frozenset({0}),
        make=make,
        is_archive=True,
    )


def member(path: str, content: bytes, kind: bytes = b"0") -> bytes:
    """Return a file of an archive, whatever its name and kind."""
    block = bytearray(header("evidence/x", len(content)))
    block[:100] = path.encode().ljust(100, b"\0")
    block[156:157] = kind
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block) + content + padding(len(content))
