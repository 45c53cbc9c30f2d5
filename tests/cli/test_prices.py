"""A gateway that reads a price feed, from the order to the regulator's verdict."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import pytest

from kya.adapters.clock import SystemClock
from tests.adapters.doubles.feed import Asked, FeedServer, line, serving, status
from tests.cli.terminal import Up, a_draft, founded_at, kya, stored, up

BOT: Final = Path(__file__).parents[2] / "examples/limit_order.py"
AGE_SECONDS: Final = 5
MARKETS: Final = {
    "BTC/USD": ("103490", "103510"),
    "EUR/USD": ("1.1499", "1.1501"),
}


def well(asked: Asked) -> None:
    """A reply with the newest prices of all markets, as of now."""
    asked.begin()
    now = SystemClock().now()
    for market, (bid, ask) in MARKETS.items():
        asked.say(line(market, now, bid=bid, ask=ask))


@pytest.fixture(scope="module")
def feed() -> Iterator[FeedServer]:
    with serving(well) as server:
        yield server


@pytest.fixture(scope="module")
def priced(feed: FeedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A gateway that follows the feed, and an agent whose mandate arms prices."""
    data = tmp_path_factory.mktemp("priced") / "data"
    founded_at(data)
    (data / "token").write_text("s3cr3t\n")
    source = f'kind = "http"\nurl = "{feed.url}"\ntoken_file = "token"\n'
    with (data / "kya.toml").open("a") as config:
        config.write(f"\n[prices.sources.primary]\n{source}")
    with up(data) as running:
        draft = stored(data / "draft.json", a_draft(scope=a_scope()))
        signed = running.kya("mandate", "sign", draft, "--as", "anna", "--as", "bernd")
        assert signed.code == 0, signed.err
        assert running.enrol("bot").code == 0
        eventually_priced(running)
        yield running


def a_scope() -> dict[str, Any]:
    limits = {
        "price_age_millis": AGE_SECONDS * 1_000,
        "price_collar_bps": 50,
        "spread_bps": 20,
    }
    scope: dict[str, Any] = a_draft()["scope"]
    return scope | {"markets": ["BTC/USD", "EUR/USD"], "limits": limits}


def feeds(running: Up) -> list[dict[str, Any]]:
    with urlopen(f"{running.url}/v1/prices") as answer:  # noqa: S310  our own
        told: list[dict[str, Any]] = json.load(answer)["feeds"]
        return told


def eventually_priced(running: Up) -> None:
    limit = time.monotonic() + 20
    while len(feeds(running)[0]["newest"]) < len(MARKETS):
        assert time.monotonic() < limit
        time.sleep(0.05)


