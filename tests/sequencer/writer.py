"""A process that tells the story to a log, and says what is acknowledged.

Usage: writer.py FOLDER. It goes on from what is stored; each line it prints is the size
that is durable. It is made to be killed.
"""

import asyncio
import sys
from pathlib import Path

from kya.adapters.store_files import directory_stores
from kya.sequencer.sequencer import Sequencer
from tests.sequencer.logs import LOG, calls_from, read


async def main(folder: Path) -> None:
    sequencer = await Sequencer.open(directory_stores(folder), LOG)
    for number, call in enumerate(calls_from(sequencer.size)):
        first = await sequencer.append(*read(call))
        print(first + len(call), flush=True)  # noqa: T201  the other side reads it
        if number % 4 == 0:
            _ = asyncio.ensure_future(sequencer.publish())  # noqa: RUF006  cut off too
    print("end", flush=True)  # noqa: T201
    sys.stdin.read()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
