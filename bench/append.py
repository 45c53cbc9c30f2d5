"""How fast entries become durable: group commit against one sync for each entry.

Below the fold, with opaque entries, on the real disk. Both run one after the other on
the same folder, so that their ratio says more than either figure.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from kya.adapters.store_wal import FileEntryStore
from kya.sequencer.durable_queue import DurableQueue
from kya.sequencer.record import Record

PRODUCERS = 64
ENTRIES_EACH = 1_000
SINGLE_ENTRIES = 1_000
ENTRY = bytes(256)
HERE = Path(__file__).parent


def run() -> dict[str, float]:
    """Return entries per second, their ratio, and how long one append takes."""
    with _store() as store:
        single = _one_sync_each(store)
    with _store() as store:
        rate, waits = asyncio.run(_group_commit(store))
    cuts = quantiles(waits, n=100)
    return {
        "entries_per_second": round(rate),
        "one_sync_each_per_second": round(single),
        "ratio": round(rate / single, 1),
        "append_p50_ms": round(cuts[49] * 1_000, 3),
        "append_p99_ms": round(cuts[98] * 1_000, 3),
    }


@contextmanager
def _store() -> Iterator[FileEntryStore]:
    # Beside the benchmark: the system's temporary folder may be no disk at all.
    with TemporaryDirectory(dir=HERE, prefix=".append-") as folder:
        store = FileEntryStore(Path(folder) / "wal")
        store.repair()
        yield store
        store.close()


def _one_sync_each(store: FileEntryStore) -> float:
    """Return entries per second when each waits for its own sync."""
    start = perf_counter()
    for index in range(SINGLE_ENTRIES):
        store.append(Record(index, (ENTRY,)))
    return SINGLE_ENTRIES / (perf_counter() - start)


async def _group_commit(store: FileEntryStore) -> tuple[float, list[float]]:
    """Return entries per second of all producers, and each append's seconds."""
    waits: list[float] = []
    with ThreadPoolExecutor(1) as writer:
        queue = DurableQueue(store, 0, writer)

        async def produce() -> None:
            for _ in range(ENTRIES_EACH):
                begin = perf_counter()
                await queue.append(ENTRY)
                waits.append(perf_counter() - begin)

        start = perf_counter()
        await asyncio.gather(*(produce() for _ in range(PRODUCERS)))
        seconds = perf_counter() - start
        await queue.close()
    return len(waits) / seconds, waits


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name}\t{figure}")
