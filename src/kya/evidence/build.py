"""From a log to an evidence package, in one pass over the entries.

Nothing is judged here: a package shows what the log says, and `kya verify` judges it.
Only what would make a useless package is refused: a log that does not match its own
checkpoint, or that was opened under another root.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Final

from kya.codec import package_layout as layout
from kya.codec.committed_text import commitments_in
from kya.codec.decisions import DecisionLine, parse_decision
from kya.codec.note import SignedNote
from kya.codec.package_report import Frame, render_csv, render_json
from kya.codec.tally import Selection, Tally
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Day
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.core.power_events import LogOpened
from kya.evidence.folder import Folder, appearing
from kya.evidence.heads import write_heads
from kya.evidence.holdings import Holdings
from kya.evidence.reader import LogReader
from kya.evidence.readme import Sample, readme
from kya.evidence.verify_page import verify_page
from kya.pki.certificate import parse_certificate
from kya.pki.entries import Entry
from kya.pki.pem import CERTIFICATE, from_pem
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.policy import Log
from kya.tlog.proof import Proof
from kya.tlog.tile import TILE_WIDTH, bundles_of, encode_entries
from kya.tlog.tree import Tree, read_bundle, root_at

Progress = Callable[[str, int, int], None]

_TREE_ENTRIES: Final = 64 * TILE_WIDTH
"""Entries for which one tree keeps the tiles it has read; memory stays flat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPackage:
    """Where the package lies and what is in it."""

    path: Path
    entries: int
    orders: int


def build_package(
    *,
    source: LogReader,
    root_pem: bytes,
    selection: Selection,
    out: Path,
    progress: Progress = lambda _what, _done, _total: None,
) -> BuiltPackage:
    """Write the evidence of the selected orders to the new folder `out`.

    The whole log goes in; `orders/` and `decisions/` hold the selected ones. InputError
    if `out` exists or the agent or period has no place in the log; DistrustError if the
    log contradicts its own checkpoint or was opened under another root.
    """
    note, checkpoint = verified_head(source, selection)
    with appearing(out) as folder:
        root = from_pem(CERTIFICATE, root_pem)
        orders = _Pass(source, folder, note, selection, root).run(progress)
    return BuiltPackage(path=out, entries=checkpoint.size, orders=orders)


def verified_head(
    source: LogReader, selection: Selection
) -> tuple[SignedNote, Checkpoint]:
    """Return the log's checkpoint, if its tiles lead to it and the period is one."""
    if selection.first > selection.last:
        raise InputError(f"period: {selection.first} is after {selection.last}")
    note = SignedNote.parse(source("checkpoint"))
    checkpoint = Checkpoint.from_note(note)
    if root_at(source, checkpoint.size) != checkpoint.root:
        raise DistrustError("log: its tiles do not lead to its checkpoint's root")
    return note, checkpoint


