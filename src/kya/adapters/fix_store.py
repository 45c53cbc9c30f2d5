"""The numbers and the sent messages of one FIX session, in SQLite.

They outlive the process. A machine that loses power may forget the last ones; then the
peer's numbers are higher than ours, and the session does not go on before a person has
looked, or both sides begin anew.
"""

from pathlib import Path
from typing import Final

from kya.adapters.sqlite_file import database_at, faults_of
from kya.fix.limits import SENT_KEPT_MAX

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sent (
    number INTEGER NOT NULL PRIMARY KEY,
    raw BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS numbers (
    name TEXT NOT NULL PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT;
"""
_NUMBERS: Final = "SELECT name, next FROM numbers"
_KEEP: Final = "INSERT OR REPLACE INTO numbers (name, next) VALUES (?, ?)"
_SENT: Final = "INSERT OR REPLACE INTO sent (number, raw) VALUES (?, ?)"
_FORGET: Final = "DELETE FROM sent WHERE number <= ?"
_RESENDABLE: Final = (
    "SELECT number, raw FROM sent WHERE number BETWEEN ? AND ? ORDER BY number"
)


class SqliteFixStore:
    """One file for each session."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._faults = faults_of(f"FIX session {path}")
        with self._faults():
            self._database = database_at(path, _SCHEMA, "NORMAL")
            known = dict(self._database.execute(_NUMBERS).fetchall())
        self._out, self._in = int(known.get("out", 1)), int(known.get("in", 1))

    @property
    def next_out(self) -> int:
        """The number of the next message that leaves."""
        return self._out

    @property
    def next_in(self) -> int:
        """The number of the next message that is expected."""
        return self._in

    def sent(self, number: int, raw: bytes) -> None:
        """Remember that the number is used, and what can be sent again."""
        with self._faults(), self._database:
            self._database.execute("BEGIN")
            self._database.execute(_KEEP, ("out", number + 1))
            if raw:
                self._database.execute(_SENT, (number, raw))
            self._database.execute(_FORGET, (number - SENT_KEPT_MAX,))
        # Commit point: the number is used, whatever becomes of the message.
        self._out = number + 1

    def took(self, number: int) -> None:
        """Remember that everything up to this number has come."""
        with self._faults():
            self._database.execute(_KEEP, ("in", number + 1))
        self._in = number + 1

    def resendable(self, begin: int, end: int) -> dict[int, bytes]:
        """Return what can be resent of these numbers."""
        with self._faults():
            rows = self._database.execute(_RESENDABLE, (begin, end)).fetchall()
        return {int(number): bytes(raw) for number, raw in rows}

    def reset(self) -> None:
        """Begin both numbers anew."""
        with self._faults(), self._database:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM sent")
            self._database.execute("DELETE FROM numbers")
        self._out = self._in = 1

    def close(self) -> None:
        """Close the file."""
        self._database.close()
