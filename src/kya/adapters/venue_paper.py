"""A venue on paper: fills at the market's price of the moment, and keeps its own list.

The list is the drop copy: what the venue says happened, whoever asks. With a file it
outlives the process, so that a gateway that was killed can ask after its restart. It is
not synced: a machine that loses power may forget the last orders, and then they never
reached this venue.
"""

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.errors import CorruptionError, MalformedError, TransientError
from kya.core.money import Currency, Money, Price
from kya.core.order import Order, OrderType, Side
from kya.core.order_events import VenueStatus
from kya.gateway.permit import Permit
from kya.gateway.ports import Clock, Prices, VenueAnswer


class Fault(Enum):
    """What goes wrong with one order, on demand."""

    LOST = "lost"  # The venue never receives the order.
    TIMEOUT = "timeout"  # The venue executes it, but its answer gets lost.
    REJECT = "reject"
    PARTIAL = "partial"  # Half of the amount is filled.


class Execution(canonical.Statement, frozen=True, kw_only=True):
    """One line of the venue's list; `arrival` above 1 is an order sent again."""

    agent: str
    arrival: int
    at: str
    client_id: str
    client_order_id: str
    currency: str
    detail: str
    filled: str | None
    market: str
    price: str | None
    price_source: str
    side: str
    status: str
    venue: str


NO_FAULTS: Final[Mapping[str, Fault]] = MappingProxyType({})
_DECODER: Final = msgspec.json.Decoder(Execution)
_STATUS: Final = by_value("status", VenueStatus)


class PaperVenue:
    """Executes each permit at most once, however often it comes."""

    def __init__(
        self,
        *,
        name: str,
        prices: Prices,
        clock: Clock,
        faults: Mapping[str, Fault] = NO_FAULTS,
        journal: Path | None = None,
    ) -> None:
        """Fill at these prices; `faults` is by the agent's client order id.

        With a journal every execution is in its file before it is answered, and those
        of an earlier run are known.
        """
        self._name = name
        self._prices = prices
        self._clock = clock
        self._faults = faults
        self._journal = None if journal is None else _Journal(journal)
        self.executions: list[Execution] = []
        self._arrivals: dict[str, int] = {}
        self._answers: dict[str, VenueAnswer] = {}
        for execution in self._journal.executions if self._journal else ():
            self._remember(execution)

    async def submit(self, permit: Permit) -> VenueAnswer:
        """Execute the order now; TransientError where a fault hides the outcome."""
        order, client_id = permit.order, permit.client_id
        fault = self._faults.get(order.client_order_id)
        if fault is Fault.LOST:
            raise TransientError("paper venue: the order got lost on its way")
        answer = self._answers.get(client_id)
        if answer is None:
            answer = self._executed(order, fault)
        arrival = self._arrivals.get(client_id, 0) + 1
        execution = self._execution(permit, answer, arrival)
        self._remember(execution)
        if self._journal is not None:
            self._journal.keep(canonical.encode_line(execution))
        if fault is Fault.TIMEOUT:
            raise TransientError("paper venue: the answer got lost on its way")
        return answer

    async def query(self, client_id: str) -> VenueAnswer | None:
        """Return what became of an order, or None if it never arrived."""
        if self._journal is not None:
            self._journal.require_whole()
        return self._answers.get(client_id)

    def close(self) -> None:
        """Give back the journal's file."""
        if self._journal is not None:
            self._journal.close()

    def _executed(self, order: Order, fault: Fault | None) -> VenueAnswer:
        """Return the outcome at the price of this moment."""
        if fault is Fault.REJECT:
            return _rejected("rejected on demand")
        market = self._prices.at(order.market, self._clock.now())
        if market is None:
            return _rejected(f"no price of {order.market}")
        price = market.ask if order.side is Side.BUY else market.bid
        if order.limit_price is not None and not _reaches(order, price):
            # This venue keeps no book: what cannot be filled now is not filled.
            return _rejected(f"the limit is not reached at {price}")
        filled = order.amount
        if fault is Fault.PARTIAL:
            filled = Money(max(1, filled.minor_units // 2), filled.currency)
        is_whole = filled == order.amount
        return VenueAnswer(
            status=VenueStatus.FILLED if is_whole else VenueStatus.PARTIALLY_FILLED,
            filled=filled,
            price=price,
            price_source=market.source,
        )

    def _execution(
        self, permit: Permit, answer: VenueAnswer, arrival: int
    ) -> Execution:
        """Return the line for the venue's list."""
        order = permit.order
        return Execution(
            agent=order.agent,
            arrival=arrival,
            at=str(self._clock.now()),
            client_id=permit.client_id,
            client_order_id=order.client_order_id,
            currency=order.amount.currency.code,
            detail=answer.detail,
            filled=None if answer.filled is None else str(answer.filled),
            market=order.market,
            price=None if answer.price is None else str(answer.price),
            price_source=answer.price_source,
            side=order.side.value,
            status=answer.status.value,
            venue=self._name,
        )

    def _remember(self, execution: Execution) -> None:
        """Know this execution from here on."""
        self.executions.append(execution)
        self._arrivals[execution.client_id] = execution.arrival
        self._answers.setdefault(execution.client_id, _answer_in(execution))


def _rejected(detail: str) -> VenueAnswer:
    """Return a rejection with the venue's word."""
    return VenueAnswer(status=VenueStatus.REJECTED, detail=detail)


def _reaches(order: Order, price: Price) -> bool:
    """Tell whether a limit order may be filled at this price."""
    limit = order.limit_price
    if limit is None or order.type is OrderType.MARKET:
        return True
    return price <= limit if order.side is Side.BUY else price >= limit


def _answer_in(execution: Execution) -> VenueAnswer:
    """Return the answer that the line of the list holds."""
    filled, price = execution.filled, execution.price
    currency = Currency(execution.currency)
    return VenueAnswer(
        status=_STATUS(execution.status),
        filled=None if filled is None else Money.parse(filled, currency),
        price=None if price is None else Price.parse(price),
        price_source=execution.price_source,
        detail=execution.detail,
    )


class _Journal:
    """The list as a file of JSON lines."""

    def __init__(self, path: Path) -> None:
        """Read what is there, drop a torn last line, and append from here on."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        written = path.read_bytes()
        whole = written.rfind(b"\n") + 1
        # A torn line was never answered: its order was not executed.
        os.ftruncate(self._descriptor, whole)
        self.executions = [
            _read(path, number, line)
            for number, line in enumerate(written[:whole].splitlines(), start=1)
        ]
        self._failure: OSError | None = None

    def keep(self, line: bytes) -> None:
        """Append the line; a fault ends the venue, for the list must not have holes."""
        self.require_whole()
        try:
            view = memoryview(line)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self._failure = error
        self.require_whole()

    def require_whole(self) -> None:
        """Raise TransientError if the list may lack an execution."""
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
