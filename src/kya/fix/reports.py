"""What is said of an order in FIX: ExecutionReport and its kin, both ways. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.fix.message import Message, fields, time_in, time_text
from kya.fix.tags import MsgType, Tag

ZERO: Final = Decimal(0)
FIGURE: Final = re.compile(r"[0-9]{1,24}(?:\.[0-9]{0,24})?", re.ASCII)
"""A figure as FIX writes it; zeros before and behind it say nothing."""

_TEXT_CHARS_MAX: Final = 256


class ExecType:
    """The words of ExecType (150): what has happened."""

    NEW: Final = "0"
    CANCELED: Final = "4"
    REPLACED: Final = "5"
    REJECTED: Final = "8"
    PENDING_NEW: Final = "A"
    EXPIRED: Final = "C"
    FILL: Final = "F"
    CORRECTED: Final = "G"
    BUSTED: Final = "H"
    STATUS: Final = "I"


class OrdStatus:
    """The words of OrdStatus (39): how it stands by now."""

    NEW: Final = "0"
    PARTIALLY_FILLED: Final = "1"
    FILLED: Final = "2"
    CANCELED: Final = "4"
    REPLACED: Final = "5"
    PENDING_CANCEL: Final = "6"
    REJECTED: Final = "8"
    PENDING_NEW: Final = "A"
    EXPIRED: Final = "C"
    PENDING_REPLACE: Final = "E"


EXECUTIONS: Final = frozenset({
    ExecType.FILL, ExecType.CORRECTED, ExecType.BUSTED, "1", "2",
})  # fmt: skip
"""What tells of an execution, or takes one back; 1 and 2 are of older versions."""

OVER: Final = frozenset({
    OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REPLACED, OrdStatus.REJECTED,
    OrdStatus.EXPIRED,
})  # fmt: skip


class OrdReject:
    """The words of OrdRejReason (103) that we say or read."""

    OPTION: Final = "0"
    UNKNOWN_SYMBOL: Final = "1"
    CLOSED: Final = "2"
    EXCEEDS_LIMIT: Final = "3"
    TOO_LATE: Final = "4"
    UNKNOWN_ORDER: Final = "5"
    DUPLICATE: Final = "6"
    UNSUPPORTED: Final = "11"


class CancelReject:
    """The words of CxlRejReason (102) that we say or read."""

    TOO_LATE: Final = "0"
    UNKNOWN_ORDER: Final = "1"
    OPTION: Final = "2"
    DUPLICATE: Final = "6"


class BusinessReject:
    """The words of BusinessRejectReason (380) that we say."""

    OTHER: Final = "0"
    UNSUPPORTED: Final = "3"
    NOT_AVAILABLE: Final = "4"


NONE: Final = "NONE"
"""Stands for a name where FIX wants one and there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One ExecutionReport. Words and names as they are written; figures are exact.

    `last` and `last_price` go with a fill alone; `more` are fields behind all others.
    """

    order_id: str
    exec_id: str
    client_id: str
    kind: str
    status: str
    market: str
    side: str
    quantity: Decimal
    filled: Decimal = ZERO
    average: Decimal = ZERO
    at: Instant
    original: str = ""
    last: Decimal = ZERO
    last_price: Decimal = ZERO
    reason: str = ""
    text: str = ""
    more: tuple[tuple[int, str], ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be filled."""
        return self.status in OVER

    @property
    def left(self) -> Decimal:
        """How much may still be filled."""
        return ZERO if self.is_over else self.quantity - self.filled

    def message(self) -> Message:
        """Return the message that says it."""
        is_fill = self.kind == ExecType.FILL
        said = fields(
            (Tag.ORDER_ID, self.order_id),
            (Tag.CL_ORD_ID, self.client_id),
            (Tag.ORIG_CL_ORD_ID, self.original),
            (Tag.EXEC_ID, self.exec_id),
            (Tag.EXEC_TYPE, self.kind),
            (Tag.ORD_STATUS, self.status),
            (Tag.ORD_REJ_REASON, self.reason),
            (Tag.SYMBOL, self.market),
            (Tag.SIDE, self.side),
            (Tag.ORDER_QTY, plain(self.quantity) if self.quantity else ""),
            (Tag.LAST_QTY, plain(self.last) if is_fill else ""),
            (Tag.LAST_PX, plain(self.last_price) if is_fill else ""),
            (Tag.LEAVES_QTY, plain(self.left)),
            (Tag.CUM_QTY, plain(self.filled)),
            (Tag.AVG_PX, plain(self.average)),
            (Tag.TRANSACT_TIME, time_text(self.at)),
            (Tag.TEXT, one_line(self.text)),
        )
        more = tuple((tag, one_line(value)) for tag, value in self.more if value)
        return Message(MsgType.EXECUTION_REPORT, (*said, *more))


