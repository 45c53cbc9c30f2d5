"""How soon a replacement trades: from the revocation to its first allowed order.

The gateway is a process of its own; the commands are those that people give, one after
the other as a script would: revoke, register as two operators, fetch the certificate
for a new key, and send an order.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figure import Figure, at_most, p50
from bench.scale import Scale
from kya.core.errors import DistrustError
from tests.cli.terminal import Up, founded_at, up
from tests.cli.watched import Watched
from tests.wiring.secured import Bot

RUNS = 5
SECONDS_MAX = 5.0


def run(_scale: Scale) -> list[Figure]:
    """Return the seconds from the revocation to the first allowed order."""
    with TemporaryDirectory() as folder, up(founded_at(Path(folder) / "data")) as at:
        watched = Watched(at, grace=3_600)
        _require(watched.trade() == "allowed", "the first order")
        seconds = [_replace(at, watched) for _ in range(RUNS)]
    name = "an agent revoked and replaced by commands, to its first allowed order"
    return [at_most(name, p50(seconds), "s", SECONDS_MAX, f"middle of {RUNS}")]


def _replace(running: Up, watched: Watched) -> float:
    """Replace the agent once; return how long it could not trade."""
    begun = perf_counter()
    revoked = running.kya("agent", "revoke", "bot", "--reason", "measured")
    _require(revoked.code == 0, revoked.err)
    fetched = running.enrol("bot", verb="replace")
    _require(fetched.code == 0, fetched.err)
    former, renewed = watched.bot, Bot.at("bot", running.data / "agents" / "bot")
    watched.bot = replace(renewed, seq=former.seq, prev=former.prev)
    _require(watched.trade() == "allowed", "the replacement's first order")
    return perf_counter() - begun


def _require(holds: bool, what: str) -> None:  # noqa: FBT001  a statement
    """Raise unless it went as it must: a figure of a failure is none."""
    if not holds:
        raise DistrustError(f"replacement: {what}")
