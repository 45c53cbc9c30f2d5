"""From the configuration to the prices that the gateway asks."""

from pathlib import Path

import pytest

from kya.adapters.prices_checked import CheckedPrices
from kya.adapters.prices_http import HttpPrices
from kya.adapters.prices_seeded import SeededPrices
from kya.config_outside import PriceSourceSection, PricesSection
from kya.core.errors import InputError
from kya.wiring.prices import PriceSources, price_sources
from tests.adapters.doubles.certificates import a_certificate
from tests.gateway.house import HandClock
from tests.world import MORNING

SEEDED = PriceSourceSection(kind="seeded")
URL = "https://feed.example/prices"


def sources(folder: Path, **named: PriceSourceSection) -> PriceSources:
    bps = 10 if len(named) == 2 else 0
    section = PricesSection(apart_bps_max=bps, sources=named)
    return price_sources(section, folder, HandClock())


def http(**changes: str) -> PriceSourceSection:
    return PriceSourceSection(kind="http", url=URL, **changes)  # type: ignore[arg-type]


def test_without_a_source_there_are_no_prices(tmp_path: Path) -> None:
    found = sources(tmp_path)
    assert (found.prices, found.feeds, found.works) == (None, (), ())
    assert found.statuses() == []


def test_one_source_is_asked_alone(tmp_path: Path) -> None:
    assert isinstance(sources(tmp_path, one=SEEDED).prices, SeededPrices)


def test_two_must_agree(tmp_path: Path) -> None:
    found = sources(tmp_path, one=SEEDED, two=SEEDED)
    assert isinstance(found.prices, CheckedPrices)
    price = found.prices.at("EUR/USD", MORNING)
    assert price is not None
    assert "within 10 bps of" in price.source
    apart = sources(tmp_path, one=SEEDED, two=PriceSourceSection(kind="seeded", seed=2))
    assert apart.prices is not None
    later = [MORNING.plus(seconds=60 * minute) for minute in range(600)]
    assert None in [apart.prices.at("EUR/USD", at) for at in later]


def test_a_feed_is_followed_under_its_name(tmp_path: Path) -> None:
    found = sources(tmp_path, primary=http(), second=SEEDED)
    (feed,) = found.feeds
    assert isinstance(feed, HttpPrices)
    assert found.works == (feed.follow_ever,)
    assert [status.name for status in found.statuses()] == ["primary"]


def test_recorded_ticks_are_looked_for_in_the_data_directory(tmp_path: Path) -> None:
    section = PriceSourceSection(kind="recorded", directory="ticks")
    with pytest.raises(InputError, match=r"/ticks: want eurusd"):
        sources(tmp_path, one=section)


def test_a_token_and_a_ca_are_read_from_their_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cr3t\n")
    certificate, _ = a_certificate(tmp_path, "127.0.0.1")
    found = sources(tmp_path, one=http(token_file="token", ca_file=certificate.name))
    assert len(found.feeds) == 1


@pytest.mark.parametrize("raw", [b"", b"\n", b"two words", b"\xff", b"a\nb"])
def test_what_is_no_token_is_named_and_not_shown(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "token").write_bytes(raw)
    with pytest.raises(InputError, match=r"/token: want (?:a|one) token") as refused:
        sources(tmp_path, one=http(token_file="token"))
    assert "words" not in str(refused.value)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    for changes in ({"token_file": "nothing"}, {"ca_file": "nothing"}):
        with pytest.raises(InputError, match=r"/nothing: want"):
            sources(tmp_path, one=http(**changes))


def test_what_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    with pytest.raises(InputError, match=r"ca.pem: want certificates in PEM"):
        sources(tmp_path, one=http(ca_file="ca.pem"))
