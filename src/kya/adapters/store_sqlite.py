"""The newest signed checkpoint of each log, in SQLite.

Trusted with: never going back. Whoever restores this file alone from a backup makes the
log sign two histories, which a witness will find.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kya.core.errors import CorruptionError, TransientError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS checkpoints (
    origin TEXT NOT NULL PRIMARY KEY,
    note BLOB NOT NULL
) STRICT
"""
_LATEST: Final = "SELECT note FROM checkpoints WHERE origin = ?"
_FIRST: Final = (
    "INSERT INTO checkpoints (origin, note) VALUES (?, ?) ON CONFLICT DO NOTHING"
)
_NEXT: Final = "UPDATE checkpoints SET note = ? WHERE origin = ? AND note = ?"
_BUSY_SECONDS: Final = 5


class SqliteCheckpointStore:
    """One row for each log; every change is one durable transaction."""

    def __init__(self, path: Path) -> None:
        """Open the database, or make it; its folder exists."""
        with _faults_of(path):
            # One thread at a time has it, though not always the same one.
            self._connection = sqlite3.connect(
                path,
                timeout=_BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            # A commit is on disk when it returns (SQLite: synchronous).
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(_SCHEMA)
        self._path = path

    def latest(self, origin: str) -> bytes | None:
        """Return the note stored last, or None."""
        with _faults_of(self._path):
            row = self._connection.execute(_LATEST, (origin,)).fetchone()
        if row is None:
            return None
        (note,) = row
        return bytes(note)

    def swap(self, origin: str, old: bytes | None, new: bytes) -> bool:
        """Store `new` if `old` is what is stored; tell whether it was."""
        with _faults_of(self._path):
            if old is None:
                changed = self._connection.execute(_FIRST, (origin, new))
            else:
                changed = self._connection.execute(_NEXT, (new, origin, old))
        return changed.rowcount == 1

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


@contextmanager
def _faults_of(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise TransientError(f"checkpoint store {path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise CorruptionError(f"checkpoint store {path}: {error}") from error
