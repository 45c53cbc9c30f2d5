import json
from dataclasses import replace

import pytest
from hypothesis import given

from kya.codec.canonical import encode_line
from kya.codec.orders import parse_order, render_order
from kya.core.errors import MalformedError
from kya.core.money import Money, Price
from kya.core.order import Order, OrderType
from tests.builders import BTC, a_digest, an_order
from tests.strategies import orders

LINE = render_order(an_order())


def line_with(**fields: object) -> bytes:
    return encode_line({**json.loads(LINE), **fields})


@given(orders())
def test_an_order_is_read_as_it_is_written(order: Order) -> None:
    assert parse_order(render_order(order)) == order


@given(orders(), orders())
def test_two_orders_have_two_lines(one: Order, other: Order) -> None:
    assert (render_order(one) == render_order(other)) is (one == other)


def test_the_first_live_order_is_this_line() -> None:
    prev, credential = "0" * 64, a_digest("certificate")
    assert LINE.decode() == (
        '{"_type":"kya/order/v1","agent":"algo_trader_v2","amount":"20000.00",'
        '"client_order_id":"order-1","created_at":"2026-05-15T09:15:00.000000Z",'
        f'"credential":"{credential}","currency":"EUR","market":"EUR/USD",'
        f'"prev":"{prev}","region":"eu-west-1","seq":1,"side":"BUY",'
        '"time_in_force":"DAY","type":"MARKET","venue":"SIMA"}\n'
    )


def test_a_limit_price_stands_in_its_place() -> None:
    order = an_order(type=OrderType.LIMIT, limit_price=Price.parse("1.1721"))
    line = render_order(order)
    assert b'"limit_price":"1.1721","market"' in line
    assert parse_order(line) == order


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"amount": 20000}, r"Expected `str`, got `int` - at `\$.amount`"),
        ({"amount": 20000.5}, r"Expected `str`, got `float` - at `\$.amount`"),
        ({"amount": None}, r"Expected `str`, got `null` - at `\$.amount`"),
        ({"amount": "-1.00"}, "amount in EUR: want a decimal with exactly 2"),
        ({"amount": "+3.00"}, "amount in EUR: want a decimal with exactly 2"),
        ({"amount": "2e4"}, "amount in EUR: want a decimal with exactly 2"),
        ({"amount": "NaN"}, "amount in EUR: want a decimal with exactly 2"),
        ({"amount": "20000"}, "amount in EUR: want a decimal with exactly 2"),
        ({"amount": "20000.000"}, "amount in EUR: want a decimal with exactly 2"),
        ({"amount": "0.00"}, "amount: want more than zero"),
        ({"amount": "9" * 60_000}, "amount in EUR: want a decimal"),
        ({"currency": "EURO"}, "currency: want an ISO 4217"),
        ({"currency": "XTS"}, "currency: want an ISO 4217"),
        ({"currency": "BTC"}, "amount in BTC: want a decimal with exactly 8"),
        ({"created_at": "2026-05-15T10:30+09:00"}, "instant: want the form"),
        ({"created_at": "2026-05-15T09:15:00Z"}, "instant: want the form"),
        ({"created_at": 1_778_836_500}, "Expected `str`, got `int`"),
        ({"seq": 0}, "seq: want 1 to"),
        ({"seq": -1}, "seq: want 1 to"),
        ({"seq": "1"}, r"Expected `int`, got `str` - at `\$.seq`"),
        ({"seq": True}, r"Expected `int`, got `bool` - at `\$.seq`"),
        ({"seq": 1.5}, r"Expected `int`, got `float` - at `\$.seq`"),
        ({"side": "buy"}, "side: want one of BUY, SELL, got 'buy'"),
        ({"side": "SHORT"}, "side: want one of BUY, SELL"),
        ({"type": "STOP"}, "type: want one of MARKET, LIMIT"),
        ({"time_in_force": "GTD"}, "time_in_force: want one of DAY, GTC, IOC, FOK"),
        ({"market": "EURUSD"}, "market: want"),
        ({"venue": "simA"}, "venue: want"),
        ({"region": "EU"}, "region: want"),
        ({"agent": "a b"}, "agent: want"),
        ({"prev": "0" * 63}, "prev: want"),
        ({"credential": "G" * 64}, "credential: want"),
        ({"client_order_id": "x" * 65}, "client_order_id: want"),
        ({"client_order_id": "x\ny"}, "client_order_id: want"),
        ({"limit_price": "1.10"}, "want a decimal with at most 10 decimals"),
        ({"limit_price": "1.1"}, "limit_price: want one for a LIMIT order and none"),
        ({"limit_price": None}, "Expected `str`, got `null`"),
        ({"type": "LIMIT"}, "limit_price: want one for a LIMIT order"),
        ({"_type": "kya/decision/v1"}, "Invalid enum value 'kya/decision/v1'"),
        ({"price": "1"}, "unknown field `price`"),
        ({"_type": None}, "_type"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_says_what_it_wanted_instead(fields: dict[str, object], why: str) -> None:
    with pytest.raises(MalformedError, match=f"order: .*{why}"):
        parse_order(line_with(**fields))


def test_a_message_about_a_huge_value_is_short() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_order(line_with(client_order_id="x" * 60_000))
    assert len(str(caught.value)) < 200


def test_a_quantity_of_the_base_asset_is_an_amount_of_that_asset() -> None:
    order = an_order(amount=Money.parse("25000.00000000", BTC))
    line = render_order(order)
    assert b'"amount":"25000.00000000"' in line
    assert parse_order(line) == order


def test_every_field_of_an_order_stands_in_its_line() -> None:
    order = an_order()
    changes: list[Order] = [
        replace(order, **{field: value})  # type: ignore[arg-type]
        for field, value in {
            "agent": "other",
            "credential": a_digest("other"),
            "seq": 2,
            "prev": a_digest("other"),
            "client_order_id": "other",
            "market": "GBP/EUR",
            "amount": Money(1, BTC),
            "venue": "SIMB",
            "region": "eu-west-2",
            "created_at": order.created_at.plus(micros=1),
        }.items()
    ]
    assert len({render_order(changed) for changed in [order, *changes]}) == 11
