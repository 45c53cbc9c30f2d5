"""Every incident is told to every target, and the log says to whom and how fast."""

import asyncio
from collections.abc import Callable
from typing import Final

import pytest

from kya.adapters.alerts_memory import MemoryTarget
from kya.core.errors import InputError, TransientError
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.incident import IncidentActed, Step
from kya.core.lifecycle import Act
from kya.core.limits_outside import ALERTS_UNDER_WAY_MAX
from kya.core.power_events import StandingChanged
from kya.core.state import State
from kya.gateway.alert import Alert, Change, alert_of, changes
from kya.gateway.alerts import entry_of
from kya.gateway.messenger import Messenger, News
from kya.gateway.ports import Recipient
from kya.gateway.scribe import Scribe
from tests.alerting import (
    GIVE_UP_MICROS,
    TOO_LARGE,
    Telling,
    an_alert_told,
    breach,
    leaf_at,
    lived,
    settled,
    step,
    told,
    until,
)
from tests.gateway.house import House
from tests.incidents import a_step, a_suspension, an_open_incident, the_incident_in
from tests.world import AGENT, ORIGIN

AWAY = TransientError("503 Service Unavailable")


def test_an_incident_is_told_to_every_target_and_the_log_says_how_fast() -> None:
    async def test(house: House) -> None:
        one, other = MemoryTarget(), MemoryTarget()
        async with Telling(house, {"desk": one, "pager": other}):
            await house.submit()
            incident = await breach(house)
            await until(lambda: len(settled(house)) == 2)
        assert told(one) == told(other) == [Change.OPENED]
        (alert,) = one.told
        assert (alert.incident, alert.agent) == (incident.id, AGENT)
        assert alert.reasons == ("order.amount_max",)
        assert alert.grace_ends_at == house.clock.instant.plus(seconds=300)
        assert (alert.origin, alert.sent_at) == (ORIGIN, house.clock.instant)
        assert leaf_at(house, alert.index) == incident.id
        said = settled(house)
        assert {event.target for event in said} == {"desk", "pager"}
        assert {event.detail for event in said} == {"kept in memory"}
        assert all(event.delivered and event.attempts == 1 for event in said)
        assert all(0 < event.micros < 1_000_000 for event in said)

    lived(test)


def test_what_opens_nothing_is_told_to_nobody() -> None:
    async def test(house: House) -> None:
        target = MemoryTarget()
        async with Telling(house, {"desk": target}):
            await house.submit()
            await breach(house)
            await until(lambda: len(settled(house)) == 1)
            await breach(house)
            await house.submit()
            await asyncio.sleep(0.05)
        assert told(target) == [Change.OPENED]

    lived(test)


def test_an_order_does_not_wait_for_a_target_that_hangs() -> None:
    class Hanging:
        async def tell(self, alert: Alert) -> str:
            await asyncio.sleep(3_600)
            return alert.id

    async def test(house: House) -> None:
        target = MemoryTarget()
        async with Telling(house, {"hangs": Hanging(), "desk": target}):
            await breach(house)
            async with asyncio.timeout(5):
                for _ in range(10):
                    await house.submit(amount=TOO_LARGE)
                await until(lambda: told(target) == [Change.OPENED])
        assert [event.target for event in settled(house)] == ["desk"]

    lived(test)


def test_a_target_that_is_away_is_told_when_it_is_back() -> None:
    async def test(house: House) -> None:
        target = MemoryTarget()
        target.fault = AWAY
        async with Telling(house, {"desk": target}):
            incident = await breach(house)
            await until(lambda: len(target.told) == 2)
            await step(house, incident, Step.ACKNOWLEDGE)
            house.gateway.alerts.look()
            target.fault = None
            await until(lambda: len(settled(house)) == 1)
            await until(lambda: Change.ACKNOWLEDGED in told(target))
        opened = [a for a in target.told if a.change is Change.OPENED]
        assert len({alert.id for alert in opened}) == 1
        assert told(target)[-1] is Change.ACKNOWLEDGED  # after what came before it
        (event,) = settled(house)
        assert event.delivered
        assert event.attempts == len(opened) == 3
        # After pauses of 100 and 200 ms.
        assert event.micros >= 300_000

    lived(test)


