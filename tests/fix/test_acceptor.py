"""A bot that speaks FIX: what it asks is signed, judged, released and told."""

from decimal import Decimal

import pytest

from kya.adapters.venue_paper import Fault
from kya.codec.halts import render_halt
from kya.core.halt import Halt, TradingState
from kya.core.levels import FIRM
from kya.core.order import Action, Side
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.fix.reports import ExecType, OrdReject, OrdStatus
from kya.fix.store import MemoryStore
from kya.fix.tags import MsgType, Tag
from kya.pki.entries import Entry
from kya.pki.note_signer import sign_note
from tests.fix.bot import Bot, shapes
from tests.fix.road import FixRoad, on_road
from tests.world import eur

ACCEPTED = (ExecType.PENDING_NEW, OrdStatus.PENDING_NEW, Decimal(0))
WORKS = (ExecType.NEW, OrdStatus.NEW, Decimal(0))
HUNDRED = Decimal(100)


async def resting(bot: Bot, name: str, limit: str = "1") -> None:
    """Send an order that rests, and wait until the bot knows."""
    bot.rest(name, limit)
    assert shapes(await bot.reports(2)) == [ACCEPTED, WORKS]


@on_road()
async def test_an_order_is_accepted_taken_and_filled(road: FixRoad) -> None:
    bot = await road.bot()
    bot.order("one")
    first, second, third = await bot.reports(3)
    assert shapes([first, second, third]) == [
        ACCEPTED,
        WORKS,
        (ExecType.FILL, OrdStatus.FILLED, HUNDRED),
    ]
    assert (third.last, third.last_price, third.left) == (
        HUNDRED, Decimal("1.38111"), Decimal(0),
    )  # fmt: skip
    assert {each.client_id for each in (first, second, third)} == {"one"}
    assert len({each.exec_id for each in (first, second, third)}) == 3
    assert await road.arrivals() == ["one"]


@on_road()
async def test_what_the_bot_is_told_names_the_decision_in_the_log(
    road: FixRoad,
) -> None:
    bot = await road.bot()
    bot.order("one")
    message = await bot.next()
    index = int(message.get(Tag.KYA_LOG_INDEX))
    submitted = Entry.read(road.house.sequencer.entry(index)).event
    decided = Entry.read(road.house.sequencer.entry(index + 1)).event
    assert isinstance(submitted, OrderSubmitted)
    assert isinstance(decided, OrderDecided)
    assert message.get(Tag.KYA_ORDER) == submitted.leaf
    assert message.get(Tag.KYA_SEQ) == "1"


@on_road()
async def test_a_denial_says_why_and_never_reaches_the_venue(road: FixRoad) -> None:
    bot = await road.bot()
    bot.order("big", amount=eur("25000.01"))
    message = await bot.next()
    assert [
        message.get(tag)
        for tag in (Tag.EXEC_TYPE, Tag.ORD_STATUS, Tag.ORD_REJ_REASON, Tag.KYA_REASONS)
    ] == ["8", "8", OrdReject.EXCEEDS_LIMIT, "order.amount_max"]
    assert "25000.00" in message.get(Tag.TEXT)
    bot.order("elsewhere", market="EUR/GBP")
    assert (await bot.report()).reason == OrdReject.UNKNOWN_SYMBOL
    assert await road.arrivals() == []
    assert road.house.kinds().count("decision") == 2


@on_road()
async def test_a_name_that_was_used_today_is_denied_and_told_so(road: FixRoad) -> None:
    bot = await road.bot()
    bot.order("one")
    await bot.reports(3)
    bot.order("one")
    denied = await bot.report()
    assert (denied.kind, denied.reason) == (ExecType.REJECTED, OrdReject.DUPLICATE)
    bot.say(
        MsgType.ORDER_STATUS_REQUEST,
        (Tag.CL_ORD_ID, "one"),
        (Tag.SYMBOL, "EUR/USD"),
        (Tag.SIDE, "1"),
    )
    assert shapes([await bot.report()]) == [
        (ExecType.STATUS, OrdStatus.FILLED, HUNDRED)
    ]
    assert await road.arrivals() == ["one"]


