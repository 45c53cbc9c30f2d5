from re import Pattern

import pytest

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.limits import SEQ_MAX, TEXT_CHARS_MAX


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (tokens.NAME, "algo_trader_v2"),
        (tokens.NAME, "a"),
        (tokens.NAME, "a" * 64),
        (tokens.TOKEN, "2026-05-15T09:15:00.1"),
        (tokens.TOKEN, "a" * 64),
        (tokens.MARKET, "EUR/USD"),
        (tokens.MARKET, "1INCH/USDT"),
        (tokens.VENUE, "SIMA"),
        (tokens.VENUE, "X"),
        (tokens.REGION, "eu-west-1"),
        (tokens.REGION, "a"),
        (tokens.REGION, "a" * 32),
        (tokens.DIGEST, "0" * 64),
    ],
)
def test_takes_what_is_in_the_alphabet(pattern: Pattern[str], text: str) -> None:
    tokens.require(pattern, "field", text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (tokens.NAME, ""),
        (tokens.NAME, "a" * 65),
        (tokens.NAME, ".hidden"),
        (tokens.NAME, "algo trader"),
        (tokens.NAME, "algo/trader"),
        (tokens.NAME, "algo+trader"),
        (tokens.NAME, "algo\n"),
        (tokens.NAME, "algö"),
        (tokens.NAME, "аlgo"),
        (tokens.NAME, "algo\ud800"),
        (tokens.TOKEN, ""),
        (tokens.TOKEN, "a" * 65),
        (tokens.TOKEN, "-1"),
        (tokens.TOKEN, "a\n"),
        (tokens.TOKEN, "٣"),
        (tokens.MARKET, "EURUSD"),
        (tokens.MARKET, "EUR-USD"),
        (tokens.MARKET, "eur/usd"),
        (tokens.MARKET, "EUR/USD/GBP"),
        (tokens.MARKET, "E/USD"),
        (tokens.MARKET, "EUR/USD\n"),
        (tokens.VENUE, "sima"),
        (tokens.VENUE, "S" * 13),
        (tokens.VENUE, ""),
        (tokens.REGION, "EU-WEST-1"),
        (tokens.REGION, "-eu"),
        (tokens.REGION, "eu-"),
        (tokens.REGION, "a" * 33),
        (tokens.DIGEST, "0" * 63),
        (tokens.DIGEST, "0" * 65),
        (tokens.DIGEST, "A" * 64),
        (tokens.DIGEST, "٠" * 64),
        (tokens.DIGEST, None),
        (tokens.NAME, b"algo"),
        (tokens.NAME, 3),
    ],
)
def test_refuses_what_is_not(pattern: Pattern[str], text: str) -> None:
    with pytest.raises(MalformedError, match=r"^field: want .*, got "):
        tokens.require(pattern, "field", text)


@pytest.mark.parametrize("text", ["a", "CryptoEX AG, Zürich", "x" * TEXT_CHARS_MAX])
def test_takes_a_line_of_text(text: str) -> None:
    tokens.require_text("field", text)


@pytest.mark.parametrize(
    "text",
    [
        "x" * (TEXT_CHARS_MAX + 1),
        "two\nlines",
        "tab\t",
        "bell\x07",
        "\ud800",
        "\u2028",
        "\u202e",
        "\ufeff",
        b"bytes",
        None,
    ],
)
def test_refuses_what_is_no_line_of_text(text: str) -> None:
    with pytest.raises(MalformedError, match="field: want at most 512 printable"):
        tokens.require_text("field", text)


def test_only_a_remark_may_say_nothing() -> None:
    tokens.require_remark("field", "")
    with pytest.raises(MalformedError, match="field: want 1 to 512"):
        tokens.require_text("field", "")


@pytest.mark.parametrize("count", [1, SEQ_MAX])
def test_takes_a_count(count: int) -> None:
    tokens.require_count("field", count)


@pytest.mark.parametrize(
    "count",
    [0, -1, SEQ_MAX + 1, True, 1.0, "1", None, pytest.param(10**5000, id="huge")],
)
def test_refuses_what_counts_nothing(count: int) -> None:
    with pytest.raises(MalformedError, match="field: want 1 to"):
        tokens.require_count("field", count)
