"""What a process keeps that has judged very many orders: nothing, if all is pure."""

import gc
import tracemalloc

from bench.deciding import plain_case
from bench.figure import Figure, at_most
from bench.scale import Scale
from bench.verifier import resident_bytes
from kya.core.decide import decide

ORDERS = {Scale.MODERATE: 200_000, Scale.FULL: 10_000_000}
WARM_UP = 20_000
TRACED = 20_000
BYTES_KEPT_MAX = 4_096
MIB = 1 << 20


def run(scale: Scale) -> list[Figure]:
    """Return what is kept of so many decisions, by Python and by the system."""
    case, orders = plain_case(), ORDERS[scale]
    for _ in range(WARM_UP):
        decide(case)
    gc.collect()
    before = resident_bytes()
    for _ in range(orders):
        decide(case)
    gc.collect()
    grown = max(0, resident_bytes() - before)
    tracemalloc.start()
    decide(case)
    first = tracemalloc.get_traced_memory()[0]
    for _ in range(TRACED):
        decide(case)
    gc.collect()
    kept = max(0, tracemalloc.get_traced_memory()[0] - first)
    tracemalloc.stop()
    return [
        at_most(
            "decide, bytes that Python still holds afterwards",
            kept, "B", BYTES_KEPT_MAX, f"{TRACED:,} orders",
        ),
        at_most(
            "decide, growth of resident memory", grown / MIB, "MiB", 1,
            f"{orders:,} orders",
        ),
    ]  # fmt: skip
