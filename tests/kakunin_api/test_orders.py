"""What becomes an order of a payload, and what never does."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.agent.chain import Instruction
from kya.core.errors import MalformedError
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side, TimeInForce
from kya.kakunin_api.envelope import RefusedError
from kya.kakunin_api.orders import wanted_in
from kya.kakunin_api.spelling import read_json

PLAIN: Mapping[str, object] = {
    "market": "EUR/USD",
    "side": "buy",
    "amount": "100.00",
    "currency": "EUR",
}
EUR_100 = Money(10_000, Currency("EUR"))


def wanted(**changes: object) -> Instruction:
    """The instruction in the plain payload with these changes; None takes a field."""
    return wanted_in(
        {**PLAIN, **changes}, "bot", "SIMA", lambda: "drawn-here"
    ).instruction


def test_a_plain_order_goes_to_the_market_at_once() -> None:
    assert wanted() == Instruction(
        client_order_id="drawn-here",
        market="EUR/USD",
        side=Side.BUY,
        amount=EUR_100,
        venue="SIMA",
        type=OrderType.MARKET,
        time_in_force=TimeInForce.IOC,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"market": None, "instrument": "EUR_USD"},
        {"market": None, "symbol": "eur-usd"},
        {"market": None, "pair": "EUR/USD"},
        {"side": None, "direction": "BUY"},
        {"side": None, "action": "buy"},
        {"action": "execute_trade", "actionType": "transaction_initiated"},
        {"amount": 100},
        {"amount": None, "size": "100"},
        {"agentId": "bot"},
        {"agent_id": "bot"},
        {"order_type": "market"},
        {"orderType": "MARKET", "timeInForce": "ioc"},
        {"venue": "sima"},
    ],
    ids=str,
)
def test_other_spellings_say_the_same(changes: dict[str, object]) -> None:
    assert wanted(**changes) == wanted()


def test_what_stands_in_details_is_the_same_order() -> None:
    outer = {"action_type": "transaction_initiated", "details": dict(PLAIN)}
    assert wanted_in(outer, "bot", "SIMA", lambda: "drawn-here").instruction == wanted()


def test_an_amount_in_dollars_says_its_currency() -> None:
    found = wanted(amount=None, currency=None, amount_usd=read_json(b"180000.5"))
    assert found.amount == Money(18_000_050, Currency("USD"))


def test_a_price_makes_a_limit_order() -> None:
    found = wanted(limit_price="1.10", timeInForce="GTC", clientOrderId="mine-1")
    assert (found.type, found.limit_price) == (OrderType.LIMIT, Price.parse("1.1"))
    assert found.time_in_force is TimeInForce.GTC
    assert found.client_order_id == "mine-1"


AMBIGUOUS: Mapping[str, dict[str, object]] = {
    "two names of one field": {"agent_id": "bot", "agentId": "bot"},
    "a field under two words": {"instrument": "EUR_USD"},
    "two amounts": {"size": "100.00"},
    "dollars and an amount": {"amount_usd": "100"},
    "dollars in euros": {"amount": None, "amount_usd": "100"},
    "an amount of nothing": {"currency": None},
    "no amount": {"amount": None},
    "a price for a market order": {"type": "market", "limit_price": "1.1"},
    "a limit order without one": {"type": "limit"},
    "a side said twice": {"action": "buy"},
    "sides that differ": {"action": "sell"},
    "no side": {"side": None},
    "a side that is none": {"side": "long"},
    "a field that nobody reads": {"stop_loss": "1.0"},
    "metadata beside the order": {"metadata": {"amount": "5.00"}},
    "another agent": {"agent_id": "other"},
    "more decimals than cents": {"amount": "100.001"},
    "a sign": {"amount": "-100"},
    "a plus": {"amount": "+100"},
    "spaces": {"amount": " 100"},
    "an exponent as text": {"amount": "1e2"},
    "a truth value": {"amount": True},
    "a list": {"amount": ["100"]},
    "too large a number": {"amount": 10**70},
    "a market that is none": {"market": "EURUSD"},
    "a venue that is none": {"venue": "S I"},
    "a currency that is none": {"currency": "EURO"},
    "a time in force that is none": {"time_in_force": "GTD"},
    "a type that is none": {"type": "stop"},
    "a name with a line break": {"client_order_id": "a\nb"},
}


@pytest.mark.parametrize("changes", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_an_order_that_can_be_read_in_two_ways_or_none_is_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(MalformedError):
        wanted(**changes)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"text": "I agree to pay"},
        {**PLAIN, "market": None},
        {**PLAIN, "action": "withdraw"},
        {**PLAIN, "action": "cancel_order"},
        {**PLAIN, "action_type": "data_access"},
        {**PLAIN, "actionType": "api_call"},
    ],
    ids=str,
)
def test_what_is_no_order_is_not_signed(payload: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as refused:
        wanted_in(payload, "bot", "SIMA", str)
    assert refused.value.status == 422
    assert "no order" in str(refused.value)


def test_a_payload_that_is_no_object_is_refused() -> None:
    payloads: tuple[object, ...] = (None, [], "order", 7)
    for payload in payloads:
        with pytest.raises(MalformedError, match="want an object"):
            wanted_in(payload, "bot", "SIMA", str)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"amount": 1, "amount": 2}',
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b"{",
        b"\xff",
        b"[" * 20_000,
        b'{"amount": ' + b"1" * 5_000 + b"}",
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_a_body_that_says_a_thing_twice_or_nothing_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read_json(raw)


@given(st.integers(1, 10**15))
def test_an_amount_is_the_same_as_text_and_as_number(cents: int) -> None:
    text = f"{cents // 100}.{cents % 100:02d}"
    amounts: list[Any] = [text, read_json(text.encode())]
    for amount in amounts:
        assert wanted(amount=amount).amount == Money(cents, Currency("EUR"))


@given(
    st.dictionaries(
        st.sampled_from([*PLAIN, "amount_usd", "limit_price", "type", "action"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    )
)
def test_any_payload_is_an_order_or_is_refused(changes: dict[str, object]) -> None:
    try:
        found = wanted(**changes)
    except (MalformedError, RefusedError):
        return
    assert found.venue == "SIMA"
    assert found.side in Side