@on_road()
async def test_an_order_rests_and_is_cancelled_by_its_name(road: FixRoad) -> None:
    bot = await road.bot()
    await resting(bot, "one")
    bot.cancel("two", "one")
    pending, done = await bot.reports(2)
    assert (pending.kind, pending.client_id) == (OrdStatus.PENDING_CANCEL, "two")
    assert (done.kind, done.client_id, done.original) == (
        ExecType.CANCELED, "two", "one",
    )  # fmt: skip
    assert done.is_over
    bot.cancel("three", "one")
    late = await bot.next()
    assert late.type == MsgType.ORDER_CANCEL_REJECT
    assert (late.get(Tag.CL_ORD_ID), late.get(Tag.ORIG_CL_ORD_ID)) == ("three", "one")
    assert late.get(Tag.KYA_REASONS) == "target.unknown"


@on_road()
async def test_a_cancel_right_behind_its_order_finds_it(road: FixRoad) -> None:
    bot = await road.bot()
    bot.rest("one")
    bot.cancel("two", "one")
    kinds = [each.kind for each in await bot.reports(4)]
    assert kinds[0] == ExecType.PENDING_NEW
    assert kinds[-1] == ExecType.CANCELED


@on_road()
async def test_a_cancel_of_nobodys_order_or_another_side_is_refused(
    road: FixRoad,
) -> None:
    bot = await road.bot()
    await resting(bot, "one")
    for original, side in (("nobody", Side.BUY), ("one", Side.SELL)):
        bot.cancel("two", original, side)
        refused = await bot.next()
        assert refused.type == MsgType.ORDER_CANCEL_REJECT
        assert refused.get(Tag.CXL_REJ_REASON) == "1"
    assert road.house.kinds().count("order") == 1


@on_road()
async def test_a_replacement_takes_the_place_of_its_order(road: FixRoad) -> None:
    bot = await road.bot()
    await resting(bot, "one")
    bot.rest("two", "1.1", original="one", amount=eur("150.00"))
    pending, done = await bot.reports(2)
    assert (pending.kind, pending.status) == (OrdStatus.PENDING_REPLACE,) * 2
    assert (done.kind, done.client_id, done.original, done.left) == (
        ExecType.REPLACED, "two", "one", Decimal(150),
    )  # fmt: skip
    bot.rest("three", "9", original="two")
    kinds = shapes(await bot.reports(3))[1:]
    assert kinds == [
        (ExecType.REPLACED, OrdStatus.NEW, Decimal(0)),
        (ExecType.FILL, OrdStatus.FILLED, HUNDRED),
    ]
    bot.rest("four", original="three")
    refused = await bot.next()
    assert (refused.type, refused.get(Tag.CXL_REJ_RESPONSE_TO)) == ("9", "2")


@on_road(faults={"half": Fault.PARTIAL, "no": Fault.REJECT, "lost": Fault.LOST})
async def test_what_the_venue_makes_of_it_is_told(road: FixRoad) -> None:
    bot = await road.bot()
    bot.order("half")
    told = await bot.reports(4)
    assert shapes(told)[2:] == [
        (ExecType.FILL, OrdStatus.PARTIALLY_FILLED, Decimal(50)),
        (ExecType.CANCELED, OrdStatus.CANCELED, Decimal(50)),
    ]
    for name, why in (("no", "on demand"), ("lost", "never received")):
        bot.order(name)
        _, rejected = await bot.reports(2)
        assert (rejected.kind, rejected.status) == (ExecType.REJECTED,) * 2
        assert why in rejected.text


@on_road()
async def test_every_working_order_is_cancelled_at_once(road: FixRoad) -> None:
    bot = await road.bot()
    await resting(bot, "one")
    await resting(bot, "two", "1.1")
    bot.say(
        MsgType.ORDER_MASS_CANCEL_REQUEST,
        (Tag.CL_ORD_ID, "all"),
        (Tag.MASS_CANCEL_REQUEST_TYPE, "7"),
    )
    told = [await bot.next() for _ in range(5)]
    (counted,) = [each for each in told if each.type == "r"]
    assert (
        counted.get(Tag.MASS_CANCEL_RESPONSE),
        counted.get(Tag.TOTAL_AFFECTED_ORDERS),
    ) == ("7", "2")
    bot.say(
        MsgType.ORDER_MASS_CANCEL_REQUEST,
        (Tag.CL_ORD_ID, "some"),
        (Tag.MASS_CANCEL_REQUEST_TYPE, "1"),
    )
    assert (await bot.next()).get(Tag.MASS_CANCEL_RESPONSE) == "0"


