"""How fast a package is verified on one core, from a cold start, in how much memory."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.figure import Figure, at_least, at_most, shown
from bench.packages import Made, package_of, signatures_in
from bench.scale import Scale

KYA = Path(sys.executable).parent / "kya"
RUNS = 5
PAIRS = 3
FASTER_MIN = 1.8
STORY_ENTRIES = 3_060  # 1,022 orders: the case study's month, and its paper weeks.
SMALL = {Scale.MODERATE: 1_000, Scale.FULL: 10_000}
LARGE = {Scale.MODERATE: 10_000, Scale.FULL: 200_000}
SHARE_MIN = 0.50
COLD_SECONDS_MAX = 3
MEBI = 1 << 20
PEAK_MEBI_MAX = 300
GROWTH_MAX = 1.25


def run(scale: Scale) -> list[Figure]:
    """Return signatures per second, the cold start, and the peak of memory."""
    return [*_rates(), *_together(scale), *_memory(scale)]


def _rates() -> list[Figure]:
    """Measure on a package of the case study's size."""
    story = package_of(STORY_ENTRIES)
    signatures = signatures_in(story)
    rounds = [_verified(story) for _ in range(RUNS)]
    rate = signatures / median([found["busy"] for found in rounds])
    share = median([signatures * found["check"] / found["busy"] for found in rounds])
    _cold(story)
    waits = [_cold(story) for _ in range(RUNS)]
    runs = f"middle of {RUNS}, {signatures:,} signatures"
    return [
        shown("kya verify, signatures per second of one core", rate, "/s", runs),
        at_least(
            "kya verify / raw P-256 verifications", share * 100, "%",
            SHARE_MIN * 100, runs,
        ),
        at_most(
            "kya verify, the story's size, cold", median(wait for wait, _ in waits),
            "s", COLD_SECONDS_MAX, f"middle of {RUNS}",
        ),
        shown(
            "of that, processor time", median(busy for _, busy in waits), "s",
            f"middle of {RUNS}",
        ),
    ]  # fmt: skip


def _together(scale: Scale) -> list[Figure]:
    """Compare two processors with one, in turns."""
    made = package_of(LARGE[scale])
    pairs = [(_verified(made, 1), _verified(made, 2)) for _ in range(PAIRS)]
    shares = [one["passed"] / two["passed"] for one, two in pairs]
    entries = f"middle of {PAIRS}, {LARGE[scale]:,} entries"
    return [
        at_least(
            "kya verify, one processor / two", median(shares), "x", FASTER_MIN, entries
        ),
        shown(
            "kya verify, two processors", median(two["passed"] for _, two in pairs),
            "s", entries,
        ),
    ]  # fmt: skip


def _memory(scale: Scale) -> list[Figure]:
    """Compare a small package with a large one."""
    small, large = (
        _verified(package_of(sizes[scale]))["peak_bytes"] / MEBI
        for sizes in (SMALL, LARGE)
    )
    few, many = f"{SMALL[scale]:,} entries", f"{LARGE[scale]:,} entries"
    return [
        shown(f"kya verify, peak memory, {few}", small, "MiB", "1"),
        at_most(
            f"kya verify, peak memory, {many}", large, "MiB", PEAK_MEBI_MAX, "1"
        ),
        at_most(
            f"peak of {many} / of {few}", large / small, "x", GROWTH_MAX, "1"
        ),
    ]  # fmt: skip


def _verified(made: Made, processors: int = 1) -> dict[str, float]:
    """Return what one verification took, measured from inside."""
    command = [sys.executable, "-m", "bench.verifier"]
    command += [str(made.package), str(made.root), str(processors)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{made.package}: {done.stdout}{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _cold(made: Made) -> tuple[float, float]:
    """Return how long a person waits for the verdicts, and how long the processor.

    Modules are compiled before, as an installation has them.
    """
    command = [str(KYA), "verify", str(made.package), "--root", str(made.root)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    start, before = perf_counter(), _busy_seconds()
    subprocess.run(command, capture_output=True, check=False, env=environment)
    return perf_counter() - start, _busy_seconds() - before


def _busy_seconds() -> float:
    """Return the processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
