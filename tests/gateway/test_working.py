"""Orders that rest: cancelled once, replaced, called back, and never forgotten."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from kya.adapters.venue_paper import Fault
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.errors import TransientError
from kya.core.lifecycle import Act
from kya.core.money import Money, Price
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.order_events import OrderSubmitted, VenueStatus
from kya.core.scope_limits import Limits
from kya.gateway.answer import Answer
from kya.gateway.permit import Permit
from kya.gateway.ports import VenueAnswer
from tests.gateway.house import House, decision_in, in_house
from tests.world import AGENT, EUR, eur, the_scope

ACKNOWLEDGED, CANCELLED = VenueStatus.ACKNOWLEDGED, VenueStatus.CANCELLED
FILLED, REJECTED = VenueStatus.FILLED, VenueStatus.REJECTED
NOT_RECEIVED, UNKNOWN = VenueStatus.NOT_RECEIVED, VenueStatus.UNKNOWN
MAY_REPLACE = the_scope(
    limits=Limits(actions=frozenset({Action.NEW, Action.REPLACE, Action.CANCEL}))
)
FAR = {
    "type": OrderType.LIMIT,
    "limit_price": Price.parse("1"),
    "time_in_force": TimeInForce.GTC,
}


async def rest(house: House, **changes: object) -> Answer:
    """Submit an order that rests, and return once that is on record."""
    answer = await house.submit(**{**FAR, **changes})
    await house.gateway.releases.drained()
    return answer


async def cancel(house: House, target: int, **changes: object) -> Answer:
    return await house.submit(action=Action.CANCEL, target=target, **changes)


async def story(house: House) -> list[tuple[int, VenueStatus]]:
    """What the venue has said, by `seq`, once every order has its answer on record."""
    return [(report.seq, report.status) for report in await house.reports()]


def working(house: House) -> list[OrderSubmitted]:
    return list(house.sequencer.state.agents[AGENT].unanswered.values())


@in_house()
async def test_a_resting_order_is_on_record_as_such_and_goes_on_working(
    house: House,
) -> None:
    await rest(house)
    assert await story(house) == [(1, ACKNOWLEDGED)]
    assert len(working(house)) == 1
    found = await house.gateway.inquiry.order(AGENT, 1, seconds=5)
    assert found is not None
    assert (found.venue, found.report_index) == (ACKNOWLEDGED, None)


@in_house()
async def test_a_cancel_is_confirmed_after_the_last_word_on_its_target(
    house: House,
) -> None:
    await rest(house)
    answer = await cancel(house, 1)
    assert answer.outcome is Outcome.ALLOWED
    assert await story(house) == [(1, ACKNOWLEDGED), (1, CANCELLED), (2, CANCELLED)]
    assert working(house) == []


@in_house()
async def test_a_suspended_agent_cancels_and_does_nothing_else(house: House) -> None:
    await rest(house)
    await house.change_standing(Act.SUSPEND)
    assert (await cancel(house, 1)).outcome is Outcome.ALLOWED
    assert (await house.submit()).outcome is Outcome.REFUSED
    assert (2, CANCELLED) in await story(house)


@in_house()
async def test_a_cancel_of_what_is_filled_is_denied_and_never_sent(
    house: House,
) -> None:
    await house.submit()
    await house.gateway.releases.drained()
    answer = await cancel(house, 1)
    assert decision_in(answer).reasons == [Reason.TARGET_UNKNOWN.value]
    assert await house.arrivals() == ["c-1"]


@in_house(faults={"c-2": Fault.TIMEOUT})
async def test_a_cancel_whose_answer_got_lost_is_asked_for(house: House) -> None:
    await rest(house)
    await cancel(house, 1)
    await settled(house)
    assert [word for word in await story(house) if word[0] == 2] == [
        (2, UNKNOWN),
        (2, CANCELLED),
    ]
    assert (await house.arrivals()).count("c-2") == 1


async def settled(house: House) -> None:
    """Wait until nothing works any more; for a second or two at most."""
    async with asyncio.timeout(5):
        while working(house):  # noqa: ASYNC110  what settles it is another task
            await asyncio.sleep(0.01)


@in_house(faults={"c-2": Fault.LOST})
async def test_a_cancel_that_got_lost_leaves_its_target_working(house: House) -> None:
    await rest(house)
    await cancel(house, 1)
    assert await story(house) == [
        (1, ACKNOWLEDGED),
        (2, UNKNOWN),
        (2, NOT_RECEIVED),
    ]
    assert [submitted.order.seq for submitted in working(house)] == [1]


@in_house(faults={"c-2": Fault.TIMEOUT})
async def test_after_a_restart_a_cancel_is_asked_for_and_not_sent_again(
    house: House,
) -> None:
    await rest(house)
    await cancel(house, 1)
    await asyncio.sleep(0.01)
    await house.restart()
    await settled(house)
    assert (2, CANCELLED) in await story(house)
    assert (await house.arrivals()).count("c-2") == 1


@in_house()
async def test_after_a_restart_what_rests_is_not_reported_again(house: House) -> None:
    await rest(house)
    await house.restart()
    assert await story(house) == [(1, ACKNOWLEDGED)]
    await cancel(house, 1)
    assert (1, CANCELLED) in await story(house)


@in_house(scope=MAY_REPLACE)
async def test_a_replacement_follows_the_last_word_on_its_target(
    house: House,
) -> None:
    await rest(house)
    await house.submit(**FAR, action=Action.REPLACE, target=1, amount=eur("21000.00"))
    assert await story(house) == [
        (1, ACKNOWLEDGED),
        (1, CANCELLED),
        (2, ACKNOWLEDGED),
    ]
    agent = house.sequencer.state.agents[AGENT]
    assert sum(agent.past.allowed.values()) == eur("21000.00").minor_units
    assert [submitted.order.seq for submitted in working(house)] == [2]


@in_house(scope=MAY_REPLACE, faults={"c-2": Fault.REJECT})
async def test_a_replacement_that_is_rejected_leaves_its_target(house: House) -> None:
    await rest(house)
    await house.submit(**FAR, action=Action.REPLACE, target=1)
    assert await story(house) == [(1, ACKNOWLEDGED), (2, REJECTED)]
    assert [submitted.order.seq for submitted in working(house)] == [1]


# -------------------------------------------------------------------- calling back


@in_house()
async def test_working_orders_are_called_back_without_a_message(house: House) -> None:
    for _ in range(3):
        await rest(house)
    await house.gateway.releases.cancel_working(working(house))
    await settled(house)
    said = await story(house)
    assert said[3:] == [(1, CANCELLED), (2, CANCELLED), (3, CANCELLED)]
    details = {report.detail for report in await house.reports() if report.detail}
    assert details == {"called back by the gateway"}
    assert house.kinds().count("order") == 3


@dataclass
class Scripted:
    """A venue that says what it is told to say, and remembers who asked for what."""

    words: dict[str, list[VenueAnswer | None]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def says(self, verb: str, *answers: VenueAnswer | None) -> None:
        self.words[verb] = list(answers)

    async def submit(self, permit: Permit) -> VenueAnswer:
        await self.gate.wait()
        return self._told("submit", permit.order.client_order_id)

    async def replace(self, permit: Permit) -> VenueAnswer:
        return self._told("replace", permit.order.client_order_id)

    async def cancel(self, permit: Permit) -> VenueAnswer:
        return self._told("cancel", permit.order.client_order_id)

    async def recall(self, client_id: str) -> VenueAnswer | None:
        return self._told("recall", client_id)

    async def query(self, client_id: str) -> VenueAnswer | None:
        return self._told("query", client_id)

    def _told(self, verb: str, what: str) -> VenueAnswer:
        self.calls.append((verb, what))
        words = self.words.get(verb, [])
        answer = words.pop(0) if len(words) > 1 else words[0] if words else None
        if answer is None:
            raise TransientError(f"{verb}: no answer")
        return answer

    def count(self, verb: str) -> int:
        return [each for each, _ in self.calls].count(verb)


def the_venue(house: House) -> Scripted:
    """The scripted venue, new for each test, in the place of the house's own."""
    venue = Scripted()
    house.venues = dict.fromkeys(house.venues, venue)
    return venue


