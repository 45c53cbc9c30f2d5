"""What a bound ccxt bot waits longer: through sidecar and gateway, and without them.

Five processes: this bot, `kya sidecar`, `kya up` and `kya paper-exchange`, twice. The
bot is answered when its decision is durable; what the gateway asks of the exchange
meanwhile goes on beside it, and takes its share of the machine. The direct orders go
to another exchange of the same kind: at this one they would be nobody's, and halt the
venue.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from bench.figure import Figure, at_most, p50, p99, shown
from bench.house import HERE
from bench.scale import Scale
from tests.cli.terminal import Up, a_draft, serving, stored, up
from tests.exchanges import Bot, a_bot

ORDERS = 300
WARM_UP = 50
MILLIS = 1_000
APART_SECONDS = 0.02
"""By then the gateway has asked what became of the order before."""

P50_MILLIS = 4
P99_MILLIS = 15
_ORDER = {"pair": "EURUSD", "type": "buy", "ordertype": "market", "volume": "1"}
_VENUE = """
[venues.KRAKEN]
kind = "ccxt"
url = "{url}"
key_file = "{key}"
"""


def run(_scale: Scale) -> list[Figure]:
    """Return how long an order takes directly, and how much longer when bound."""
    with _bots() as (direct, bound):
        _samples(direct, WARM_UP)
        _samples(bound, WARM_UP)
        before = _samples(direct, ORDERS)
        through = _samples(bound, ORDERS)
        sleep(1)  # What was released is being asked for.
        directly = before + _samples(direct, ORDERS)
    base = p50(directly) * MILLIS
    runs = f"{ORDERS} orders, 20 ms apart"
    return [
        shown("ccxt order to the paper exchange, p50", base, "ms", f"2 x {runs}"),
        shown("the same, p99", p99(directly) * MILLIS, "ms", ""),
        at_most(
            "added by sidecar and gateway, p50",
            p50(through) * MILLIS - base, "ms", P50_MILLIS, runs,
        ),
        at_most(
            "bound order's p99 above the direct p50",
            p99(through) * MILLIS - base, "ms", P99_MILLIS, runs,
        ),
    ]  # fmt: skip


def _samples(bot: Bot, count: int) -> list[float]:
    """Return the seconds that each order took until it was answered."""
    send: Callable[[dict[str, str]], dict[str, object]] = bot.private_post_addorder
    samples: list[float] = []
    for _ in range(count):
        sleep(APART_SECONDS)
        start = perf_counter()
        answer = send(_ORDER)
        samples.append(perf_counter() - start)
        if not answer.get("result"):
            raise RuntimeError(f"want an order that is taken, got {answer}")
    return samples


@contextmanager
def _bots() -> Iterator[tuple[Bot, Bot]]:
    """Run everything; yield a bot at the exchange, and one at the sidecar."""
    with TemporaryDirectory(dir=HERE, prefix=".bound-") as folder:
        exchange, data = Path(folder) / "exchange", Path(folder) / "data"
        other = Path(folder) / "other"
        with (
            serving("paper-exchange", "--dir", str(exchange)) as url,
            serving("paper-exchange", "--dir", str(other)) as apart,
        ):
            with up(data) as founding:
                founding.stop()
            key_file = (exchange / "api-key").resolve()
            with (data / "kya.toml").open("a") as config:
                config.write(_VENUE.format(url=url, key=key_file))
            with up(data) as running:
                where = ("--venue", "KRAKEN", "--region", "eu-west-1")
                market = ("--market-data", url)
                directory = str(enrolled(running))
                with serving("sidecar", directory, *where, *market) as sidecar:
                    key, secret = (other / "api-key").read_text().split()
                    direct = a_bot(apart, apiKey=key, secret=secret)
                    yield direct, a_bot(sidecar)


def enrolled(running: Up) -> Path:
    """Return the directory of an agent that may trade there."""
    draft = a_draft()
    draft["scope"]["venues"] = ["KRAKEN"]
    path = stored(running.data / "draft.json", draft)
    said = running.kya("mandate", "sign", path, "--as", "anna", "--as", "bernd")
    enrolled = running.enrol("bot")
    if said.code or enrolled.code:
        raise RuntimeError(f"{said.err}{enrolled.err}")
    sleep(1.1)  # Certificates begin with the next whole second.
    return running.data / "agents" / "bot"