class _Pass:
    """One pass over the log that writes every file on the way."""

    def __init__(
        self,
        source: LogReader,
        folder: Folder,
        note: SignedNote,
        selection: Selection,
        root: bytes,
    ) -> None:
        """Read from here, write there; `root` in DER."""
        self._source, self._folder, self._note = source, folder, note
        self._root, self._holdings = root, Holdings(root)
        self._head = Checkpoint.from_note(note)
        self._tally = Tally(selection)
        self._order: tuple[int, bytes, str] | None = None
        self._tree = Tree(source, self._head.size)
        self._sample: Sample | None = None
        self._orders = 0
        self._committed: set[str] = set()

    def run(self, progress: Progress) -> int:
        """Write the package; return how many orders it shows."""
        size = self._head.size
        for bundle in bundles_of(size):
            batch = read_bundle(self._source, bundle)
            self._folder.write(layout.LOG + bundle.path, encode_entries(batch))
            for raw in batch:
                self._take(raw)
            progress("entries", self._tally.size, size)
        self._require_selection()
        write_heads(self._folder, self._source, self._note, self._head)
        self._write_conclusions()
        progress("checksums", 0, 1)
        self._folder.write_sums()
        progress("checksums", 1, 1)
        return self._orders

    def _take(self, raw: bytes) -> None:
        """Write what one entry brings and count it."""
        index = self._tally.size
        entry = Entry.read(raw)
        if index == 0:
            require_opened_under(entry, self._root)
        for path, content in self._holdings.take(entry):
            self._folder.write(path, content)
        self._write_texts(raw)
        line: DecisionLine | None = None
        if isinstance(entry.event, OrderSubmitted):
            self._order = (index, raw, entry.event.order.credential)
        elif isinstance(entry.event, OrderDecided):
            line = parse_decision(entry.note.text)
            self._write_order(entry.event, entry)
        self._tally.take(entry.event, line)

    def _write_texts(self, raw: bytes) -> None:
        """Write the texts that an entry commits to, as far as they are kept."""
        for digest in set(commitments_in(raw)) - self._committed:
            self._committed.add(digest)
            content = self._source.text(digest)
            if content is not None:
                self._folder.write(layout.text_path(digest), content)

    def _write_order(self, event: OrderDecided, decision: Entry) -> None:
        """Write order, proof and decision, if they are selected."""
        order, self._order = self._order, None
        selected = self._tally.selection.takes(event.agent, event.received_at)
        if order is None or not selected:
            return
        index, raw, credential = order
        agent, seq = event.agent, event.seq
        if index // _TREE_ENTRIES != (index - 1) // _TREE_ENTRIES:
            self._tree = Tree(self._source, self._head.size)
        proof = Proof(
            index=index, path=self._tree.inclusion_path(index), checkpoint=self._note
        )
        self._folder.write(layout.order_path(agent, seq), raw)
        self._folder.write(layout.proof_path(agent, seq), proof.render())
        self._folder.write(layout.decision_path(agent, seq), decision.raw)
        self._orders += 1
        if self._sample is None:
            self._sample = Sample(
                agent=agent,
                seq=seq,
                credential=credential,
                gateway=decision.note.signatures[0].key_id,
            )

    def _write_conclusions(self) -> None:
        """Write what can be said only after the last entry."""
        key = self._holdings.log_key({s.key_id for s in self._note.signatures})
        open_checkpoint(self._note.render(), self._holdings.origin, [key])
        subject = parse_certificate(self._root).subject.rfc4514_string()
        issuer = parse_certificate(self._holdings.issuers[0]).subject.rfc4514_string()
        frame = Frame(
            root_subject=subject,
            issuer_subject=issuer,
            tree_root=self._head.root.hex(),
        )
        script = resources.files("kya.evidence").joinpath("verify.sh")
        write = self._folder.write
        write(*self._holdings.issuer_file())
        policy = replace(self._source.witnesses, logs=(Log(key=key),))
        write(layout.POLICY, policy.render())
        write(layout.REPORT_JSON, render_json(self._tally, frame))
        write(layout.REPORT_CSV, render_csv(self._tally))
        write(layout.VERIFY_SH, script.read_bytes())
        write(layout.VERIFY_HTML, verify_page())
        write(layout.README, readme(self._holdings, self._tally, self._sample))

    def _require_selection(self) -> None:
        """Raise unless the log knows the agent."""
        agent = self._tally.selection.agent
        if agent is not None and agent not in self._tally.agents:
            known = ", ".join(sorted(self._tally.agents)) or "none"
            raise InputError(f"agent {agent}: not in the log, which knows: {known}")


def require_opened_under(entry: Entry, root: bytes) -> None:
    """Raise unless the entry opens a log under this root."""
    event = entry.event
    digest = sha256(root).hexdigest()
    if not isinstance(event, LogOpened) or event.root != digest:
        raise DistrustError("log: opened under another root than the one given")


def everything(agent: str | None = None) -> Selection:
    """Return the selection of all orders there can be."""
    return Selection(
        agent=agent, first=Day.parse("1970-01-01"), last=Day.parse("9999-12-31")
    )
