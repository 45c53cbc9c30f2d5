"""The same tools as LangChain calls them, over a real road."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import ToolCall
from langchain_core.utils.function_calling import convert_to_openai_tool

from kya.langchain import structured
from tests.assistant.test_orders import BUY, RESTING, the_tools
from tests.bots.road import Road, a_road


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    with a_road(tmp_path_factory.mktemp("road")) as road:
        yield road


def called(road: Road, name: str, **arguments: object) -> str:
    """What a model is told that has called a tool."""
    tools = {tool.name: tool for tool in structured(the_tools(road.agent))}
    call = ToolCall(type="tool_call", id="1", name=name, args=arguments)
    return str(road.run(tools[name].ainvoke(call)).content)


def test_a_model_is_shown_texts_and_no_numbers_for_figures(road: Road) -> None:
    tools = [convert_to_openai_tool(t) for t in structured(the_tools(road.agent))]
    shown: dict[str, Any] = {t["function"]["name"]: t["function"] for t in tools}
    assert list(shown) == ["submit_order", "cancel_order", "open_orders", "explain"]
    asks = shown["submit_order"]["parameters"]
    assert asks["properties"]["amount"]["type"] == "string"
    assert asks["required"] == ["market", "side", "amount"]
    assert shown["submit_order"]["description"].startswith("Send one order.")


def test_a_model_orders_is_denied_and_takes_back(road: Road) -> None:
    placed = json.loads(called(road, "submit_order", **RESTING))
    assert placed["outcome"] == "allowed"
    road.settled()
    (working,) = json.loads(called(road, "open_orders"))["orders"]
    assert working["order"] == placed["order"]
    denied = json.loads(called(road, "submit_order", **{**BUY, "amount": "0.5"}))
    assert denied["reasons"] == ["order.amount_max"]
    why = json.loads(called(road, "explain", order=denied["order"]))
    assert why["shown"]["reasons"] == ["order.amount_max"]
    cancelled = json.loads(called(road, "cancel_order", order=placed["order"]))
    assert cancelled["outcome"] == "allowed"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({**BUY, "amount": 0.1}, "Expected `str`, got `float`"),
        ({**BUY, "venue": "ELSEWHERE"}, "unknown field `venue`"),
        ({"market": "BTC/EUR"}, "missing required field `side`"),
    ],
)
def test_what_is_no_order_is_refused_in_words_and_leaves_no_trace(
    road: Road, arguments: dict[str, object], wanted: str
) -> None:
    size = road.house.sequencer.size
    assert wanted in called(road, "submit_order", **arguments)
    assert road.house.sequencer.size == size
