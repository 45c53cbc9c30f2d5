from collections import Counter
from pathlib import Path

import pytest

from kya.adapters.prices_recorded import RecordedPrices
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.money import Price
from kya.demo.flow import draw_flow
from kya.demo.seed import SEED
from tests.contracts.prices import PricesContract

TICKS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "fx"
needs_ticks = pytest.mark.skipif(
    not TICKS.exists(), reason=f"recorded ticks are not at {TICKS}"
)


@pytest.fixture(scope="module")
def prices() -> RecordedPrices:
    return RecordedPrices(TICKS, seed=1)


def at(text: str) -> Instant:
    return Instant.parse(f"2026-{text}Z")


@needs_ticks
class TestTicks(PricesContract):
    known = at("05-22T10:30:00.000000")

    def a_source(self) -> RecordedPrices:
        return RecordedPrices(TICKS, seed=1)


@needs_ticks
class TestBars(TestTicks):
    market = "GBP/EUR"


@needs_ticks
def test_the_quote_of_the_breach_is_the_one_recorded(prices: RecordedPrices) -> None:
    price = prices.at("EUR/USD", at("05-22T10:30:00.000000"))
    assert price is not None
    assert (str(price.bid), str(price.ask)) == ("1.38111", "1.38122")
    assert price.source == "recorded quotes of 2014-05-09, shifted by 628 weeks"
    assert str(price.at) == "2026-05-22T10:29:59.755000Z"


@needs_ticks
@pytest.mark.parametrize(
    ("day", "recorded", "note"),
    [
        ("05-01", "2014-05-02", "shifted by 626 weeks, a day that is used twice"),
        ("05-14", "2014-05-15", "shifted by 626 weeks, a day that is used twice"),
        ("05-15", "2014-05-02", "shifted by 628 weeks"),
        ("05-28", "2014-05-15", "shifted by 628 weeks"),
        ("05-29", "2014-05-01", "another weekday, for lack of its own"),
    ],
)
def test_every_price_says_which_day_was_used(
    prices: RecordedPrices, day: str, recorded: str, note: str
) -> None:
    for market in ("EUR/USD", "GBP/EUR"):
        price = prices.at(market, at(f"{day}T12:00:00.000000"))
        assert price is not None
        assert f" of {recorded}" in price.source
        assert price.source.endswith(f", {note}")


@needs_ticks
@pytest.mark.parametrize("day", ["04-30", "05-23", "05-30"])
def test_a_day_without_a_recording_has_no_price(
    prices: RecordedPrices, day: str
) -> None:
    assert prices.at("EUR/USD", at(f"{day}T12:00:00.000000")) is None


@needs_ticks
def test_a_market_without_a_recording_has_no_price(prices: RecordedPrices) -> None:
    assert prices.at("BTC/EUR", at("05-15T12:00:00.000000")) is None


@needs_ticks
def test_the_inverse_stays_within_the_inverse_of_the_hour(
    prices: RecordedPrices,
) -> None:
    # EUR/GBP of 9 May 2014, 10:00: low 0.81627, high 0.81729.
    low, high = Price.parse("1.22355"), Price.parse("1.22509")
    for minute in range(60):
        price = prices.at("GBP/EUR", at(f"05-22T10:{minute:02}:30.000000"))
        assert price is not None
        assert low <= Price((price.bid.units + price.ask.units) // 2) <= high
        assert price.ask.units - price.bid.units == 2_000_000  # 0.00020


@needs_ticks
def test_the_path_between_the_hours_is_the_same_for_the_same_seed(
    prices: RecordedPrices,
) -> None:
    instant = at("05-22T10:33:00.000000")
    other = RecordedPrices(TICKS, seed=2).at("GBP/EUR", instant)
    assert RecordedPrices(TICKS, seed=1).at("GBP/EUR", instant) == prices.at(
        "GBP/EUR", instant
    )
    assert other != prices.at("GBP/EUR", instant)


@needs_ticks
def test_every_order_of_the_story_has_a_price_that_is_not_newer(
    prices: RecordedPrices,
) -> None:
    seen: Counter[str] = Counter()
    for order in draw_flow(SEED).within_scope:
        price = prices.at(order.market, order.at)
        assert price is not None
        assert 0 <= order.at.micros - price.at.micros <= 300_000_000
        seen[price.market] += 1
    assert seen.total() == 1_020


def a_day(directory: Path, *ticks: str) -> RecordedPrices:
    from zipfile import ZipFile  # noqa: PLC0415  used here alone

    with ZipFile(directory / "eurusd_20140502_quote.zip", "w") as archive:
        archive.writestr("ticks.csv", "\n".join(ticks) + "\n")
    return RecordedPrices(directory, seed=1)


class TestContract(PricesContract):
    known = at("05-15T10:00:00.000000")

    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path: Path) -> None:
        ticks = [f"{36_000_000 + 250 * n},1.384{n % 10},1.385" for n in range(40)]
        self.source = a_day(tmp_path, *ticks)

    def a_source(self) -> RecordedPrices:
        return self.source


def test_a_price_of_300_seconds_is_one_and_an_older_one_is_none(tmp_path: Path) -> None:
    prices = a_day(tmp_path, "36000000,1.38420,1.38431")
    assert prices.at("EUR/USD", at("05-15T10:05:00.000000")) is not None
    assert prices.at("EUR/USD", at("05-15T10:05:00.000001")) is None


def test_a_price_is_never_of_the_future(tmp_path: Path) -> None:
    prices = a_day(tmp_path, "36000000,1.38420,1.38431", "36001000,1.4,1.5")
    assert prices.at("EUR/USD", at("05-15T09:59:59.999999")) is None
    before = prices.at("EUR/USD", at("05-15T10:00:00.999999"))
    assert before is not None
    assert str(before.bid) == "1.3842"


def test_without_bars_the_inverse_has_no_price(tmp_path: Path) -> None:
    prices = a_day(tmp_path, "36000000,1.38420,1.38431")
    assert prices.at("GBP/EUR", at("05-15T10:00:00.000000")) is None


def test_a_damaged_tick_is_an_input_error(tmp_path: Path) -> None:
    prices = a_day(tmp_path, "36000000,1.38420")
    with pytest.raises(InputError, match="want time,bid,ask in line 1"):
        prices.at("EUR/USD", at("05-15T10:00:00.000000"))


def test_a_damaged_zip_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "eurusd_20140502_quote.zip").write_bytes(b"no zip")
    with pytest.raises(InputError, match="want a zip of one file"):
        RecordedPrices(tmp_path, 1).at("EUR/USD", at("05-15T10:00:00.000000"))


def test_a_directory_without_ticks_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="want eurusd_YYYYMMDD_quote"):
        RecordedPrices(tmp_path, seed=1)
