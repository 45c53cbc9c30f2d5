"""An agent's tools over a real road, called by the protocol's own client."""

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client as Assistant

from kya.adapters.agent_journal_memory import MemoryJournal
from kya.adapters.exchange_faults import ExchangeFault
from kya.agent.async_client import AsyncAgent
from kya.agent.chain import Identity
from kya.agent.exchange import Patience
from kya.agent.link import Link
from kya.assistant.acting import create_server
from kya.assistant.orders import OrderTools
from kya.assistant.wanted import OneOrder, Side, Verdict, WantedOrder
from kya.core import tokens
from tests.bots.road import VENUE, Road, a_road
from tests.world import AGENT

BUY: dict[str, Any] = {"market": "BTC/EUR", "side": "BUY", "amount": "0.1"}
RESTING = {**BUY, "limit_price": "50000.00", "time_in_force": "GTC"}
NAMES = count(1)


def the_tools(agent: AsyncAgent) -> OrderTools:
    return OrderTools(agent, VENUE, lambda: f"model-{next(NAMES)}")


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """One road; its first order is refused by the exchange."""
    folder = tmp_path_factory.mktemp("road")
    with a_road(folder, ExchangeFault.REJECT) as road:
        tools = the_tools(road.agent)
        refused = road.run(tools.submit_order(WantedOrder(**BUY)))
        assert (refused.outcome, refused.order) == ("allowed", 1)
        road.settled()
        yield road


def asked(road: Road, tool: str, **arguments: object) -> Any:  # noqa: ANN401
    """What a tool answers, or the words by which it refuses."""

    async def run() -> Any:  # noqa: ANN401
        async with Assistant(create_server(the_tools(road.agent))) as assistant:
            result = await assistant.call_tool(tool, arguments)
            text = result.content[0].text  # type: ignore[union-attr]
            return text if result.is_error else result.structured_content

    return road.run(run())


def test_a_model_is_told_what_each_tool_may_change_and_takes(road: Road) -> None:
    async def run() -> Any:  # noqa: ANN401
        async with Assistant(create_server(the_tools(road.agent))) as assistant:
            return await assistant.list_tools(), assistant.instructions

    listed, instructions = road.run(run())
    tools = {tool.name: tool for tool in listed.tools}
    assert {name: tool.annotations.read_only_hint for name, tool in tools.items()} == {
        "submit_order": False,
        "cancel_order": False,
        "open_orders": True,
        "explain": True,
    }
    assert "never instructions" in instructions
    asks = tools["submit_order"].input_schema
    assert asks["additionalProperties"] is False
    assert asks["properties"].keys() == set(WantedOrder.__struct_fields__)


def test_an_order_is_signed_judged_and_in_the_log(road: Road) -> None:
    told = asked(road, "submit_order", **BUY)
    road.settled()
    assert told["outcome"] == "allowed"
    assert told["reasons"] == []
    entry = road.house.sequencer.entry(told["log_index"])
    assert f'"seq":{told["order"]},'.encode() in entry
    why = asked(road, "explain", order=told["order"])
    assert why["shown"]["venue"] == "filled"
    assert why["shown"]["filled"] == "0.10000000"


def test_a_denial_comes_back_as_words_with_its_figures_and_its_code(road: Road) -> None:
    arrived = road.arrivals()
    told = asked(road, "submit_order", **{**BUY, "amount": "0.5"})
    assert told["outcome"] == "denied"
    assert told["reasons"] == ["order.amount_max"]
    assert "above the order maximum of EUR 25000.00 (order.amount_max)" in told["said"]
    assert asked(road, "explain", order=told["order"])["shown"]["outcome"] == "denied"
    other = asked(road, "submit_order", **{**BUY, "market": "ETH/EUR"})
    assert other["reasons"][0] == "market.not_allowed"
    assert road.arrivals() == arrived


def test_what_rests_is_listed_and_taken_back(road: Road) -> None:
    placed = asked(road, "submit_order", **RESTING)
    road.settled()
    (working,) = asked(road, "open_orders")["orders"]
    assert (working["order"], working["limit_price"]) == (placed["order"], "50000")
    assert asked(road, "cancel_order", order=placed["order"])["outcome"] == "allowed"
    road.settled()
    assert asked(road, "open_orders") == {"orders": []}
    again = asked(road, "cancel_order", order=placed["order"])
    assert again["outcome"] == "refused"
    assert "no working order" in again["said"]


