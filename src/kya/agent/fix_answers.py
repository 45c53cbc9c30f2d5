"""What a FIX bot is told of a message that came to nothing. Pure."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from kya.agent.fix_denials import codes, denied_change, denied_order
from kya.agent.fix_judge import Judged
from kya.agent.fix_placed import Placed, names_of
from kya.core.instant import Instant
from kya.fix.message import Message, fields
from kya.fix.orders import WORD, WantedOrder
from kya.fix.reports import (
    NONE,
    CancelReject,
    ExecType,
    OrdReject,
    OrdStatus,
    Report,
    cancel_reject,
    unknown_order,
)
from kya.fix.tags import MsgType, Tag

_LOST: Final = "it was not sent: the gateway could not be reached"


def order_denied(wanted: WantedOrder, judged: Judged | None, now: Instant) -> Report:
    """Return what says that an order was denied, and by which decision."""
    reasons = () if judged is None else judged.reasons
    names: tuple[tuple[int, str], ...] = ()
    if judged is not None:
        names = names_of(judged.leaf, judged.seq, judged.index, codes(reasons))
    return Report(
        order_id=NONE,
        exec_id=f"{wanted.client_id}-8-{'' if judged is None else judged.seq}",
        client_id=wanted.client_id,
        kind=ExecType.REJECTED,
        status=OrdStatus.REJECTED,
        market=wanted.market,
        side=WORD[wanted.side],
        quantity=Decimal(str(wanted.amount)),
        at=now,
        reason=denied_order(reasons),
        text=_LOST if judged is None else judged.words or codes(reasons),
        more=names,
    )


def change_denied(
    client_id: str, target: Placed, judged: Judged | None, response_to: str
) -> Message:
    """Return what says that an order stays as it is, and by which decision."""
    reasons = () if judged is None else judged.reasons
    said = cancel_reject(
        client_id,
        target.client_id,
        reason=denied_change(reasons),
        text=_LOST if judged is None else judged.words or codes(reasons),
        is_replacement=response_to == "2",
    )
    if judged is None:
        return said
    names = names_of(judged.leaf, judged.seq, judged.index, codes(reasons))
    return Message(said.type, (*said.fields, *names))


def refused(message: Message, why: str, now: Instant) -> Message:
    """Return what says that a message could not be taken as what it is."""
    if message.type in {
        MsgType.ORDER_CANCEL_REQUEST,
        MsgType.ORDER_CANCEL_REPLACE_REQUEST,
    }:
        is_replacement = message.type == MsgType.ORDER_CANCEL_REPLACE_REQUEST
        return cancel_reject(
            message.get(Tag.CL_ORD_ID) or NONE,
            message.get(Tag.ORIG_CL_ORD_ID) or NONE,
            reason=CancelReject.UNKNOWN_ORDER,
            text=why,
            is_replacement=is_replacement,
        )
    report = unknown_order(message, now)
    if message.type == MsgType.NEW_ORDER_SINGLE:
        report = replace(
            report, kind=ExecType.REJECTED, reason=OrdReject.UNSUPPORTED, text=why
        )
    return report.message()


def no_market_figures(message: Message) -> Message:
    """Return what says that prices are to be had elsewhere."""
    said = fields(
        (Tag.MD_REQ_ID, message.get(Tag.MD_REQ_ID)),
        (Tag.MD_REQ_REJ_REASON, "3"),
        (Tag.TEXT, "want prices from a source of prices; here are orders alone"),
    )
    return Message(MsgType.MARKET_DATA_REQUEST_REJECT, said)
