import pytest
from hypothesis import given

from kya.codec.overrides import parse_override, render_override
from kya.core.errors import MalformedError
from kya.core.override import Override
from tests.builders import an_override
from tests.strategies import overrides

LINE = (
    b'{"_type":"kya/override/v1","agent":"algo_trader_v2",'
    b'"at":"2026-05-15T09:14:00.000000Z","controls":["order.amount"],'
    b'"expires_at":"2026-05-15T09:19:00.000000Z","order":"%s",'
    b'"reason":"hedge of the month\'s end"}\n'
)


def test_the_override_of_the_first_live_order_is_this_line() -> None:
    override = an_override()
    assert render_override(override) == LINE % override.order.encode()


@given(overrides())
def test_reads_back_what_was_written(override: Override) -> None:
    line = render_override(override)
    assert parse_override(line) == override
    assert render_override(parse_override(line)) == line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"controls":["order.amount"]', b'"controls":"order.amount"'),
        (b'"controls":["order.amount"]', b'"controls":[]'),
        (b'["order.amount"]', b'["order.amount","daily.amount"]'),
        (b'"expires_at":"2026-05-15T09:19', b'"expires_at":"2026-05-15T09:30'),
        (b'"reason"', b'"remark"'),
        (b"kya/override/v1", b"kya/override/v2"),
    ],
)
def test_refuses_a_line_that_is_none(old: bytes, new: bytes) -> None:
    line = render_override(an_override())
    assert old in line
    with pytest.raises(MalformedError, match="override"):
        parse_override(line.replace(old, new))
