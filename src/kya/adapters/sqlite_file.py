"""A database in one file, and what its faults are to us."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Literal

from kya.core.errors import CorruptionError, TransientError

_BUSY_SECONDS: Final = 5


def database_at(
    path: Path, schema: str, synchronous: Literal["FULL", "NORMAL"]
) -> sqlite3.Connection:
    """Open the database, or make it; its folder exists.

    FULL: a commit is on disk when it returns. NORMAL: it outlives the process, and a
    machine that loses power may forget the last ones.
    """
    # One thread at a time has it, though not always the same one.
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.executescript(schema)
    return connection


def faults_of(what: str) -> Callable[[], AbstractContextManager[None]]:
    """Return what turns the faults of one database into ours; `what` names it."""

    @contextmanager
    def faults() -> Generator[None, None, None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise TransientError(f"{what}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise CorruptionError(f"{what}: {error}") from error

    return faults
