"""Orders in FIX: what a message asks for, read in one way or refused. Pure.

A field that is not listed here is refused, not passed over: what it asks for would else
be done otherwise, or not at all.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeVar

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side, TimeInForce
from kya.fix.message import Message, fields, time_in, time_text
from kya.fix.reports import FIGURE
from kya.fix.tags import MsgType, Tag

_T = TypeVar("_T")

SIDES: Final = {"1": Side.BUY, "2": Side.SELL}
TYPES: Final = {"1": OrderType.MARKET, "2": OrderType.LIMIT}
LASTING: Final = {
    "0": TimeInForce.DAY,
    "1": TimeInForce.GTC,
    "3": TimeInForce.IOC,
    "4": TimeInForce.FOK,
}
WORD: Final = {
    meant: word for words in (SIDES, TYPES, LASTING) for word, meant in words.items()
}
"""The FIX word of a side, a type or a time in force."""

ROUTING: Final = frozenset({50, 57, 115, 116, 128, 129, 142, 143, 144, 145, 369})
"""Header fields of routing, which name desks and say nothing of an order."""

_PRIVATE: Final = "1"
KNOWN: Final = {
    MsgType.NEW_ORDER_SINGLE: {11, 15, 21, 38, 40, 44, 54, 55, 59, 60},
    MsgType.ORDER_CANCEL_REPLACE_REQUEST: {
        11, 15, 21, 37, 38, 40, 41, 44, 54, 55, 59, 60,
    },
    MsgType.ORDER_CANCEL_REQUEST: {11, 15, 37, 38, 41, 54, 55, 60},
    MsgType.ORDER_STATUS_REQUEST: {11, 37, 54, 55, 790},
    MsgType.ORDER_MASS_CANCEL_REQUEST: {11, 60, 530},
}  # fmt: skip


class RefusedError(Exception):
    """Why a message cannot be taken; `tag` is the field that is wrong."""

    def __init__(self, tag: int, why: str) -> None:
        """Name the field, and what was expected of it."""
        super().__init__(f"tag {tag}: {why}")
        self.tag = tag


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOrder:
    """What NewOrderSingle asks for, or a replacement of the order named `original`."""

    client_id: str
    market: str
    side: Side
    type: OrderType
    amount: Money
    limit: Price | None
    lasting: TimeInForce
    original: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCancel:
    """What OrderCancelRequest asks for; market and side are those of its target."""

    client_id: str
    original: str
    market: str
    side: Side


def read_order(message: Message) -> WantedOrder:
    """Return the order; RefusedError names the field that is wrong."""
    require_known(message)
    if (message.get(Tag.HANDL_INST) or _PRIVATE) != _PRIVATE:
        raise RefusedError(Tag.HANDL_INST, "want 1, automated and private")
    market = _token(message, Tag.SYMBOL, tokens.MARKET)
    kind = _word(message, Tag.ORD_TYPE, TYPES)
    price = message.get(Tag.PRICE)
    if bool(price) is not (kind is OrderType.LIMIT):
        raise RefusedError(Tag.PRICE, "want one for a limit order alone")
    if time_in(message.get(Tag.TRANSACT_TIME)) is None:
        raise RefusedError(Tag.TRANSACT_TIME, "want a time")
    lasting = TimeInForce.DAY  # What its absence says, in FIX.
    if message.get(Tag.TIME_IN_FORCE):
        lasting = _word(message, Tag.TIME_IN_FORCE, LASTING)
    is_replacement = message.type == MsgType.ORDER_CANCEL_REPLACE_REQUEST
    return WantedOrder(
        client_id=client_id_in(message),
        market=market,
        side=_word(message, Tag.SIDE, SIDES),
        type=kind,
        amount=_amount(message, market),
        limit=_limit(price) if price else None,
        lasting=lasting,
        original=_original(message) if is_replacement else "",
    )


def order_message(order: WantedOrder, at: Instant) -> Message:
    """Return what asks for the order, or for the replacement."""
    kind = MsgType.NEW_ORDER_SINGLE
    if order.original:
        kind = MsgType.ORDER_CANCEL_REPLACE_REQUEST
    said = fields(
        (Tag.CL_ORD_ID, order.client_id),
        (Tag.ORIG_CL_ORD_ID, order.original),
        (Tag.HANDL_INST, _PRIVATE),
        (Tag.SYMBOL, order.market),
        (Tag.SIDE, WORD[order.side]),
        (Tag.TRANSACT_TIME, time_text(at)),
        (Tag.ORDER_QTY, str(order.amount)),
        (Tag.CURRENCY, order.amount.currency.code),
        (Tag.ORD_TYPE, WORD[order.type]),
        (Tag.PRICE, "" if order.limit is None else str(order.limit)),
        (Tag.TIME_IN_FORCE, WORD[order.lasting]),
    )
    return Message(kind, said)


def read_cancel(message: Message) -> WantedCancel:
    """Return the cancel; RefusedError names the field that is wrong."""
    require_known(message)
    return WantedCancel(
        client_id=client_id_in(message),
        original=_original(message),
        market=_token(message, Tag.SYMBOL, tokens.MARKET),
        side=_word(message, Tag.SIDE, SIDES),
    )


def cancel_message(cancel: WantedCancel, amount: str, at: Instant) -> Message:
    """Return what asks for the cancel of an order of this amount."""
    said = fields(
        (Tag.CL_ORD_ID, cancel.client_id),
        (Tag.ORIG_CL_ORD_ID, cancel.original),
        (Tag.SYMBOL, cancel.market),
        (Tag.SIDE, WORD[cancel.side]),
        (Tag.TRANSACT_TIME, time_text(at)),
        (Tag.ORDER_QTY, amount),
    )
    return Message(MsgType.ORDER_CANCEL_REQUEST, said)


def client_id_in(message: Message) -> str:
    """Return the ClOrdID, which must be a token of ours."""
    return _token(message, Tag.CL_ORD_ID, tokens.TOKEN)


def require_known(message: Message) -> None:
    """Raise for a field that is not read, or that is there twice."""
    known, seen = KNOWN[message.type], set[int]()
    for tag, _ in message.fields:
        if tag in ROUTING:
            continue
        if tag not in known:
            raise RefusedError(tag, "want no such field: nothing would come of it")
        if tag in seen:
            raise RefusedError(tag, "want it once")
        seen.add(tag)


def money_in(text: str, currency: Currency) -> Money:
    """Return an amount, no digit more or less; MalformedError for a finer one."""
    if FIGURE.fullmatch(text) is None:
        raise MalformedError(f"quantity: want a decimal figure, got {text!r:.40}")
    whole, _, rest = text.partition(".")
    kept, finer = rest[: currency.decimals], rest[currency.decimals :]
    if finer.strip("0"):
        raise MalformedError(f"quantity: want {currency.decimals} decimals at most")
    return Money(int(whole + kept.ljust(currency.decimals, "0")), currency)


def price_in(text: str) -> Price:
    """Return a price, however many zeros stand at its end."""
    return Price.parse(text.rstrip("0").rstrip(".") if "." in text else text)


def _amount(message: Message, market: str) -> Money:
    """Return the quantity: of the market's base, unless Currency says its quote."""
    base, quote = market.split("/")
    code = message.get(Tag.CURRENCY) or base
    if code not in {base, quote}:
        raise RefusedError(Tag.CURRENCY, f"want {base} or {quote}")
    try:
        amount = money_in(message.get(Tag.ORDER_QTY), Currency(code))
    except MalformedError as error:
        raise RefusedError(Tag.ORDER_QTY, str(error)) from error
    if not amount.minor_units:
        raise RefusedError(Tag.ORDER_QTY, "want more than zero")
    return amount


def _limit(text: str) -> Price:
    """Return a limit price."""
    try:
        return price_in(text)
    except MalformedError as error:
        raise RefusedError(Tag.PRICE, str(error)) from error


def _original(message: Message) -> str:
    """Return the ClOrdID of what the message acts on."""
    return _token(message, Tag.ORIG_CL_ORD_ID, tokens.TOKEN)


def _token(message: Message, tag: Tag, pattern: re.Pattern[str]) -> str:
    """Return a field that must be there in this form."""
    text = message.get(tag)
    if pattern.fullmatch(text) is None:
        raise RefusedError(tag, f"want {pattern.pattern}")
    return text


def _word(message: Message, tag: Tag, words: dict[str, _T]) -> _T:
    """Return what a field of a closed set means."""
    try:
        return words[message.get(tag)]
    except KeyError as error:
        raise RefusedError(tag, f"want one of {', '.join(words)}") from error
