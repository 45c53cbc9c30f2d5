"""What a certificate on both sides costs an order, and how soon a revocation bites.

Two gateways on one disk, one with TLS and one without, each asked in turn, so that both
see the same machine. Times are of this machine's clock.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit

from bench.figure import Figure, at_most, p50, p99, shown
from bench.scale import Scale
from kya.authority.revocations import USUAL_CODE
from kya.core.lifecycle import Act
from kya.core.power_events import StandingChanged
from kya.pki.certificate import parse_certificate
from kya.wiring.desk import registrar_of
from tests.wiring.secured import Bot, Secured, identity_in, secured

ORDERS = 2_000
ORDERS_WARM = 200
ORDERS_IN_TURN = 50
HANDSHAKES = 100
SECONDS_OF_LOAD = 0.3
HERE = Path(__file__).parent

Revoke = Callable[[Secured, Bot], None]


def run(scale: Scale) -> list[Figure]:
    """Return an order's time with and without TLS, and how soon a revocation bites."""
    orders = ORDERS if scale is Scale.FULL else ORDERS // 2
    with _gateways() as (plain, tls):
        without, over = _orders(plain, tls, orders)
        handshakes = _handshakes(tls)
        by_desk, after_desk = _revocation(tls, "bot", _by_desk)
        by_notes, after_notes = _revocation(tls, "rival", _by_notes)
    runs = f"{orders:,} orders each, in turns"
    ratio = p50(over) / p50(without)
    after = after_desk + after_notes
    return [
        shown("order over plain HTTP, p50", p50(without), "ms", runs),
        shown("order over mTLS, p50", p50(over), "ms", runs),
        shown("order over mTLS, p99", p99(over), "ms", runs),
        at_most("mTLS / plain HTTP, p50", ratio, "x", 1.5, runs),
        shown("TLS handshake, p50", p50(handshakes), "ms", f"{HANDSHAKES}"),
        at_most("revocation on record -> first denied", by_notes, "ms", 100, "1"),
        at_most("kya agent revoke -> first denied", by_desk, "ms", 100, "1"),
        at_most("allowed after a revocation returned", after, "orders", 0, "2"),
    ]


@contextmanager
def _gateways() -> Iterator[tuple[Secured, Secured]]:
    # Beside the benchmark: the system's temporary folder may be no disk at all.
    with TemporaryDirectory(dir=HERE, prefix=".mtls-") as folder:
        place = Path(folder)
        with (
            secured(place / "plain", "bot", arguments=()) as plain,
            secured(place / "tls", "bot", "rival") as tls,
        ):
            yield plain, tls


def _orders(
    plain: Secured, tls: Secured, orders: int
) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each order, one connection each, in turns."""
    sides = [
        (plain.bots["bot"], _plain_connection(plain)),
        (tls.bots["bot"], tls.connection(tls.end().context)),
    ]
    spent: tuple[list[float], list[float]] = ([], [])
    for turn in range((orders + ORDERS_WARM) // ORDERS_IN_TURN):
        is_warm = turn * ORDERS_IN_TURN >= ORDERS_WARM
        for (bot, connection), times in zip(sides, spent, strict=True):
            for _ in range(ORDERS_IN_TURN):
                milliseconds = _order(connection, bot)[0]
                if is_warm:
                    times.append(milliseconds)
    for _, connection in sides:
        connection.close()
    return spent


def _order(connection: HTTPConnection, bot: Bot) -> tuple[float, str]:
    """Return the milliseconds of one order, signing apart, and its outcome."""
    note = bot.order()
    begin = perf_counter()
    connection.request("POST", "/v1/orders", note)
    response = connection.getresponse()
    response.read()
    spent = (perf_counter() - begin) * 1_000
    return spent, response.headers["kya-outcome"] or str(response.status)


def _handshakes(house: Secured) -> list[float]:
    """Return the milliseconds until a new connection is open."""
    context, times = house.end().context, []
    for _ in range(HANDSHAKES):
        connection = house.connection(context)
        begin = perf_counter()
        connection.connect()
        times.append((perf_counter() - begin) * 1_000)
        connection.close()
    return times


def _revocation(house: Secured, name: str, revoke: Revoke) -> tuple[float, int]:
    """Return the milliseconds from the call to the first denied order under load.

    And how many orders that were sent after the call's return were allowed.
    """
    bot, connection = house.bots[name], house.connection(house.end(name).context)
    called: list[float] = []
    begun, returned = threading.Event(), threading.Event()

    def call() -> None:
        begun.wait()
        called.append(perf_counter())
        revoke(house, bot)
        returned.set()

    thread = threading.Thread(target=call)
    thread.start()
    denied: list[float] = []
    allowed_after = 0
    end = perf_counter() + SECONDS_OF_LOAD
    while len(denied) < ORDERS_IN_TURN or not returned.is_set():
        if perf_counter() > end:
            begun.set()
        was_returned = returned.is_set()
        outcome = _order(connection, bot)[1]
        if outcome != "allowed":
            denied.append(perf_counter())
        elif was_returned:
            allowed_after += 1
    thread.join()
    connection.close()
    return (denied[0] - called[0]) * 1_000, allowed_after


def _by_desk(house: Secured, bot: Bot) -> None:
    """Revoke as `kya agent revoke` does, keys, list and all."""
    house.desk.change(bot.name, Act.REVOKE, "bench")


def _by_notes(house: Secured, bot: Bot) -> None:
    """Revoke by the two notes alone, as whoever holds the newest list."""
    desk, registrar = house.desk, registrar_of(house.opened)
    event = StandingChanged(
        credential=bot.credential,
        act=Act.REVOKE,
        code=USUAL_CODE,
        reason="bench",
        at=desk.clock(),
    )
    serial = parse_certificate(identity_in(house.directory(bot.name))).serial_number
    last = registrar.last(desk.remote.revocation_list())
    desk.remote.revoke(*registrar.revoke(event, serial, last, None))


def _plain_connection(house: Secured) -> HTTPConnection:
    """Return a connection without TLS."""
    address = urlsplit(house.running.url)
    return HTTPConnection(address.hostname or "", address.port, timeout=10)
