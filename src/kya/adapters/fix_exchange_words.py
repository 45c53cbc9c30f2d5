"""The paper exchange's orders in FIX's words, and the other way. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kya.adapters.exchange_faults import ExchangeFault
from kya.adapters.exchange_order import ZERO, BookOrder
from kya.core.instant import MICROS_PER_DAY, MICROS_PER_SECOND, Instant
from kya.core.order import OrderType, TimeInForce
from kya.fix.message import Message
from kya.fix.orders import WantedOrder
from kya.fix.reports import (
    NONE,
    ExecType,
    OrdReject,
    OrdStatus,
    Report,
)
from kya.fix.tags import Tag

_PRICE_UNIT: Final = Decimal("1e-10")
_REPLACED: Final = "Replaced by "
_SIDES: Final = {"buy": "1", "sell": "2"}


class OfferedNotError(Exception):
    """Why the exchange has no such order."""


@dataclass(slots=True, kw_only=True)
class Standing:
    """What of one order in the book has been told.

    `before` and `worth_before` are of the orders whose place it took.
    """

    id: str
    market: str
    original: str = ""
    cancel: str = ""
    before: Decimal = ZERO
    worth_before: Decimal = ZERO
    fills: int = 0
    is_taken: bool = False
    is_over: bool = False
    is_silent: bool = False
    fault: ExchangeFault | None = None

    def told_all(self, order: BookOrder) -> None:
        """Let nothing that has happened by now be told."""
        self.is_taken, self.fills = True, len(order.fills)
        self.is_over = not order.is_open

    def news(self, order: BookOrder) -> list[Report]:
        """Return what was not told, and count it as told."""
        found: list[Report] = []
        if not self.is_taken:
            self.is_taken = True
            kind = ExecType.REPLACED if self.original else ExecType.NEW
            found.append(report_of(order, self, kind, 0))
        while self.fills < len(order.fills):
            self.fills += 1
            found.append(report_of(order, self, ExecType.FILL, self.fills))
        if not order.is_open and not self.is_over:
            self.is_over = True
            if order.left:
                found.append(report_of(order, self, ExecType.CANCELED))
        return found


def parameters_of(
    wanted: WantedOrder, now: Instant, before: Decimal = ZERO
) -> dict[str, str]:
    """Return what AddOrder is to be told of an order, less what was filled before."""
    base = wanted.market.partition("/")[0]
    if wanted.amount.currency.code != base:
        raise OfferedNotError(f"want a quantity in {base}")
    if wanted.lasting is TimeInForce.FOK:
        raise OfferedNotError("fill or kill is not offered")
    volume = Decimal(str(wanted.amount)) - before
    if volume <= ZERO:
        raise OfferedNotError(f"want more than {before}, which are filled")
    asked = {
        "pair": wanted.market,
        "type": wanted.side.value.lower(),
        "ordertype": wanted.type.value.lower(),
        "volume": format(volume, "f"),
        "cl_ord_id": wanted.client_id,
    }
    if wanted.type is OrderType.MARKET:
        return asked
    asked["price"] = str(wanted.limit)
    if wanted.lasting is TimeInForce.DAY:
        end = (now.day.number + 1) * MICROS_PER_DAY // MICROS_PER_SECOND
        return asked | {"timeinforce": "GTD", "expiretm": str(end)}
    return asked | {"timeinforce": wanted.lasting.value}


def report_of(
    order: BookOrder, standing: Standing, kind: str, fills: int | None = None
) -> Report:
    """Return a report of an order as it stood after so many of its fills."""
    count = len(order.fills) if fills is None else fills
    done = order.fills[:count]
    own = sum((fill.volume for fill in done), ZERO)
    worth = sum((fill.volume * fill.price for fill in done), standing.worth_before)
    filled = standing.before + own
    is_fill = kind == ExecType.FILL
    last = done[-1] if is_fill else None
    is_cancel = kind == ExecType.CANCELED and bool(standing.cancel)
    return Report(
        order_id=order.id,
        exec_id=last.id if last else f"{order.id}-{kind}",
        client_id=standing.cancel if is_cancel else order.client_id,
        original=order.client_id if is_cancel else standing.original,
        kind=kind,
        status=_status(order, own, filled, is_now=fills is None),
        market=standing.market,
        side=_SIDES[order.side],
        quantity=standing.before + order.volume,
        filled=filled,
        average=(worth / filled).quantize(_PRICE_UNIT) if filled else ZERO,
        at=Instant(last.at if last else order.closed or order.opened),
        last=last.volume if last else ZERO,
        last_price=last.price if last else ZERO,
        text=order.reason,
    )


def _status(order: BookOrder, own: Decimal, filled: Decimal, *, is_now: bool) -> str:
    """Return how an order stands, by now or after some of its fills."""
    if own == order.volume:
        return OrdStatus.FILLED
    if is_now and not order.is_open:
        return OrdStatus.REPLACED if heir_in(order) else OrdStatus.CANCELED
    return OrdStatus.PARTIALLY_FILLED if filled else OrdStatus.NEW


def rejected(
    message: Message, now: Instant, reason: str = OrdReject.OPTION, why: str = ""
) -> Report:
    """Return what says that an order was not taken."""
    name = message.get(Tag.CL_ORD_ID) or NONE
    return Report(
        order_id=NONE,
        exec_id=f"{name}-8-{now.micros}",
        client_id=name,
        kind=ExecType.REJECTED if why else ExecType.STATUS,
        status=OrdStatus.REJECTED,
        market=message.get(Tag.SYMBOL) or NONE,
        side=message.get(Tag.SIDE) or "1",
        quantity=ZERO,
        at=now,
        reason=reason,
        text=why or "it was rejected",
    )


def replaced_by(client_id: str) -> str:
    """Return why an order is over whose place another one took."""
    return f"{_REPLACED}{client_id}"


def heir_in(order: BookOrder) -> str:
    """Return the ClOrdID of what took an order's place, or nothing."""
    if not order.reason.startswith(_REPLACED):
        return ""
    return order.reason.removeprefix(_REPLACED)
