"""How fast a changed scope is run over logged orders, and in how much memory."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time

from bench.figure import Figure, at_least, at_most, shown
from bench.logged import log_of
from bench.packages import package_of
from bench.scale import Scale
from bench.verifier import peak_bytes
from kya.authority.backtest import Backtest
from kya.authority.outcomes import outcomes_matter
from kya.core.instant import Day
from kya.wiring.log_reader import published, published_entries
from tests.world import World, eur, the_scope

SMALL = {Scale.MODERATE: 1_000, Scale.FULL: 10_000}
LARGE = {Scale.MODERATE: 10_000, Scale.FULL: 200_000}
MIB = 1 << 20
RATE_MIN = 8_000
GROWTH_MAX = 1.25
FEW = {Scale.MODERATE: 2_000, Scale.FULL: 100_000}
MANY = {Scale.MODERATE: 20_000, Scale.FULL: 1_000_000}


def run(scale: Scale) -> list[Figure]:
    """Return orders judged again per second of one core, and the peaks of memory."""
    return [*_of_packages(scale), *_of_orders(scale)]


def _of_orders(scale: Scale) -> list[Figure]:
    """Return the same of logs with very many orders, of which a day has 50,000."""
    few, many = (_replayed(log_of(sizes[scale])) for sizes in (FEW, MANY))
    orders = round(many["orders"])
    runs = f"{orders:,} orders"
    return [
        at_least(
            "back-test, orders per second of one core",
            orders / many["busy"], "/s", RATE_MIN, runs,
        ),
        shown("back-test, peak memory", many["peak_bytes"] / MIB, "MiB", runs),
        at_most(
            f"peak of {MANY[scale]:,} orders / of {FEW[scale]:,} orders, back-test",
            many["peak_bytes"] / few["peak_bytes"], "x", GROWTH_MAX, "1",
        ),
    ]  # fmt: skip


def _of_packages(scale: Scale) -> list[Figure]:
    """Return what the logs of packages take that a verifier is given, too."""
    small, large = (
        _replayed(package_of(sizes[scale]).package / "log") for sizes in (SMALL, LARGE)
    )
    orders = round(large["orders"])
    growth = large["peak_bytes"] / small["peak_bytes"]
    return [
        at_least(
            "kya replay, orders per second of one core",
            orders / large["busy"], "/s", RATE_MIN, f"{orders:,} orders",
        ),
        at_most(
            f"peak of {LARGE[scale]:,} entries / of {SMALL[scale]:,} entries, replay",
            growth, "x", GROWTH_MAX, "1",
        ),
    ]  # fmt: skip


def _replayed(log: Path) -> dict[str, float]:
    """Return what one run took, measured from inside a process of its own."""
    command = [sys.executable, "-m", "bench.replaying", str(log)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(log: Path) -> None:
    """Judge every order of a log again under half the order maximum."""
    world = World()
    scope = the_scope(order_max=eur("12500.00"))
    mandate = replace(world.mandate, scope=scope)
    size = published(log, world.log.key).size
    start = process_time()
    counts = outcomes_matter(scope, published_entries(log, size))
    days = Day.parse("1970-01-01"), Day.parse("9999-12-31")
    test = Backtest(mandate, *days, counts_outcomes=counts)
    for index, raw in enumerate(published_entries(log, size)):
        test.take(index, raw)
    busy = process_time() - start
    print(
        json.dumps(
            {"busy": busy, "orders": test.found.orders, "peak_bytes": peak_bytes()}
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
