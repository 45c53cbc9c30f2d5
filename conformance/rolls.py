"""Logs that end under one name and go on under the next, and those that pretend to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from conformance.case import Case, Given
from kya.codec import package_layout as layout
from kya.codec.note import SignedNote
from kya.pki.note_signer import NoteSigner, sign_note
from tests.rolling import (
    LATER,
    NEXT,
    Rolled,
    by_another_key,
    continuation,
    going_on_as,
    going_on_from,
    last_checkpoint,
    log_named,
    over_root,
    roll_note,
    rolled_log,
    rolled_world,
    trade,
    with_an_entry_between,
)
from tests.verify.packages import Handed, MemoryLog, a_part, build_of, policy_of
from tests.world import ORIGIN, World

_ELSEWHERE: Final = "elsewhere.example/kya/2026"


def roll_cases() -> Iterator[Case]:
    """Yield logs that were rolled as they must, and those that were not."""
    for name, make in (
        ("once", _made(rolled_world)),
        ("twice", _twice),
        ("ended", _ended),
        ("seen-before", _held(ORIGIN, -3)),
        ("seen-at-its-end", _held(ORIGIN, 0)),
        ("seen-at-the-beginning", _held(NEXT, 1)),
        ("part", _part),
    ):
        yield _case(name, set(), make)
    for name, make in (
        ("predecessor-of-another-tree", _from(lambda w: over_root(w, bytes(32)))),
        ("predecessor-cut-short", _from(lambda w: last_checkpoint(w, size=10))),
        ("predecessor-of-the-next-name", _from(lambda w: last_checkpoint(w, NEXT))),
        ("predecessor-by-another-key", _from(by_another_key)),
        ("predecessor-that-is-none", _from(lambda w: b"x\n\n" + last_checkpoint(w))),
        ("entry-between", _made(with_an_entry_between)),
        ("another-successor", _made(lambda: going_on_as(LATER), LATER)),
        ("one-person", _rolled_by(lambda w: w.operators[:1])),
        ("two-operators", _rolled_by(lambda w: w.operators)),
        ("by-the-gateway", _rolled_by(lambda w: [w.gateway, w.operators[0]])),
        ("dated-back", _made(_dated_back)),
        ("of-another-log", _made(_of_another_log)),
        ("to-a-former-name", _to_a_former_name),
        ("without-a-roll", _made(_without_a_roll)),
        ("without-a-continuation", _made(_without_a_continuation, ORIGIN)),
        ("continued-twice", _made(_continued_twice)),
        ("continued-by-the-authority", _made(_continued_by_the_authority)),
        ("head-of-the-former-name", _written("log/checkpoint", ORIGIN)),
        ("order-in-the-closed-log", _also(ORIGIN, 1)),
        ("next-name-too-early", _also(NEXT, 0)),
        ("policy-of-another-log", _policy_of_another),
        ("seen-in-the-closed-log", _held(ORIGIN, 1)),
        ("fork-after-the-roll", _fork),
    ):
        yield _case(name, {8}, make)


def _case(name: str, at_stake: set[int], make: Callable[[Path], Given]) -> Case:
    return Case(
        id=f"roll/{name}",
        says=name.replace("-", " "),
        at_stake=frozenset(at_stake),
        make=make,
    )


def _built(rolled: Rolled, out: Path, name: str = NEXT) -> Handed:
    world, closed = rolled
    return build_of(world, rolled_log(world, closed, name), out / "evidence")


def _made(rolled: Callable[[], Rolled], name: str = NEXT) -> Callable[[Path], Given]:
    return lambda out: Given.of(_built(rolled(), out, name))


def _from(checkpoint: Callable[[World], bytes]) -> Callable[[Path], Given]:
    return _made(lambda: going_on_from(checkpoint))


def _second_roll(successor: str) -> tuple[World, MemoryLog]:
    """Return a log that was rolled again, and trades under its third name."""
    world, closed = rolled_world()
    found = rolled_log(world, closed)
    world.entries.append(roll_note(world, origin=NEXT, successor=successor))
    found.publish(world.entries, log_named(world, NEXT))
    last = last_checkpoint(world, NEXT)
    world.entries.append(continuation(world, last, successor))
    found.publish(world.entries, log_named(world, successor))
    return world, found


def _twice(out: Path) -> Given:
    world, found = _second_roll(LATER)
    trade(world, 240)
    found.publish(world.entries, log_named(world, LATER))
    return Given.of(build_of(world, found, out / "evidence"))


def _to_a_former_name(out: Path) -> Given:
    world, found = _second_roll(ORIGIN)
    return Given.of(build_of(world, found, out / "evidence"))


def _ended(out: Path) -> Given:
    world, closed = rolled_world()
    found = MemoryLog()
    found.publish(world.entries[:closed], world.log)
    return Given.of(build_of(world, found, out / "evidence"))


def _held(name: str, after: int) -> Callable[[Path], Given]:
    """Return a checkpoint of the verifier's, so many entries after the closing one."""

    def make(out: Path) -> Given:
        world, closed = rolled_world()
        held = last_checkpoint(world, name, closed + after)
        return Given.of(_built((world, closed), out), held)

    return make


