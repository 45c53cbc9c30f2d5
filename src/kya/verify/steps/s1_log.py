"""Step 1: rebuild the log from its entries and judge every one of them on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kya.codec.note import SignedNote
from kya.codec.package_layout import (
    CHECKPOINT,
    CHECKPOINTS_MAX,
    LOG,
    REPORT_JSON,
    STAMPS,
    WITNESSED,
    stamped_size,
)
from kya.codec.package_report import read_selection
from kya.codec.tally import Selection, Tally
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Day, Instant
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.growth import Edge, Growth
from kya.tlog.tile import bundles_of
from kya.tlog.tree import read_bundle
from kya.verify.brought import Brought
from kya.verify.finding import PACKAGE, Findings
from kya.verify.invariants import PlainScan
from kya.verify.learning_again import LearningAgain
from kya.verify.package import Package
from kya.verify.progress import Progress
from kya.verify.reexecution import Reexecution
from kya.verify.sighting import Sighting
from kya.verify.since import entries_known
from kya.verify.texts import Texts
from kya.verify.watch import NOBODY, Watch

REBUILT = (1, 2, 3, 4, 5, 8, 10)
"""The questions that nothing can be said about without the log's entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """The log as it was found: its head, and the two judges that saw every entry.

    `moments` tells, for each size at which somebody outside has seen the log, the
    latest instant that its entries name. `sightings` and `stamps`, by file name, are
    the words of outsiders that have been verified. Of a partial package `shown` counts
    the orders, `withheld` the entries that it does not show.
    """

    head: Checkpoint
    note: SignedNote
    reexecution: Reexecution
    scan: PlainScan
    moments: dict[int, Instant] = field(default_factory=dict[int, Instant])
    sightings: list[Sighting] = field(default_factory=list[Sighting])
    stamps: dict[str, Instant] = field(default_factory=dict[str, Instant])
    texts: Texts = field(default_factory=Texts)
    shown: int = 0
    withheld: int = 0

    @property
    def orders(self) -> int:
        """How many orders were looked at."""
        return self.shown or self.reexecution.orders.count


@dataclass(frozen=True, slots=True)
class LogFiles:
    """Reads the files below `log/`."""

    package: Package

    def __call__(self, path: str) -> bytes:
        """Return a file's bytes; FileNotFoundError if there is none."""
        return self.package.read(LOG + path)


@dataclass(frozen=True, slots=True)
class LogEntries:
    """Reads entries again, for what was learned from them."""

    read: LogFiles
    size: int

    def __call__(self, first: int, stop: int) -> Iterator[bytes]:
        """Yield the entries from `first` to before `stop`."""
        index = 0
        for bundle in bundles_of(self.size):
            after = index + bundle.width
            if first < after and index < stop:
                batch = read_bundle(self.read, bundle)
                yield from batch[max(0, first - index) : stop - index]
            index = after


def examine_log(
    package: Package,
    brought: Brought,
    findings: Findings,
    progress: Progress,
    watch: Watch = NOBODY,
) -> Pass | None:
    """Return the log after one pass over its entries, None if it has no tree head."""
    try:
        note = SignedNote.parse(package.read(CHECKPOINT))
        head = Checkpoint.from_note(note)
    except (FileNotFoundError, InputError, DistrustError) as error:
        for question in REBUILT:
            findings.fails(question, CHECKPOINT, _sentence(error))
        return None
    tally = Tally(_selection(package, findings))
    watch.begin(tally.selection)
    learning = LearningAgain(LogEntries(LogFiles(package), head.size))
    reexecution = Reexecution(
        brought.root, findings, tally, learning, brought.ask, brought.executions, watch
    )
    reexecution.known = _entries_known(package, head, brought)
    first, last = tally.selection.first, tally.selection.last
    scan = PlainScan(findings, str(first), str(last))
    found = Pass(head=head, note=note, reexecution=reexecution, scan=scan)
    _rebuild(package, found, findings, progress)
    reexecution.require_end()
    return found


def _entries_known(package: Package, head: Checkpoint, brought: Brought) -> int:
    """Return how many entries were verified before; 0 if not all can be had."""
    try:
        entries = LogEntries(LogFiles(package), head.size)
        return entries_known(entries, head, brought)
    except (DistrustError, FileNotFoundError):
        return 0  # The pass meets them again, and reports.


def _selection(package: Package, findings: Findings) -> Selection:
    """Return which orders the package says it shows; all of them if it does not say."""
    try:
        return read_selection(package.read(REPORT_JSON))
    except FileNotFoundError:
        findings.fails(PACKAGE, REPORT_JSON, "missing")
    except (InputError, DistrustError) as error:
        findings.fails(PACKAGE, REPORT_JSON, str(error))
    return Selection(
        agent=None, first=Day.parse("1970-01-01"), last=Day.parse("9999-12-31")
    )


def _rebuild(
    package: Package, found: Pass, findings: Findings, progress: Progress
) -> None:
    """Compare every tile, and the root, with what the entries give."""
    read, growth = LogFiles(package), Growth(Edge())
    try:
        seen = sizes_seen(package) | {found.head.size}
        for path, content in growth.files(_entries(read, found, seen, progress)):
            # A bundle was read to get here; that it is one spelling, tlog sees to.
            if not path.startswith("tile/entries/"):
                _compare(read, path, content, findings)
    except (DistrustError, FileNotFoundError) as error:
        found.reexecution.stop("a bundle of entries that cannot be read")
        findings.fails(8, "log/", f"entries cannot be had: {_sentence(error)}")
        return
    root = growth.edge.root
    if root != found.head.root:
        findings.fails(
            8,
            CHECKPOINT,
            f"the {found.head.size} entries give the root hash {root.hex()}, not"
            f" {found.head.root.hex()}",
        )
    elif not findings.failed(8):
        findings.holds(
            8, f"the {found.head.size} entries, and every tile, give the signed root"
        )


def sizes_seen(package: Package) -> frozenset[int]:
    """Return the sizes that the names of cosigned and stamped checkpoints tell."""
    stems = (name.removesuffix(".note") for name in package.names(WITNESSED))
    digits = [stem for stem in stems if stem.isascii() and stem.isdigit()]
    cosigned = {int(each[:20]) for each in digits[:CHECKPOINTS_MAX]}
    stamped = {stamped_size(name) for name in package.names(STAMPS)}
    return frozenset({*cosigned, *(size for size in stamped if size is not None)})


def _entries(
    read: LogFiles, found: Pass, seen: frozenset[int], progress: Progress
) -> Iterator[bytes]:
    """Yield the entries, each after both judges have seen it."""
    done = 0
    for bundle in bundles_of(found.head.size):
        batch = read_bundle(read, bundle)
        # One judge after the other over the batch: half the time of taking turns,
        # because each finds its own code and tables still in the processor's cache.
        if not found.reexecution.stopped:
            for raw in batch:
                found.scan.take(raw)
        for size, raw in enumerate(batch, start=done + 1):
            found.texts.take(raw)
            found.reexecution.take(raw)
            if size in seen:
                found.moments[size] = found.reexecution.state.now
        yield from batch
        done += bundle.width
        progress("entries", done, found.head.size)


def _compare(read: LogFiles, path: str, content: bytes, findings: Findings) -> None:
    """Compare one hash tile with the one that the entries give."""
    try:
        same = read(path) == content
    except FileNotFoundError:
        findings.fails(8, LOG + path, "missing")
        return
    if not same:
        findings.fails(8, LOG + path, "is not what the entries give")


def _sentence(error: Exception) -> str:
    return "missing" if isinstance(error, FileNotFoundError) else str(error)
