"""The rules that NautilusTrader's risk engine has as well, judged by both.

NautilusTrader is under the LGPL and no dependency of kya: it is installed on demand
into an environment of its own in the system's temporary folder, and `rival.py` is run
there as a program of its own; nothing of it is linked or imported here. Where it does
not install, the table says so.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter
from typing import Final

from bench.deciding import MICROS, armed_case
from bench.figure import Figure, at_most, missing, p50, shown
from bench.scale import Scale
from kya.core.case import Case
from kya.core.checks import CHECKS, Check
from kya.core.decide import judge

RELEASE: Final = "1.221.0"
NAME: Final = f"NautilusTrader {RELEASE}'s risk engine, an order"
PROGRAM: Final = Path(__file__).with_name("rival.py")
TURNS = 3
CALLS = 3_000
INSTALL_SECONDS = 600
SHARED: Final = frozenset(
    {"halt.state", "order.type", "order.amount", "order.units", "rate.second"}
)
"""Trading state, kind of order, notional, quantity, and orders a second."""


def run(_scale: Scale) -> list[Figure]:
    """Return how long the shared checks take here and there, in turns."""
    try:
        python = _environment()
        turns = [(_own_seconds(), _rival_seconds(python)) for _ in range(TURNS)]
    except (OSError, subprocess.SubprocessError) as error:
        return [missing(NAME, f"does not run here: {type(error).__name__}")]
    runs = f"middle of {TURNS} x {CALLS:,} orders, in turns"
    own, rival = (p50(each) for each in zip(*turns, strict=True))
    ratio = p50([ours / theirs for ours, theirs in turns])
    return [
        shown(NAME, rival * MICROS, "us", runs),
        shown(f"the {len(SHARED)} controls that it shares", own * MICROS, "us", runs),
        at_most("the controls it shares / NautilusTrader", ratio, "x", 1, runs),
    ]


def _environment() -> Path:
    """Return the interpreter of the rival's environment, made if need be."""
    folder = Path(gettempdir()) / f"kya-bench-nautilus-{RELEASE}"
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        wanted = f"nautilus_trader=={RELEASE}"
        options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
        print(f"installing {wanted} for its own process …", file=sys.stderr)
        subprocess.run(
            [python, "-m", "pip", "install", *options, wanted],
            check=True, timeout=INSTALL_SECONDS, capture_output=True,
        )  # fmt: skip
        done.touch()
    return python


def _rival_seconds(python: Path) -> float:
    found = subprocess.run([python, PROGRAM], check=True, capture_output=True)
    return p50(json.loads(found.stdout))


def _own_seconds() -> float:
    case = armed_case()
    checks = tuple([check for check in CHECKS if check.control.id in SHARED])
    if len(checks) != len(SHARED) or not judge(case, checks).allowed:
        raise ValueError(checks)
    for _ in range(CALLS):
        _judged(case, checks)
    return p50([_judged(case, checks) for _ in range(CALLS)])


def _judged(case: Case, checks: tuple[Check, ...]) -> float:
    start = perf_counter()
    _ = judge(case, checks).outcome
    return perf_counter() - start