def read_report(message: Message, sent_at: Instant | None = None) -> Report:
    """Return what an ExecutionReport says; MalformedError if it says it in no order.

    Without a TransactTime it is of when it was sent.
    """
    text = message.get(Tag.TRANSACT_TIME)
    at = time_in(text) if text else sent_at
    if at is None:
        raise MalformedError("ExecutionReport: want a TransactTime")
    return Report(
        order_id=_wanted(message, Tag.ORDER_ID),
        exec_id=_wanted(message, Tag.EXEC_ID),
        client_id=message.get(Tag.CL_ORD_ID),
        kind=_wanted(message, Tag.EXEC_TYPE),
        status=_wanted(message, Tag.ORD_STATUS),
        market=message.get(Tag.SYMBOL),
        side=message.get(Tag.SIDE),
        quantity=_figure(message, Tag.ORDER_QTY),
        filled=_figure(message, Tag.CUM_QTY),
        average=_figure(message, Tag.AVG_PX),
        at=at,
        original=message.get(Tag.ORIG_CL_ORD_ID),
        last=_figure(message, Tag.LAST_QTY),
        last_price=_figure(message, Tag.LAST_PX),
        reason=message.get(Tag.ORD_REJ_REASON),
        text=message.get(Tag.TEXT),
    )


def unknown_order(message: Message, now: Instant) -> Report:
    """Return what says that no order has this name."""
    name = message.get(Tag.CL_ORD_ID) or NONE
    return Report(
        order_id=NONE,
        exec_id=f"{name}-{now.micros}",
        client_id=name,
        kind=ExecType.STATUS,
        status=OrdStatus.REJECTED,
        market=message.get(Tag.SYMBOL) or NONE,
        side=message.get(Tag.SIDE) or "1",
        quantity=ZERO,
        at=now,
        reason=OrdReject.UNKNOWN_ORDER,
        text="no order has this name",
    )


def cancel_reject(
    client_id: str, original: str, *, reason: str, text: str, is_replacement: bool
) -> Message:
    """Return what says that an order stays as it is."""
    said = fields(
        (Tag.ORDER_ID, NONE),
        (Tag.CL_ORD_ID, client_id),
        (Tag.ORIG_CL_ORD_ID, original),
        (Tag.ORD_STATUS, OrdStatus.REJECTED),
        (Tag.CXL_REJ_RESPONSE_TO, "2" if is_replacement else "1"),
        (Tag.CXL_REJ_REASON, reason),
        (Tag.TEXT, one_line(text)),
    )
    return Message(MsgType.ORDER_CANCEL_REJECT, said)


def business_reject(refused: Message, number: int, reason: str, text: str) -> Message:
    """Return what says that nothing was done about a message."""
    said = fields(
        (Tag.REF_SEQ_NUM, str(number)),
        (Tag.REF_MSG_TYPE, refused.type),
        (Tag.BUSINESS_REJECT_REF_ID, refused.get(Tag.CL_ORD_ID)),
        (Tag.BUSINESS_REJECT_REASON, reason),
        (Tag.TEXT, one_line(text)),
    )
    return Message(MsgType.BUSINESS_MESSAGE_REJECT, said)


def plain(figure: Decimal) -> str:
    """Return a figure without an exponent or zeros that say nothing."""
    text = format(figure, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def one_line(text: str) -> str:
    """Return the text as one field can hold it."""
    kept = "".join([c if c.isprintable() else " " for c in text])
    return kept[:_TEXT_CHARS_MAX]


def _wanted(message: Message, tag: Tag) -> str:
    """Return a field that must be there."""
    text = message.get(tag)
    if not text:
        raise MalformedError(f"ExecutionReport: want a field {int(tag)}")
    return text


def _figure(message: Message, tag: Tag) -> Decimal:
    """Return a figure that is no less than zero, zero if it is not there."""
    text = message.get(tag) or "0"
    if FIGURE.fullmatch(text) is None:
        raise MalformedError(f"field {int(tag)}: want a figure from zero on")
    return Decimal(text)
