"""A FIX bot at a real socket: our own session, dialled, and what it is told."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from kya.core.instant import Instant
from kya.core.order import OrderType, Side, TimeInForce
from kya.fix.line import Line
from kya.fix.message import Message, Received, fields, time_text
from kya.fix.orders import (
    WantedCancel,
    WantedOrder,
    cancel_message,
    order_message,
    price_in,
)
from kya.fix.reports import Report, read_report
from kya.fix.session import Session
from kya.fix.store import MemoryStore, Store
from kya.fix.tags import MsgType, Tag
from kya.fix.terms import Role, Terms, resend_nothing
from tests.world import eur

SECONDS = 10


class Heard(Line):
    """A line that remembers every byte that came."""

    heard = b""

    def take(self, chunk: bytes) -> None:
        self.heard += chunk
        super().take(chunk)


class Bot:
    """Sends messages, and waits for what comes."""

    def __init__(
        self,
        address: str,
        clock: Callable[[], Instant],
        store: Store | None = None,
        **changes: object,
    ) -> None:
        self.host, _, port = address.removeprefix("tcp://").partition(":")
        self.port = int(port)
        self.clock = clock
        terms = Terms(
            ours="BOT", theirs="KYA", role=Role.INITIATOR, resends=resend_nothing,
            **changes,  # type: ignore[arg-type]
        )  # fmt: skip
        self.line = Heard(Session(terms, store or MemoryStore()), self, clock)
        self.told: asyncio.Queue[Received] = asyncio.Queue()
        self.up, self.down = asyncio.Event(), asyncio.Event()
        self.why = ""

    async def dial(self) -> "Bot":
        """Connect and log on."""
        loop = asyncio.get_running_loop()
        self.up.clear()
        self.down.clear()
        await loop.create_connection(self.line.protocol, self.host, self.port)
        async with asyncio.timeout(SECONDS):
            ended = asyncio.ensure_future(self.down.wait())
            begun = asyncio.ensure_future(self.up.wait())
            await asyncio.wait({ended, begun}, return_when="FIRST_COMPLETED")
            ended.cancel()
            begun.cancel()
        if not self.up.is_set():
            raise ConnectionError(self.why)
        return self

    async def leave(self) -> None:
        """Say goodbye."""
        self.line.leave("done")
        async with asyncio.timeout(SECONDS):
            await self.down.wait()

    async def hang_up(self) -> None:
        """End the connection without a word."""
        self.line.hang_up()
        async with asyncio.timeout(SECONDS):
            await self.down.wait()

    def begun(self) -> None:
        self.up.set()

    def echoed(self, test: str) -> None:
        """Nothing is asked."""

    def taken(self, received: Received) -> None:
        self.told.put_nowait(received)

    def ended(self, why: str) -> None:
        self.why = why
        self.down.set()

    async def next(self) -> Message:
        """The next message that comes."""
        async with asyncio.timeout(SECONDS):
            return (await self.told.get()).message

    async def report(self) -> Report:
        """The next message, which is an ExecutionReport."""
        message = await self.next()
        assert message.type == MsgType.EXECUTION_REPORT, message
        return read_report(message)

    async def reports(self, count: int) -> list[Report]:
        """So many of them."""
        return [await self.report() for _ in range(count)]

    def order(self, name: str, **changes: object) -> WantedOrder:
        """Send an order: buy EUR 100.00 at the market unless changed."""
        usual: dict[str, object] = {
            "client_id": name,
            "market": "EUR/USD",
            "side": Side.BUY,
            "type": OrderType.MARKET,
            "amount": eur("100.00"),
            "limit": None,
            "lasting": TimeInForce.IOC,
        }
        wanted = WantedOrder(**{**usual, **changes})  # type: ignore[arg-type]
        self.line.send(order_message(wanted, self.clock()))
        return wanted

    def rest(self, name: str, limit: str = "1", **changes: object) -> WantedOrder:
        """Send an order whose limit is far below the market."""
        resting: dict[str, object] = {
            "type": OrderType.LIMIT,
            "limit": price_in(limit),
            "lasting": TimeInForce.GTC,
        }
        return self.order(name, **{**resting, **changes})

    def cancel(self, name: str, original: str, side: Side = Side.BUY) -> None:
        """Ask for a cancel."""
        wanted = WantedCancel(
            client_id=name, original=original, market="EUR/USD", side=side
        )
        self.line.send(cancel_message(wanted, "100.00", self.clock()))

    def say(self, kind: str, *said: tuple[Tag, str]) -> None:
        """Send a message of any kind."""
        self.line.send(Message(kind, fields(*said)))

    def raw_order(self, *more: tuple[Tag, str]) -> Message:
        """Send an order field by field, with others in place of its own or beside."""
        own = {
            Tag.CL_ORD_ID: "raw",
            Tag.SYMBOL: "EUR/USD",
            Tag.SIDE: "1",
            Tag.ORDER_QTY: "100",
            Tag.ORD_TYPE: "1",
            Tag.TIME_IN_FORCE: "3",
            Tag.TRANSACT_TIME: time_text(self.clock()),
        } | dict(more)
        message = Message(MsgType.NEW_ORDER_SINGLE, fields(*own.items()))
        self.line.send(message)
        return message


def shapes(reports: list[Report]) -> list[tuple[str, str, Decimal]]:
    """Kind, status and filled amount of each."""
    return [(each.kind, each.status, each.filled) for each in reports]
