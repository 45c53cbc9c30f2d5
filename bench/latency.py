"""How long one order takes over loopback HTTP, until its signed decision is there."""

import socket
from time import perf_counter, sleep
from urllib.parse import urlsplit

from bench.answer import whole_answer
from bench.figure import Figure, at_most, p50, p99, shown
from bench.house import HERE, House, house, now
from bench.scale import Scale
from bench.yardstick import sync_seconds

ORDERS = 2_000
WARM_UP = 300
ROUNDS = 3
MILLIS = 1_000
ABOVE_SYNC_MILLIS = 1.2
P99_MILLIS = 5


def run(_scale: Scale) -> list[Figure]:
    """Return p50 and p99 of one connection, beside the disk's own sync."""
    syncs = sync_seconds(HERE)
    with house(["agent-1"]) as at:
        _samples(at, WARM_UP)
        rounds = [_samples(at, ORDERS) for _ in range(ROUNDS)]
    syncs += sync_seconds(HERE)
    # The middle one of the rounds, so that a neighbour's burst does not decide.
    samples = sorted(rounds, key=p50)[ROUNDS // 2]
    sync = p50(syncs) * MILLIS
    runs = f"middle of {ROUNDS} x {ORDERS:,} orders"
    return [
        shown("fdatasync of 2 kB, p50", sync, "ms", f"{len(syncs)} syncs"),
        shown("fdatasync of 2 kB, p99", p99(syncs) * MILLIS, "ms", ""),
        at_most(
            "order over HTTP, 1 connection, p50",
            p50(samples) * MILLIS, "ms", sync + ABOVE_SYNC_MILLIS, runs,
        ),
        at_most(
            "order over HTTP, 1 connection, p99",
            p99(samples) * MILLIS, "ms", P99_MILLIS, runs,
        ),
    ]  # fmt: skip


def _samples(at: House, count: int) -> list[float]:
    """Return the seconds of each order, one after the other, signed beforehand."""
    place = urlsplit(at.running.url)
    (agent,) = at.signatories
    samples: list[float] = []
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            request = agent.request(now())
            start = perf_counter()
            connection.sendall(request)
            answer = whole_answer(connection)
            samples.append(perf_counter() - start)
            if not answer.is_allowed:
                raise RuntimeError(f"want an allowed order, got {answer}")
    sleep(0.2)  # Reports of what was released are on their way into the log.
    return samples
