"""A line of a price feed, and the page that specifies it."""

import re
from pathlib import Path

import pytest

from kya.codec.price_lines import PriceLine, read_price_line
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.limits_outside import (
    FEED_AHEAD_MAX,
    FEED_AHEAD_MICROS_MAX,
    FEED_LINE_BYTES_MAX,
    FEED_MARKETS_MAX,
    FEED_PAUSE_MILLIS_MAX,
    FEED_PAUSE_MILLIS_MIN,
)
from kya.core.money import Price
from kya.core.price import MarketState, ReferencePrice

PAGE = Path(__file__).parents[2] / "spec" / "price-feed.md"
TEXT = PAGE.read_text("utf-8")
EXAMPLE = TEXT.split("```\n")[1].encode().splitlines()


def test_the_example_of_the_page_is_read() -> None:
    euro, bitcoin = map(read_price_line, EXAMPLE)
    assert euro == ReferencePrice(
        market="EUR/USD",
        bid=Price.parse("1.1499"),
        ask=Price.parse("1.1501"),
        at=Instant.parse("2026-05-15T09:15:00.120000Z"),
        source="venue A, top of book",
    )
    assert bitcoin.state is MarketState.HALTED


def test_the_page_lists_the_members_and_which_may_be_missing() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| .* \| (.+) \|$", TEXT, re.MULTILINE))
    assert set(listed) == set(PriceLine.__struct_fields__)
    for name, absent in listed.items():
        less = re.sub(rb'"%s":"[^"]*",?' % name.encode(), b"", EXAMPLE[1])
        less = less.replace(b",}", b"}")
        if absent == "no price":
            with pytest.raises(MalformedError, match=name):
                read_price_line(less)
        else:
            assert read_price_line(less).state.value == absent.strip("`")


def test_every_state_on_the_page_is_one() -> None:
    (row,) = re.findall(r"^\| `state` \| (.*) \| `open` \|$", TEXT, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == {state.value for state in MarketState}


@pytest.mark.parametrize(
    "said",
    [
        f"at most {FEED_LINE_BYTES_MAX:,} bytes before the LF",
        f"1 to {TEXT_CHARS_MAX} printable characters",
        f"from {FEED_PAUSE_MILLIS_MIN} ms at least",
        f"to {FEED_PAUSE_MILLIS_MAX // 1_000} s at most",
        f"more than {FEED_AHEAD_MICROS_MAX // 1_000_000} s ahead",
        f"at most {FEED_MARKETS_MAX} markets",
        f"at most {FEED_AHEAD_MAX} that are ahead",
    ],
)
def test_the_page_names_the_limits_of_the_code(said: str) -> None:
    assert said in TEXT
