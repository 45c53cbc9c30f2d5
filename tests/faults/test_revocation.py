"""Once a revocation has been answered, nothing is allowed any more.

Thirty-two connections, each opened with a good certificate and in use at full speed
when the revocation comes.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from ssl import SSLContext

import pytest

from kya.authority import acts
from kya.codec.canonical import digest, encode
from kya.codec.mandate_drafts import read_draft
from kya.core.lifecycle import Act
from kya.pki.note_signer import NoteSigner
from kya.wiring.desk import Desk
from tests.cli.terminal import a_draft, founded_at
from tests.enrolling import enrol
from tests.wiring.secured import Bot, Secured, secured
from tests.world import signer_for

CONNECTIONS = 32
ORDERS_AFTER = 64
SECONDS_BEFORE = 0.15
OUT_OF_TURN = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """When an order was sent, and what came of it at which place of the log."""

    sent_at: float
    outcome: str
    index: int


@dataclass
class Crowd:
    """One agent on many connections; each order is signed as it is sent."""

    house: Secured
    bot: Bot
    answers: list[Answered] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    signing: threading.Lock = field(default_factory=threading.Lock)

    def run(self, context: SSLContext, begin: threading.Event) -> None:
        """Trade on one connection until it is over."""
        with closing(self.house.connection(context)) as connection:
            connection.connect()
            begin.wait()
            while not self.is_over.is_set():
                with self.signing:
                    note = self.bot.order()
                self.answers.append(self._answered(connection, note))

    def _answered(self, connection: HTTPConnection, note: bytes) -> Answered:
        """Send the order until its turn has come: others have those before it."""
        while True:
            sent_at = time.monotonic()
            connection.request("POST", "/v1/orders", note)
            response = connection.getresponse()
            body = response.read()
            if response.status != OUT_OF_TURN:
                assert response.status == 200, body
                return Answered(
                    sent_at=sent_at,
                    outcome=str(response.headers["kya-outcome"]),
                    index=int(str(response.headers["kya-log-index"])),
                )


def revoked_at_full_speed(house: Secured, bot: Bot) -> tuple[float, list[Answered]]:
    """Revoke while everybody trades; return when that was answered, and all answers."""
    crowd, begin = Crowd(house, bot), threading.Event()
    desk, context = house.desk, house.end(bot.name).context
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        trading = [pool.submit(crowd.run, context, begin) for _ in range(CONNECTIONS)]
        begin.set()
        time.sleep(SECONDS_BEFORE)
        try:
            desk.change(bot.name, Act.REVOKE, "test")
            returned = time.monotonic()
            enough = len(crowd.answers) + ORDERS_AFTER
            while len(crowd.answers) < enough and not any(t.done() for t in trading):
                time.sleep(0.005)
        finally:
            crowd.is_over.set()
        for trader in trading:
            trader.result()
    return returned, crowd.answers


def repeat(house: Secured, times: int) -> None:
    """Revoke one agent after the other."""
    names = [f"bot-{number}" for number in range(times)]
    credentials = enrolled(house.desk, names)
    time.sleep(1)  # A mandate's certificates begin with the next whole second.
    for name in names:
        signer = NoteSigner(name, signer_for(name))
        house.bots[name] = Bot(name, credentials[name], signer)
        returned, answers = revoked_at_full_speed(house, house.bots[name])
        after = [answer for answer in answers if answer.sent_at > returned]
        allowed = [each.index for each in answers if each.outcome == "allowed"]
        refused = [each.index for each in answers if each.outcome == "refused"]
        assert len(after) >= ORDERS_AFTER - CONNECTIONS
        assert {answer.outcome for answer in after} == {"refused"}
        assert allowed
        assert max(allowed) < min(refused)
        assert len(allowed) + len(refused) == len(answers)


def enrolled(desk: Desk, names: list[str]) -> dict[str, str]:
    """Enrol these agents under mandates of their own; return their credentials."""
    directors = [desk.director(name) for name in ("anna", "bernd")]
    credentials: dict[str, str] = {}
    for name in names:
        mandate = read_draft(encode(a_draft(name)), None, desk.clock())
        desk.grant(acts.resolve(mandate, *directors))
        credentials[name] = digest(enrol(desk, name, signer_for(name)))
    return credentials


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Secured]:
    with secured(founded_at(tmp_path / "data")) as running:
        yield running


def test_nothing_is_allowed_once_the_revocation_is_answered(house: Secured) -> None:
    repeat(house, 10)


@pytest.mark.proof
def test_nothing_is_allowed_a_hundred_times_over(house: Secured) -> None:
    repeat(house, 100)
