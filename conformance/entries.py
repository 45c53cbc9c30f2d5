"""The log itself, rewritten by somebody who holds its key, and laid out as if new."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

from conformance.case import Case, Given
from conformance.files import the_package
from kya.codec.note import SignedNote
from kya.pki.note_signer import NoteSigner, sign_note
from tests.verify.packages import Handed, MemoryLog, busy_world, published
from tests.world import World

_Rewrite: TypeAlias = Callable[[list[bytes]], list[bytes]]


@cache
def _world() -> World:
    return busy_world()


def entry_cases() -> Iterator[Case]:
    """Yield a log with one entry gone, doubled, moved or changed, for every entry."""
    count = len(_world().entries)
    for at in range(count):
        yield _held(f"removed/{at}", f"entry {at} is gone", _removed(at))
        yield _held(f"doubled/{at}", f"entry {at} comes twice", _doubled(at))
        yield _signature(at)
        if at + 1 < count:
            yield _held(f"swapped/{at}", f"{at} and {at + 1} swap", _swapped(at))


def relaid_cases() -> Iterator[Case]:
    """Yield logs that no builder would make a package of."""
    for name, at_stake, rewrite in (
        ("same-order-twice", {10}, lambda es: [*es[:12], *es[10:]]),
        ("same-certificate-twice", {1}, lambda es: [*es[:10], *es[9:]]),
        ("opened-twice", {1}, lambda es: [es[0], *es]),
        ("not-opened", {1}, lambda es: es[1:]),
        ("decision-by-the-agent", {5}, _again(11, b"", b"", lambda w: w.agent)),
        ("clock-steps-back", {5}, _again(14, b"09:17:00", b"09:14:00", _gateway)),
        ("unknown-kind", {8}, _again(11, b"decision/v1", b"decision/v9", _gateway)),
        ("not-canonical", {8}, _again(11, b'","agent"', b'", "agent"', _gateway)),
        (
            "number-with-exponent",
            {5, 8},
            _again(11, b'"seq":1}', b'"seq":1e0}', _gateway),
        ),
        (
            "member-twice",
            {5, 8},
            _again(11, b'"seq":1}', b'"seq":1,"seq":1}', _gateway),
        ),
        ("empty-entry", {8}, lambda es: [*es, b""]),
    ):
        yield _rewritten(name, frozenset(at_stake), rewrite)


def _rewritten(name: str, at_stake: frozenset[int], rewrite: _Rewrite) -> Case:
    def make(out: Path) -> Given:
        return Given.of(_relaid(out, rewrite(list(_world().entries))))

    says = name.replace("-", " ")
    return Case(id=f"relaid/{name}", says=says, at_stake=at_stake, make=make)


def _gateway(world: World) -> NoteSigner:
    return world.gateway


def _again(
    at: int, old: bytes, new: bytes, signer: Callable[[World], NoteSigner]
) -> _Rewrite:
    """Return how one entry is changed in its line and signed again."""

    def rewrite(entries: list[bytes]) -> list[bytes]:
        text = SignedNote.parse(entries[at]).text
        if old not in text:
            message = f"no {old!r} in entry {at}"
            raise ValueError(message)
        line = text.replace(old, new)
        entries[at] = sign_note(line, signer(_world())).render()
        return entries

    return rewrite


def _held(name: str, says: str, rewrite: _Rewrite) -> Case:
    """Return a rewritten log, before somebody who kept the true one's checkpoint."""

    def make(out: Path) -> Given:
        held = published(_world().entries, _world().log)("checkpoint")
        return Given.of(_relaid(out, rewrite(list(_world().entries))), held)

    return Case(id=f"entry/{name}", says=says, at_stake=frozenset({8}), make=make)


def _removed(at: int) -> _Rewrite:
    return lambda entries: entries[:at] + entries[at + 1 :]


def _doubled(at: int) -> _Rewrite:
    return lambda entries: entries[: at + 1] + entries[at:]


def _swapped(at: int) -> _Rewrite:
    return lambda es: [*es[:at], es[at + 1], es[at], *es[at + 2 :]]


def _signature(at: int) -> Case:
    """Return a log in which the signature of one entry is of another key's."""
    kind = SignedNote.parse(_world().entries[at]).text[10:60].split(b'"')[0].decode()
    # A report is the gateway's word on a venue: either question may be the one.
    stakes = {
        "kya/mandate/v1": {3},
        "kya/order/v1": {2},
        "kya/decision/v1": {5},
        "kya/report/v1": {5, 9},
    }.get(kind, {1})

    def make(out: Path) -> Given:
        entries = list(_world().entries)
        entries[at] = _broken(entries[at])
        return Given.of(_relaid(out, entries))

    return Case(
        id=f"entry/signature/{at}",
        says=f"the signature of entry {at} does not fit",
        at_stake=frozenset(stakes),
        make=make,
    )


def _broken(raw: bytes) -> bytes:
    """Return the note with one bit of its signature's value turned."""
    note = SignedNote.parse(raw)
    first, *others = note.signatures
    value = bytearray(first.value)
    value[-1 - random.Random(raw).randrange(8)] ^= 0x01
    line = type(first)(name=first.name, key_id=first.key_id, value=bytes(value))
    return SignedNote(note.text, (line, *others)).render()


def _relaid(out: Path, entries: list[bytes]) -> Handed:
    """Return the sound package around another log, signed by the log's own key."""
    package = the_package().copy_to(out)
    for file in [*package.path.rglob("*")]:
        path = str(file.relative_to(package.path))
        if file.is_file() and path.startswith(("log/", "checkpoints/")):
            file.unlink()
    _remove_empty(package.path)
    log = published(entries, _world().log)
    _lay_out(package, log)
    package.list_again()
    return package


def _lay_out(package: Handed, log: MemoryLog) -> None:
    for path, content in log.files.items():
        inside = path if path.startswith("checkpoints/") else f"log/{path}"
        package.write(inside, content)


def _remove_empty(folder: Path) -> None:
    for inner in sorted(folder.rglob("*"), reverse=True):
        if inner.is_dir() and not any(inner.iterdir()):
            inner.rmdir()
