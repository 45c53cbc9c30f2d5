"""The newest signed checkpoint of each log, in SQLite.

Trusted with: never going back. Whoever restores this file alone from a backup makes the
log sign two histories, which a witness will find.
"""

from pathlib import Path
from typing import Final

from kya.adapters.sqlite_file import database_at, faults_of

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


class SqliteCheckpointStore:
    """One row for each log; every change is one durable transaction."""

    def __init__(self, path: Path) -> None:
        """Open the database, or make it; its folder exists."""
        self._faults = faults_of(f"checkpoint store {path}")
        with self._faults():
            # A commit is on disk when it returns (SQLite: synchronous).
            self._connection = database_at(path, _SCHEMA, "FULL")

    def latest(self, origin: str) -> bytes | None:
        """Return the note stored last, or None."""
        with self._faults():
            row = self._connection.execute(_LATEST, (origin,)).fetchone()
        if row is None:
            return None
        (note,) = row
        return bytes(note)

    def swap(self, origin: str, old: bytes | None, new: bytes) -> bool:
        """Store `new` if `old` is what is stored; tell whether it was."""
        with self._faults():
            if old is None:
                changed = self._connection.execute(_FIRST, (origin, new))
            else:
                changed = self._connection.execute(_NEXT, (new, origin, old))
        return changed.rowcount == 1

    def close(self) -> None:
        """Close the database."""
        self._connection.close()
