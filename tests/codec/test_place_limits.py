import pytest
from hypothesis import given

from kya.codec.place_limits import parse_place_limits, render_place_limits
from kya.core.errors import MalformedError
from kya.core.place_limits import PlaceLimits
from tests import builders
from tests.builders import eur
from tests.strategies import place_limits

LINE = (
    b'{"_type":"kya/place-limits/v1","at":"2026-05-15T09:14:00.000000Z",'
    b'"currency":"EUR","daily_max":"1000000.00","open_orders":50,'
    b'"order_max":"250000.00","place":"market:EUR/USD","reason":"resolved for May"}\n'
)
LEAST = (
    b'{"_type":"kya/place-limits/v1","at":"2026-05-15T09:14:00.000000Z",'
    b'"currency":"EUR","daily_max":"1000000.00","place":"firm",'
    b'"reason":"resolved for May"}\n'
)


def test_limits_of_a_place_are_this_line() -> None:
    assert render_place_limits(builders.place_limits()) == LEAST
    every = parse_place_limits(LINE)
    assert (every.order_max, every.open_orders) == (eur("250000.00"), 50)
    assert render_place_limits(every) == LINE


@given(place_limits())
def test_reads_back_limits_of_a_place(limits: PlaceLimits) -> None:
    line = render_place_limits(limits)
    assert parse_place_limits(line) == limits
    assert render_place_limits(parse_place_limits(line)) == line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"daily_max":"1000000.00"', b'"daily_max":"1000000.0"'),
        (b'"daily_max":"1000000.00"', b'"daily_max":"-1.00"'),
        (b'"daily_max":"1000000.00"', b'"daily_max":1000000'),
        (b'"daily_max":"1000000.00"', b'"daily_max":null'),
        (b'"open_orders":50', b'"open_orders":0'),
        (b'"open_orders":50', b'"open_orders":-1'),
        (b'"open_orders":50', b'"open_orders":1000000001'),
        (b'"open_orders":50', b'"open_orders":"50"'),
        (b'"open_orders":50', b'"open_orders":true'),
        (b'"currency":"EUR"', b'"currency":"QQQ"'),
        (b'"currency":"EUR"', b'"currency":"JPY"'),
        (b'"place":"market:EUR/USD"', b'"place":"market:eur/usd"'),
        (b'"place":"market:EUR/USD"', b'"place":"everywhere"'),
        (b'"reason":"resolved for May"', b'"reason":""'),
        (b'"at":"2026-05-15T09:14:00.000000Z",', b""),
        (b'"reason"', b'"remark"'),
        (b"kya/place-limits/v1", b"kya/place-limits/v2"),
        (b"}\n", b"}"),
    ],
)
def test_refuses_a_line_that_limits_no_place(old: bytes, new: bytes) -> None:
    assert old in LINE
    with pytest.raises(MalformedError):
        parse_place_limits(LINE.replace(old, new))


def test_refuses_a_line_that_limits_nothing() -> None:
    bare = LEAST.replace(b'"daily_max":"1000000.00",', b"")
    with pytest.raises(MalformedError, match="want order_max, daily_max or open_ord"):
        parse_place_limits(bare)
