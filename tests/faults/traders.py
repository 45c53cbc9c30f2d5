"""Agents under test: each signs its orders here and sends them over raw HTTP.

Nothing of `kya.agent` is used, so that the gateway alone is on trial.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from kya.adapters.clock import SystemClock
from kya.authority import acts
from kya.codec.canonical import digest, encode
from kya.codec.mandate_drafts import read_draft
from kya.codec.note import SignedNote
from kya.codec.orders import render_order
from kya.core.money import Currency, Money
from kya.core.order import Order, OrderType, Side, TimeInForce
from kya.core.tokens import NO_DIGEST
from kya.pki.note_signer import NoteSigner, sign_note
from kya.wiring.clock import system_clock
from kya.wiring.desk import Desk
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote
from tests.cli.terminal import Up, a_draft
from tests.enrolling import enrol
from tests.world import signer_for

SECONDS = 10
PAUSE_SECONDS = 0.02
TOO_LARGE_EVERY = 7
EUR = Currency("EUR")


@dataclass(frozen=True, slots=True)
class Answered:
    """One order and the answer that its agent got."""

    note: bytes
    status: int
    body: bytes
    index: int


@dataclass
class Address:
    """Where the gateway is now, if it is anywhere."""

    url: str = ""
    is_over: threading.Event = field(default_factory=threading.Event)


class Trader:
    """One agent on one connection; whatever was not answered is sent again."""

    def __init__(self, name: str, credential: str, address: Address) -> None:
        self.name = name
        self.answers: list[Answered] = []
        self.refusals: list[tuple[int, bytes]] = []
        self._signer = NoteSigner(name, signer_for(name))
        self._credential = credential
        self.address = address
        self._prev = NO_DIGEST
        self._pending: SignedNote | None = None
        self._connection: HTTPConnection | None = None

    def trade(self) -> None:
        """Send order after order until it is over; the last one may go unanswered."""
        while not self.address.is_over.is_set():
            if self._pending is None:
                line = render_order(self.order(len(self.answers) + 1))
                self._pending = sign_note(line, self._signer)
            # The same bytes until they are answered, however long ago they were signed.
            if self._send(self._pending.render()):
                self._prev = digest(self._pending.text)
                self._pending = None
        self._drop()

    def order(self, seq: int) -> Order:
        """The next order; every seventh is too large and will be denied."""
        too_large = seq % TOO_LARGE_EVERY == 0
        return Order(
            agent=self.name,
            credential=self._credential,
            seq=seq,
            prev=self._prev,
            client_order_id=f"{self.name}-{seq}",
            market="EUR/USD",
            side=Side.BUY,
            type=OrderType.MARKET,
            amount=Money.parse("30000.00" if too_large else "1.00", EUR),
            limit_price=None,
            time_in_force=TimeInForce.IOC,
            venue="SIMA",
            region="eu-west-1",
            created_at=SystemClock().now(),
        )

    def _send(self, note: bytes) -> bool:
        """Send the same bytes until they are answered; tell whether they were."""
        while not self.address.is_over.is_set():
            try:
                status, index, body = self._exchange(note)
            except (OSError, HTTPException):
                self._drop()
                self.address.is_over.wait(PAUSE_SECONDS)
                continue
            if status == 200:
                self.answers.append(Answered(note, status, body, index))
                return True
            self.refusals.append((status, body))
            self.address.is_over.wait(PAUSE_SECONDS)
        return False

    def _exchange(self, note: bytes) -> tuple[int, int, bytes]:
        """Return status, log index and body of one answer."""
        if self._connection is None:
            place = urlsplit(self.address.url)
            self._connection = HTTPConnection(
                place.hostname or "", place.port, timeout=SECONDS
            )
        self._connection.request("POST", "/v1/orders", note)
        answer = self._connection.getresponse()
        body = answer.read()
        return answer.status, int(answer.getheader("kya-log-index", "-1")), body

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def enrolled(running: Up, names: list[str]) -> dict[str, str]:
    """Enrol these agents under mandates of their own; return their credentials."""
    clock = system_clock().clock
    desk = Desk(
        opened=open_installation(running.data),
        remote=Remote(running.url),
        clock=clock.now,
    )
    directors = [desk.director(name) for name in ("anna", "bernd")]
    certificates: dict[str, str] = {}
    for name in names:
        draft = encode(a_draft(name, scope=a_draft()["scope"]))
        mandate = read_draft(draft, None, clock.now())
        desk.grant(acts.resolve(mandate, *directors))
        certificates[name] = digest(enrol(desk, name, signer_for(name)))
    return certificates


@contextmanager
def trading(traders: list[Trader], address: Address) -> Iterator[None]:
    """Let the agents trade at once until the block ends."""
    threads = [threading.Thread(target=trader.trade) for trader in traders]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        address.is_over.set()
        for thread in threads:
            thread.join(2 * SECONDS)
