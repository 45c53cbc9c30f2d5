"""How fast entries become durable; `bench.append` measures, this compares."""

from bench import append
from bench.figure import Figure, at_least, shown
from bench.scale import Scale

RATE_MIN = 20_000
RATIO_MIN = 8


def run(_scale: Scale) -> list[Figure]:
    """Return the rate of group commit, beside one sync for each entry."""
    found = append.run()
    runs = f"{append.PRODUCERS} x {append.ENTRIES_EACH:,} entries"
    return [
        shown(
            "log append, one entry per fdatasync",
            found["one_sync_each_per_second"], "/s", f"{append.SINGLE_ENTRIES:,}",
        ),
        at_least(
            "log append, group commit, 64 producers",
            found["entries_per_second"], "/s", RATE_MIN, runs,
        ),
        at_least(
            "group commit / one entry per fdatasync",
            found["ratio"], "x", RATIO_MIN, runs,
        ),
        shown("one append of 64 at once, p50", found["append_p50_ms"], "ms", runs),
        shown("one append of 64 at once, p99", found["append_p99_ms"], "ms", runs),
    ]  # fmt: skip
