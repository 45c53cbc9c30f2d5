"""The gateway of the demonstration: `python -m kya.demo.gateway DATA CLOCK`.

The same gateway as `kya up` runs, on a virtual clock and a free port. Nothing else can
choose that clock, and the first entry of the log says so.
"""

import sys
from pathlib import Path
from typing import Final

from kya.wiring.clock import virtual_clock
from kya.wiring.service import run

ANY_PORT: Final = 0


def main(arguments: list[str]) -> None:
    """Serve until told to stop; print the address once orders are taken."""
    data, clock = map(Path, arguments)
    run(data, virtual_clock(clock), ANY_PORT, _announce)


def _announce(url: str) -> None:
    """Tell the conductor, who reads this line."""
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
