"""The incident file: what the log knows around an incident, and nothing else."""

import json
from typing import Any

from kya.codec import canonical
from kya.codec.incident_file import ORDERS_BEFORE, IncidentFile, Wanted
from kya.core.incident import Step
from kya.core.money import Price
from kya.core.price import ReferencePrice
from tests.incidents import (
    TOO_LARGE,
    a_watched_world,
    suspended_when_due,
    take_step,
    the_incident_in,
)
from tests.world import AGENT, MORNING, World, eur


def priced(world: World, seconds: int, bid: str, ask: str, **changes: object) -> None:
    """An order at this price, so long after the first."""
    at = MORNING.plus(seconds=seconds)
    price = ReferencePrice(
        market="EUR/USD",
        bid=Price.parse(bid),
        ask=Price.parse(ask),
        at=at,
        source="recorded",
    )
    world.trade(world.order(created_at=at, **changes), price=price)


def a_breach_in_a_wide_market() -> World:
    """Three orders in a quiet market, then one too large while the spread is wide."""
    world = a_watched_world()
    world.start()
    for seconds in (0, 60, 120):
        priced(world, seconds, "1.1719", "1.1721")
        world.report(world.state.agents[AGENT].past.seq)
    priced(world, 180, "1.17", "1.174", amount=TOO_LARGE)
    take_step(world, Step.ACKNOWLEDGE, world.operators[0])
    suspended_when_due(world)
    return world


def file_of(world: World, bot_log: bytes | None = None) -> dict[str, Any]:
    """The file of the only incident."""
    incident = the_incident_in(world.state)
    wanted = Wanted(incident=incident.id, agent=AGENT, opened_at=incident.opened_at)
    file = IncidentFile(wanted)
    for index, raw in enumerate(world.entries):
        file.take(index, raw)
    line = file.render(bot_log)
    assert canonical.encode_line(json.loads(line)) == line
    found: dict[str, Any] = json.loads(line)
    return found


def test_it_holds_the_order_and_the_decision_that_opened_it() -> None:
    world = a_breach_in_a_wide_market()
    found = file_of(world)
    opened = found["opened"]
    assert opened["order"]["amount"] == str(TOO_LARGE)
    assert opened["decision"]["incident"]["reasons"] == ["order.amount_max"]
    raw = world.entries[opened["entry"]]
    assert canonical.leaf_digest(raw) == found["incident"]


def test_it_sets_the_market_against_its_own_day() -> None:
    found = file_of(a_breach_in_a_wide_market())
    assert found["market"] == {
        "entries": found["market"]["entries"],
        "market": "EUR/USD",
        "mid_range_bps": 0,
        "prices": 4,
        "spread_bps": {"highest": 35, "median": 2, "then": 35},
    }


def test_it_lists_the_orders_before_and_no_more_than_some() -> None:
    world = a_watched_world()
    for seconds in range(ORDERS_BEFORE + 2):
        priced(world, seconds, "1.1719", "1.1721", amount=eur("1.00"))
    priced(world, 60, "1.1719", "1.1721", amount=TOO_LARGE)
    before = file_of(world)["orders_before"]
    assert [each["seq"] for each in before] == list(range(3, ORDERS_BEFORE + 3))
    assert {each["outcome"] for each in before} == {"allowed"}


def test_it_tells_who_did_what_around_it_and_under_which_session() -> None:
    world = a_breach_in_a_wide_market()
    found = file_of(world)
    suspended = found["acts"][-1]
    assert (suspended["kind"], suspended["signed_by"]) == (
        "kya/standing/v1",
        ["authority"],
    )
    assert found["session"]["region"] == "eu-west-1"
    kind = json.loads(world.entries[found["session"]["entry"]].split(b"\n")[0])["_type"]
    assert kind == "kya/session-start/v1"


def test_what_the_bot_wrote_down_stands_there_by_its_hash() -> None:
    world = a_breach_in_a_wide_market()
    assert file_of(world)["bot_log"] is None
    assert file_of(world, b"x\n")["bot_log"] == canonical.digest(b"x\n")


def test_without_a_price_nothing_is_said_of_the_market() -> None:
    world = a_watched_world()
    world.trade(world.order(amount=TOO_LARGE))
    found = file_of(world)
    assert found["market"] is None
    assert found["session"] is None
