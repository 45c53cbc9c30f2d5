"""Roots, policies, heads and forks: what a verifier brings and what does not fit."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from conformance.case import Case, Given
from kya.codec.note import SignedNote
from kya.core.instant import Instant
from kya.pki.note_signer import sign_note
from kya.tlog.checkpoint import Checkpoint
from tests.verify.packages import (
    OTHER_LOG,
    Handed,
    another_root,
    busy_world,
    handed_over,
    later,
    policy_of,
    published,
)
from tests.world import World


def key_cases() -> Iterator[Case]:
    """Yield packages beside a root, a policy or a checkpoint that they do not fit."""
    for name, at_stake, make in (
        ("another-root", {1}, _another_root),
        ("another-policy", {8}, _another_policy),
        ("uncertified-log-key", {8}, _rewritten(policy=True)),
        ("uncertified-log-key-and-no-policy", {8}, _rewritten(policy=False)),
        ("head-by-the-gateway", {8}, _head(lambda w: w.gateway)),
        ("head-by-the-agent", {8}, _head(lambda w: w.agent)),
        ("head-of-another-origin", {8}, _other_origin),
        ("head-of-one-entry-more", {8}, _one_more),
        ("held-by-another-key", {8}, _held_by_another_key),
        ("tail-cut-back", {8}, _tail_cut_back),
        ("restored-backup", {8}, _restored_backup),
        ("fork-below-a-held-checkpoint", {8}, _fork),
        ("former-checkpoint-of-a-fork", {8}, _former_of_a_fork),
        ("package-of-another-log", {1}, _another_log),
    ):
        yield Case(
            id=f"keys/{name}",
            says=name.replace("-", " "),
            at_stake=frozenset(at_stake),
            make=make,
        )


def _package(out: Path, world: World | None = None) -> Handed:
    return handed_over(world or busy_world(), out / "evidence")


def _another_root(out: Path) -> Given:
    return replace(Given.of(_package(out)), root=another_root())


def _another_log(out: Path) -> Given:
    """A verifier of that other installation, with its root in the package as well."""
    package = _package(out)
    package.write("trust/root.pem", another_root())
    package.list_again()
    return replace(Given.of(package), root=another_root())


def _another_policy(out: Path) -> Given:
    return replace(Given.of(_package(out)), policy=policy_of(OTHER_LOG))


def _replace_head(package: Handed, head: bytes) -> None:
    """Put another head wherever the package repeats its own."""
    genuine = package.read("log/checkpoint")
    for file in package.path.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(genuine, head))
    package.list_again()


def _rewritten(*, policy: bool) -> Callable[[Path], Given]:
    """Return a head by a key that nobody certified and policy.txt names."""

    def make(out: Path) -> Given:
        package = _package(out)
        head = published(busy_world().entries, OTHER_LOG)("checkpoint")
        package.write("policy.txt", policy_of(OTHER_LOG))
        _replace_head(package, head)
        given = Given.of(package)
        return given if policy else given.without_policy()

    return make


def _head(signer: Callable[[World], object]) -> Callable[[Path], Given]:
    def make(out: Path) -> Given:
        package = _package(out)
        text = SignedNote.parse(package.read("log/checkpoint")).text
        _replace_head(package, sign_note(text, signer(busy_world())).render())  # type: ignore[arg-type]
        return Given.of(package)

    return make


def _head_of(package: Handed) -> Checkpoint:
    note = SignedNote.parse(package.read("log/checkpoint"))
    return Checkpoint.parse(note.text.decode("ascii"))


def _other_origin(out: Path) -> Given:
    package, world = _package(out), busy_world()
    head = _head_of(package)
    moved = replace(head, origin="elsewhere.example/kya/2026")
    _replace_head(package, sign_note(moved.text(), world.log).render())
    return Given.of(package)


def _one_more(out: Path) -> Given:
    package, world = _package(out), busy_world()
    head = _head_of(package)
    more = replace(head, size=head.size + 1)
    _replace_head(package, sign_note(more.text(), world.log).render())
    return Given.of(package)


def _held_by_another_key(out: Path) -> Given:
    held = published(busy_world().entries[:20], OTHER_LOG)("checkpoint")
    return Given.of(_package(out), held)


def _tail_cut_back(out: Path) -> Given:
    world = busy_world()
    held = published(world.entries, world.log)("checkpoint")
    short = handed_over(world, out / "evidence", entries=world.entries[:16])
    return Given.of(short, held)


def _restored_backup(out: Path) -> Given:
    """The log went on from a backup: two histories from one entry on."""
    true, restored = busy_world(3), busy_world(2)
    held = published(true.entries, true.log)("checkpoint")
    restored.now = max(restored.now, Instant(true.now.micros))
    return Given.of(handed_over(restored, out / "evidence"), held)


def _forked() -> World:
    other = World()
    for _ in range(6):
        other.trade(other.order(created_at=later(other, 99)))
    return other


def _fork(out: Path) -> Given:
    world = busy_world()
    held = published(world.entries[:15], world.log)("checkpoint")
    return Given.of(handed_over(_forked(), out / "evidence"), held)


def _former_of_a_fork(out: Path) -> Given:
    world, package = busy_world(), _package(out, _forked())
    stray = published(world.entries[:13], world.log)("checkpoint")
    package.write("checkpoints/13.note", stray)
    package.list_again()
    return Given.of(package)
