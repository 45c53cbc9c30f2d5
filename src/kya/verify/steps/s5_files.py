"""Step 5: every file once: its SHA-256 is listed, its content follows from the log."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kya.codec.package_layout import (
    CHECKPOINT,
    LOG,
    README,
    REPORT_CSV,
    REPORT_JSON,
    STAMPS,
    SUMS,
    VERIFY_HTML,
    VERIFY_SH,
    WITNESSED,
    decision_path,
    order_path,
    place,
    proof_path,
)
from kya.core.errors import DistrustError, InputError
from kya.tlog.merkle import verify_inclusion
from kya.tlog.tile import TILE_HEIGHT, Bundle, parse_path, width_at
from kya.verify.finding import PACKAGE, Findings
from kya.verify.order_table import OrderFile, OrderRecord
from kya.verify.package import File, Package
from kya.verify.progress import Progress
from kya.verify.proofs import proof_path_of
from kya.verify.steps.s1_log import Pass

_LINE_BYTES_MAX: Final = 300
_SUMS_LINE: Final = re.compile(rb"([0-9a-f]{64})  ([!-~]+)\n")
_ORDER_PATH: Final = re.compile(
    r"(orders|decisions)/([^/]+)/([0-9]{9,16})\.(note|tlog-proof)", re.ASCII
)
_KIND_OF: Final = {
    ("orders", "note"): OrderFile.ORDER,
    ("orders", "tlog-proof"): OrderFile.PROOF,
    ("decisions", "note"): OrderFile.DECISION,
}
_HASHED_ONLY: Final = frozenset({README, VERIFY_SH, VERIFY_HTML})
_PATH_OF: Final = {
    OrderFile.ORDER: order_path,
    OrderFile.PROOF: proof_path,
    OrderFile.DECISION: decision_path,
}


def examine_files(
    package: Package, found: Pass | None, findings: Findings, progress: Progress
) -> None:
    """Walk the package beside SHA256SUMS; neither may have what the other lacks."""
    sums = _Sums(_listed(package, findings), findings)
    contents = _Contents(found, findings) if found is not None else None
    count = 0
    for file in package.files():
        count += 1
        if file.path != SUMS:
            sums.meet(file)
            if contents is not None:
                contents.examine(file)
        if count % 256 == 0:
            progress("files", count, 0)
    sums.end()
    if contents is not None:
        contents.end()
    if not findings.failed(PACKAGE):
        findings.holds(PACKAGE, f"{count} files, each listed in {SUMS} and as listed")


def _listed(package: Package, findings: Findings) -> Iterator[tuple[str, str]]:
    """Yield digest and path of each line of SHA256SUMS."""
    try:
        for number, line in enumerate(package.lines(SUMS, _LINE_BYTES_MAX), start=1):
            match = _SUMS_LINE.fullmatch(line)
            if match is None:
                where = f"{SUMS} line {number}"
                findings.fails(PACKAGE, where, "want a SHA-256, two spaces and a path")
                return
            yield match[1].decode("ascii"), match[2].decode("ascii")
    except (FileNotFoundError, DistrustError) as error:
        missing = isinstance(error, FileNotFoundError)
        findings.fails(PACKAGE, SUMS, "missing" if missing else str(error))


class _Sums:
    """Merges the walk with the list: both rise, so neither is kept in memory."""

    def __init__(self, listed: Iterator[tuple[str, str]], findings: Findings) -> None:
        self._listed, self._findings = listed, findings
        self._next = next(listed, None)

    def meet(self, file: File) -> None:
        """Compare a file with its line; lines before it have no file."""
        here = place(file.path)
        while self._next is not None and place(self._next[1]) < here:
            self._missing()
        if self._next is None or self._next[1] != file.path:
            self._findings.fails(PACKAGE, file.path, f"not listed in {SUMS}")
            return
        digest, _ = self._next
        if digest != file.digest.hex():
            self._findings.fails(
                PACKAGE, file.path, f"its SHA-256 is not that in {SUMS}"
            )
        self._advance(file.path)

    def end(self) -> None:
        """Report the lines that are left."""
        while self._next is not None:
            self._missing()

    def _missing(self) -> None:
        if self._next is not None:
            path = self._next[1]
            self._findings.fails(PACKAGE, path, f"listed in {SUMS} but missing")
            self._advance(path)

    def _advance(self, former: str) -> None:
        """Take the next line, which must come after the former one."""
        self._next = next(self._listed, None)
        if self._next is not None and place(self._next[1]) <= place(former):
            path = self._next[1]
            self._findings.fails(
                PACKAGE, SUMS, f"{path} is out of order or comes twice"
            )


@dataclass(slots=True)
class _Contents:
    """Compares each file's content with what the log says it must be."""

    found: Pass
    findings: Findings
    unseen: set[str] = field(init=False)
    head: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Wait for every small file that the log gives."""
        self.unseen = set(self.found.reexecution.expected.digests)
        self.head = self.found.note.render()

    def examine(self, file: File) -> None:
        """Judge one file by its place."""
        path = file.path
        expected = self.found.reexecution.expected.digests.get(path)
        if expected is not None:
            self.unseen.discard(path)
            if file.digest != expected:
                self._fail(path, "is not what the log gives")
        elif path.startswith(("orders/", "decisions/")):
            self._examine_order_file(file)
        elif path.startswith(LOG):
            if path != CHECKPOINT:
                self._examine_tile(path)
        elif not self._is_judged_elsewhere(path):
            self._fail(path, "does not belong here: the log gives no such file")

    def end(self) -> None:
        """Report what the log gives and the package lacks."""
        for path in sorted(self.unseen):
            self._fail(path, "missing, but the log gives it")
        if not self.found.reexecution.stopped:
            for agent, seq, file in self.found.reexecution.orders.missing():
                self._fail(_PATH_OF[file](agent, seq), "missing, but the log has it")

    def _is_judged_elsewhere(self, path: str) -> bool:
        """Tell whether another step looks at this file, or none has to."""
        stopped = bool(self.found.reexecution.stopped)
        return (
            path in _HASHED_ONLY
            or path.startswith(("checkpoints/", f"{WITNESSED}/", f"{STAMPS}/"))
            or (
                stopped
                and (path.startswith("trust/") or path in {REPORT_JSON, REPORT_CSV})
            )
            or (stopped and path == "policy.txt")
        )

    def _examine_order_file(self, file: File) -> None:
        """Compare an order, a proof or a decision with the log."""
        match = _ORDER_PATH.fullmatch(file.path)
        kind = _KIND_OF.get((match[1], match[4])) if match else None
        if match is None or kind is None:
            self._fail(file.path, "has a name that no file of an order has")
            return
        agent, seq = match[2], int(match[3])
        orders = self.found.reexecution.orders
        record = orders.selected(agent, seq)
        if record is None or _PATH_OF[kind](agent, seq) != file.path:
            if not self.found.reexecution.stopped:
                self._fail(file.path, "is no order of the log that is to be shown")
            return
        orders.tick(agent, seq, kind)
        if kind is OrderFile.PROOF:
            self._examine_proof(file, record)
        elif file.digest != (
            record.order if kind is OrderFile.ORDER else record.decision
        ):
            self._fail(file.path, f"is not the entry of the log (order {record.index})")

    def _examine_proof(self, file: File, record: OrderRecord) -> None:
        """Verify that the order is in the log, under this very tree head."""
        head, index = self.found.head, record.index
        try:
            path = proof_path_of(file.content, index, self.head)
            verify_inclusion(record.leaf, index, head.size, path, head.root)
        except (InputError, DistrustError) as error:
            self._fail(file.path, str(error))

    def _examine_tile(self, path: str) -> None:
        """Check that this tree has such a file; step 1 compared its content."""
        try:
            file = parse_path(path.removeprefix(LOG))
        except InputError as error:
            self._fail(path, str(error))
            return
        level = 0 if isinstance(file, Bundle) else file.level
        row = self.found.head.size >> TILE_HEIGHT * level
        if width_at(row, file.index) != file.width:
            self._fail(
                path, f"a log of {self.found.head.size} entries has no such file"
            )

    def _fail(self, path: str, sentence: str) -> None:
        self.findings.fails(PACKAGE, path, sentence)
