"""Parts of a log: all hashes, and the entries of one agent's orders of a day."""

from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.case import Case, Given
from kya.pki.note_signer import sign_note
from kya.tlog.checkpoint import Checkpoint
from tests.verify.packages import (
    OTHER_LOG,
    Handed,
    a_part,
    another_root,
    judged,
    later,
    published,
    three_days,
)
from tests.world import World, eur

DAY = "2026-05-19"
_ORDER = "entries/000000000016.note"


def partial_cases() -> Iterator[Case]:
    """Yield parts that are as they should be, and parts that must not be believed."""
    for name, at_stake, spoil in (
        ("one-day", set[int](), lambda _: None),
        ("order-changed", {8}, _changed(_ORDER, b"20000.00", b"20000.01")),
        ("order-missing", {10}, _gone(_ORDER, "entries/000000000017.note")),
        ("decision-missing", {5}, _gone("entries/000000000017.note")),
        ("certificate-missing", {2, 3}, _gone("entries/000000000008.note")),
        ("order-in-another-place", {8}, _moved),
        ("tile-changed", {8}, _bit_turned("log/tile/0/000.p/28")),
        ("head-by-another-key", {8}, _other_head),
        ("period-widened", {10}, _changed("partial.json", b"05-19", b"05-18")),
        ("file-come", {0}, lambda part: part.write("orders/one.note", b"1")),
    ):
        yield _case(name, at_stake, _spoilt(spoil))
    yield _case("another-root", {1, 2, 3}, _another_root)
    yield _case("allowed-above-the-maximum", {4}, _above)
    yield _case("whole-log-called-a-part", {0}, _whole)


def _case(name: str, at_stake: set[int], make: Callable[[Path], Given]) -> Case:
    return Case(
        id=f"partial/{name}",
        says=name.replace("-", " "),
        at_stake=frozenset(at_stake),
        make=make,
    )


def _part(out: Path, world: World) -> Handed:
    source = published(world.entries, world.log, 15)
    return a_part(source, world, out / "evidence", DAY)


def _spoilt(spoil: Callable[[Handed], None]) -> Callable[[Path], Given]:
    """Return a part to which this was done, listed again as its author would."""

    def make(out: Path) -> Given:
        part = _part(out, three_days())
        spoil(part)
        part.list_again()
        return Given.of(part)

    return make


def _changed(path: str, old: bytes, new: bytes) -> Callable[[Handed], None]:
    def spoil(part: Handed) -> None:
        content = part.read(path)
        if old not in content:
            raise ValueError(path)
        part.write(path, content.replace(old, new))

    return spoil


def _gone(*paths: str) -> Callable[[Handed], None]:
    def spoil(part: Handed) -> None:
        for path in paths:
            (part.path / path).unlink()

    return spoil


def _moved(part: Handed) -> None:
    """An order of the agent's stands where the log has one of somebody else."""
    part.write("entries/000000000010.note", part.read(_ORDER))


def _bit_turned(path: str) -> Callable[[Handed], None]:
    def spoil(part: Handed) -> None:
        content = part.read(path)
        part.write(path, bytes([content[0] ^ 1]) + content[1:])

    return spoil


def _other_head(part: Handed) -> None:
    head = Checkpoint.parse(
        part.read("log/checkpoint").decode("utf-8").split("\n\n")[0] + "\n"
    )
    part.write("log/checkpoint", sign_note(head.text(), OTHER_LOG).render())


def _another_root(out: Path) -> Given:
    part = _part(out, three_days())
    return Given(package=part.path, root=another_root(), policy=part.policy)


def _above(out: Path) -> Given:
    """Its author holds every key, and shows an order that was never to be allowed."""
    world = World()
    order = world.order(created_at=later(world), amount=eur("25000.01"))
    as_if = world.order(created_at=order.created_at)
    judged(world, order, as_if=as_if)
    day = str(order.created_at)[:10]
    source = published(world.entries, world.log)
    return Given.of(a_part(source, world, out / "evidence", day))


def _whole(out: Path) -> Given:
    """A file that says so makes no part of a package with bundles."""
    part = _part(out, three_days())
    part.write("log/tile/entries/000.p/28", b"\0\1x")
    part.list_again()
    return Given.of(part)
