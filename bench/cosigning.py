"""A cosignature's round trip: proof, request, the witness's disk and key, and back.

The witness is `kya witness run` in a process of its own, on loopback; the log grows by
sixteen entries before each checkpoint.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figure import Figure, at_most, p50, p99, shown
from bench.scale import Scale
from bench.yardstick import sync_seconds
from kya.adapters.witness_http import WitnessConnection
from kya.tlog.growth import Edge
from kya.tlog.policy import Witness
from kya.witness.client import WitnessClient
from tests.cli.terminal import kya
from tests.tlog.builders import Files, a_checkpoint, grow, signed, some_entries
from tests.witness.test_service import served, settings

CHECKPOINTS = 2_000
WARM = 50
STEP = 16
BUDGET_MS = 10
HERE = Path(__file__).parent


def run(scale: Scale) -> list[Figure]:
    """Return how long a checkpoint takes to be cosigned."""
    count = CHECKPOINTS if scale is Scale.FULL else CHECKPOINTS // 4
    # Beside the benchmark: the system's temporary folder may be no disk at all.
    with TemporaryDirectory(dir=HERE, prefix=".witness-") as folder:
        options = settings(Path(folder))
        kya("witness", "key", *options)
        with served(Path(folder), *options) as witness:
            named = Witness(name="w", key=witness.key, url=witness.url)
            connection = WitnessConnection(witness.url, 5)
            times = _times(WitnessClient(named, connection.post), count)
            connection.close()
        sync = [seconds * 1_000 for seconds in sync_seconds(Path(folder))]
    runs = f"{count:,} checkpoints, one after the other"
    return [
        shown("cosignature round trip on loopback, p50", p50(times), "ms", runs),
        shown("cosignature / one fdatasync, p50", p50(times) / p50(sync), "x", runs),
        at_most("cosignature round trip, p99", p99(times), "ms", BUDGET_MS, runs),
    ]


def _times(client: WitnessClient, count: int) -> list[float]:
    """Return the milliseconds of each cosignature, the first ones left out."""
    files, edge, times = Files(), Edge(), list[float]()
    for number in range(count + WARM):
        edge = grow(files, edge, some_entries(STEP, edge.size))
        note = signed(a_checkpoint(edge.size, edge.root))
        begin = perf_counter()
        client.cosigned(note, files.read, edge.size)
        if number >= WARM:
            times.append((perf_counter() - begin) * 1_000)
    return times
