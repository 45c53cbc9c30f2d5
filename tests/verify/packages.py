"""Logs in memory and packages on disk: sound unless a test forges one."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from kya.adapters.kms_memory import MemorySigner
from kya.authority import ceremony
from kya.codec import package_layout as layout
from kya.codec.decisions import render_decision
from kya.codec.tally import Selection
from kya.core.case import Case
from kya.core.credential import Standing
from kya.core.decide import decide
from kya.core.instant import Day, Instant
from kya.core.lifecycle import Act
from kya.core.order import Order, Side
from kya.core.order_events import OrderSubmitted, VenueStatus
from kya.evidence.build import build_package, everything
from kya.evidence.folder import files_below
from kya.evidence.partial import build_partial
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, to_pem
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.growth import Edge, Growth
from kya.tlog.policy import Log, Policy
from kya.verify.finding import Verdict
from kya.verify.report import Report
from kya.verify.verify import verify_package
from tests.world import (
    AGENT,
    FOUNDED,
    INSTALLATION,
    MORNING,
    ORIGIN,
    World,
    eur,
    signer_for,
)

OTHER_LOG = NoteSigner(
    ORIGIN, MemorySigner.from_seed(KeyAlgorithm.ED25519, sha256(b"other log").digest())
)


@dataclass
class MemoryLog:
    """A published log in memory: a package can be built from it."""

    files: dict[str, bytes] = field(default_factory=dict)
    edge: Edge = field(default_factory=Edge)
    witnesses: Policy = field(default_factory=Policy)
    texts: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError as error:
            raise FileNotFoundError(path) from error

    def checkpoint_sizes(self) -> list[int]:
        return self._sizes("checkpoints/")

    def witnessed_sizes(self) -> list[int]:
        return self._sizes("witnessed/")

    def stamp_names(self) -> list[str]:
        return [Path(path).name for path in self.files if path.startswith("stamps/")]

    def text(self, digest: str) -> bytes | None:
        return self.texts.get(digest)

    def _sizes(self, folder: str) -> list[int]:
        names = [path for path in self.files if path.startswith(folder)]
        return [int(Path(name).stem) for name in names]

    def publish(self, entries: list[bytes], log: NoteSigner) -> bytes:
        growth = Growth(self.edge)
        for path, content in growth.files(entries[self.edge.size :]):
            self.files[path] = content
        self.edge = growth.edge
        head = Checkpoint(origin=log.name, size=self.edge.size, root=self.edge.root)
        note = sign_note(head.text(), log).render()
        self.files["checkpoint"] = note
        self.files[layout.checkpoint_path(head.size)] = note
        return note


def published(entries: list[bytes], log: NoteSigner, *sizes: int) -> MemoryLog:
    """Return a log that was published at these sizes and at its end."""
    found = MemoryLog()
    for size in (*sizes, len(entries)):
        found.publish(entries[:size], log)
    return found


def busy_world(orders: int = 4, world: World | None = None) -> World:
    """Return a world with every kind of entry: allowed, denied, refused, revoked."""
    world = world or World()
    at = MORNING
    for number in range(orders):
        at = at.plus(seconds=60)
        side = Side.SELL if number % 2 else Side.BUY
        world.trade(world.order(created_at=at, side=side))
        if number == 1:
            world.report(number + 1, VenueStatus.UNKNOWN, "time-out")
        if number + 1 in world.state.agents[AGENT].unanswered:
            world.report(number + 1)
    world.trade(world.order(created_at=at, amount=eur("180000.00")))
    world.change_standing(Act.SUSPEND, at.plus(seconds=300))
    world.now = at.plus(seconds=400)
    world.change_standing(Act.REVOKE, world.now)
    world.trade(world.order(created_at=at.plus(seconds=500)))
    return world


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A package and what the regulator brings: root and policy."""

    path: Path
    root: bytes
    policy: bytes

    def verified(self, **brought: bytes | None) -> Report:
        given = {"root_pem": self.root, "policy": self.policy, **brought}
        return verify_package(self.path, **given)  # type: ignore[arg-type]

    def copy_to(self, folder: Path) -> "Handed":
        shutil.copytree(self.path, folder / "copy")
        return replace(self, path=folder / "copy")

    def write(self, path: str, content: bytes) -> None:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def read(self, path: str) -> bytes:
        return (self.path / path).read_bytes()

    def list_again(self) -> None:
        """Write SHA256SUMS over what is there now, as a forger would."""
        (self.path / layout.SUMS).unlink(missing_ok=True)
        lines = [
            layout.sums_line(sha256(self.read(path)).hexdigest(), path)
            for path in files_below(self.path)
        ]
        self.write(layout.SUMS, b"".join(lines))


