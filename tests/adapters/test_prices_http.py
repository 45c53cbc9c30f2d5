"""A feed over HTTP, against a real server that is slow, wrong, hostile or dead."""

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from queue import Queue

import pytest

from kya.adapters.prices_http import Feed, HttpPrices
from kya.codec.price_lines import read_price_line
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.core.price import MarketState
from tests.adapters.doubles.certificates import a_certificate
from tests.adapters.doubles.feed import (
    END,
    Asked,
    FeedServer,
    Reply,
    line,
    poll,
    serving,
    status,
    stream,
)
from tests.contracts.prices import PricesContract
from tests.gateway.house import HandClock
from tests.world import MORNING

NOWHERE = ssl.create_default_context()
GOOD = line("EUR/USD", MORNING)
NEWER = line("EUR/USD", MORNING.plus(seconds=1), bid="1.39", ask="1.4")


def a_feed(url: str, **changes: object) -> Feed:
    fields: dict[str, object] = {
        "name": "primary",
        "url": url,
        "trust": NOWHERE,
        "interval_millis": 10,
        "quiet_millis": 300,
    }
    return Feed(**{**fields, **changes})  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def following(prices: HttpPrices) -> AsyncIterator[None]:
    task = asyncio.create_task(prices.follow_ever())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, "it did not happen"
        await asyncio.sleep(0.005)


def bid(prices: HttpPrices, at: Instant = MORNING, market: str = "EUR/USD") -> str:
    price = prices.at(market, at)
    return "" if price is None else str(price.bid)


Case = Callable[[FeedServer, HttpPrices], "asyncio.Future[None]"]


def against(reply: Reply, case: Callable[..., object], **changes: object) -> None:
    """Run the case beside a feed that is followed, our clock at the morning."""

    async def run() -> None:
        with serving(reply) as server:
            clock = HandClock()
            prices = HttpPrices(a_feed(server.url, **changes), clock)
            async with following(prices):
                await case(server, prices)  # type: ignore[misc]

    asyncio.run(run())


class TestContract(PricesContract):
    known = MORNING.plus(seconds=1)

    def a_source(self) -> HttpPrices:
        async def followed() -> HttpPrices:
            with serving(poll(GOOD, NEWER)) as server:
                prices = HttpPrices(a_feed(server.url), HandClock(self.known))
                async with following(prices):
                    await until(lambda: bid(prices, self.known) == "1.39")
                return prices

        return asyncio.run(followed())


def test_a_feed_is_asked_again_when_its_reply_has_ended() -> None:
    async def case(server: FeedServer, prices: HttpPrices) -> None:
        await until(lambda: bid(prices) == "1.38")
        server.reply = poll(line("EUR/USD", MORNING, bid="1.37"))
        await until(lambda: bid(prices) == "1.37")
        assert prices.status().fault == ""
        assert prices.status().newest == {"EUR/USD": MORNING}

    against(poll(GOOD), case)


def test_a_stream_is_taken_line_by_line_as_it_comes() -> None:
    said: Queue[bytes] = Queue()

    async def case(server: FeedServer, prices: HttpPrices) -> None:
        said.put(GOOD)
        await until(lambda: bid(prices) == "1.38")
        for piece in (NEWER[:7], NEWER[7:90], NEWER[90:] + line("BTC/EUR", MORNING)):
            said.put(piece)
        later = MORNING.plus(seconds=1)
        await until(lambda: bid(prices, later) == "1.39")
        await until(lambda: bid(prices, market="BTC/EUR") == "1.38")
        assert len(server.requests) == 1
        said.put(END)

    against(stream(said), case, quiet_millis=5_000)


def test_an_empty_line_keeps_a_quiet_stream_open() -> None:
    said: Queue[bytes] = Queue()

    async def case(server: FeedServer, prices: HttpPrices) -> None:
        said.put(GOOD)
        for _ in range(6):
            await asyncio.sleep(0.1)
            said.put(b"\n")
        assert len(server.requests) == 1
        assert prices.status().fault == ""
        said.put(END)

    against(stream(said), case)


def test_a_stream_that_falls_silent_is_opened_again_and_its_price_stays() -> None:
    said: Queue[bytes] = Queue()

    async def case(server: FeedServer, prices: HttpPrices) -> None:
        said.put(GOOD)
        await until(lambda: bid(prices) == "1.38")
        await until(lambda: prices.status().fault == "quiet")
        assert bid(prices) == "1.38"
        server.reply = poll(line("EUR/USD", MORNING, bid="1.37"))
        await until(lambda: bid(prices) == "1.37")
        said.put(END)

    against(stream(said), case)


def a_trickle(asked: Asked) -> None:
    asked.begin()
    for byte in GOOD * 9:
        asked.say(bytes([byte]))
        time.sleep(0.02)


def hanging(asked: Asked) -> None:
    del asked
    time.sleep(2)