def _part(out: Path) -> Given:
    world, closed = rolled_world()
    source = rolled_log(world, closed)
    return Given.of(a_part(source, world, out / "part", str(world.now.day)))


def _rolled_by(
    people: Callable[[World], Sequence[NoteSigner]],
) -> Callable[[Path], Given]:
    def rolled() -> Rolled:
        world, closed = rolled_world()
        return _with_roll(world, closed, roll_note(world, *people(world)))

    return _made(rolled)


def _with_roll(world: World, closed: int, roll: bytes) -> Rolled:
    """Return the log with another roll, from whose checkpoint it goes on."""
    world.entries[closed - 1] = roll
    world.entries[closed] = continuation(world, last_checkpoint(world, size=closed))
    return world, closed


def _dated_back() -> Rolled:
    world, closed = rolled_world()
    now = world.now
    world.now = now.plus(seconds=-3_600)
    roll = roll_note(world)
    world.now = now
    return _with_roll(world, closed, roll)


def _of_another_log() -> Rolled:
    world, closed = rolled_world()
    return _with_roll(world, closed, roll_note(world, origin=_ELSEWHERE))


def _without_a_roll() -> Rolled:
    world, closed = rolled_world()
    del world.entries[closed - 1]
    closed -= 1
    world.entries[closed] = continuation(world, last_checkpoint(world, size=closed))
    return world, closed


def _without_a_continuation() -> Rolled:
    world, closed = rolled_world()
    del world.entries[closed]
    return world, closed


def _continued_twice() -> Rolled:
    world, closed = rolled_world()
    world.entries.insert(closed + 1, world.entries[closed])
    return world, closed


def _continued_by_the_authority() -> Rolled:
    world, closed = rolled_world()
    text = SignedNote.parse(world.entries[closed]).text
    world.entries[closed] = sign_note(text, world.authority).render()
    return world, closed


def _written(path: str, name: str, size: int = -1) -> Callable[[Path], Given]:
    """Return a package with a checkpoint of this name and size in a file's place."""

    def make(out: Path) -> Given:
        world, closed = rolled_world()
        package = _built((world, closed), out)
        package.write(path, last_checkpoint(world, name, size))
        package.list_again()
        return Given.of(package)

    return make


def _also(name: str, after: int) -> Callable[[Path], Given]:
    """Return a package with one checkpoint more, so many entries after the closing."""
    size = rolled_world()[1] + after
    return _written(layout.checkpoint_path(size), name, size)


def _policy_of_another(out: Path) -> Given:
    world, closed = rolled_world()
    given = Given.of(_built((world, closed), out))
    return replace(given, policy=policy_of(log_named(world, LATER)))


def _fork(out: Path) -> Given:
    """The verifier has seen another order after the roll than the log now holds."""
    world, closed = rolled_world()
    package = _built((world, closed), out)
    del world.entries[closed + 1 :]
    trade(world, 600)
    return Given.of(package, last_checkpoint(world, NEXT))
