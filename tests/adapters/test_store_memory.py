import pytest

from kya.adapters.store_memory import Fault, MemoryDisk
from kya.sequencer.ports import Stores
from kya.sequencer.record import Record
from tests.contracts.stores import (
    CheckpointStoreContract,
    EntryStoreContract,
    LeaseContract,
    TileStoreContract,
    entries_of,
)


class TestMemoryStores(
    EntryStoreContract, CheckpointStoreContract, TileStoreContract, LeaseContract
):
    @pytest.fixture(autouse=True)
    def _a_disk(self) -> None:
        self.disk = MemoryDisk()

    def make(self) -> Stores:
        return self.disk.stores()


def failing(disk: MemoryDisk, fault: Fault) -> Stores:
    """Stores in which every write after the first record meets the fault."""
    stores = disk.stores()
    stores.entries.append(Record(0, (b"a",)))
    disk.plan = lambda _name: fault
    with pytest.raises(OSError, match="as planned"):
        stores.entries.append(Record(1, (b"b",)))
    return stores


@pytest.mark.parametrize(
    ("fault", "seen", "after_power_cut"),
    [
        (Fault.FAILED, [b"a"], [b"a"]),
        (Fault.STORED, [b"a", b"b"], [b"a", b"b"]),
        (Fault.UNSYNCED, [b"a", b"b"], [b"a"]),
        (Fault.TORN, [b"a"], [b"a"]),
    ],
)
def test_each_fault_leaves_what_it_says(
    fault: Fault, seen: list[bytes], after_power_cut: list[bytes]
) -> None:
    disk = MemoryDisk()
    stores = failing(disk, fault)
    assert entries_of(stores) == seen
    disk.cut_power()
    assert entries_of(disk.stores()) == after_power_cut


def test_repair_makes_durable_what_was_only_seen() -> None:
    disk = MemoryDisk()
    failing(disk, Fault.UNSYNCED)
    disk.plan = lambda _name: Fault.NONE
    disk.stores().entries.repair()
    disk.cut_power()
    assert entries_of(disk.stores()) == [b"a", b"b"]


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.UNSYNCED, Fault.TORN])
def test_a_failed_transaction_is_rolled_back(fault: Fault) -> None:
    disk = MemoryDisk(lambda _name: fault)
    with pytest.raises(OSError, match="swap"):
        disk.stores().checkpoints.swap("log", None, b"one")
    assert disk.stores().checkpoints.latest("log") is None


def test_a_transaction_may_be_reported_as_failed_and_stored_all_the_same() -> None:
    disk = MemoryDisk(lambda _name: Fault.STORED)
    with pytest.raises(OSError, match="swap"):
        disk.stores().checkpoints.swap("log", None, b"one")
    disk.cut_power()
    assert disk.stores().checkpoints.latest("log") == b"one"


def test_a_killed_process_holds_no_lease() -> None:
    disk = MemoryDisk()
    disk.stores().lease.acquire()
    disk.end_process()
    disk.stores().lease.acquire()


def test_releasing_keeps_the_record_before_a_torn_one() -> None:
    disk = MemoryDisk()
    stores = failing(disk, Fault.TORN)
    disk.plan = lambda _name: Fault.NONE
    stores.entries.release(1)
    assert entries_of(stores) == [b"a"]
