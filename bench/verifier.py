"""One verification in a process of its own: `python -m bench.verifier PACKAGE ROOT`.

Prints as JSON the processor seconds, those of one raw signature check around it, and
the peak of memory; the start of Python is not in it.
"""

import json
import sys
from pathlib import Path
from time import process_time

from bench.yardstick import check_seconds
from kya.verify.finding import Verdict
from kya.verify.verify import verify_package

KIBI = 1_024


def main(package: Path, root: Path) -> None:
    """Verify once; a package of ours that fails is no measurement."""
    root_pem = root.read_bytes()
    check = check_seconds()
    start = process_time()
    report = verify_package(package, root_pem=root_pem)
    busy = process_time() - start
    check = (check + check_seconds()) / 2
    failed = [a for a in report.answers if a.verdict is Verdict.FAILS]
    if failed:
        raise SystemExit(f"the package does not hold: {failed[0]}")
    print(json.dumps({"busy": busy, "check": check, "peak_bytes": peak_bytes()}))


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
    main(Path(sys.argv[1]), Path(sys.argv[2]))
