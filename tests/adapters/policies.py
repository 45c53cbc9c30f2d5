"""Policies in both languages that say the same, for the engines that are installed."""

from typing import Final

from kya.adapters.policy_engines import PolicyEngines
from kya.codec.overlay_questions import question_of
from kya.codec.overlays import policy_of
from kya.core.decide import decide
from kya.core.order import Order
from kya.core.overlay import Engine, Policy, Said
from tests import builders

RELEASES: Final = {Engine.CEDAR: "4.12.2", Engine.REGO: "1.5.2"}

CEDAR: Final = """\
permit (principal, action, resource);

@id("large")
forbid (principal, action, resource)
when { context.figures.worth > 1500000 };

@id("no_yen")
forbid (principal, action, resource)
when { context.order.currency == "JPY" };
"""
REGO: Final = """\
package kya.overlay

default allow := true

deny contains "large" if input.figures.worth > 1500000

deny contains "no_yen" if input.order.currency == "JPY"
"""
ENDLESS: Final = """\
package kya.overlay

default allow := true

deny contains "never" if {
	some i in numbers.range(1, 1000000000)
	i == 0
}
"""
TEXTS: Final = {Engine.CEDAR: CEDAR, Engine.REGO: REGO}


def policy(engine: Engine, text: str | None = None) -> Policy:
    """The policy in this language, for the release that is installed."""
    return policy_of(engine, RELEASES[engine], TEXTS[engine] if text is None else text)


def question(order: Order | None = None) -> bytes:
    """What an overlay is asked about this order, the first live one unless told."""
    asked = question_of(decide(builders.a_case(order)))
    assert asked is not None
    return asked


def said(engine: Engine, text: str, about: bytes | None = None) -> Said:
    """What this text says; a text that its engine does not take says nothing."""
    engines = PolicyEngines(answer_micros=10_000_000, ready_micros=30_000_000)
    try:
        return engines.ask_when_ready(policy(engine, text), about or question())
    finally:
        engines.close()
