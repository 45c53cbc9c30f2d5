"""Step 1: rebuild the log from its entries and judge every one of them on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

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
from kya.verify.hands import Hands
from kya.verify.invariants import PlainScan
from kya.verify.learning_again import LearningAgain
from kya.verify.package import Package
from kya.verify.progress import Progress
from kya.verify.quick import Doubted, QuickReexecution
from kya.verify.reexecution import Reexecution
from kya.verify.sighting import Sighting
from kya.verify.since import entries_known
from kya.verify.sums import all_as_listed
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
    the orders, `withheld` the entries that it does not show. With `is_listed`, all
    files have been found to be as SHA256SUMS says.
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
    is_listed: bool = False

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
    selection = _selection(package, findings)
    watch.begin(selection)
    log = Unread(package, brought, note, selection, progress)
    quick = None if watch is not NOBODY else _quickly(log, head, findings)
    return quick or _carefully(log, head, findings, watch)


class Unread(NamedTuple):
    """A log before the pass over it, and who is told how far the pass is."""

    package: Package
    brought: Brought
    note: SignedNote
    selection: Selection
    progress: Progress


def _quickly(log: Unread, head: Checkpoint, findings: Findings) -> Pass | None:
    """Return the log if the quick way says that all of it holds, else None."""
    limits, brought = log.package.limits, log.brought
    # What was brought counts what it has seen, and so can see a log only once.
    if brought.executions.listed or head.size <= limits.share:
        return None
    before = findings.copy()
    with Hands(limits.processors) as hands:
        if hands.is_alone:
            return None
        listed = hands.asked(partial(all_as_listed, log.package))
        try:
            again = QuickReexecution(
                *_basis(log, head, findings),
                brought.ask,
                hands=hands,
                share=limits.share,
            )
            found = _passed(log, head, again, hands)
            return replace(found, is_listed=listed())
        except Doubted:
            findings.go_back_to(before)
            return None


def _carefully(log: Unread, head: Checkpoint, findings: Findings, watch: Watch) -> Pass:
    """Return the log, every entry judged before the next one."""
    brought = log.brought
    again = Reexecution(
        *_basis(log, head, findings), brought.ask, brought.executions, watch
    )
    return _passed(log, head, again, None)


def _basis(
    log: Unread, head: Checkpoint, findings: Findings
) -> tuple[bytes, Findings, Tally, LearningAgain]:
    """Return what every re-execution rests on."""
    learning = LearningAgain(LogEntries(LogFiles(log.package), head.size))
    return log.brought.root, findings, Tally(log.selection), learning


def _passed(
    log: Unread, head: Checkpoint, again: Reexecution, hands: Hands | None
) -> Pass:
    """Return the log after one pass over its entries."""
    again.known = _entries_known(log.package, head, log.brought)
    scan = PlainScan(Findings(), str(log.selection.first), str(log.selection.last))
    found = Pass(head=head, note=log.note, reexecution=again, scan=scan)
    findings, before, elsewhere = again.findings, again.findings.copy(), None
    if hands is not None:
        elsewhere = hands.asked(partial(_scanned, LogFiles(log.package), found))
    _rebuild(log, found, scans=elsewhere is None)
    again.require_end()
    if elsewhere is not None:
        found = replace(found, scan=elsewhere())
    findings.put_between(before, found.scan.findings)
    found.scan.findings = findings
    return found


def _scanned(read: LogFiles, found: Pass) -> PlainScan:
    """Return the plain scan after it has seen all entries."""
    for bundle in bundles_of(found.head.size):
        for raw in read_bundle(read, bundle):
            found.scan.take(raw)
    return found.scan


def _entries_known(package: Package, head: Checkpoint, brought: Brought) -> int:
    """Return how many entries were verified before; 0 if not all can be had."""
    try:
        entries = LogEntries(LogFiles(package), head.size)
        return entries_known(entries, head, brought)
    except (DistrustError, FileNotFoundError, InputError):
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


def _rebuild(log: Unread, found: Pass, *, scans: bool) -> None:
    """Compare every tile, and the root, with what the entries give."""
    findings = found.reexecution.findings
    read, growth = LogFiles(log.package), Growth(Edge())
    try:
        entries = _entries(log, found, scans=scans)
        for path, content in growth.files(entries):
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


def _entries(log: Unread, found: Pass, *, scans: bool) -> Iterator[bytes]:
    """Yield the entries, each after re-execution, and the scan if asked, saw it."""
    seen = sizes_seen(log.package) | {found.head.size}
    read, done = LogFiles(log.package), 0
    for bundle in bundles_of(found.head.size):
        batch = read_bundle(read, bundle)
        # One judge after the other over the batch: half the time of taking turns,
        # because each finds its own code and tables still in the processor's cache.
        if scans and not found.reexecution.stopped:
            for raw in batch:
                found.scan.take(raw)
        for size, raw in enumerate(batch, start=done + 1):
            found.texts.take(raw)
            found.reexecution.take(raw)
            if size in seen:
                found.moments[size] = found.reexecution.state.now
        yield from batch
        done += bundle.width
        log.progress("entries", done, found.head.size)


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