def endless(asked: Asked) -> None:
    asked.begin()
    while True:
        asked.say(b'{"market":"EUR/USD"' * 100)


def truncated(asked: Asked) -> None:
    asked.send_response(200)
    asked.send_header("content-length", str(10 * len(GOOD)))
    asked.end_headers()
    asked.say(GOOD[:-9])


def no_http(asked: Asked) -> None:
    asked.say(b"\x16\x03\x01 this is not HTTP\r\n\r\n")


def rubbish(asked: Asked) -> None:
    asked.begin()
    asked.say(bytes(range(256)).replace(b"\n", b"") + b"\n")


WRONG: dict[str, tuple[Reply, str]] = {
    "a byte at a time": (a_trickle, "quiet"),
    "no answer": (hanging, "ReadTimeout|quiet"),
    "a line without end": (endless, "a line that is too long"),
    "less than it promised": (truncated, "RemoteProtocolError"),
    "no HTTP": (no_http, "RemoteProtocolError"),
    "rubbish": (rubbish, "a reply without a price"),
    "nothing": (poll(), "a reply without a price"),
    "empty lines alone": (poll(b"\n\n\n"), "a reply without a price"),
    "half a line": (poll(GOOD[:-1]), "a reply that broke off"),
    "an error": (status(500), "HTTP 500"),
    "a token that is wanted": (status(401), "HTTP 401"),
    "elsewhere": (status(302, location="http://127.0.0.1:9/"), "HTTP 302"),
    "nothing new": (status(204), "HTTP 204"),
}


@pytest.mark.parametrize(("reply", "fault"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_and_the_next_good_reply_mends_it(
    reply: Reply, fault: str
) -> None:
    async def case(server: FeedServer, prices: HttpPrices) -> None:
        await until(lambda: prices.status().fault in fault.split("|"))
        assert bid(prices) == ""
        assert prices.status().newest == {}
        server.reply = poll(GOOD)
        await until(lambda: bid(prices) == "1.38")
        await until(lambda: prices.status().fault == "")

    against(reply, case)


REFUSED = {
    "older": line("EUR/USD", MORNING.plus(micros=-1), bid="1"),
    "of next year": line("EUR/USD", MORNING.plus(seconds=31_536_000), bid="1"),
    "no JSON": b"EUR/USD 1 2\n",
    "an array": b"[]\n",
    "a number for a price": GOOD.replace(b'"1.38"', b"1.38"),
    "a padded price": GOOD.replace(b'"1.38"', b'"1.380"'),
    "nothing for a price": GOOD.replace(b'"1.38"', b'"0"'),
    "less than nothing": GOOD.replace(b'"1.38"', b'"-1"'),
    "no number": GOOD.replace(b'"1.38"', b'"NaN"'),
    "an exponent": GOOD.replace(b'"1.38"', b'"1e3"'),
    "an unknown field": GOOD.replace(b"{", b'{"depth":"1",'),
    "a missing field": GOOD.replace(b'"source": "feed under test"', b'"state": "open"'),
    "no source": GOOD.replace(b"feed under test", b""),
    "no such state": line("EUR/USD", MORNING, state="OPEN"),
    "no market": line("EURUSD", MORNING),
    "an offset": line("EUR/USD", "2026-05-15T09:15:00.000000+00:00"),
    "no time": line("EUR/USD", "yesterday"),
    "deep": b"[" * 2_000 + b"\n",
    "a bad byte": GOOD.replace(b"feed under", b"\xff"),
}


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED)
def test_a_line_that_is_no_price_is_counted_and_the_others_stand(bad: bytes) -> None:
    async def case(server: FeedServer, prices: HttpPrices) -> None:
        del server
        await until(lambda: prices.status().refused > 0)
        assert bid(prices) == "1.38"
        assert bid(prices, MORNING.plus(seconds=40_000_000)) == "1.38"

    assert not bad.startswith(GOOD)
    against(poll(GOOD, bad), case)


def test_a_crossed_or_halted_market_is_passed_on_for_a_control_to_deny() -> None:
    crossed = line("EUR/USD", MORNING, bid="1.4")
    halted = line("BTC/EUR", MORNING, state="halted")

    async def case(server: FeedServer, prices: HttpPrices) -> None:
        del server
        await until(lambda: len(prices.status().newest) == 2)
        one, other = (prices.at(m, MORNING) for m in ("EUR/USD", "BTC/EUR"))
        assert one is not None
        assert one.is_crossed
        assert other is not None
        assert other.state is MarketState.HALTED

    against(poll(crossed, halted), case)


def test_a_feed_whose_clock_is_a_little_ahead_has_a_price_all_the_same() -> None:
    async def case(server: FeedServer, prices: HttpPrices) -> None:
        del server
        await until(lambda: bid(prices, MORNING.plus(seconds=1)) == "1.39")
        assert bid(prices) == "1.38"

    against(poll(GOOD, NEWER), case)


def test_a_dead_feed_is_tried_after_ever_longer_pauses() -> None:
    async def case(server: FeedServer, prices: HttpPrices) -> None:
        await until(lambda: prices.status().fault == "HTTP 503")
        await asyncio.sleep(1)
        # At 0, 100, 300 and 700 ms.
        assert 3 <= len(server.requests) <= 5

    against(status(503), case)


def test_a_feed_that_is_not_there_yet_is_found_when_it_comes() -> None:
    async def run() -> None:
        with serving(poll()) as server:
            url = server.url
        prices = HttpPrices(a_feed(url), HandClock())
        async with following(prices):
            await until(lambda: prices.status().fault == "ConnectError")
            with serving(poll(GOOD), port=int(url.split(":")[2].split("/")[0])):
                await until(lambda: bid(prices) == "1.38")

    asyncio.run(run())


def test_before_anything_was_asked_there_is_no_price_and_the_status_says_so() -> None:
    prices = HttpPrices(a_feed("http://127.0.0.1:9/"), HandClock())
    assert prices.at("EUR/USD", MORNING) is None
    assert prices.status().fault == "not asked yet"


class StoppedClock:
    """A clock that nobody answers for."""

    def now(self) -> Instant:
        raise TransientError("no clock")


def test_without_our_own_clock_no_price_is_believed() -> None:
    async def run() -> None:
        with serving(poll(GOOD)) as server:
            prices = HttpPrices(a_feed(server.url), StoppedClock())
            async with following(prices):
                await until(lambda: prices.status().fault == "our clock")
                assert bid(prices) == ""

    asyncio.run(run())


def test_a_torrent_of_lines_lets_others_work() -> None:
    def torrent(asked: Asked) -> None:
        asked.begin()
        with contextlib.suppress(OSError):
            while True:
                asked.say(GOOD * 100)

    async def case(server: FeedServer, prices: HttpPrices) -> None:
        del server
        await until(lambda: bid(prices) == "1.38")
        turns = 0
        limit = time.monotonic() + 0.3
        while time.monotonic() < limit:
            await asyncio.sleep(0)
            turns += 1
        assert turns > 300

    against(torrent, case)


def test_the_token_is_sent_and_neither_it_nor_the_address_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "kya")

    async def case(server: FeedServer, prices: HttpPrices) -> None:
        await until(lambda: bid(prices) == "1.38")
        server.reply = status(500)
        await until(lambda: prices.status().fault == "HTTP 500")
        assert {each["authorization"] for each in server.requests} == {"Bearer s3cr3t"}
        assert "s3cr3t" not in repr(prices.__dict__)

    against(poll(GOOD), case, token="s3cr3t")
    said = [
        record.getMessage() for record in caplog.records if record.name[:3] == "kya"
    ]
    assert said[:2] == [
        "price feed primary: brings prices",
        "price feed primary: HTTP 500",
    ]
    assert not [each for each in said if "s3cr3t" in each or "127.0.0.1" in each]


