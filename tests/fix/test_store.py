"""A session's memory: what every store keeps, and what outlives the process."""

from pathlib import Path

import pytest

from kya.adapters.fix_store import SqliteFixStore
from kya.core.errors import CorruptionError
from kya.fix.limits import SENT_KEPT_MAX
from kya.fix.store import MemoryStore, Store


class StoreContract:
    """Subclass, and make an empty store; `again` is what the next process sees."""

    def a_store(self, folder: Path) -> Store:
        raise NotImplementedError

    def again(self, store: Store) -> Store:
        return store

    def test_numbers_begin_at_1_and_go_on(self, tmp_path: Path) -> None:
        store = self.a_store(tmp_path)
        assert (store.next_out, store.next_in) == (1, 1)
        store.sent(1, b"one")
        store.sent(2, b"")
        store.took(7)
        store = self.again(store)
        assert (store.next_out, store.next_in) == (3, 8)

    def test_what_was_kept_can_be_resent(self, tmp_path: Path) -> None:
        store = self.a_store(tmp_path)
        for number, raw in enumerate((b"one", b"", b"three", b"four"), start=1):
            store.sent(number, raw)
        store = self.again(store)
        assert store.resendable(1, 3) == {1: b"one", 3: b"three"}
        assert store.resendable(5, 9) == {}

    def test_the_oldest_is_forgotten(self, tmp_path: Path) -> None:
        store = self.a_store(tmp_path)
        store.sent(1, b"one")
        store.sent(2, b"two")
        store.sent(SENT_KEPT_MAX + 1, b"new")
        assert sorted(store.resendable(1, SENT_KEPT_MAX + 1)) == [2, SENT_KEPT_MAX + 1]

    def test_a_reset_begins_anew(self, tmp_path: Path) -> None:
        store = self.a_store(tmp_path)
        store.sent(1, b"one")
        store.took(1)
        store.reset()
        store = self.again(store)
        assert (store.next_out, store.next_in, store.resendable(1, 9)) == (1, 1, {})


class TestMemory(StoreContract):
    def a_store(self, folder: Path) -> Store:
        del folder
        return MemoryStore()


class TestSqlite(StoreContract):
    def a_store(self, folder: Path) -> Store:
        self.path = folder / "fix" / "bot.sqlite"
        return SqliteFixStore(self.path)

    def again(self, store: Store) -> Store:
        assert isinstance(store, SqliteFixStore)
        store.close()
        return SqliteFixStore(self.path)


def test_a_file_that_is_none_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(CorruptionError, match=r"FIX session .*bot\.sqlite"):
        SqliteFixStore(path)