@pytest.mark.parametrize(
    ("fault", "give_up", "attempts"),
    [(AWAY, 50_000, 2), (InputError("410 Gone"), 60_000_000, 1)],
    ids=["for too long", "for good"],
)
def test_an_alert_that_nobody_takes_is_given_up_on_record(
    fault: TransientError | InputError, give_up: int, attempts: int
) -> None:
    async def test(house: House) -> None:
        target = MemoryTarget()
        target.fault = fault
        async with Telling(house, {"desk": target}, give_up):
            await breach(house)
            await until(lambda: len(settled(house)) == 1)
        (event,) = settled(house)
        assert not event.delivered
        assert (event.attempts, event.detail) == (attempts, str(fault))

    lived(test)


def test_what_a_target_says_fits_an_entry_whatever_it_is() -> None:
    class Rambling:
        async def tell(self, alert: Alert) -> str:
            return f"{alert.id[:1]}\x00\n\ud800" + 600 * "x"

    async def test(house: House) -> None:
        async with Telling(house, {"desk": Rambling()}):
            incident = await breach(house)
            await until(lambda: len(settled(house)) == 1)
        (event,) = settled(house)
        assert event.detail == incident.id[:1] + "   " + 508 * "x"

    lived(test)


def test_a_crash_before_the_entry_tells_it_again_and_one_after_it_does_not() -> None:
    async def test(house: House) -> None:
        target = MemoryTarget()
        target.fault = AWAY
        async with Telling(house, {"desk": target}):
            incident = await breach(house)
            await until(lambda: len(target.told) == 1)
        await house.restart()
        target.fault = None
        house.clock.forward(seconds=7)
        async with Telling(house, {"desk": target}):
            await until(lambda: len(settled(house)) == 1)
        assert len({alert.id for alert in target.told}) == 1
        assert {alert.incident for alert in target.told} == {incident.id}
        (event,) = settled(house)
        assert event.micros >= 7_000_000  # the time without a gateway counts
        count = len(target.told)
        await house.restart()
        async with Telling(house, {"desk": target}):
            await asyncio.sleep(0.05)
        assert len(target.told) == count

    lived(test)


def test_what_was_taken_but_is_not_on_record_is_told_once_more_under_its_name() -> None:
    async def test(house: House) -> None:
        target = MemoryTarget()
        async with Telling(house, {"desk": target}):
            await breach(house)
            house.clock.forward(seconds=-60)  # so that it cannot go on record
            await until(lambda: len(target.told) == 1)
        await house.restart()
        house.clock.forward(seconds=61)
        async with Telling(house, {"desk": target}):
            await until(lambda: len(settled(house)) == 1)
        first, second = target.told
        assert first.id == second.id
        assert settled(house)[0].delivered

    lived(test)


def test_an_incident_from_before_the_task_began_is_told_with_what_came_of_it() -> None:
    async def test(house: House) -> None:
        incident = await breach(house)
        await step(house, incident, Step.RELEASE)
        target = MemoryTarget()
        async with Telling(house, {"desk": target}):
            await until(lambda: len(target.told) == 2)
        assert told(target) == [Change.OPENED, Change.RELEASED]

    lived(test)


def test_a_new_target_is_not_told_of_incidents_that_are_long_over() -> None:
    async def test(house: House) -> None:
        over = await breach(house)
        await step(house, over, Step.RELEASE)
        house.clock.forward(seconds=90)
        incident = await breach(house)
        target = MemoryTarget()
        async with Telling(house, {"desk": target}):
            await until(lambda: len(settled(house)) == 1)
        assert {alert.incident for alert in target.told} == {incident.id}

    lived(test)


def test_what_comes_of_it_is_told_and_leaves_no_entry() -> None:
    async def test(house: House) -> None:
        target = MemoryTarget()
        async with Telling(house, {"desk": target}):
            incident = await breach(house)
            await until(lambda: len(settled(house)) == 1)
            await step(house, incident, Step.ACKNOWLEDGE)
            await until(lambda: told(target)[-1] is Change.ACKNOWLEDGED)
            house.clock.forward(seconds=300)
            await house.change_standing(Act.SUSPEND)
            house.gateway.alerts.look()
            await until(lambda: told(target)[-1] is Change.SUSPENDED)
            await house.change_standing(Act.REVOKE)
            house.gateway.alerts.look()
            await until(lambda: told(target)[-1] is Change.REVOKED)
        acknowledged, suspended, revoked = target.told[1:]
        assert acknowledged.since == incident.opened_at.plus(seconds=10)
        assert suspended.since == revoked.since == house.clock.instant
        assert revoked.change.is_last
        assert len({alert.id for alert in target.told}) == 4
        assert len(settled(house)) == 1

    lived(test)


