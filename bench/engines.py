"""The rules beside general policy engines that ask the same of the same order.

Each engine in this very process, its text parsed before and its question ready, so that
nothing is timed but judging; and once more the way a gateway asks an overlay.
"""

import json
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, Final

from bench.deciding import MICROS, allowed_case
from bench.figure import Figure, at_least, at_most, p50, shown
from bench.scale import Scale
from kya.adapters.policy_cedar import VERSION as CEDAR_VERSION
from kya.adapters.policy_cedar import CedarPolicies
from kya.adapters.policy_engines import PolicyEngines
from kya.adapters.policy_rego import VERSION as REGO_VERSION
from kya.adapters.policy_rego import RegoPolicies
from kya.codec.overlay_questions import question_of
from kya.codec.overlays import policy_of
from kya.core.decide import decide
from kya.core.overlay import Engine, Said, Verdict

TURNS = 9
CALLS = 300
RUNS = f"{TURNS} x {CALLS} calls, in turns"
ALLOWED = Said(Verdict.ALLOW)

CEDAR: Final = """\
permit (principal, action, resource) when {
  ["EUR/USD", "GBP/EUR"].contains(context.order.market) &&
  ["SIMA", "SIMB", "SIMC"].contains(context.order.venue) &&
  context.order.region == "eu-west-1" &&
  context.order.currency == "EUR" &&
  context.figures.worth <= 2500000 &&
  context.figures.used_in_market_and_side + context.figures.worth <= 50000000 &&
  context.figures.second_of_day >= 28800 &&
  context.figures.second_of_day < 61200 &&
  context.figures.weekday <= 5
};
"""
REGO: Final = """\
package kya.overlay

default allow := false

allow if {
	input.order.market in {"EUR/USD", "GBP/EUR"}
	input.order.venue in {"SIMA", "SIMB", "SIMC"}
	input.order.region == "eu-west-1"
	input.order.currency == "EUR"
	input.figures.worth <= 2500000
	input.figures.used_in_market_and_side + input.figures.worth <= 50000000
	input.figures.second_of_day >= 28800
	input.figures.second_of_day < 61200
	input.figures.weekday <= 5
}

deny contains "never" if input.figures.weekday > 7
"""


def run(_scale: Scale) -> list[Figure]:
    """Return how `decide`, all its controls, compares with both engines' seven."""
    case = allowed_case()
    line = question_of(decide(case))
    if line is None:
        raise ValueError(case)
    asked = _needed(json.loads(line))
    cedar, rego = CedarPolicies(CEDAR), RegoPolicies(REGO)
    engines = PolicyEngines()
    policy = policy_of(Engine.CEDAR, CEDAR_VERSION, CEDAR)
    said = [cedar.said(asked), rego.said(asked), engines.ask_when_ready(policy, line)]
    if said != [ALLOWED] * 3:
        raise ValueError(said)
    turns = [
        (
            _seconds(lambda: decide(case).outcome),
            _seconds(lambda: cedar.said(asked)),
            _seconds(lambda: rego.said(asked)),
            _seconds(partial(engines.ask, policy, line)),
        )
        for _ in range(TURNS)
    ]
    engines.close()
    own, in_cedar, in_rego, in_process = (
        p50(each) for each in zip(*turns, strict=True)
    )
    cedar_times = p50([turn[1] / turn[0] for turn in turns])
    rego_times = p50([turn[2] / turn[0] for turn in turns])
    return [
        shown("decide, all controls", own * MICROS, "us", RUNS),
        shown(f"cedarpy {CEDAR_VERSION}, parsed before", in_cedar * MICROS, "us", RUNS),
        shown(f"regopy {REGO_VERSION}, built before", in_rego * MICROS, "us", RUNS),
        at_least("Cedar, seven of the rules / decide", cedar_times, "x", 2, RUNS),
        at_least("Rego, seven of the rules / decide", rego_times, "x", 5, RUNS),
        at_most("an overlay, in its process", in_process * MICROS, "us", 1000, RUNS),
    ]  # fmt: skip


def _needed(question: dict[str, Any]) -> dict[str, Any]:
    """Return what the texts above ask for, without what engines would only copy."""
    named = ("agent", "currency", "market", "region", "venue")
    order = {name: question["order"][name] for name in named}
    return {"figures": question["figures"], "order": order}


def _seconds(call: Callable[[], object]) -> float:
    """Return the middle of what so many calls take."""
    samples: list[float] = []
    for _ in range(CALLS):
        start = perf_counter()
        call()
        samples.append(perf_counter() - start)
    return p50(samples)
