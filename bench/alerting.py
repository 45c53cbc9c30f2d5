"""How soon people hear of an incident: from the order to a webhook on loopback.

The road, its signatures and the webhook are the real ones, the log is in memory. The
time begins when the order arrives and ends when the receiver has the whole event.
"""

import asyncio
from base64 import b64encode
from time import perf_counter

from bench.figure import Figure, at_most, p50, p99, shown
from bench.scale import Scale
from kya.adapters.alerts_webhook import HookSecret, WebhookTarget
from kya.core.incident import Step
from tests.adapters.doubles.feed import Asked, FeedServer, serving
from tests.adapters.doubles.hooks import an_endpoint, takes
from tests.alerting import Telling, a_watched_house, breach, step, until

INCIDENTS = 300
MILLIS = 1_000
P99_MILLIS = 1_000
SECRET = "whsec_" + b64encode(bytes(range(32))).decode()


def run(_scale: Scale) -> list[Figure]:
    """Return p50 and p99 of one incident after the other."""
    samples = asyncio.run(_samples())
    what, runs = "denied order to webhook received", f"{INCIDENTS} incidents"
    return [
        shown(f"{what}, p50", p50(samples) * MILLIS, "ms", runs),
        at_most(f"{what}, p99", p99(samples) * MILLIS, "ms", P99_MILLIS, runs),
    ]


async def _samples() -> list[float]:
    """Let an agent breach, hear of it, and release it, again and again."""
    received: list[float] = []
    answer = takes()

    def reply(asked: Asked) -> None:
        if b"kya.incident.opened" in _server(asked).bodies[-1]:
            received.append(perf_counter())
        answer(asked)

    samples: list[float] = []
    house = a_watched_house()
    await house.open()
    try:
        with serving(reply) as server:
            secrets = (HookSecret.parse(SECRET),)
            target = WebhookTarget(an_endpoint(server.url), secrets)
            async with Telling(house, {"desk": target}):
                for number in range(INCIDENTS):
                    house.clock.forward(seconds=20)
                    start = perf_counter()
                    incident = await breach(house)
                    await until(lambda: len(received) > number)  # noqa: B023  at once
                    samples.append(received[number] - start)
                    await step(house, incident, Step.RELEASE)
    finally:
        await house.close()
    return samples


def _server(asked: Asked) -> FeedServer:
    """Return the server that was asked."""
    feed: FeedServer = asked.server.feed  # type: ignore[attr-defined]
    return feed
