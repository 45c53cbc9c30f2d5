"""The paper exchange's FIX door: one session, the same book, the same faults.

Whatever happens in the book is reported, whoever ordered it: the session is the
account's drop copy, too.
"""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Final

from kya.adapters.exchange_faults import ExchangeFault
from kya.adapters.exchange_order import BookOrder
from kya.adapters.fix_exchange_words import (
    OfferedNotError,
    Standing,
    heir_in,
    parameters_of,
    rejected,
    replaced_by,
    report_of,
)
from kya.adapters.paper_exchange import PaperExchange
from kya.codec.kraken_orders import read_new_order
from kya.codec.kraken_words import UNAVAILABLE, DialectError, NoAnswerError
from kya.fix.line import Line, NotTakenError
from kya.fix.message import Message, Received
from kya.fix.orders import (
    RefusedError,
    WantedOrder,
    client_id_in,
    read_cancel,
    read_order,
)
from kya.fix.reports import (
    NONE,
    BusinessReject,
    CancelReject,
    ExecType,
    OrdReject,
    business_reject,
    cancel_reject,
    unknown_order,
)
from kya.fix.tags import MsgType, Tag
from kya.gateway.ports import Clock

LOOK_SECONDS: Final = 0.05


class FixExchange:
    """Takes orders of one session, and tells it of everything in the book."""

    def __init__(self, exchange: PaperExchange, clock: Clock) -> None:
        """Tell of what happens from here on; `line` is set before anybody connects."""
        self.exchange = exchange
        self._clock = clock
        self.line: Line | None = None
        self._standing: dict[str, Standing] = {}
        self._untold: dict[str, Standing] = {}
        self._by_name: dict[str, str] = {}
        self._refused: dict[str, Message] = {}
        self._roads: dict[str, Callable[[Message], None]] = {
            MsgType.NEW_ORDER_SINGLE: self._new,
            MsgType.ORDER_CANCEL_REPLACE_REQUEST: self._replace,
            MsgType.ORDER_CANCEL_REQUEST: self._cancel,
            MsgType.ORDER_STATUS_REQUEST: self._status,
        }
        self._learn()
        for standing in self._standing.values():
            standing.told_all(self._order(standing.id))

    async def look_ever(self) -> None:
        """Look at what rests, and tell what became of it, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.exchange.look(self._clock.now())
            self.tell()

    def begun(self) -> None:
        """Know that the peer is here."""

    def ended(self, why: str) -> None:
        """Know that it is gone; what works goes on working."""

    def echoed(self, test: str) -> None:
        """Know that it lives."""

    def taken(self, received: Received) -> None:
        """Do what a message asks for, unless the exchange is down."""
        message = received.message
        road = self._roads.get(message.type)
        if self.exchange.faults.standing is ExchangeFault.DOWN:
            return
        if road is None:
            number = received.number or 0
            why, reason = "no such message here", BusinessReject.UNSUPPORTED
            self._say(business_reject(message, number, reason, why))
            return
        self.exchange.look(self._clock.now())
        try:
            road(message)
        except RefusedError as error:
            self._refuse(message, OrdReject.UNSUPPORTED, str(error))
        self.tell()

    def _new(self, message: Message) -> None:
        """Take an order, with whatever is to go wrong with it."""
        wanted = read_order(message)
        if wanted.client_id in self._by_name or wanted.client_id in self._refused:
            self._refuse(message, OrdReject.DUPLICATE, "this ClOrdID was used before")
            return
        now = self._clock.now()
        try:
            parameters = parameters_of(wanted, now)
            self.exchange.add(parameters, now)
        except (OfferedNotError, DialectError) as error:
            if str(error) != UNAVAILABLE:
                self._refuse(message, OrdReject.OPTION, str(error))
        except NoAnswerError as error:
            self._went_wrong(wanted, is_silent=error.seconds > 0)
        else:
            self._learn()
            standing = self._standing[self._by_name[wanted.client_id]]
            standing.fault = self.exchange.faults.last

    def _went_wrong(self, wanted: WantedOrder, *, is_silent: bool) -> None:
        """Say nothing of an order until it is asked for, or end the connection."""
        self._learn()
        if wanted.client_id not in self._by_name:
            raise NotTakenError  # It never arrived: its number is still expected.
        if is_silent:
            standing = self._standing[self._by_name[wanted.client_id]]
            standing.is_silent = True
            return
        if self.line is not None:
            self.tell(self.line.keep)
            self.line.hang_up()

    def _replace(self, message: Message) -> None:
        """Put an order into the place of one that rests."""
        wanted = read_order(message)
        target = self._resting(wanted.original)
        if target is None:
            self._refuse(message, CancelReject.UNKNOWN_ORDER, "no such order rests")
            return
        before = self._standing[target.id].before + target.filled
        now = self._clock.now()
        try:
            asked = parameters_of(wanted, now, before)
            new, why = read_new_order(asked), replaced_by(wanted.client_id)
            self.exchange.changes.put_in_place(target, new, why, now)
        except (OfferedNotError, DialectError) as error:
            self._refuse(message, CancelReject.OPTION, str(error))
            return
        self._standing[target.id].is_over = True
        self._learn()

    def _cancel(self, message: Message) -> None:
        """Take an order out of the book."""
        wanted = read_cancel(message)
        target = self._resting(wanted.original)
        if target is None:
            self._refuse(message, CancelReject.UNKNOWN_ORDER, "no such order rests")
            return
        self._standing[target.id].cancel = wanted.client_id
        now = self._clock.now()
        self.exchange.changes.cancel(target, now)

    def _status(self, message: Message) -> None:
        """Say how an order stands."""
        name = client_id_in(message)
        found = self._by_name.get(name)
        if found is not None:
            standing = self._standing[found]
            standing.is_silent = False
            self.tell()
            report = report_of(self._order(found), standing, ExecType.STATUS)
            self._say(report.message())
        elif name in self._refused:
            self._say(rejected(self._refused[name], self._clock.now()).message())
        else:
            self._say(unknown_order(message, self._clock.now()).message())

    def _refuse(self, message: Message, reason: str, why: str) -> None:
        """Say that nothing was done."""
        if message.type in {
            MsgType.ORDER_CANCEL_REQUEST,
            MsgType.ORDER_CANCEL_REPLACE_REQUEST,
        }:
            said = cancel_reject(
                message.get(Tag.CL_ORD_ID) or NONE,
                message.get(Tag.ORIG_CL_ORD_ID) or NONE,
                reason=reason,
                text=why,
                is_replacement=message.type == MsgType.ORDER_CANCEL_REPLACE_REQUEST,
            )
            self._say(said)
            return
        if message.get(Tag.CL_ORD_ID) not in self._by_name:
            self._refused[message.get(Tag.CL_ORD_ID)] = message
        self._say(rejected(message, self._clock.now(), reason, why).message())

    def _resting(self, name: str) -> BookOrder | None:
        """Return the order of this name if it rests."""
        found = self._by_name.get(name)
        order = None if found is None else self._order(found)
        return order if order is not None and order.is_open else None

    def _order(self, id_: str) -> BookOrder:
        """Return an order as it stands in the book."""
        return self.exchange.book.orders[id_]

    def _learn(self) -> None:
        """Know the orders that the book has more by now."""
        orders = self.exchange.book.orders
        if len(orders) == len(self._standing):
            return
        heirs = {heir_in(order): order for order in orders.values() if heir_in(order)}
        for order in list(islice(orders.values(), len(self._standing), None)):
            standing = Standing(
                id=order.id, market=self.exchange.pairs.of(order.pair).market
            )
            target = heirs.get(order.client_id)
            if target is not None and order.client_id:
                earlier = self._standing[target.id]
                standing.before = earlier.before + target.filled
                standing.worth_before = earlier.worth_before + target.cost
                standing.original = target.client_id
            self._standing[order.id] = self._untold[order.id] = standing
            if order.client_id:
                self._by_name[order.client_id] = order.id

    def tell(self, say: Callable[[Message], None] | None = None) -> None:
        """Report what has happened in the book and was not told."""
        self._learn()
        for standing in list(self._untold.values()):
            if standing.is_silent:
                continue
            for report in standing.news(self._order(standing.id)):
                if standing.fault is ExchangeFault.GAP and self.line is not None:
                    self.line.keep(report.message())
                    continue
                (say or self._say)(report.message())
                if standing.fault is ExchangeFault.DUPLICATE:
                    self._say(report.message())
            if standing.is_over:
                del self._untold[standing.id]

    def _say(self, message: Message) -> None:
        """Send a message; without a peer it is kept for when one is there."""
        if self.line is not None:
            self.line.send(message)
