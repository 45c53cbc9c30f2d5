"""Trees that too few have seen from outside, and lines that were never written so."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from conformance.case import Case, Given
from kya.codec import package_layout as layout
from kya.codec.note import NoteSignature, SignedNote
from kya.core.instant import MICROS_PER_SECOND
from kya.tlog.policy import Group, Log, Policy, Witness
from tests.verify.packages import MemoryLog, build_of, busy_world, published
from tests.witness.worlds import a_cosigner
from tests.world import World


class _Seen:
    """A log, and beside it the verifier's policy that asks for two witnesses."""

    def __init__(self) -> None:
        """Publish it at 16 entries, one before its end, and its end."""
        self.world = busy_world(2)
        self.size = len(self.world.entries)
        entries, log = self.world.entries, self.world.log
        self.source: MemoryLog = published(entries, log, 16, self.size - 1)
        self.now = self.world.now.micros // MICROS_PER_SECOND

    def line(self, size: int, number: int, seconds: int) -> NoteSignature:
        """Return a witness's line under the checkpoint of this size."""
        note = SignedNote.parse(self.source.files[layout.checkpoint_path(size)])
        return a_cosigner(number).cosignature(note.text, seconds)

    def put(self, size: int, *lines: NoteSignature) -> None:
        """Put these lines under the checkpoint of this size."""
        note = SignedNote.parse(self.source.files[layout.checkpoint_path(size)])
        both = SignedNote(note.text, (*note.signatures, *lines))
        self.source.files[layout.witnessed_path(size)] = both.render()

    def whole(self, *numbers: int, earlier: int = 0) -> None:
        """Have these witnesses cosign the whole log."""
        at = self.now - earlier
        self.put(self.size, *(self.line(self.size, n, at) for n in numbers))


def witness_cases() -> Iterator[Case]:
    """Yield one log that its witnesses have seen, and many that they have not."""
    for name, at_stake, see in (
        ("both", set[int](), lambda seen: seen.whole(1, 2)),
        ("clocks-differ", set[int](), lambda seen: seen.whole(1, 2, earlier=60)),
        ("one-of-two", {8}, lambda seen: seen.whole(1)),
        ("one-twice", {8}, lambda seen: seen.whole(1, 1)),
        ("a-stranger", {8}, lambda seen: seen.whole(1, 3)),
        ("back-dated", {8}, lambda seen: seen.whole(1, 2, earlier=3_600)),
        ("nobody", {8}, lambda _seen: None),
        ("the-tail-unseen", {8}, _tail_unseen),
        ("went-back", {8}, _went_back),
        ("of-another-tree", {8}, _of_another_tree),
        ("time-changed", {8}, _time_changed),
        ("after-the-year-9999", {8}, _after_all_time),
    ):
        yield _case(name, frozenset(at_stake), see)


def _case(name: str, at_stake: frozenset[int], see: Callable[[_Seen], None]) -> Case:
    def make(out: Path) -> Given:
        seen = _Seen()
        see(seen)
        policy = _policy(seen.world)
        seen.source.witnesses = policy
        handed = build_of(seen.world, seen.source, out / "evidence")
        return replace(Given.of(handed), policy=policy.render())

    return Case(
        id=f"witness/{name}",
        says=name.replace("-", " "),
        at_stake=at_stake,
        make=make,
    )


def _policy(world: World) -> Policy:
    witnesses = tuple(Witness(name=f"w{n}", key=a_cosigner(n).key) for n in (1, 2))
    group = Group(name="both", threshold=2, members=("w1", "w2"))
    return Policy(
        logs=(Log(key=world.log.key),),
        witnesses=witnesses,
        groups=(group,),
        quorum="both",
    )


def _tail_unseen(seen: _Seen) -> None:
    seen.put(16, *(seen.line(16, n, seen.now) for n in (1, 2)))


def _went_back(seen: _Seen) -> None:
    """They sign the smaller tree after the larger one."""
    size = seen.size - 1
    seen.put(size, *(seen.line(size, n, seen.now + 2) for n in (1, 2)))
    seen.whole(1, 2)


def _of_another_tree(seen: _Seen) -> None:
    seen.put(seen.size, seen.line(seen.size, 1, seen.now), seen.line(16, 2, seen.now))


def _time_changed(seen: _Seen) -> None:
    good = seen.line(seen.size, 2, seen.now)
    bent = replace(good, value=(seen.now - 1).to_bytes(8) + good.value[8:])
    seen.put(seen.size, seen.line(seen.size, 1, seen.now), bent)


def _after_all_time(seen: _Seen) -> None:
    seen.put(seen.size, *(seen.line(seen.size, n, 2**62) for n in (1, 2)))
