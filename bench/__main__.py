"""`python -m bench [--full] [NAME …]`: measure, print the table, keep it."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import (
    alerting,
    appending,
    binding,
    browsing,
    consoling,
    cosigning,
    custody,
    deciding,
    engines,
    fixing,
    growing,
    issuing,
    latency,
    mtls,
    nautilus,
    pacing,
    recalling,
    replacing,
    replaying,
    reporting,
    streaming,
    throughput,
    verifying,
)
from bench.figure import Figure
from bench.machine import facts
from bench.scale import Scale

RESULTS: Final = Path(__file__).parent / "results"
BENCHMARKS: Final[dict[str, Callable[[Scale], list[Figure]]]] = {
    "decide": deciding.run,
    "engines": engines.run,
    "nautilus": nautilus.run,
    "growth": growing.run,
    "append": appending.run,
    "latency": latency.run,
    "throughput": throughput.run,
    "verify": verifying.run,
    "browse": browsing.run,
    "console": consoling.run,
    "replay": replaying.run,
    "report": reporting.run,
    "recall": recalling.run,
    "replace": replacing.run,
    "alert": alerting.run,
    "custody": custody.run,
    "mtls": mtls.run,
    "issuing": issuing.run,
    "bound": binding.run,
    "fix": fixing.run,
    "bots": pacing.run,
    "cosigning": cosigning.run,
    "streaming": streaming.run,
}


def main() -> int:
    """Return 0 when every budget is met, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    parser.add_argument("--full", action="store_true", help="full sizes, for a proof")
    chosen = parser.parse_args()
    scale = Scale.FULL if chosen.full else Scale.MODERATE
    figures: list[Figure] = []
    for name in chosen.names or BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr)
        figures += BENCHMARKS[name](scale)
    text = table(figures, scale)
    print(text)
    if not chosen.names:
        keep(figures, scale, text)
    return 0 if all(figure.is_met is not False for figure in figures) else 1


def table(figures: list[Figure], scale: Scale) -> str:
    """Return machine and figures as Markdown."""
    lines = [f"# Figures, {scale.value} sizes, {_now():%Y-%m-%d}", ""]
    lines += [f"- {name}: {value}" for name, value in facts().items()]
    lines += [
        "",
        "| what | measured | budget | | runs |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [figure.row() for figure in figures]
    return "\n".join(lines) + "\n"


def keep(figures: list[Figure], scale: Scale, text: str) -> None:
    """Write what was measured where people and programs look for it."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.md").write_text(text)
    content = {
        "at": _now().isoformat(timespec="seconds"),
        "scale": scale.value,
        "machine": facts(),
        "figures": [figure.fields() for figure in figures],
    }
    path = RESULTS / f"{_now():%Y-%m-%d}.json"
    path.write_text(json.dumps(content, indent=2) + "\n")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