async def scripted(house: House, *, is_open: bool = True) -> Scripted:
    """The house, open again with a scripted venue."""
    venue = the_venue(house)
    if is_open:
        venue.gate.set()
    await house.restart()
    return venue


RESTING = VenueAnswer(status=ACKNOWLEDGED)
ENDED = VenueAnswer(status=CANCELLED)


@in_house()
async def test_what_cannot_be_told_is_told_again_until_it_is_settled(
    house: House,
) -> None:
    venue = await scripted(house)
    venue.says("submit", RESTING)
    venue.says("query", RESTING)
    venue.says("recall", None, ENDED)
    await rest(house)
    await house.gateway.releases.cancel_working(working(house))
    assert venue.count("recall") == 1
    await settled(house)
    assert venue.count("recall") == 2
    assert await story(house) == [(1, ACKNOWLEDGED), (1, CANCELLED)]


@in_house()
async def test_what_has_not_left_yet_does_not_leave(house: House) -> None:
    venue = await scripted(house, is_open=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kya.gateway.sending.RELEASES_IN_FLIGHT_MAX", 1)
        await house.restart()
        venue.says("submit", RESTING)
        venue.says("query", RESTING)
        venue.says("recall", ENDED)
        for order in house.orders(3, **FAR):
            await house.gateway.submit(house.note(order))
        await asyncio.sleep(0)
        calling = asyncio.ensure_future(
            house.gateway.releases.cancel_working(working(house))
        )
        await asyncio.sleep(0)
        assert not calling.done()
        venue.gate.set()
        await calling
        await settled(house)
    assert [what for verb, what in venue.calls if verb == "submit"] == ["c-1"]
    said = dict(await story(house))
    assert said == {1: CANCELLED, 2: NOT_RECEIVED, 3: NOT_RECEIVED}


@in_house()
async def test_a_cancel_does_not_overtake_its_target(house: House) -> None:
    venue = await scripted(house, is_open=False)
    venue.says("submit", RESTING)
    venue.says("query", ENDED)
    venue.says("cancel", ENDED)
    order = house.order(**FAR)
    await house.gateway.submit(house.note(order))
    await cancel(house, 1, amount=order.amount)
    await asyncio.sleep(0.01)
    assert venue.calls == []
    venue.gate.set()
    await settled(house)
    assert [verb for verb, _ in venue.calls][:2] == ["submit", "cancel"]


@in_house()
async def test_a_cancel_is_not_called_back(house: House) -> None:
    venue = await scripted(house)
    venue.says("submit", RESTING)
    venue.says("query", RESTING)
    await rest(house)
    await cancel(house, 1)
    await asyncio.sleep(0.01)
    cancels = [each for each in working(house) if each.order.action is Action.CANCEL]
    await house.gateway.releases.cancel_working(cancels)
    assert len(cancels) == 1
    assert venue.count("recall") == 0


# ------------------------------------------------------------- what cannot be true


def part(cents: int, status: VenueStatus = ACKNOWLEDGED) -> VenueAnswer:
    return VenueAnswer(status=status, filled=Money(cents, EUR))


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (part(400), "less is filled than the report before it says"),
        (part(2_000_001, FILLED), "filled 20000.01 of 20000.00"),
        (VenueAnswer(status=REJECTED), "cannot be rejected"),
    ],
)
def test_a_word_that_cannot_be_true_is_put_on_record_as_a_doubt(
    word: VenueAnswer, why: str
) -> None:
    @in_house()
    async def lived(house: House) -> None:
        venue = await scripted(house)
        venue.says("submit", part(500))
        venue.says("query", word, word, word, part(2_000_000, FILLED))
        await rest(house)
        await settled(house)
        reports = await house.reports()
        assert [report.status for report in reports] == [ACKNOWLEDGED, UNKNOWN, FILLED]
        assert reports[1].detail.startswith(f"the venue says {word.status.value}, but")
        assert why in reports[1].detail

    lived()


@in_house()
async def test_more_that_is_filled_goes_on_record_and_the_same_does_not(
    house: House,
) -> None:
    venue = await scripted(house)
    venue.says("submit", part(500))
    venue.says("query", part(500), part(700), part(700), ENDED_WITH_700)
    await rest(house)
    await settled(house)
    filled = [report.filled for report in await house.reports()]
    assert filled == [Money(500, EUR), Money(700, EUR), Money(700, EUR)]
    assert [report.status for report in await house.reports()][-1] is CANCELLED


ENDED_WITH_700 = replace(ENDED, filled=Money(700, EUR))