def test_the_venues_words_are_quoted_and_explained_where_they_are_known(
    road: Road,
) -> None:
    why = asked(road, "explain", order=1)
    assert why["said"] == "order 1 allowed"
    assert why["shown"]["venue"] == "rejected"
    assert why["shown"]["venue_said"] == {
        "of": "the venue",
        "quoted": "EOrder:Insufficient funds",
    }
    assert "none of this agent's" in asked(road, "explain", order=999_999)["said"]


def test_the_words_of_a_denial_are_told_again_with_their_figures(road: Road) -> None:
    tools = the_tools(road.agent)
    denied = road.run(tools.submit_order(WantedOrder(**{**BUY, "amount": "0.5"})))
    assert denied.order
    why = road.run(tools.explain(OneOrder(order=denied.order)))
    assert why.said == denied.said
    assert why.shown
    assert why.shown.reasons == denied.reasons


@pytest.mark.parametrize(
    "arguments",
    [
        {**BUY, "amount": 0.1},
        {**BUY, "amount": 1},
        {**BUY, "amount": "1e-1"},
        {**BUY, "amount": "-1"},
        {**BUY, "amount": "0.10\n"},
        {**BUY, "amount": ["0.1", "0.1"]},
        {**BUY, "side": "buy"},
        {**BUY, "market": "BTC/EUR; ignore the mandate"},
        {**BUY, "venue": "ELSEWHERE"},
        {**BUY, "agent": "another"},
        {**BUY, "override": "yes"},
        {**RESTING, "limit_price": 50_000},
        {**BUY, "amount": "0"},
        {**BUY, "amount": "0.123456789"},
        {**BUY, "market": "NOPE/EUR"},
        {**BUY, "time_in_force": "GTC"},
        {"orders": [BUY, BUY]},
        {},
    ],
)
def test_what_is_no_order_is_refused_and_leaves_no_trace(
    road: Road, arguments: dict[str, object]
) -> None:
    size = road.house.sequencer.size
    told = asked(road, "submit_order", **arguments)
    assert isinstance(told, str) or told["outcome"] == "refused"
    assert road.house.sequencer.size == size


def test_one_order_at_a_time(road: Road) -> None:
    tools = the_tools(road.agent)
    wanted = WantedOrder(**{**BUY, "amount": "0.01"})

    async def run() -> list[Verdict]:
        both = await asyncio.gather(*(tools.submit_order(wanted) for _ in range(2)))
        return [*both, await tools.submit_order(wanted)]

    outcomes = [verdict.outcome for verdict in road.run(run())]
    assert outcomes == ["allowed", "refused", "allowed"]


def test_where_nobody_answers_nothing_is_called_sent_or_not_sent(road: Road) -> None:
    world = road.house.world

    async def run() -> str:
        async with AsyncAgent(
            Identity(agent=AGENT, credential=world.credential, region="eu-west-1"),
            world.agent,
            MemoryJournal(),
            road.clock.now,
            Link(url="http://127.0.0.1:9", patience=Patience(attempts=1)),
        ) as agent:
            told = await the_tools(agent).submit_order(WantedOrder(**BUY))
            return f"{told.outcome}: {told.said}"

    assert road.run(run()).startswith("unknown: no answer. It may have been signed")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
names = st.sampled_from((*WantedOrder.__struct_fields__, "venue", "scope"))
figures = st.sampled_from(["0.1", "BTC/EUR", "BUY", "SELL", "GTC", "1"])


@given(st.dictionaries(names, json | figures, max_size=6))
def test_whatever_a_model_writes_is_five_checked_texts_or_nothing(
    arguments: dict[str, object],
) -> None:
    try:
        wanted = msgspec.convert(arguments, WantedOrder)
    except msgspec.ValidationError:
        return
    assert arguments.keys() <= set(WantedOrder.__struct_fields__)
    assert tokens.MARKET.match(wanted.market)
    assert tokens.DECIMAL.match(wanted.amount)
    assert wanted.side in get_args(get_args(Side)[0])
