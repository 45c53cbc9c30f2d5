"""A real gateway in a process of its own, and agents who sign orders for it."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from kya.adapters.clock import SystemClock
from kya.codec.canonical import digest
from kya.codec.orders import render_order
from kya.core.instant import Instant
from kya.core.money import Currency, Money
from kya.core.order import Order, OrderType, Side, TimeInForce
from kya.core.tokens import NO_DIGEST
from kya.pki.note_signer import NoteSigner, sign_note
from tests.cli.terminal import Up, up
from tests.faults.traders import enrolled
from tests.world import signer_for

HERE = Path(__file__).parent
CENT = Money(1, Currency("EUR"))
VALID_SECONDS = 1.1
"""Certificates begin with the next whole second."""


class Signatory:
    """One agent's chain of orders: all alike, each of one cent, all to be allowed."""

    def __init__(self, name: str, credential: str) -> None:
        """Begin the chain."""
        self.name = name
        self._credential = credential
        self._signer = NoteSigner(name, signer_for(name))
        self._seq = 0
        self._prev = NO_DIGEST

    def request(self, created_at: Instant) -> bytes:
        """Return the next order as the bytes of one HTTP request."""
        self._seq += 1
        line = render_order(self._order(created_at))
        self._prev = digest(line)
        note = sign_note(line, self._signer).render()
        return (
            b"POST /v1/orders HTTP/1.1\r\nhost: bench\r\n"
            b"content-length: %d\r\n\r\n" % len(note)
        ) + note

    def _order(self, created_at: Instant) -> Order:
        """Return the order under the next `seq`."""
        return Order(
            agent=self.name,
            credential=self._credential,
            seq=self._seq,
            prev=self._prev,
            client_order_id=f"{self.name}-{self._seq}",
            market="EUR/USD",
            side=Side.BUY,
            type=OrderType.MARKET,
            amount=CENT,
            limit_price=None,
            time_in_force=TimeInForce.IOC,
            venue="SIMA",
            region="eu-west-1",
            created_at=created_at,
        )


@dataclass(frozen=True, slots=True)
class House:
    """The gateway at work and those who trade through it."""

    running: Up
    signatories: list[Signatory]


@contextmanager
def house(names: Iterable[str]) -> Generator[House]:
    """Run a gateway with these agents enrolled until the block ends."""
    # Beside the benchmark: the system's temporary folder may be no disk at all.
    with (
        TemporaryDirectory(dir=HERE, prefix=".house-") as folder,
        up(Path(folder) / "data") as running,
    ):
        known = enrolled(running, list(names))
        sleep(VALID_SECONDS)
        yield House(running, [Signatory(*each) for each in known.items()])


def now() -> Instant:
    """Return the present instant."""
    return SystemClock().now()