@on_road()
async def test_what_has_no_road_is_refused_in_its_own_words(road: FixRoad) -> None:
    bot = await road.bot()
    bot.say(MsgType.MARKET_DATA_REQUEST, (Tag.MD_REQ_ID, "prices"))
    refused = await bot.next()
    assert (refused.type, refused.get(Tag.MD_REQ_ID)) == ("Y", "prices")
    for kind in ("E", "x", "AE"):
        bot.say(kind, (Tag.CL_ORD_ID, "list"))
        refused = await bot.next()
        assert (refused.type, refused.get(Tag.BUSINESS_REJECT_REASON)) == ("j", "3")
        assert refused.get(Tag.REF_MSG_TYPE) == kind
    bot.say(MsgType.ORDER_STATUS_REQUEST, (Tag.CL_ORD_ID, "nobody"))
    unknown = await bot.report()
    assert (unknown.kind, unknown.reason) == (ExecType.STATUS, OrdReject.UNKNOWN_ORDER)


BAD = [
    ((Tag.ACCOUNT, "other"), 1),
    ((Tag.SYMBOL, "EURUSD"), 55),
    ((Tag.SIDE, "5"), 54),
    ((Tag.ORDER_QTY, "0"), 38),
    ((Tag.ORDER_QTY, "-1"), 38),
    ((Tag.ORDER_QTY, "1e3"), 38),
    ((Tag.ORDER_QTY, "100.001"), 38),
    ((Tag.CURRENCY, "GBP"), 15),
    ((Tag.ORD_TYPE, "3"), 40),
    ((Tag.ORD_TYPE, "2"), 44),
    ((Tag.PRICE, "1.1"), 44),
    ((Tag.TIME_IN_FORCE, "6"), 59),
    ((Tag.TRANSACT_TIME, "now"), 60),
    ((Tag.HANDL_INST, "3"), 21),
    ((Tag.CL_ORD_ID, "a b"), 11),
]


@on_road()
async def test_what_cannot_be_said_as_an_order_is_refused_and_not_passed_over(
    road: FixRoad,
) -> None:
    bot = await road.bot()
    for more, tag in BAD:
        bot.raw_order(more)
        refused = await bot.report()
        assert refused.status == OrdStatus.REJECTED
        assert refused.text.startswith(f"tag {tag}: "), (more, refused.text)
    assert road.house.kinds() == []
    bot.raw_order((Tag.CURRENCY, "EUR"))
    assert (await bot.report()).kind == ExecType.PENDING_NEW


@on_road()
async def test_an_order_that_was_resent_too_late_is_refused(road: FixRoad) -> None:
    bot = await road.bot()
    session = bot.line.session
    object.__setattr__(session.terms, "resends", lambda _: True)
    await bot.hang_up()
    bot.order("old")
    road.house.clock.forward(seconds=31)
    await bot.dial()
    refused = await bot.report()
    assert refused.client_id == "old"
    assert refused.text == "tag 122: 31 s ago; want 30 s at most"
    assert await road.arrivals() == []


@on_road()
async def test_what_happens_while_the_bot_is_away_is_told_when_it_is_back(
    road: FixRoad,
) -> None:
    memory = MemoryStore()
    bot = await road.bot(memory)
    bot.order("one")
    await bot.hang_up()
    await road.house.gateway.releases.drained()
    bot = await road.bot(memory)
    assert shapes(await bot.reports(3))[-1] == (
        ExecType.FILL, OrdStatus.FILLED, HUNDRED,
    )  # fmt: skip


@on_road(cancels_on_disconnect=True)
async def test_what_works_is_cancelled_when_the_bot_is_gone(road: FixRoad) -> None:
    memory = MemoryStore()
    bot = await road.bot(memory)
    await resting(bot, "one")
    await bot.hang_up()
    bot = await road.bot(memory)
    _, done = await bot.reports(2)
    assert (done.kind, done.client_id, done.original) == (
        ExecType.CANCELED, "ours-1", "one",
    )  # fmt: skip


