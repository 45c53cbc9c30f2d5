import sqlite3
from pathlib import Path

import pytest

from kya.adapters.store_sqlite import SqliteCheckpointStore
from kya.core.errors import CorruptionError, TransientError


def test_a_commit_is_synced_before_it_returns(tmp_path: Path) -> None:
    store = SqliteCheckpointStore(tmp_path / "c.sqlite")
    connection = store._connection  # noqa: SLF001  the setting lives in the connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    store.close()


def test_the_table_is_strict(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    SqliteCheckpointStore(path).close()
    with (
        sqlite3.connect(path) as connection,
        pytest.raises(sqlite3.IntegrityError, match="BLOB"),
    ):
        connection.execute("INSERT INTO checkpoints VALUES ('log', 'text')")
    connection.close()


def test_of_two_processes_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    ours, theirs = SqliteCheckpointStore(path), SqliteCheckpointStore(path)
    assert ours.swap("log", None, b"one")
    assert theirs.swap("log", b"one", b"two")
    assert not ours.swap("log", b"one", b"another two")
    assert ours.latest("log") == b"two"
    ours.close()
    theirs.close()


def test_a_file_that_is_no_database_is_corruption(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"not a database, but long enough to look at it" * 100)
    with pytest.raises(CorruptionError, match=r"c\.sqlite"):
        SqliteCheckpointStore(path)


def test_a_database_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(TransientError, match="unable to open"):
        SqliteCheckpointStore(tmp_path / "missing" / "c.sqlite")


def test_a_full_disk_is_a_fault_and_stores_nothing(tmp_path: Path) -> None:
    store = SqliteCheckpointStore(tmp_path / "c.sqlite")
    assert store.swap("log", None, b"one")
    connection = store._connection  # noqa: SLF001  SQLite's own limit stands in for the disk
    connection.execute("PRAGMA max_page_count = 2")
    with pytest.raises(TransientError, match="full"):
        store.swap("log", b"one", bytes(100_000))
    assert store.latest("log") == b"one"
    store.close()
