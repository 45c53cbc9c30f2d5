"""Whether people at their consoles slow orders down: with fifty tabs, and with none.

Gateway, console, tabs and bots are processes of one machine, which a firm would not
have: on two processors, the console's own work is in the figure.
"""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import sleep
from typing import Final

import httpx

from bench.figure import Figure, at_most, p99, shown
from bench.house import house
from bench.pacing import MILLIS, samples_of
from bench.scale import Scale
from kya.adapters.clock import SystemClock
from kya.codec.note import SignedNote
from kya.console.asking import COOKIE
from kya.pki.note_signer import NoteSigner
from kya.wiring.desk import Desk
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote
from tests.cli.terminal import Up, serving

BOTS: Final = 50
TABS: Final = 50
SECONDS: Final = {Scale.MODERATE: 10, Scale.FULL: 60}
ROUNDS: Final = 3
WARM_UP_SECONDS: Final = 5
RATIO_MAX: Final = 1.5
TRIES: Final = 100


def run(scale: Scale) -> list[Figure]:
    """Return p99 of orders without consoles, and with fifty of them, in turns."""
    seconds = SECONDS[scale]
    alone, watched = list[float](), list[float]()
    news = pages = 0
    with house([f"bot-{number:02}" for number in range(BOTS)]) as at:
        policy = at.running.data / "trust/policy.txt"
        wanted = ("console", "--gateway", at.running.url, "--policy", str(policy))
        with serving(*wanted) as url:
            cookie = _signed_in(url, at.running)
            samples_of(at, WARM_UP_SECONDS)
            for _ in range(ROUNDS):
                alone.append(p99(samples_of(at, seconds)))
                with _tabs(url, cookie) as told:
                    sleep(1)
                    watched.append(p99(samples_of(at, seconds)))
                news, pages = news + told[0], pages + told[1]
    if not (news and pages):
        raise RuntimeError(f"the tabs were told {news} times and given {pages} pages")
    orders = BOTS * seconds
    runs = f"middle of {ROUNDS} x {orders:,} orders, in turns; {pages:,} pages given"
    ratios = [one / other for one, other in zip(watched, alone, strict=True)]
    return [
        shown("50 orders/s, no console, p99", median(alone) * MILLIS, "ms", ""),
        shown("50 orders/s, 50 consoles, p99", median(watched) * MILLIS, "ms", runs),
        at_most("50 consoles / none, p99", median(ratios), "x", RATIO_MAX, runs),
    ]


@contextmanager
def _tabs(url: str, cookie: str) -> Generator[list[int]]:
    """Keep the tabs open during the block; the list then has news and pages."""
    told = list[int]()
    command = [sys.executable, "-m", "bench.tabs", url, cookie, str(TABS)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield told
        out, _ = process.communicate("")
    told += map(int, out.split())


def _signed_in(url: str, running: Up) -> str:
    """Sign in as an operator, as a browser does; return its cookie."""
    desk = Desk(
        opened=open_installation(Path(running.data)),
        remote=Remote(running.url),
        clock=SystemClock().now,
    )
    alice: NoteSigner = desk.operator("alice")
    headers = {"origin": url, "accept": "application/json"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as browser:
        for _ in range(TRIES):
            line = browser.post("/sign-in/challenge", content=b"alice").content
            note = SignedNote(line, (alice.signature(line),)).render()
            answer = browser.post("/sign-in", content=note)
            if answer.status_code == httpx.codes.OK:
                value = answer.headers["set-cookie"].partition("=")[2].split(";")[0]
                return f"{COOKIE}={value}"
            sleep(0.1)  # Alice's certificate begins with the next whole second.
    raise RuntimeError("alice is not let in")
