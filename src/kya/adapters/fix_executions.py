"""What a FIX venue has executed, in the order in which it said so, kept in a file.

A line is kept before the session forgets the message that said it; one that comes again
is known by its ExecID.
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.line_journal import LineJournal
from kya.codec import canonical
from kya.codec.drop_copies import (
    ExecutionFields,
    execution_fields,
    execution_from,
)
from kya.core.errors import MalformedError, TransientError
from kya.core.execution import Execution, amount_units
from kya.core.money import Currency, Price
from kya.fix.orders import SIDES, money_in
from kya.fix.reports import EXECUTIONS, ExecType, Report, plain

_DECODER: Final = msgspec.json.Decoder(ExecutionFields)


class FixExecutions:
    """The list, and what of it is of each order."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier process has left."""
        self._journal = LineJournal(
            path,
            "venue",
            lambda line: canonical.read(line, _DECODER, "execution", execution_from),
            lambda each: canonical.encode_line(execution_fields(each)),
        )
        self.lines: list[Execution] = []
        self._ids: set[str] = set()
        self._by_order: dict[str, list[Execution]] = {}
        for line in self._journal.taken():
            self._remember(line)

    def take(self, report: Report) -> None:
        """Keep what a report says was executed, unless it said so before.

        An execution that is corrected or taken back is a line of nobody's order: that
        no order explains it halts the venue, and people look.
        """
        if report.kind not in EXECUTIONS or report.exec_id in self._ids:
            return
        line = execution_in(report)
        self._journal.keep(line)
        self._remember(line)

    def of(self, client_id: str) -> list[Execution]:
        """Return what was executed of one order."""
        self._journal.require_whole()
        return self._by_order.get(client_id, [])

    def close(self) -> None:
        """Give back the file."""
        self._journal.close()

    def _remember(self, line: Execution) -> None:
        """Know a line."""
        self.lines.append(line)
        self._ids.add(line.execution_id)
        self._by_order.setdefault(line.client_id, []).append(line)


def execution_in(report: Report) -> Execution:
    """Return the line that a report of a fill is; MalformedError if it is none."""
    base = report.market.partition("/")[0]
    amount = report.last
    if report.kind != ExecType.FILL:
        amount = amount or report.filled or report.quantity
    if report.side not in SIDES or not amount:
        raise MalformedError("ExecutionReport: want a side and a quantity of a fill")
    return Execution(
        execution_id=report.exec_id,
        venue_order_id=report.order_id,
        client_id=report.client_id if report.kind == ExecType.FILL else "",
        market=report.market,
        side=SIDES[report.side],
        amount=_as_money(amount, base),
        currency=base,
        price=plain(report.last_price),
        at=report.at,
    )


def filled_in(
    lines: Iterable[Execution], currency: Currency
) -> tuple[int, Price | None]:
    """Return what was filled in all, in 10**-18, and at what mean; 0 for no lines."""
    units, worth = 0, 0
    for line in lines:
        try:
            amount = amount_units(line.amount, currency)
            worth += amount * Price.parse(line.price).units
        except MalformedError as error:
            raise TransientError(f"{line.execution_id}: {error}") from error
        units += amount
    if not units:
        return 0, None
    return units, Price(worth // units)


def _as_money(amount: Decimal, code: str) -> str:
    """Return an amount as its currency is written, or as it is where that cannot be."""
    try:
        return str(money_in(plain(amount), Currency(code)))
    except MalformedError:
        return plain(amount)
