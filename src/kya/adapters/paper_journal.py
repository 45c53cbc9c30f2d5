"""The paper venue's list as a file of JSON lines: one for each thing that happened.

It is not synced: a machine that loses power may forget the last lines, and then what
they say never happened at this venue.
"""

import os
from pathlib import Path
from typing import Final

import msgspec

from kya.codec import canonical
from kya.core.errors import CorruptionError, MalformedError, TransientError


class Execution(canonical.Statement, frozen=True, kw_only=True):
    """One line of the list: what a message asked for, and what came of it so far.

    `arrival` above 1 is a message sent again. A cancel or a replace that was carried
    out ends its `target`, which has no line of its own for that. `last_price` is that
    of the last fill, `price` the mean of all.
    """

    action: str
    agent: str
    amount: str
    arrival: int
    arrived_at: str
    at: str
    client_id: str
    client_order_id: str
    currency: str
    detail: str
    filled: str | None
    last_price: str | None
    limit_price: str | None
    market: str
    price: str | None
    price_source: str
    side: str
    status: str
    target: str | None
    time_in_force: str
    venue: str


_DECODER: Final = msgspec.json.Decoder(Execution)


class Journal:
    """The file: what an earlier run has left in it, and lines behind that."""

    def __init__(self, path: Path) -> None:
        """Read what is there, drop a torn last line, and append from here on."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        written = path.read_bytes()
        whole = written.rfind(b"\n") + 1
        # A torn line was never answered: what it says did not happen.
        os.ftruncate(self._descriptor, whole)
        self.executions = [
            _read(path, number, line)
            for number, line in enumerate(written[:whole].splitlines(), start=1)
        ]
        self._failure: OSError | None = None

    def keep(self, execution: Execution) -> None:
        """Append the line; a fault ends the venue, for the list must not have holes."""
        self.require_whole()
        try:
            view = memoryview(canonical.encode_line(execution))
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self._failure = error
        self.require_whole()

    def require_whole(self) -> None:
        """Raise TransientError if the list may lack a line."""
        if self._failure is not None:
            raise TransientError(f"paper venue: its list failed: {self._failure}")

    def close(self) -> None:
        """Give back the file."""
        os.close(self._descriptor)


def _read(path: Path, number: int, line: bytes) -> Execution:
    """Return one line of the list; CorruptionError if it is none."""
    try:
        return canonical.decode(line, _DECODER, "execution")
    except MalformedError as error:
        raise CorruptionError(f"{path}: line {number}: {error}") from error
