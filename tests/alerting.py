"""A house whose board has an incident policy, and whom its gateway tells."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Final

from kya.adapters.alerts_memory import MemoryTarget
from kya.adapters.store_memory import MemoryDisk
from kya.authority import acts
from kya.core.credential import Role
from kya.core.incident import AlertSettled, Incident, IncidentAct, Step
from kya.core.money import Money
from kya.core.order_events import OrderSubmitted
from kya.gateway.alert import Alert, Change
from kya.gateway.ports import AlertTarget, Recipient
from kya.pki.entries import Entry
from tests.builders import an_incident_policy
from tests.gateway.house import VENUES, HandClock, House, a_venue
from tests.world import MORNING, ORIGIN, World, eur, signer_for

TOO_LARGE: Final[Money] = eur("25000.01")
GIVE_UP_MICROS: Final = 60_000_000
SECONDS: Final = 10
Test = Callable[[House], Awaitable[None]]


@cache
def the_watched_world() -> World:
    """One order that is too large opens an incident; nobody appends to this world."""
    world = World(incidents=an_incident_policy())
    world.enrol(world.person("rita", signer_for("rita"), Role.RISK))
    return world


def a_watched_house() -> House:
    """A house in that world; it is not open yet."""
    clock = HandClock()
    paper = a_venue(clock)
    return House(
        world=the_watched_world(),
        clock=clock,
        disk=MemoryDisk(),
        paper=paper,
        venues=dict.fromkeys(VENUES, paper),
    )


def lived(test: Test) -> None:
    """Live a test in an open house; whom it tells is for the test to say."""

    async def live() -> None:
        house = a_watched_house()
        await house.open()
        try:
            await test(house)
        finally:
            await house.close()

    asyncio.run(live())


class Telling:
    """The gateway's task that tells these targets, until the block ends."""

    def __init__(
        self,
        house: House,
        targets: Mapping[str, AlertTarget],
        give_up_micros: int = GIVE_UP_MICROS,
    ) -> None:
        self._house = house
        self._recipients = {
            name: Recipient(target, give_up_micros) for name, target in targets.items()
        }

    async def __aenter__(self) -> None:
        work = self._house.gateway.alerts.tell_ever(self._recipients)
        self._task = asyncio.create_task(work)
        await asyncio.sleep(0)

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


async def until(happened: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until it has happened, and fail if it does not."""
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, "it did not happen"
        await asyncio.sleep(0.002)


async def breach(house: House) -> Incident:
    """Submit an order that is too large; return the incident that it opens."""
    await house.submit(amount=TOO_LARGE)
    return list(house.sequencer.state.incidents.values())[-1]


async def step(
    house: House, incident: Incident, which: Step, seconds: int = 10
) -> None:
    """Let two people act on the incident, so many seconds after it was opened."""
    at = incident.opened_at.plus(seconds=seconds)
    house.clock.instant = max(house.clock.instant, at)
    act = IncidentAct(
        incident=incident.id,
        step=which,
        reason="people looked",
        at=at,
        until=at.plus(seconds=3_600) if which is Step.EXTEND else None,
    )
    people = house.world.operators[0], house.world.risk
    await house.gateway.statements.record(acts.step(act, *people))


def settled(house: House) -> list[AlertSettled]:
    """The alerts that are on record for good as delivered or given up."""
    start, end = len(house.world.entries), house.sequencer.durable_size
    raws = [house.sequencer.entry(index) for index in range(start, end)]
    events = [Entry.read(raw).event for raw in raws]
    return [event for event in events if isinstance(event, AlertSettled)]


def leaf_at(house: House, index: int) -> str:
    """The leaf hash of the order that this entry is."""
    event = Entry.read(house.sequencer.entry(index)).event
    assert isinstance(event, OrderSubmitted)
    return event.leaf


def told(target: MemoryTarget) -> list[Change]:
    """What the target was told, each as often as it was."""
    return [alert.change for alert in target.told]


def an_alert_told(change: Change = Change.OPENED, **changes: object) -> Alert:
    """One alert as an adapter gets it."""
    values: dict[str, object] = {
        "change": change,
        "incident": "1c" * 32,
        "agent": "algo_trader_v2",
        "reasons": ("order.amount_max", "market.not_allowed"),
        "opened_at": MORNING,
        "grace_ends_at": MORNING.plus(seconds=300),
        "since": MORNING,
        "sent_at": MORNING.plus(micros=1_500_000),
        "index": 41,
        "origin": ORIGIN,
    }
    return Alert(**{**values, **changes})  # type: ignore[arg-type]
