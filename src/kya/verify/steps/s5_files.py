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
    TEXTS,
    VERIFY_HTML,
    VERIFY_SH,
    WITNESSED,
    decision_path,
    order_path,
    proof_path,
)
from kya.core.errors import DistrustError, InputError
from kya.tlog.tile import belongs_to, parse_path
from kya.verify.finding import PACKAGE, Findings
from kya.verify.order_table import OrderFile, OrderRecord
from kya.verify.package import File, Package
from kya.verify.progress import Progress
from kya.verify.proofs import Proofs
from kya.verify.steps.s1_log import Pass
from kya.verify.sums import Sums, listed

_ORDER_PATH: Final = re.compile(
    r"(orders|decisions)/([^/]+)/([0-9]{9,16})\.(note|tlog-proof)", re.ASCII
)
_KIND_OF: Final = {
    ("orders", "note"): OrderFile.ORDER,
    ("orders", "tlog-proof"): OrderFile.PROOF,
    ("decisions", "note"): OrderFile.DECISION,
}
_PROOF: Final = ".tlog-proof"
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
    sums = Sums(listed(package, findings), findings)
    contents = _Contents(found, findings) if found is not None else None
    count = 0
    is_listed = found is not None and found.is_listed
    for file in _as_listed(package, findings) if is_listed else package.files():
        count += 1
        if file.path != SUMS:
            if not is_listed:
                sums.meet(file)
            if contents is not None:
                contents.examine(file)
        if count % 256 == 0:
            progress("files", count, 0)
    if not is_listed:
        sums.end()
    if contents is not None:
        contents.end()
    if not findings.failed(PACKAGE):
        findings.holds(PACKAGE, f"{count} files, each listed in {SUMS} and as listed")


def _as_listed(package: Package, findings: Findings) -> Iterator[File]:
    """Yield every file by its line, which it is known to agree with.

    Only what is judged by more than its SHA-256 is opened once more.
    """
    yield package.file(SUMS)
    for digest, path in listed(package, findings):
        if path.startswith(TEXTS) or path.endswith(_PROOF):
            yield package.file(path)
        else:
            yield File(path, bytes.fromhex(digest), b"")


@dataclass(slots=True)
class _Contents:
    """Compares each file's content with what the log says it must be."""

    found: Pass
    findings: Findings
    unseen: set[str] = field(init=False)
    proofs: Proofs = field(init=False)

    def __post_init__(self) -> None:
        """Wait for every small file that the log gives."""
        self.unseen = set(self.found.reexecution.expected.digests)
        head = self.found.head
        self.proofs = Proofs(head.size, head.root, self.found.note.render())

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
        elif path.startswith(TEXTS):
            self.found.texts.examine(file, self.findings)
        elif path.startswith(LOG):
            if path != CHECKPOINT:
                self._examine_tile(path)
        elif not self._is_judged_elsewhere(path):
            self._fail(path, "does not belong here: the log gives no such file")

    def end(self) -> None:
        """Report what the log gives and the package lacks."""
        for path in sorted(self.unseen):
            self._fail(path, "missing, but the log gives it")
        self.found.texts.conclude(self.findings)
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
            self._fail(file.path, f"is not the entry of the log (order {record.entry})")

    def _examine_proof(self, file: File, record: OrderRecord) -> None:
        """Verify that the order is in the log, under this very tree head."""
        try:
            self.proofs.require(file.content, record.entry, record.leaf)
        except (InputError, DistrustError) as error:
            self._fail(file.path, str(error))

    def _examine_tile(self, path: str) -> None:
        """Check that this tree has such a file; step 1 compared its content."""
        try:
            file = parse_path(path.removeprefix(LOG))
        except InputError as error:
            self._fail(path, str(error))
            return
        if not belongs_to(file, self.found.head.size):
            self._fail(
                path, f"a log of {self.found.head.size} entries has no such file"
            )

    def _fail(self, path: str, sentence: str) -> None:
        self.findings.fails(PACKAGE, path, sentence)
