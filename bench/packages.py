"""Evidence packages of any size, from logs made by the real code with seeded keys.

They are kept in the system's temporary folder, because a large one takes minutes.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir
from uuid import uuid4

import kya
from kya.core.instant import Instant
from kya.core.money import Money
from kya.evidence.build import build_package, everything
from kya.evidence.reader import LogDirectory
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, to_pem
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.growth import Edge, Growth
from tests.world import MORNING, ORIGIN, World

PER_ORDER = 3  # The order, its decision, and the venue's report.
STEP_MICROS = 200_000  # A day of ten hours has room for 180,000 orders.


class Made:
    """A package and the verifier's own copy of the root, on disk."""

    def __init__(self, folder: Path) -> None:
        """Name the parts."""
        self.folder = folder
        self.package = folder / "evidence"
        self.root = folder / "root.pem"


def package_of(entries: int) -> Made:
    """Return a package whose log has about so many entries, made if need be."""
    kept = Path(gettempdir()) / f"kya-bench-{code_digest()}-{entries}"
    if not kept.exists():
        draft = kept.with_name(f"{kept.name}-{uuid4().hex}")
        _build(draft, entries)
        draft.rename(kept)
    return Made(kept)


def code_digest() -> str:
    """Return what tells this code apart: a package of other code is none of ours."""
    folder = Path(str(kya.__file__)).parent
    sources = (path.read_bytes() for path in sorted(folder.rglob("*.py")))
    return sha256(b"".join(sources)).hexdigest()[:12]


def signatures_in(made: Made) -> int:
    """Return how many note signatures the log of a package holds."""
    folder = made.package / "log/tile/entries"
    bundles = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    # Every signature line begins with an em dash, and no line of ours holds one.
    return sum(bundle.count("\n\N{EM DASH} ".encode()) for bundle in bundles)


def _build(folder: Path, entries: int) -> None:
    """Trade on paper until the log is long enough, publish it, and package it."""
    world = World()
    at = MORNING
    cent = Money(1, world.scope.currency)
    while len(world.entries) < entries:
        at = Instant(at.micros + STEP_MICROS)
        world.trade(world.order(created_at=at, amount=cent))
        world.report(world.state.agents[world.agent.name].past.seq)
    log = folder / "log"
    write_log(world.entries, world.log, log)
    root = to_pem(CERTIFICATE, world.root)
    (folder / "root.pem").write_bytes(root)
    build_package(
        source=LogDirectory(log), root_pem=root, selection=everything(),
        out=folder / "evidence",
    )  # fmt: skip
    rmtree(log)


def write_log(entries: Iterable[bytes], log: NoteSigner, folder: Path) -> None:
    """Write a log's tiles and its one checkpoint."""
    growth = Growth(Edge())

    def write(path: str, content: bytes) -> None:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    for path, content in growth.files(entries):
        write(path, content)
    edge = growth.edge
    head = Checkpoint(origin=ORIGIN, size=edge.size, root=edge.root)
    note = sign_note(head.text(), log).render()
    write("checkpoint", note)
    write(f"checkpoints/{edge.size}.note", note)