def another_root() -> bytes:
    """Return the root certificate of an installation that is not the world's."""
    root = ceremony.found_root(
        signer_for("another root", KeyAlgorithm.P384),
        INSTALLATION.operator,
        "Another Root CA",
        ceremony.Validity.lasting(2**64 + 1, FOUNDED, ceremony.ROOT_SECONDS),
    )
    return to_pem(CERTIFICATE, root)


def policy_of(log: NoteSigner) -> bytes:
    return Policy(logs=(Log(key=log.key),)).render()


def handed_over(
    world: World,
    out: Path,
    *sizes: int,
    entries: list[bytes] | None = None,
    selection: Selection | None = None,
) -> Handed:
    """Return the package of a world's log, published at these sizes."""
    source = published(entries or world.entries, world.log, *sizes)
    return build_of(world, source, out, selection)


def build_of(
    world: World, source: MemoryLog, out: Path, selection: Selection | None = None
) -> Handed:
    """Return the package of a log that was published."""
    root = to_pem(CERTIFICATE, world.root)
    build_package(
        source=source, root_pem=root, selection=selection or everything(), out=out
    )
    return Handed(path=out, root=root, policy=policy_of(world.log))


def judged(
    world: World,
    order: Order,
    *,
    as_if: Order | None = None,
    line: Callable[[bytes], bytes] = lambda line: line,
    **case_of: Any,  # noqa: ANN401  override, target or price
) -> None:
    """Put an order on record with a decision on another one, or with an altered line.

    The case is that of an active certificate, whatever the log says of it, and of the
    override, the target and the price that are given.
    """
    credential = replace(world.state.credentials[order.credential])
    entry = world.append(world.order_note(order))
    if credential.grant is None or not isinstance(entry.event, OrderSubmitted):
        raise TypeError
    world.now = order.created_at
    given: dict[str, Any] = {"price": None, "likeness": None, **case_of}
    case = Case(
        order=as_if or order,
        received_at=world.now,
        credential=replace(credential, standing=Standing.ACTIVE, withdrawal=None),
        scope=credential.grant.scope,
        past=world.state.agents[AGENT].past.on(world.now.day),
        session=world.state.agents[AGENT].session_under(order.credential),
        pinned=world.state.agents[AGENT].pinned,
        **given,
    )
    text = line(render_decision(decide(case), entry.event.leaf))
    world.append(sign_note(text, world.gateway).render())


def later(world: World, seconds: int = 60) -> Instant:
    return max(world.now, MORNING).plus(seconds=seconds)


def failing(report: Report) -> set[int]:
    """Return the questions that fail; 0 stands for the package itself."""
    answers = (report.package, *report.answers)
    return {a.question for a in answers if a.verdict is Verdict.FAILS}


def sentences(report: Report, question: int) -> Iterable[str]:
    """Return what is said of a question, with file or entry."""
    return [f"{f.where}: {f.sentence}" for f in report.answer(question).findings]


def a_part(
    source: MemoryLog, world: World, out: Path, first: str, last: str | None = None
) -> Handed:
    """Return the part of a published log that shows the agent's orders of some days."""
    days = Day.parse(first), Day.parse(last or first)
    selection = Selection(agent=AGENT, first=days[0], last=days[1])
    root = to_pem(CERTIFICATE, world.root)
    build_partial(source=source, root_pem=root, selection=selection, out=out)
    return Handed(path=out, root=root, policy=policy_of(world.log))


def three_days(world: World | None = None) -> World:
    """Return a world whose agent sends two orders on each of three days."""
    world = world or World()
    for day in ("18", "19", "20"):
        for minute in ("00", "01"):
            at = Instant.parse(f"2026-05-{day}T10:{minute}:00.000000Z")
            world.trade(world.order(created_at=at))
            world.report(world.state.agents[AGENT].past.seq)
    return world
