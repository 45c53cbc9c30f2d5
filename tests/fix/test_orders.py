"""Orders and reports in FIX: what is said is read as the same, and nothing else is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import MalformedError
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side, TimeInForce
from kya.fix.message import Message, fields
from kya.fix.orders import (
    RefusedError,
    WantedCancel,
    WantedOrder,
    cancel_message,
    money_in,
    order_message,
    price_in,
    read_cancel,
    read_order,
)
from kya.fix.reports import ExecType, OrdStatus, Report, plain, read_report
from kya.fix.tags import MsgType, Tag
from tests.world import MORNING

NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,31}\Z")
FIGURES = st.decimals(0, 10**12, places=8, allow_nan=False)


@st.composite
def orders(draw: st.DrawFn) -> WantedOrder:
    """Any order that can be said."""
    kind = draw(st.sampled_from(OrderType))
    limit = Price(draw(st.integers(1, 10**20))) if kind is OrderType.LIMIT else None
    currency = draw(st.sampled_from([Currency("BTC"), Currency("EUR")]))
    return WantedOrder(
        client_id=draw(NAMES),
        market="BTC/EUR",
        side=draw(st.sampled_from(Side)),
        type=kind,
        amount=Money(draw(st.integers(1, 10**20)), currency),
        limit=limit,
        lasting=draw(st.sampled_from(TimeInForce)),
        original=draw(st.just("") | NAMES),
    )


@given(orders())
def test_an_order_is_read_as_it_was_said(order: WantedOrder) -> None:
    assert read_order(order_message(order, MORNING)) == order


@given(NAMES, NAMES, st.sampled_from(Side))
def test_so_is_a_cancel(name: str, original: str, side: Side) -> None:
    cancel = WantedCancel(
        client_id=name, original=original, market="EUR/USD", side=side
    )
    assert read_cancel(cancel_message(cancel, "1", MORNING)) == cancel


@given(st.lists(FIGURES, min_size=5, max_size=5), NAMES)
def test_so_is_a_report(figures: list[Decimal], name: str) -> None:
    quantity, filled, average, last, price = figures
    report = Report(
        order_id="KYA-1",
        exec_id=name,
        client_id=name,
        original=name,
        kind=ExecType.FILL,
        status=OrdStatus.PARTIALLY_FILLED,
        market="EUR/USD",
        side="1",
        quantity=quantity,
        filled=filled,
        average=average,
        at=MORNING,
        last=last,
        last_price=price,
        text="why",
    )
    assert read_report(report.message()) == report


@given(st.text(max_size=12))
def test_whatever_is_no_figure_is_no_amount(text: str) -> None:
    try:
        amount = money_in(text, Currency("EUR"))
    except MalformedError:
        return
    assert Decimal(text) == Decimal(str(amount))


@pytest.mark.parametrize(
    ("text", "price"), [("1.10", "1.1"), ("10", "10"), ("10.", "10"), ("0.5", "0.5")]
)
def test_zeros_behind_a_price_say_nothing(text: str, price: str) -> None:
    assert str(price_in(text)) == price


@pytest.mark.parametrize("text", ["", "0", "-1", "1e3", "1_0", "٣", "1.00000000001"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        price_in(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [(Tag.CUM_QTY, "-1"), (Tag.AVG_PX, "1E5"), (Tag.CUM_QTY, "NaN"),
     (Tag.TRANSACT_TIME, "20260230-00:00:00"), (Tag.EXEC_ID, ""), (Tag.ORDER_ID, "")],
)  # fmt: skip
def test_a_report_that_says_nothing_exact_is_not_read(tag: Tag, text: str) -> None:
    said = {
        Tag.ORDER_ID: "1", Tag.EXEC_ID: "1", Tag.EXEC_TYPE: "F", Tag.ORD_STATUS: "1",
        Tag.CUM_QTY: "1", Tag.AVG_PX: "1", Tag.TRANSACT_TIME: "20260515-09:15:00",
    }  # fmt: skip
    read_report(Message(MsgType.EXECUTION_REPORT, fields(*said.items())))
    said[tag] = text
    with pytest.raises(MalformedError):
        read_report(Message(MsgType.EXECUTION_REPORT, fields(*said.items())))


def test_a_field_that_is_there_twice_is_refused() -> None:
    order = WantedOrder(
        client_id="one", market="BTC/EUR", side=Side.BUY, type=OrderType.MARKET,
        amount=Money(1, Currency("BTC")), limit=None, lasting=TimeInForce.IOC,
    )  # fmt: skip
    message = order_message(order, MORNING)
    twice = Message(message.type, (*message.fields, (int(Tag.SIDE), "2")))
    with pytest.raises(RefusedError, match="tag 54: want it once"):
        read_order(twice)


def test_figures_have_no_exponent() -> None:
    assert [plain(Decimal(text)) for text in ("1E+3", "1E-8", "1.500", "0")] == [
        "1000", "0.00000001", "1.5", "0",
    ]  # fmt: skip