@on_road(cancels_on_disconnect=True)
async def test_what_works_is_cancelled_by_the_process_that_follows(
    road: FixRoad,
) -> None:
    memory = MemoryStore()
    bot = await road.bot(memory)
    await resting(bot, "one")
    await road.desk.close()  # It ends before it can cancel anything.
    await bot.hang_up()
    async with road.another_desk() as address:
        bot = await Bot(address, road.house.clock.now, memory).dial()
        _, done = await bot.reports(2)
    assert (done.kind, done.original) == (ExecType.CANCELED, "one")


@on_road()
async def test_what_works_goes_on_working_unless_that_was_agreed(
    road: FixRoad,
) -> None:
    bot = await road.bot()
    await resting(bot, "one")
    await bot.leave()
    (submitted,) = [
        event
        for raw in road.house.raws()
        if isinstance(event := Entry.read(raw).event, OrderSubmitted)
    ]
    assert submitted.order.action is Action.NEW


@on_road()
async def test_a_halt_is_a_market_that_is_closed(road: FixRoad) -> None:
    halt = Halt(
        place=FIRM, state=TradingState.HALTED, reason="test", at=road.house.clock.now()
    )
    note = sign_note(render_halt(halt), road.house.world.operators[0]).render()
    await road.house.gateway.statements.record(note)
    bot = await road.bot()
    bot.order("one")
    assert (await bot.report()).reason == OrdReject.CLOSED


@on_road()
async def test_many_orders_at_once_are_signed_in_their_order(road: FixRoad) -> None:
    bot = await road.bot()
    for number in range(12):
        bot.rest(f"n{number}", limit=f"1.{number:02}1")
    told = await bot.reports(24)
    first = [each.client_id for each in told if each.kind == ExecType.PENDING_NEW]
    assert sorted(first) == sorted(f"n{number}" for number in range(12))
    submitted = [
        event.order.client_order_id
        for raw in road.house.raws()
        if isinstance(event := Entry.read(raw).event, OrderSubmitted)
    ]
    assert submitted == [f"n{number}" for number in range(12)]


@on_road()
async def test_a_process_that_starts_again_tells_only_what_was_not_told(
    road: FixRoad,
) -> None:
    memory = MemoryStore()
    bot = await road.bot(memory)
    await resting(bot, "one")
    bot.order("two")
    await bot.reports(3)
    await bot.hang_up()
    async with road.another_desk() as address:
        bot = await Bot(address, road.house.clock.now, memory).dial()
        bot.cancel("three", "one")
        pending, done = await bot.reports(2)
        assert (pending.kind, done.kind) == (OrdStatus.PENDING_CANCEL, "4")
        assert (done.client_id, done.original) == ("three", "one")
        bot.say(
            MsgType.ORDER_STATUS_REQUEST, (Tag.CL_ORD_ID, "two"),
        )  # fmt: skip
        assert (await bot.report()).filled == HUNDRED


@on_road()
async def test_an_order_whose_answer_got_lost_is_found_in_the_log(
    road: FixRoad,
) -> None:
    bot = await road.bot()
    road.gate.loses_next = 2  # As often as the client insists.
    bot.order("one")
    assert shapes(await bot.reports(3))[-1] == (
        ExecType.FILL, OrdStatus.FILLED, HUNDRED,
    )  # fmt: skip
    road.gate.loses_next = 2
    bot.order("big", amount=eur("25000.01"))
    denied = await bot.report()
    assert (denied.reason, denied.text) == (
        OrdReject.EXCEEDS_LIMIT, "order.amount_max",
    )  # fmt: skip
    assert await road.arrivals() == ["one"]


@on_road()
async def test_one_connection_at_a_time_and_the_first_one_stays(road: FixRoad) -> None:
    bot = await road.bot()
    with pytest.raises(ConnectionError):
        await road.bot()
    bot.order("one")
    assert (await bot.report()).kind == ExecType.PENDING_NEW


@on_road(waiting_max=2)
async def test_more_messages_than_may_wait_are_refused_at_once(road: FixRoad) -> None:
    bot = await road.bot()
    for name in ("one", "two", "three"):
        bot.rest(name)
    refused = await bot.next()
    assert (refused.type, refused.get(Tag.BUSINESS_REJECT_REASON)) == ("j", "4")
    assert refused.get(Tag.BUSINESS_REJECT_REF_ID) == "three"
