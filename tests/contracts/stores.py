"""What every store of a log must do, whatever is behind it.

A back end's test subclasses these and says how to open its stores; two openings of one
test see the same disk.
"""

from collections.abc import Iterator

import pytest

from kya.core.errors import CorruptionError, TransientError
from kya.sequencer.ports import Stores
from kya.sequencer.record import Record

ORIGIN = "log.example/2026"


def entries_of(stores: Stores) -> list[bytes]:
    return [entry for record in stores.entries.records() for entry in record.entries]


class StoresContract:
    """Subclass, and return stores on this test's own disk, anew with each call."""

    def make(self) -> Stores:
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _closed_afterwards(self) -> Iterator[None]:
        self.opened: list[Stores] = []
        yield
        for stores in self.opened:
            stores.entries.close()
            stores.checkpoints.close()
            stores.lease.release()

    def open(self) -> Stores:
        self.opened.append(self.make())
        return self.opened[-1]

    @pytest.fixture
    def stores(self) -> Stores:
        stores = self.open()
        stores.entries.repair()
        return stores


class EntryStoreContract(StoresContract):
    def test_a_new_log_has_no_records(self, stores: Stores) -> None:
        assert list(stores.entries.records()) == []

    def test_records_come_back_in_order(self, stores: Stores) -> None:
        records = [
            Record(0, (b"a", b"")),
            Record(2, (b"c",)),
            Record(3, (b"d" * 9999,)),
        ]
        for record in records:
            stores.entries.append(record)
        assert list(stores.entries.records()) == records

    def test_records_outlive_the_process(self, stores: Stores) -> None:
        stores.entries.append(Record(0, (b"a",)))
        again = self.open()
        assert entries_of(again) == [b"a"]
        again.entries.repair()
        again.entries.append(Record(1, (b"b",)))
        again.entries.close()
        assert entries_of(self.open()) == [b"a", b"b"]

    def test_the_largest_entry_comes_back(self, stores: Stores) -> None:
        stores.entries.append(Record(0, (b"x" * 65_535,)))
        assert entries_of(stores) == [b"x" * 65_535]

    def test_the_newest_record_stays_after_a_release(self, stores: Stores) -> None:
        for index in range(4):
            stores.entries.append(Record(index, (b"e",)))
        stores.entries.release(4)
        left = list(stores.entries.records())
        assert left[-1] == Record(3, (b"e",))

    def test_nothing_unpublished_is_released(self, stores: Stores) -> None:
        for index in range(4):
            stores.entries.append(Record(index, (b"e",)))
        stores.entries.release(2)
        left = list(stores.entries.records())
        assert left[0].first <= 2
        assert left[-1].end == 4

    def test_repair_keeps_whole_records_however_often(self, stores: Stores) -> None:
        stores.entries.append(Record(0, (b"a", b"b")))
        for _ in range(3):
            stores.entries.close()
            stores.entries.repair()
        assert entries_of(stores) == [b"a", b"b"]


class CheckpointStoreContract(StoresContract):
    def test_a_log_that_never_signed_has_no_checkpoint(self, stores: Stores) -> None:
        assert stores.checkpoints.latest(ORIGIN) is None

    def test_the_first_checkpoint_is_stored_once(self, stores: Stores) -> None:
        assert stores.checkpoints.swap(ORIGIN, None, b"one")
        assert not stores.checkpoints.swap(ORIGIN, None, b"two")
        assert stores.checkpoints.latest(ORIGIN) == b"one"

    def test_a_swap_needs_the_stored_one(self, stores: Stores) -> None:
        assert not stores.checkpoints.swap(ORIGIN, b"none", b"one")
        assert stores.checkpoints.swap(ORIGIN, None, b"one")
        assert stores.checkpoints.swap(ORIGIN, b"one", b"two")
        assert not stores.checkpoints.swap(ORIGIN, b"one", b"three")
        assert stores.checkpoints.latest(ORIGIN) == b"two"

    def test_logs_do_not_share_a_checkpoint(self, stores: Stores) -> None:
        assert stores.checkpoints.swap(ORIGIN, None, b"one")
        assert stores.checkpoints.latest("another.example") is None
        assert stores.checkpoints.swap("another.example", None, b"two")
        assert stores.checkpoints.latest(ORIGIN) == b"one"

    def test_checkpoints_outlive_the_process(self, stores: Stores) -> None:
        assert stores.checkpoints.swap(ORIGIN, None, b"one")
        stores.checkpoints.close()
        again = self.open()
        assert again.checkpoints.latest(ORIGIN) == b"one"
        assert not again.checkpoints.swap(ORIGIN, None, b"two")
        again.checkpoints.close()


class TileStoreContract(StoresContract):
    def test_a_missing_file_is_said_to_be_missing(self, stores: Stores) -> None:
        for path in ("checkpoint", "tile/0/000", "tile/0/000.p/3"):
            with pytest.raises(FileNotFoundError):
                stores.tiles.read(path)

    def test_a_file_comes_back(self, stores: Stores) -> None:
        stores.tiles.write("tile/0/x001/000", b"hashes")
        assert stores.tiles.read("tile/0/x001/000") == b"hashes"
        assert self.open().tiles.read("tile/0/x001/000") == b"hashes"

    def test_a_file_is_never_changed(self, stores: Stores) -> None:
        stores.tiles.write("tile/0/000", b"hashes")
        stores.tiles.write("tile/0/000", b"hashes")
        with pytest.raises(CorruptionError, match="tile/0/000"):
            stores.tiles.write("tile/0/000", b"others")
        assert stores.tiles.read("tile/0/000") == b"hashes"

    def test_the_checkpoint_may_be_replaced(self, stores: Stores) -> None:
        stores.tiles.replace("checkpoint", b"old")
        stores.tiles.replace("checkpoint", b"new")
        assert stores.tiles.read("checkpoint") == b"new"

    def test_a_tile_and_its_partial_ones_stand_beside_each_other(
        self, stores: Stores
    ) -> None:
        stores.tiles.write("tile/0/000.p/3", b"part")
        stores.tiles.write("tile/0/000", b"whole")
        assert stores.tiles.read("tile/0/000.p/3") == b"part"
        assert list(stores.tiles.paths("tile")) == ["tile/0/000", "tile/0/000.p/3"]

    def test_paths_are_those_below_the_folder(self, stores: Stores) -> None:
        stores.tiles.replace("checkpoint", b"c")
        stores.tiles.write("checkpoints/7.note", b"c")
        stores.tiles.write("tile/0/000", b"whole")
        assert list(stores.tiles.paths("checkpoints")) == ["checkpoints/7.note"]
        assert list(stores.tiles.paths("nothing")) == []


class LeaseContract(StoresContract):
    def test_a_second_writer_is_refused(self, stores: Stores) -> None:
        stores.lease.acquire()
        with pytest.raises(TransientError, match="has"):
            self.open().lease.acquire()
        stores.lease.release()

    def test_a_lease_given_back_can_be_taken(self, stores: Stores) -> None:
        stores.lease.acquire()
        stores.lease.release()
        other = self.open()
        other.lease.acquire()
        other.lease.release()

    def test_giving_back_what_one_has_not_changes_nothing(self, stores: Stores) -> None:
        stores.lease.acquire()
        self.open().lease.release()
        with pytest.raises(TransientError):
            self.open().lease.acquire()
        stores.lease.release()
