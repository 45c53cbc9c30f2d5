"""The paper venue's list as a file: one line for each thing that happened."""

from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.line_journal import LineJournal
from kya.codec import canonical


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


def paper_journal(path: Path) -> LineJournal[Execution]:
    """Return the list that an earlier run may have left at this path."""
    return LineJournal(
        path,
        "paper venue",
        lambda line: canonical.decode(line, _DECODER, "execution"),
        canonical.encode_line,
    )
