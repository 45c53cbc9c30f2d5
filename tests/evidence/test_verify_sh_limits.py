"""The shell verifier's limits: its own rules on any case, and in packages."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.decisions import render_decision
from kya.codec.orders import render_order
from kya.codec.scopes import render_scope
from kya.core.case import Case
from kya.core.checks import CHECKS
from kya.core.currencies import DECIMALS
from kya.core.decide import decide
from kya.core.override_admission import OVERRIDABLE
from tests.evidence.shell_functions import run
from tests.evidence.test_verify_sh import pytestmark
from tests.properties.priced import priced_cases
from tests.properties.test_two_judges import LEAF
from tests.verify.test_plain_limits import VECTORS
from vectors.decide.judge import Fields

__all__ = ["pytestmark"]

ASK: Final = r"""
BEGIN { FS = "\t" }
$1 == "scope" { c = "c"; SCOPE[c] = $2; read_scope(c) }
$1 == "order" {
    json($2)
    O_AGENT = V["agent"]; O_MARKET = V["market"]; O_SIDE = V["side"]; O_TYPE = V["type"]
    O_AMOUNT = V["amount"]; O_CURRENCY = V["currency"]; O_FORCE = V["time_in_force"]
    O_VENUE = V["venue"]; O_LIMIT = O_TYPE == "LIMIT" ? V["limit_price"] : ""
}
$1 == "decision" {
    tail = substr($2, index($2, ",\"counters\":{"))
    at = tail_member(tail, "received_at")
    CONTROLS = REASONS = UNSURE = ""
    read_prices(0, $2, tail)
    kinds(c)
    market_prices(O_AGENT, c, at)
    WORTH = worth_of(c)
    rule(WORTH != "", "price.known", CURRENCY[c], O_CURRENCY, "price.missing", "")
    amounts(c, O_AGENT, substr(at, 1, 10))
    conduct(O_AGENT, c, at, substr(at, 1, 10))
    print (UNSURE == "" ? "sure" : "unsure") "\t[" CONTROLS "]\t" WORTH
}
"""


def controls_of(line: str) -> bytes:
    """The controls of a decision that a scope's limits and an order's worth arm."""
    controls: list[Fields] = json.loads(line)["controls"]
    names = [each["id"] for each in controls]
    first = names.index("runtime.digest") + 1
    return encode_all(controls[first : names.index("hours.window")])


def encode_all(controls: list[Fields]) -> bytes:
    text = json.dumps(
        controls, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    return text.encode()


def asked(scope: str, order: str, line: str) -> list[str]:
    lines = f"scope\t{scope}\norder\t{order}\ndecision\t{line}\n"
    (said,) = run(ASK, lines)
    return said.split("\t")


def worth_in(line: str, order: str, currency: str) -> str:
    said, told = json.loads(line), json.loads(order)
    if told["currency"] == currency:
        return str(told["amount"])
    return str(said["worth"]["amount"]) if "worth" in said else ""


@given(priced_cases())
def test_its_rules_come_to_the_same_controls_byte_for_byte(case: Case) -> None:
    line = render_decision(decide(case), LEAF).decode().rstrip("\n")
    order = render_order(case.order).decode().rstrip("\n")
    sure, controls, worth = asked(render_scope(case.scope).decode(), order, line)
    assert sure == "sure"
    assert worth == worth_in(line, order, case.scope.currency.code)
    assert controls.encode() == controls_of(line)


# What another order of the day has left, only a whole log can tell.
ALONE: Final = {
    name: facts
    for name, facts in VECTORS.items()
    if not facts["past"]["allowed"]
    and not any(
        facts["past"][each]
        for each in ("sent", "messages", "orders", "fills", "rejects", "executions")
    )
    and facts["override"] is None
}


@pytest.mark.parametrize("name", ALONE)
def test_its_rules_come_to_what_the_vector_says(name: str) -> None:
    facts = ALONE[name]
    line, order = facts["decision"].rstrip("\n"), facts["order"].rstrip("\n")
    sure, controls, _ = asked(facts["scope"], order, line)
    assert sure == "sure"
    assert controls.encode() == controls_of(line)


numbers = st.integers(0, 10**9) | st.integers(0, 10**60)
RECKON: Final = r"""
{
    print times($1, $2), plus($1, $2), difference($1, $2), more($1, $2), \
        divided_up($1, plus($2, 1)), scaled(pointed($1, 18), 18)
}
"""


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20))
def test_it_reckons_with_numbers_of_any_length(pairs: list[tuple[int, int]]) -> None:
    lines = "".join(f"{a} {b}\n" for a, b in pairs)
    found = run('BEGIN { FS = " "; OFS = " " }' + RECKON, lines)
    assert [line.split(" ") for line in found] == [
        [str(n) for n in (a * b, a + b, abs(a - b), int(a > b), -(-a // (b + 1)), a)]
        for a, b in pairs
    ]


def test_it_knows_every_currency() -> None:
    (found,) = run("BEGIN { print CURRENCIES }", "")
    assert found.split() == sorted(DECIMALS)


ONLY_LIMITS: Final = r"""
{ N["controls"] = split($0, ids, " "); for (k in ids) V["controls." k] = ids[k] }
{ print only_limits() }
"""


def test_it_knows_what_may_be_set_aside() -> None:
    every = [check.control.id for check in CHECKS]
    allowed = zip(every, run(ONLY_LIMITS, "\n".join(every) + "\n"), strict=True)
    assert {name for name, said in allowed if said == "1"} == set(OVERRIDABLE)
    assert run(ONLY_LIMITS, " ".join(sorted(OVERRIDABLE)) + "\n") == ["1"]