def test_while_the_clock_is_behind_it_is_told_and_settled_later() -> None:
    async def test(house: House) -> None:
        target = MemoryTarget()
        async with Telling(house, {"desk": target}):
            await breach(house)
            house.clock.forward(seconds=-60)
            await until(lambda: told(target) == [Change.OPENED])
            assert settled(house) == []
            house.clock.forward(seconds=61)
            await until(lambda: len(settled(house)) == 1)
        assert told(target) == [Change.OPENED]

    lived(test)


def test_a_fault_of_our_own_ends_the_task_instead_of_telling_nobody() -> None:
    class Broken:
        async def tell(self, alert: Alert) -> str:
            raise KeyError(alert.id)

    async def test(house: House) -> None:
        recipients = {"desk": Recipient(Broken(), GIVE_UP_MICROS)}
        await breach(house)
        with pytest.raises(ExceptionGroup) as caught:
            await house.gateway.alerts.tell_ever(recipients)
        assert caught.group_contains(KeyError)

    lived(test)


def test_many_are_told_at_once_but_not_all_of_them() -> None:
    class Counting:
        under_way, most, told = 0, 0, 0

        async def tell(self, alert: Alert) -> str:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(0.001)
            self.under_way -= 1
            self.told += 1
            return alert.id

    async def test(house: House) -> None:
        target = Counting()
        incident = await breach(house)
        scribe = Scribe(
            sequencer=house.sequencer, signer=house.world.gateway, clock=house.clock
        )
        async with asyncio.TaskGroup() as group:
            recipient = Recipient(target, GIVE_UP_MICROS)
            messenger = Messenger("desk", recipient, scribe, group)
            for number in range(3 * ALERTS_UNDER_WAY_MAX):
                other = incident._replace(id=f"{number:064x}")
                change = Change.ACKNOWLEDGED
                messenger.tell(News(change=change, incident=other, index=0, since=0))
        assert target.told == 3 * ALERTS_UNDER_WAY_MAX
        assert target.most == ALERTS_UNDER_WAY_MAX

    lived(test)


@pytest.mark.parametrize("before", [0, 1, 6])
@pytest.mark.parametrize("after", [0, 1, 8])
def test_the_order_that_opened_it_is_found(before: int, after: int) -> None:
    async def test(house: House) -> None:
        for _ in range(before):
            await house.submit(amount=TOO_LARGE, market="EUR/USD", venue="NOWHERE")
        incidents = house.sequencer.state.incidents
        incident = next(iter(incidents.values())) if incidents else await breach(house)
        for number in range(after):
            house.clock.forward(micros=number % 3)
            await house.submit()
        index = entry_of(house.sequencer, incident)
        assert leaf_at(house, index) == incident.id

    lived(test)


STEPS: Final[dict[Change, Callable[[State], Event]]] = {
    Change.ACKNOWLEDGED: lambda state: a_step(state, Step.ACKNOWLEDGE),
    Change.EXTENDED: lambda state: a_step(state, Step.EXTEND),
    Change.RELEASED: lambda state: a_step(state, Step.RELEASE),
    Change.SUSPENDED: a_suspension,
}


@pytest.mark.parametrize("change", STEPS)
def test_every_step_is_a_change_with_its_own_instant(change: Change) -> None:
    state = an_open_incident()
    event = STEPS[change](state)
    assert isinstance(event, IncidentActed | StandingChanged)
    before, after = the_incident_in(state), the_incident_in(apply(state, event))
    assert list(changes(None, before)) == [Change.OPENED]
    assert list(changes(before, after)) == [change]
    alert = alert_of(change, after, event.at, (ORIGIN, 41))
    assert alert.since == event.at
    assert alert.id == f"{after.id}-{change.value}-{event.at.micros}"


def test_a_repeat_is_no_change() -> None:
    before = the_incident_in(an_open_incident())
    assert list(changes(before, before._replace(repeats=3))) == []


def test_the_words_say_what_to_look_at() -> None:
    assert an_alert_told().words == (
        "kya: algo_trader_v2: incident 1c1c1c1c1c1c1c1c opened: order.amount_max,"
        " market.not_allowed, grace until 2026-05-15T09:20:00.000000Z (entry 41 of"
        " cryptoex.example/kya/2026)"
    )
    assert "grace" not in an_alert_told(Change.RELEASED).words
    assert "nothing has happened" in an_alert_told(Change.TRIED).words
