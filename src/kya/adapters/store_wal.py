"""The write-ahead log in files: `<first entry>.wal`, each a run of records.

Trusted with: every entry that is durable and not yet published.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kya.adapters.durable_files import make_folder, replace_file, sync_folder, write_all
from kya.core.errors import CorruptionError
from kya.sequencer.record import Record, Segment, read_segment

SEGMENT_BYTES_MAX: Final = 8 * 1024 * 1024
"""A file is begun anew beyond this, so that what is published can be dropped."""

_SUFFIX: Final = ".wal"
_DIGITS: Final = 19  # Enough for every index, so that names sort like numbers.


class FileEntryStore:
    """Records in files of a folder; one thread at a time, and none after a fault."""

    def __init__(
        self, folder: Path, segment_bytes_max: int = SEGMENT_BYTES_MAX
    ) -> None:
        """Look at nothing yet."""
        self._folder = folder
        self._segment_bytes_max = segment_bytes_max
        self._firsts: list[int] = []
        self._active: int | None = None
        self._active_bytes = 0

    def repair(self) -> None:
        """Drop a torn last record, and write the last file again."""
        make_folder(self._folder)
        self._firsts = self._stored()
        if not self._firsts:
            return
        path = self._path(self._firsts[-1])
        raw = path.read_bytes()
        whole = read_segment(raw, path.name).whole_bytes
        if whole == 0:
            # A crash came between this file and its first record.
            path.unlink()
            sync_folder(self._folder)
            self._firsts.pop()
            return
        # Not only when it is torn: after a failed sync these pages may look clean
        # although the disk never had them, and syncing them again would do nothing.
        replace_file(path, raw[:whole])
        self._active = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._active_bytes = whole

    def records(self) -> Iterator[Record]:
        """Yield the whole records in order, holding one file; change nothing."""
        firsts = self._stored()
        has_begun = False
        for first in firsts:
            path = self._path(first)
            try:
                raw = path.read_bytes()
            except FileNotFoundError:
                if has_begun:
                    raise
                continue  # Published and dropped since we looked.
            has_begun = True
            segment = read_segment(raw, path.name)
            if first != firsts[-1] or segment.records:
                _require_whole(
                    path, first, segment, len(raw), is_last=first == firsts[-1]
                )
            yield from segment.records

    def append(self, record: Record) -> None:
        """Store the record; it is durable on return."""
        framed = record.encode()
        if self._active is None or (
            self._active_bytes + len(framed) > self._segment_bytes_max
        ):
            self._begin(record.first)
        write_all(self._descriptor(), framed)
        os.fdatasync(self._descriptor())
        # Commit point: from here on the record survives a crash.
        self._active_bytes += len(framed)

    def release(self, size: int) -> None:
        """Drop files whose every entry is below `size`, but for the newest one."""
        while len(self._firsts) > 1 and self._firsts[1] <= size:
            self._path(self._firsts[0]).unlink()
            # One by one: a crash may bring back the newest of them, never leave a gap.
            sync_folder(self._folder)
            del self._firsts[0]

    def close(self) -> None:
        """Close the file that is written to."""
        if self._active is not None:
            os.close(self._active)
            self._active = None

    def _begin(self, first: int) -> None:
        """Go on in a new file, whose name is durable before anything is in it."""
        self.close()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        self._active = os.open(self._path(first), flags, 0o644)
        sync_folder(self._folder)
        self._firsts.append(first)
        self._active_bytes = 0

    def _descriptor(self) -> int:
        if self._active is None:
            raise OSError("write-ahead log: it is closed")
        return self._active

    def _path(self, first: int) -> Path:
        return self._folder / f"{first:0{_DIGITS}d}{_SUFFIX}"

    def _stored(self) -> list[int]:
        """Return the first entry of each file, in order."""
        names = sorted(path.name for path in self._folder.glob(f"*{_SUFFIX}"))
        try:
            firsts = [int(name.removesuffix(_SUFFIX)) for name in names]
        except ValueError as error:
            raise CorruptionError(
                f"{self._folder}: not a file of ours: {error}"
            ) from error
        return firsts


def _require_whole(
    path: Path, first: int, segment: Segment, length: int, *, is_last: bool
) -> None:
    """Only the last file may end torn; every one begins where its name says."""
    if not is_last and segment.whole_bytes != length:
        raise CorruptionError(
            f"{path.name}: broken at byte {segment.whole_bytes}, and files follow"
        )
    if not segment.records or segment.records[0].first != first:
        raise CorruptionError(f"{path.name}: want entry {first} at its beginning")
