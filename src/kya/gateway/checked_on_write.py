"""The gateway's signatures, checked by the thread that writes them.

No signature is used unchecked. A NoteSigner checks each one at once, in the thread that
judges orders, and that takes longer than anything else there. Here the log's writer
does it: a signature that does not fit is a write that failed, so nothing is durable,
answered or released, and the log stops with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from errno import EIO

from kya.codec.note import NoteSignature, SignedNote, VerifierKey
from kya.pki.note_signer import NoteSigner
from kya.sequencer.ports import EntryStore, Stores
from kya.sequencer.record import Record


@dataclass(frozen=True, slots=True)
class CheckedOnWrite:
    """Signs notes for a log whose writer checks what it writes.

    Minted only in `kya.gateway.checked_on_write.checked_on_write`.
    """

    _note_signer: NoteSigner

    def signature(self, text: bytes) -> NoteSignature:
        """Return the line under the text; the writer will check it."""
        key = self._note_signer.key
        value = self._note_signer.signer.sign(text)
        return NoteSignature(name=key.name, key_id=key.key_id, value=value)


def checked_on_write(
    signer: NoteSigner, stores: Stores
) -> tuple[CheckedOnWrite, Stores]:
    """Return the signer and the stores of one log that belong together."""
    entries = CheckingEntryStore(stores.entries, signer.key)
    return CheckedOnWrite(signer), replace(stores, entries=entries)


class CheckingEntryStore:
    """A write-ahead log that takes no entry under this key whose signature is wrong."""

    def __init__(self, store: EntryStore, key: VerifierKey) -> None:
        """Keep the records in this store."""
        self._store = store
        self._key = key

    def repair(self) -> None:
        """Drop a torn last record, as the store does."""
        self._store.repair()

    def records(self) -> Iterator[Record]:
        """Yield the whole records; whoever reads them verifies them all."""
        return self._store.records()

    def append(self, record: Record) -> None:
        """Store the record; OSError, and nothing stored, if a signature is wrong."""
        key = self._key
        for place, raw in enumerate(record.entries, start=record.first):
            note = SignedNote.parse(raw)
            for line in note.signatures:
                is_ours = line.key_id == key.key_id and line.name == key.name
                if is_ours and not key.verifies(note.text, line.value):
                    reason = f"entry {place}: {key.name} did not sign it well"
                    raise OSError(EIO, reason)
        self._store.append(record)

    def release(self, size: int) -> None:
        """Drop what is published, as the store does."""
        self._store.release(size)

    def close(self) -> None:
        """Close the store."""
        self._store.close()