def sent(at: Up, market: str, amount: str, currency: str, limit: str) -> str:
    words = [market, amount, currency, limit]
    command = [sys.executable, str(BOT), str(at.data / "agents/bot"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def decision(at: Up, seq: int) -> dict[str, Any]:
    """The decision on this order, once it is published."""
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        shown = at.kya("log", "show", "--json", "--count", "1000")
        for line_ in map(json.loads, shown.out.splitlines()):
            said: dict[str, Any] = line_["line"]
            if said["_type"] == "kya/decision/v1" and said["seq"] == seq:
                return said
        time.sleep(0.1)
    raise AssertionError(f"no decision on order {seq}")


def test_an_order_near_the_market_is_allowed_and_its_price_is_on_record(
    priced: Up,
) -> None:
    assert sent(priced, "EUR/USD", "1000.00", "EUR", "1.1501") == "order 1 allowed\n"
    price = decision(priced, 1)["price"]
    assert (price["bid"], price["ask"]) == MARKETS["EUR/USD"]
    assert price["source"] == "feed under test"


def test_an_order_beyond_the_collar_is_denied(priced: Up) -> None:
    said = sent(priced, "EUR/USD", "1000.00", "EUR", "1.1559")
    assert said == (
        "order 2 denied: the limit price is 51 bps from the market, 50 bps at most"
        " (price.collar)\n"
    )


def test_an_amount_of_bitcoin_is_valued_through_two_markets(priced: Up) -> None:
    said = sent(priced, "BTC/USD", "0.10000000", "BTC", "103510")
    assert said == "order 3 allowed\n"
    judged = decision(priced, 3)
    # 0.1 x 103,510 / 1.1499, rounded up.
    assert judged["worth"] == {"amount": "9001.66", "currency": "EUR"}
    assert judged["conversion"]["market"] == "EUR/USD"
    said = sent(priced, "BTC/USD", "0.30000000", "BTC", "103510")
    assert "EUR 27004.96 is above the order maximum" in said


def test_the_feed_got_its_token_and_the_answer_names_no_address(
    priced: Up, feed: FeedServer
) -> None:
    assert feed.requests[-1]["authorization"] == "Bearer s3cr3t"
    (told,) = feeds(priced)
    assert (told["name"], told["fault"], told["refused"]) == ("primary", "", 0)
    assert "127.0.0.1" not in json.dumps(told)


def test_when_the_feed_dies_the_price_grows_old_and_orders_are_denied(
    priced: Up, feed: FeedServer
) -> None:
    feed.reply = status(503)
    time.sleep(AGE_SECONDS + 0.5)
    said = sent(priced, "EUR/USD", "1000.00", "EUR", "1.1501")
    assert "order 5 denied: the market's price is" in said
    assert "(price.stale)" in said
    assert feeds(priced)[0]["fault"] == "HTTP 503"
    price = decision(priced, 5)["price"]
    assert (price["bid"], price["ask"]) == MARKETS["EUR/USD"]


def test_when_it_is_back_orders_are_allowed_again(priced: Up, feed: FeedServer) -> None:
    feed.reply = well
    limit = time.monotonic() + 20
    while feeds(priced)[0]["fault"]:
        assert time.monotonic() < limit
        time.sleep(0.1)
    assert sent(priced, "EUR/USD", "1000.00", "EUR", "1.1501") == "order 6 allowed\n"


def test_a_tighter_collar_is_replayed_by_the_logged_prices(priced: Up) -> None:
    scope = a_scope()
    scope["limits"] |= {"price_collar_bps": 100}
    draft = stored(priced.data / "wider.json", a_draft(scope=scope))
    period = ("--from", "2026-01-01", "--to", "2098-12-31")
    said = priced.kya("replay", "--mandate", draft, *period)
    assert said.code == 1, said.err
    order, *_ = said.out.splitlines()
    assert order.startswith("order 2 ")
    assert order.endswith("denied (price.collar) -> allowed")


def test_the_evidence_verifies_with_every_price_judged_again(
    priced: Up, tmp_path: Path
) -> None:
    package, today = tmp_path / "evidence", datetime.now(UTC).date()
    asked = ("--agent", "bot", "--from", "2026-01-01", "--to", str(today))
    built = priced.kya("evidence", "build", *asked, "--out", package)
    assert built.code == 0, built.err
    root = priced.data / "trust" / "root.pem"
    verdict = kya("verify", package, "--root", root)
    assert "Did any allowed order exceed the scope" in verdict.out
    assert "FAILS" not in verdict.out


def test_a_part_of_the_log_verifies_as_far_as_it_goes(
    priced: Up, tmp_path: Path
) -> None:
    part = tmp_path / "part.tar.gz"
    assert "order" in sent(priced, "EUR/USD", "1.00", "EUR", "1.1501")
    days = ("--from", "2026-01-01", "--to", "2098-12-31")
    asked = ("evidence", "build", "--partial", *days, "--out", part)
    assert priced.kya(*asked).code == 2
    built = priced.kya(*asked, "--agent", "bot")
    assert built.code == 0, built.err
    verdict = kya("verify", part, "--root", priced.data / "trust" / "root.pem")
    assert verdict.code == 3
    assert "of these entries are withheld" in verdict.out
