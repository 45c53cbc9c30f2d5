"""How many orders one gateway process takes from 32 agents on 32 connections."""

import os
import subprocess
import sys
from statistics import median
from time import sleep
from urllib.parse import urlsplit

from bench.figure import Figure, at_least, shown
from bench.house import House, house, now
from bench.load import pack
from bench.scale import Scale
from bench.yardstick import check_seconds

AGENTS = 32
ORDERS_EACH = 40
ROUNDS = {Scale.MODERATE: 9, Scale.FULL: 31}
SIGNING_MICROS = 300_000
FIRST_SECONDS = 2.0
TRIES = 5
SHARE_MIN = 0.15
SETTLE_SECONDS = 1.0


def run(scale: Scale) -> list[Figure]:
    """Return orders per second, and their share of one core's signature checks."""
    names = [f"agent-{number:02}" for number in range(1, AGENTS + 1)]
    with house(names) as at:
        expected = _wave(at, FIRST_SECONDS)  # Warm up.
        busy_before = _cpu_seconds(at.running.process.pid)
        # In turns, so that a neighbour's burst falls on both.
        turns = [(check_seconds(), _wave(at, expected)) for _ in range(ROUNDS[scale])]
        busy = _cpu_seconds(at.running.process.pid) - busy_before
    orders = AGENTS * ORDERS_EACH
    raw = 1 / median([check for check, _ in turns])
    rate = orders / median([wave for _, wave in turns])
    share = median([orders / wave * check for check, wave in turns])
    runs = f"middle of {len(turns)} x {orders:,} orders"
    per_order = busy / (len(turns) * orders) * 1_000_000
    return [
        shown("raw P-256 verifications, one core", raw, "/s", "as often, in turns"),
        shown("orders, 32 agents, 32 connections", rate, "/s", runs),
        at_least(
            "orders / raw P-256 verifications", share * 100, "%",
            SHARE_MIN * 100, runs,
        ),
        shown("gateway's CPU per order, reports included", per_order, "us", runs),
    ]  # fmt: skip


def _wave(at: House, expected: float) -> float:
    """Return the seconds of one wave in which every order was allowed."""
    against, first = 0, ""
    for _ in range(TRIES):
        seconds, against, first = _sent(at, expected)
        sleep(SETTLE_SECONDS)  # The venue's answers are on their way into the log.
        if not against:
            return seconds
        # It took so much longer or shorter that dates were 2 s off: date by this one.
        expected = seconds
    raise RuntimeError(f"{against} orders were not allowed: {first}")


def _sent(at: House, expected: float) -> tuple[float, int, str]:
    """Send a wave, each order dated for when it is to arrive; return what came of it.

    Seconds, how many were not allowed, and the answer to the first of them.
    """
    place = urlsplit(at.running.url)
    start = now().plus(micros=SIGNING_MICROS)
    step = round(expected * 1_000_000 / ORDERS_EACH)
    dates = [start.plus(micros=step * number) for number in range(ORDERS_EACH)]
    queues = [[agent.request(date) for date in dates] for agent in at.signatories]
    command = [sys.executable, "-m", "bench.load", str(place.hostname), str(place.port)]
    done = subprocess.run(command, input=pack(queues), capture_output=True, check=True)
    seconds, against = done.stdout.split()
    return float(seconds), int(against), done.stderr.decode().partition("\n")[0]


def _cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used (proc(5), stat)."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123  proc
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