def test_a_proxy_of_the_environment_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    async def case(server: FeedServer, prices: HttpPrices) -> None:
        del server
        await until(lambda: bid(prices) == "1.38")

    against(poll(GOOD), case)


def over_tls(
    folder: Path, name: str, case: Callable[[HttpPrices], object], *, known: bool
) -> None:
    """Run the case with a feed whose certificate is for the name."""
    certificate, key = a_certificate(folder, name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    trust = ssl.create_default_context(cafile=str(certificate) if known else None)

    async def run() -> None:
        with serving(poll(GOOD), tls) as server:
            prices = HttpPrices(a_feed(server.url, trust=trust), HandClock())
            async with following(prices):
                await case(prices)  # type: ignore[misc]

    asyncio.run(run())


async def brings_prices(prices: HttpPrices) -> None:
    await until(lambda: bid(prices) == "1.38")


async def is_not_believed(prices: HttpPrices) -> None:
    await until(lambda: prices.status().fault == "ConnectError")
    assert bid(prices) == ""


def test_a_feed_over_tls_is_believed_under_its_ca(tmp_path: Path) -> None:
    over_tls(tmp_path, "127.0.0.1", brings_prices, known=True)


def test_a_feed_under_a_ca_that_nobody_named_is_not_believed(tmp_path: Path) -> None:
    over_tls(tmp_path, "127.0.0.1", is_not_believed, known=False)


def test_a_feed_with_somebody_else_s_certificate_is_not_believed(
    tmp_path: Path,
) -> None:
    over_tls(tmp_path, "127.0.0.2", is_not_believed, known=True)


def test_a_line_may_be_spelt_as_json_allows() -> None:
    free = b' { "at" : "%s", "source":"\\u0066eed under test","ask":"1.3801",' % (
        str(MORNING).encode()
    )
    free += b'"state":"open", "bid":"1.38","market":"EUR\\/USD"}\r'
    assert read_price_line(free) == read_price_line(GOOD)
