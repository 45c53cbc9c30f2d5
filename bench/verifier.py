"""One verification by itself: `python -m bench.verifier PACKAGE ROOT [PROCESSORS]`.

Prints as JSON the processor seconds, forks included, and those that passed, those of
one raw signature check around it, and the peak of memory of the process itself; the
start of Python is not in it.
"""

import json
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time

from bench.yardstick import check_seconds
from kya.verify.brought import Brought
from kya.verify.finding import Verdict
from kya.verify.package import Limits
from kya.verify.verify import verify

KIBI = 1_024


def main(package: Path, root: Path, processors: int = 1) -> None:
    """Verify once; a package of ours that fails is no measurement."""
    brought = Brought.read(root.read_bytes(), None, None)
    check = check_seconds()
    start, before = perf_counter(), process_time()
    report = verify(package, brought, Limits(processors=processors))
    passed, busy = perf_counter() - start, process_time() - before
    forks = getrusage(RUSAGE_CHILDREN)
    busy += forks.ru_utime + forks.ru_stime
    check = (check + check_seconds()) / 2
    failed = [a for a in report.answers if a.verdict is Verdict.FAILS]
    if failed:
        raise SystemExit(f"the package does not hold: {failed[0]}")
    figures = {"busy": busy, "passed": passed, "check": check}
    print(json.dumps({**figures, "peak_bytes": peak_bytes()}))


def peak_bytes() -> int:
    """Return this process's own peak of memory (proc(5), status).

    Not getrusage: its figure begins with what the parent had when it forked.
    """
    return _status_bytes("VmHWM")


def resident_bytes() -> int:
    """Return how much memory this process has at present."""
    return _status_bytes("VmRSS")


def _status_bytes(wanted: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == wanted:
            return int(value.split()[0]) * KIBI
    raise RuntimeError(f"/proc/self/status: want a line {wanted}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
