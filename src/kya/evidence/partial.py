"""A package of a part: one agent's orders of a period, and who had power over them.

All hashes of the log go in, so that the place and the number of all entries are proven;
what the others say is withheld.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kya.codec import package_layout as layout
from kya.codec.note import SignedNote
from kya.codec.partial import (
    PARTIAL_JSON,
    entry_path,
    gives_power,
    render_partial,
)
from kya.codec.tally import Selection
from kya.core.errors import InputError
from kya.core.order_events import OrderDecided, OrderSubmitted, VenueReported
from kya.evidence.build import (
    BuiltPackage,
    Progress,
    require_opened_under,
    verified_head,
)
from kya.evidence.folder import Folder, appearing
from kya.evidence.heads import write_heads
from kya.evidence.holdings import Holdings
from kya.evidence.reader import LogReader
from kya.pki.entries import Entry
from kya.pki.pem import CERTIFICATE, from_pem
from kya.tlog.policy import Log
from kya.tlog.tile import bundles_of
from kya.tlog.tree import read_bundle

_README: Final = """\
Evidence of {origin}: a part of it

{orders} orders of {agent}, {first} to {last}, their decisions and what venues reported
of them; the order before and the order after, if there are any; and every entry about
certificates, mandates and standings. Of all other entries there are hashes only.

Do not trust this folder: check it, with your own copies of the two files.

  kya verify . --root /path/to/your/root.pem --policy /path/to/your/policy.txt

A part answers fewer questions than a whole log does: sums, limits of a day, positions,
halts and incidents rest on entries that are withheld, and are UNKNOWN. So the exit
code is 3 at best. Ask for the whole log where that is not enough.
"""


def build_partial(
    *,
    source: LogReader,
    root_pem: bytes,
    selection: Selection,
    out: Path,
    progress: Progress = lambda _what, _done, _total: None,
) -> BuiltPackage:
    """Write the selected orders of one agent to the new folder `out`.

    InputError and DistrustError as for a whole package; there must be an order.
    """
    agent = selection.agent
    if agent is None:
        raise InputError("a partial package: want --agent")
    note, head = verified_head(source, selection)
    root, size = from_pem(CERTIFICATE, root_pem), head.size
    holdings, chosen = Holdings(root), _Chosen(selection)
    with appearing(out) as folder:
        index = 0
        for bundle in bundles_of(size):
            for raw in read_bundle(source, bundle):
                entry = Entry.read(raw)
                if index == 0:
                    require_opened_under(entry, root)
                for at, shown in chosen.take(index, entry):
                    folder.write(entry_path(at), shown)
                holdings.take(entry)
                index += 1
            progress("entries", index, size)
        if not chosen.orders:
            raise InputError(f"agent {agent}: no order of that period is in the log")
        write_heads(folder, source, note, head)
        _write_words(folder, source, note, holdings, chosen)
        folder.write_sums()
    return BuiltPackage(path=out, entries=size, orders=chosen.orders)


def _write_words(
    folder: Folder,
    source: LogReader,
    note: SignedNote,
    holdings: Holdings,
    chosen: "_Chosen",
) -> None:
    """Write the policy, what the package is about, and how to check it."""
    key = holdings.log_key({signature.key_id for signature in note.signatures})
    policy = replace(source.witnesses, logs=(Log(key=key),))
    agent, selection = str(chosen.selection.agent), chosen.selection
    first, last = selection.first, selection.last
    folder.write(layout.POLICY, policy.render())
    folder.write(PARTIAL_JSON, render_partial(agent, first, last))
    text = _README.format(
        origin=holdings.origin,
        orders=chosen.orders,
        agent=agent,
        first=first,
        last=last,
    )
    folder.write(layout.README, text.encode("ascii"))


Shown = tuple[int, bytes]


@dataclass(slots=True)
class _Chosen:
    """Chooses the entries to show; `orders` counts those of the selection."""

    selection: Selection
    orders: int = 0
    _order: Shown | None = None
    _before: tuple[Shown, ...] = ()
    _is_after: bool = False
    _reported: set[str] = field(default_factory=set[str])

    def take(self, index: int, entry: Entry) -> Iterator[Shown]:
        """Yield what this entry makes shown: itself, or with it the ones before."""
        event, here = entry.event, (index, entry.raw)
        if gives_power(event):
            yield here
        elif isinstance(event, OrderSubmitted):
            self._order = here
        elif isinstance(event, OrderDecided) and self._order is not None:
            if event.agent == self.selection.agent:
                yield from self._pair(event, (self._order, here))
        elif isinstance(event, VenueReported) and event.order in self._reported:
            yield here

    def _pair(self, event: OrderDecided, pair: tuple[Shown, ...]) -> Iterator[Shown]:
        """Yield an order of the period, or the one before or after it."""
        if self.selection.takes(event.agent, event.received_at):
            self.orders += 1
            self._reported.add(event.order)
            yield from self._before
            yield from pair
            self._before = ()
        elif not self.orders:
            self._before = pair
        elif not self._is_after:
            self._is_after = True
            yield from pair
