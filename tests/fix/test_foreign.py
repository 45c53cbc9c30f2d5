"""Others judge what we say: an engine that trades, and the standard's dictionary."""

import asyncio
import logging
from typing import Any

from asyncfix import AsyncFIXClient, FIXMessage, FMsg, Journaler
from asyncfix.connection import ConnectionState
from asyncfix.protocol import FIXNewOrderSingle, FIXProtocol44, FOrdSide, FOrdStatus
from fixcore.message import Message as Judged
from fixcore.message import load_data_dictionary

from kya.adapters.venue_paper import Fault
from kya.fix.message import Frames
from kya.fix.tags import MsgType, Tag
from kya.wiring.clock import system_clock
from tests.fix.bot import Bot
from tests.fix.pair import Pair
from tests.fix.road import FixRoad, a_fix_road, on_road
from tests.world import eur

SECONDS = 20


class Order(FIXNewOrderSingle):  # type: ignore[misc]
    """Their order, with what our dialect wants of it: a symbol, and no account."""

    def set_instrument(self, ord_msg: FIXMessage) -> None:
        ord_msg[55] = "EUR/USD"

    def set_account(self, ord_msg: FIXMessage) -> None:
        """Name none."""

    def new_req(self) -> FIXMessage:
        message = super().new_req()
        message[59] = "1"
        return message


class Engine(AsyncFIXClient):  # type: ignore[misc]
    """Their client, which keeps an order by its own table of what may follow what."""

    def __init__(self, address: str) -> None:
        host, _, port = address.removeprefix("tcp://").partition(":")
        super().__init__(
            FIXProtocol44(), "BOT", "KYA", Journaler(), host, int(port),
            logger=logging.getLogger("theirs"),
        )  # fmt: skip
        self.order: Any = None
        self.seen: list[str] = []
        self.up, self.news = asyncio.Event(), asyncio.Event()

    async def on_connect(self) -> None:
        logon: dict[str | int, object] = {98: 0, 108: 30}
        await self.send_msg(FIXMessage(FMsg.LOGON, logon))

    async def on_logon(self, is_healthy: bool) -> None:  # noqa: FBT001  theirs
        assert is_healthy
        self.up.set()

    async def on_message(self, msg: FIXMessage) -> None:
        if msg.msg_type == FMsg.EXECUTIONREPORT:
            self.order.process_execution_report(msg)
        self.seen.append(str(self.order.status.value))
        self.news.set()

    async def until(self, status: str, *, replaced: bool = False) -> None:
        """Return once their order stands so, and waits for no replacement."""
        async with asyncio.timeout(SECONDS):
            while str(self.order.status.value) != status or (
                replaced and self.order.orig_clord_id
            ):
                await self.news.wait()
                self.news.clear()


def test_an_engine_that_is_not_ours_trades() -> None:
    async def trading() -> Engine:
        async with a_fix_road(clock=system_clock().clock.now) as road:
            engine = Engine(road.address)
            await engine.connect()
            async with asyncio.timeout(SECONDS):
                await engine.up.wait()
            engine.order = Order("rests", "EUR/USD", FOrdSide.BUY, 1.0, 100.0)
            await engine.send_msg(engine.order.new_req())
            await engine.until("0")
            await engine.send_msg(engine.order.replace_req(price=1.1))
            await engine.until("0", replaced=True)
            await engine.send_msg(engine.order.cancel_req())
            await engine.until("4")
            engine.order = Order("fills", "EUR/USD", FOrdSide.BUY, 1.5, 100.0)
            await engine.send_msg(engine.order.new_req())
            await engine.until("2")
            await engine.send_test_req()
            await engine.disconnect(ConnectionState.DISCONNECTED_WCONN_TODAY)
            return engine

    engine = asyncio.run(trading())
    assert engine.order.status is FOrdStatus.FILLED
    assert (engine.order.cum_qty, engine.order.leaves_qty) == (100.0, 0.0)
    assert round(engine.order.avg_px, 5) == 1.38111


async def everything(bot: Bot) -> None:
    """Have the acceptor say one of each of its messages."""
    bot.order("fills")
    await bot.reports(3)
    bot.rest("rests")
    await bot.reports(2)
    bot.rest("moves", "1.1", original="rests")
    await bot.reports(2)
    bot.cancel("ends", "moves")
    await bot.reports(2)
    bot.cancel("late", "moves")
    bot.order("big", amount=eur("25000.01"))
    bot.order("half")
    bot.say(MsgType.ORDER_STATUS_REQUEST, (Tag.CL_ORD_ID, "nobody"))
    bot.say(
        MsgType.ORDER_MASS_CANCEL_REQUEST,
        (Tag.CL_ORD_ID, "all"),
        (Tag.MASS_CANCEL_REQUEST_TYPE, "7"),
    )
    bot.say(MsgType.MARKET_DATA_REQUEST, (Tag.MD_REQ_ID, "prices"))
    bot.say("x", (Tag.CL_ORD_ID, "list"))
    for _ in range(10):
        await bot.next()
    bot.line.test("here?")
    await bot.leave()


@on_road(faults={"half": Fault.PARTIAL})
async def test_every_message_is_one_that_the_standard_knows(road: FixRoad) -> None:
    bot = await road.bot()
    await everything(bot)
    frames = Frames().of(bot.line.heard)
    assert {judged(frame) for frame in frames} == {
        "0", "5", "8", "9", "A", "Y", "j", "r",
    }  # fmt: skip


def test_so_is_what_a_session_says_when_something_got_lost() -> None:
    pair = Pair().connect()
    for text in ("one", "two"):
        pair.send(pair.bot, text)
    pair.bot.wire.popleft()
    pair.step(pair.bot)
    kinds = [judged(frame) for frame in pair.kya.wire]
    pair.step(pair.kya)
    kinds += [kind(frame) for frame in pair.bot.wire]
    assert kinds == ["2", "8", "8"]


def judged(frame: bytes) -> str:
    """The type of a message that the dictionary of FIX 4.4 finds nothing wrong with."""
    dictionary = load_data_dictionary("FIX44.xml")
    message = Judged.decode(frame, dictionary)
    dictionary.validate(message, check_field_values=True, check_has_values=True)
    return str(message.msg_type)


def kind(frame: bytes) -> str:
    """The type of a message whose fields are a test's own."""
    return str(Judged.decode(frame).msg_type)
