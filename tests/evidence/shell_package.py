"""A small evidence package on disk, made by the real builder from a test world."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kya.codec.package_layout import sums_line
from kya.codec.tally import Selection
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.evidence.build import build_package, everything
from kya.evidence.folder import files_below
from kya.evidence.reader import LogDirectory
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, to_pem
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.merkle import leaf_hash, root_of
from kya.tlog.policy import Log, Policy
from kya.tlog.tile import (
    TILE_HEIGHT,
    TILE_WIDTH,
    bundles_of,
    encode_entries,
    join_hashes,
    tiles_of,
)
from tests.world import MORNING, ORIGIN, World, eur

SATURDAY = Instant.parse("2026-05-23T11:00:00.000000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellPackage:
    """A package, and beside it what the regulator brings."""

    path: Path
    root: Path
    policy: Path
    held: Path

    def rewrite_sums(self) -> None:
        """List every file again, as a forger would."""
        (self.path / "SHA256SUMS").unlink(missing_ok=True)
        lines = [
            sums_line(sha256((self.path / name).read_bytes()).hexdigest(), name)
            for name in files_below(self.path)
        ]
        (self.path / "SHA256SUMS").write_bytes(b"".join(lines))


def story_world(orders: int = 5) -> World:
    """Return a world with allowed, denied and refused orders and a revocation."""
    world = World()
    for turn in range(orders):
        world.now = max(world.now, MORNING).plus(seconds=60)
        world.trade(
            world.order(amount=eur("1000.00"), market=("EUR/USD", "GBP/EUR")[turn % 2])
        )
        world.report(world.state.agents["algo_trader_v2"].past.seq)
    world.now = world.now.plus(seconds=60)
    world.trade(world.order(amount=eur("180000.00")))
    world.change_standing(Act.SUSPEND, world.now.plus(seconds=300))
    world.change_standing(Act.REVOKE, SATURDAY)
    late = SATURDAY.plus(seconds=60)
    world.trade(world.order(created_at=late), late)
    return world


def write_log(
    folder: Path,
    entries: list[bytes],
    log: NoteSigner,
    formers: Iterable[int] = (),
) -> None:
    """Write a tile directory with its checkpoint and former ones."""
    leaves = [leaf_hash(raw) for raw in entries]
    size = len(entries)
    for bundle in bundles_of(size):
        start = bundle.index * TILE_WIDTH
        batch = entries[start : start + bundle.width]
        _write(folder / bundle.path, encode_entries(batch))
    for tile in tiles_of(size):
        span = 1 << (TILE_HEIGHT * tile.level)
        first = tile.index * TILE_WIDTH
        hashes = [
            root_of(leaves[at * span : (at + 1) * span])
            for at in range(first, first + tile.width)
        ]
        _write(folder / tile.path, join_hashes(hashes))
    for count in {*formers, size}:
        _write(folder / f"checkpoints/{count}.note", signed_head(leaves[:count], log))
    _write(folder / "checkpoint", signed_head(leaves, log))


def signed_head(leaves: list[bytes], log: NoteSigner, origin: str = ORIGIN) -> bytes:
    """Return the log's checkpoint over these leaves."""
    checkpoint = Checkpoint(origin=origin, size=len(leaves), root=root_of(leaves))
    return sign_note(checkpoint.text(), log).render()


def build(
    folder: Path,
    world: World,
    held: int | None = None,
    selection: Selection | None = None,
) -> ShellPackage:
    """Build the package of a world's log below `folder`."""
    entries = world.entries
    former = held or len(entries) // 2
    write_log(folder / "source", entries, world.log, [former])
    root = to_pem(CERTIFICATE, world.root)
    build_package(
        source=LogDirectory(folder / "source"),
        root_pem=root,
        selection=selection or everything(),
        out=folder / "package",
    )
    package = ShellPackage(
        path=folder / "package",
        root=folder / "root.pem",
        policy=folder / "policy.txt",
        held=folder / "held.note",
    )
    package.root.write_bytes(root)
    package.policy.write_bytes(Policy(logs=(Log(key=world.log.key),)).render())
    head = signed_head([leaf_hash(raw) for raw in entries[:former]], world.log)
    package.held.write_bytes(head)
    return package


def relaid(package: ShellPackage, entries: list[bytes], log: NoteSigner) -> None:
    """Replace the package's log by one of these entries, and list the files again."""
    for name in ("log", "checkpoints"):
        shutil.rmtree(package.path / name)
    source = package.path.parent / "relaid"
    write_log(source, entries, log)
    shutil.move(source / "checkpoints", package.path / "checkpoints")
    shutil.move(source, package.path / "log")
    package.rewrite_sums()


def _write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
