"""The gateway's signatures, checked by the thread that writes them.

No signature is used unchecked. A NoteSigner checks each one at once, in the thread that
judges orders, and that takes longer than anything else there. Here the log's writer
does it: a signature that does not fit is a write that failed, so nothing is durable,
answered or released, and the log stops with the reason.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from errno import EIO
from typing import TypeAlias

from kya.codec.note import NoteSignature, VerifierKey
from kya.pki.note_signer import NoteSigner
from kya.sequencer.ports import EntryStore, Stores
from kya.sequencer.record import Record

Unchecked: TypeAlias = deque[tuple[bytes, bytes]]
"""Texts and signatures, from the thread that signs to the one that checks."""


@dataclass(frozen=True, slots=True)
class CheckedOnWrite:
    """Signs notes for a log whose writer checks what it writes.

    Minted only in `kya.gateway.checked_on_write.checked_on_write`.
    """

    _note_signer: NoteSigner
    _unchecked: Unchecked

    def signature(self, text: bytes) -> NoteSignature:
        """Return the line under the text; the writer will check it."""
        key = self._note_signer.key
        value = self._note_signer.signer.sign(text)
        self._unchecked.append((text, value))
        return NoteSignature(name=key.name, key_id=key.key_id, value=value)


def checked_on_write(
    signer: NoteSigner, stores: Stores
) -> tuple[CheckedOnWrite, Stores]:
    """Return the signer and the stores of one log that belong together."""
    unchecked: Unchecked = deque()
    entries = CheckingEntryStore(stores.entries, signer.key, unchecked)
    return CheckedOnWrite(signer, unchecked), replace(stores, entries=entries)


class CheckingEntryStore:
    """A write-ahead log that stores nothing while a signature of ours is wrong."""

    def __init__(
        self, store: EntryStore, key: VerifierKey, unchecked: Unchecked
    ) -> None:
        """Keep the records in this store."""
        self._store = store
        self._key = key
        self._unchecked = unchecked

    def repair(self) -> None:
        """Drop a torn last record, as the store does."""
        self._store.repair()

    def records(self) -> Iterator[Record]:
        """Yield the whole records; whoever reads them verifies them all."""
        return self._store.records()

    def append(self, record: Record) -> None:
        """Store the record; OSError, and nothing stored, if a signature is wrong.

        An entry is signed before it takes its place, so what was signed for this record
        is among the unchecked; what was signed for the next one may be, too.
        """
        while self._unchecked:
            text, value = self._unchecked.popleft()
            if not self._key.verifies(text, value):
                reason = f"from entry {record.first} on: {self._key.name}"
                raise OSError(EIO, f"{reason} did not sign it well")
        self._store.append(record)

    def release(self, size: int) -> None:
        """Drop what is published, as the store does."""
        self._store.release(size)

    def close(self) -> None:
        """Close the store."""
        self._store.close()
