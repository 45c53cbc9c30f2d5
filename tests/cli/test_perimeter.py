import pytest

from tests.cli.terminal import kya


def test_says_what_spot_of_two_official_currencies_is_outside_of() -> None:
    said = kya("perimeter", "EUR/USD")
    assert said.code == 0
    assert said.out.startswith("EUR/USD (spot), reviewed ")
    assert "MiCA, (EU) 2023/1114: does not apply (Art. 2(4)(c):" in said.out


def test_a_derivative_of_the_same_two_is_another_instrument() -> None:
    said = kya("perimeter", "EUR/USD", "--as", "derivative")
    assert "MiFID II and RTS 6, (EU) 2017/589: applies" in said.out


def test_an_unknown_instrument_is_unknown_and_exits_with_3() -> None:
    said = kya("perimeter", "EUR/XYZ")
    assert said.code == 3
    assert "unknown: the reviewed table does not hold this instrument" in said.out


def test_programs_get_the_same_answer() -> None:
    answer = kya("perimeter", "BTC/EUR", "--json").json
    assert answer["pair"] == "crypto/fiat"
    assert [regime["applies"] for regime in answer["regimes"]] == ["yes", "no"]
    assert kya("perimeter", "BTC/XYZ", "--json").json["regimes"] == "unknown"


@pytest.mark.parametrize("market", ["EURUSD", "eur/usd"])
def test_what_is_no_market_is_a_wrong_question(market: str) -> None:
    said = kya("perimeter", market)
    assert said.code == 2
    assert "market: want" in said.err
