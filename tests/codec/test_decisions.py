"""The decision line: the bytes that a regulator must get again."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from kya.codec.canonical import encode_line
from kya.codec.decisions import (
    inputs_of,
    parse_decision,
    read_outcome,
    read_reason,
    render_decision,
)
from kya.core.case import Case
from kya.core.checks import CHECKS, Check
from kya.core.control import ControlResult
from kya.core.decide import decide, judge
from kya.core.decision import Outcome
from kya.core.errors import MalformedError
from kya.core.money import Money
from kya.core.order import Side
from kya.core.price import ReferencePrice
from tests.builders import (
    BTC,
    GBP,
    a_case,
    a_credential,
    a_digest,
    a_likeness,
    a_past,
    a_price,
    an_order,
    an_override_granted,
    eur,
    on,
)
from tests.strategies import cases, reference_prices

LEAF = a_digest("leaf")

GOLDEN = """\
{"_type":"kya/decision/v1","agent":"algo_trader_v2","baseline":null,"controls":[\
{"id":"credential.standing","limit":"active","measured":"active",\
"outcome":"passed","unit":"","version":1},\
{"id":"credential.validity","limit":"2027-04-25T10:00:00.000000Z",\
"measured":"2026-05-22T10:30:00.000000Z","outcome":"passed","unit":"","version":1},\
{"id":"halt.state","limit":"active","measured":"active","outcome":"passed",\
"unit":"","version":1},\
{"id":"sequence.seq","limit":"801","measured":"801","outcome":"passed",\
"unit":"orders","version":1},\
{"id":"sequence.prev","limit":"PREV","measured":"PREV","outcome":"passed",\
"unit":"sha256","version":1},\
{"id":"client_order_id.unique","limit":"unused","measured":"order-801",\
"outcome":"passed","unit":"","version":1},\
{"id":"clock.skew","limit":"2000000","measured":"0","outcome":"passed",\
"unit":"us","version":1},\
{"id":"market.allowed","limit":"EUR/USD GBP/EUR","measured":"EUR/USD",\
"outcome":"passed","unit":"","version":1},\
{"id":"venue.allowed","limit":"SIMA SIMB SIMC","measured":"SIMA",\
"outcome":"passed","unit":"","version":1},\
{"id":"region.allowed","limit":"eu-west-1","measured":"eu-west-1",\
"outcome":"passed","unit":"","version":1},\
{"id":"region.evidence","limit":"self_asserted","measured":"self_asserted",\
"outcome":"passed","unit":"","version":1},\
{"id":"runtime.digest","limit":"not pinned","measured":"not compared",\
"outcome":"passed","unit":"sha256","version":1},\
{"id":"price.known","limit":"EUR","measured":"EUR","outcome":"passed","unit":"",\
"version":1},\
{"id":"order.amount","limit":"25000.00","measured":"180000.00","outcome":"failed",\
"reason":"order.amount_max","unit":"EUR","version":1},\
{"id":"daily.amount","limit":"500000.00","measured":"180000.00",\
"outcome":"passed","unit":"EUR","version":1},\
{"id":"hours.window","limit":"[08:00:00.000000, 17:00:00.000000)",\
"measured":"10:30:00.000000","outcome":"passed","unit":"","version":1},\
{"id":"hours.calendar","limit":"monday_to_friday","measured":"friday",\
"outcome":"passed","unit":"","version":1}],\
"counters":{"after":{"agent":"20000.00","market_and_side":"0.00"},\
"before":{"agent":"20000.00","market_and_side":"0.00"},"currency":"EUR",\
"day":"2026-05-22"},"credential":"CREDENTIAL","mandate":"MANDATE","mode":"live",\
"order":"LEAF","outcome":"denied","override":null,"price":null,"reasons":["order.amount_max"],\
"received_at":"2026-05-22T10:30:00.000000Z","scope":"SCOPE","seq":801}
"""


def order_321() -> Case:
    at = on("2026-05-22 10:30")
    prev = a_digest("order 800")
    order = an_order(
        seq=801,
        prev=prev,
        client_order_id="order-801",
        amount=eur("180,000"),
        created_at=at,
    )
    allowed = {("EUR/USD", Side.SELL): 2_000_000}
    past = a_past(day=at.day, seq=800, prev=prev, allowed=allowed)
    return a_case(order, past=past)


def test_the_denial_of_order_321_is_this_line() -> None:
    case = order_321()
    expected = (
        GOLDEN.replace("PREV", case.past.prev)
        .replace("CREDENTIAL", case.credential.digest)
        .replace("MANDATE", case.grant.mandate)
        .replace("SCOPE", case.grant.scope_digest)
        .replace("LEAF", LEAF)
    )
    assert render_decision(decide(case), LEAF).decode() == expected


@given(cases())
def test_a_decision_on_any_case_can_be_written_and_read(case: Case) -> None:
    decision = decide(case)
    line = render_decision(decision, LEAF)
    wire = parse_decision(line)
    assert encode_line(wire) == line
    assert read_outcome(wire.outcome) is decision.outcome
    assert tuple(read_reason(reason) for reason in wire.reasons) == decision.reasons
    assert inputs_of(wire).price == case.price
    assert (wire.agent, wire.seq, wire.order) == (
        case.order.agent,
        case.order.seq,
        LEAF,
    )


@given(cases())
def test_who_judges_the_same_case_again_gets_the_same_bytes(case: Case) -> None:
    again = replace(
        case,
        order=replace(case.order),
        credential=replace(case.credential),
        scope=replace(case.scope),
        past=case.past._replace(),
    )
    assert render_decision(decide(again), LEAF) == render_decision(decide(case), LEAF)


@given(reference_prices())
def test_the_price_that_was_used_can_be_read_again(price: ReferencePrice) -> None:
    wire = parse_decision(render_decision(decide(a_case(price=price)), LEAF))
    assert inputs_of(wire).price == price


def test_a_baseline_is_named_by_its_digest() -> None:
    likeness = a_likeness()
    wire = parse_decision(render_decision(decide(a_case(likeness=likeness)), LEAF))
    assert wire.baseline == likeness.baseline


def test_an_allowed_order_moves_both_counters() -> None:
    past = a_past(
        allowed={("EUR/USD", Side.BUY): 100, ("GBP/EUR", Side.SELL): 2_000_000}
    )
    line = render_decision(decide(a_case(past=past)), LEAF)
    counters = parse_decision(line).counters
    assert (counters.before.agent, counters.after.agent) == ("20001.00", "40001.00")
    sides = (counters.before.market_and_side, counters.after.market_and_side)
    assert sides == ("1.00", "20001.00")


def test_sums_are_shown_in_the_currency_that_they_count() -> None:
    past = a_past(allowed={("EUR/USD", Side.BUY): 100}, currency=GBP)
    wire = parse_decision(render_decision(decide(a_case(past=past)), LEAF))
    assert wire.counters.currency == "GBP"
    assert wire.counters.after == wire.counters.before


def test_an_amount_in_another_currency_says_so() -> None:
    order = an_order(amount=Money.parse("25000.00000000", BTC))
    wire = parse_decision(render_decision(decide(a_case(order)), LEAF))
    shown = {c.id: (c.limit, c.measured, c.unit) for c in wire.controls}
    assert shown["order.amount"] == ("25000.00", "25000.00000000 BTC", "EUR")
    assert shown["price.known"] == ("EUR", "BTC", "")


def test_a_control_that_faults_is_on_record_with_its_fault() -> None:
    def broken(_: Case) -> ControlResult:
        raise ZeroDivisionError

    [place] = [n for n, c in enumerate(CHECKS) if c.control.id == "order.amount"]
    faulty = (Check(CHECKS[place].control, broken), *CHECKS[place + 1 :])
    line = render_decision(judge(a_case(), faulty), LEAF)
    fault = parse_decision(line).controls[0]
    assert (fault.id, fault.outcome) == ("order.amount", "cannot_evaluate")
    assert (fault.reason, fault.measured) == ("control.faulted", "ZeroDivisionError")


# ---------------------------------------------------------- lines that cannot be right

DENIED: dict[str, Any] = json.loads(render_decision(decide(order_321()), LEAF))
ALLOWED: dict[str, Any] = json.loads(render_decision(decide(a_case()), LEAF))
EXPIRED_CASE = a_case(credential=a_credential(not_after=on("2026-05-01 00:00")))
EXPIRED: dict[str, Any] = json.loads(render_decision(decide(EXPIRED_CASE), LEAF))


def refuses(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(MalformedError, match=f"decision: .*{why}"):
        parse_decision(encode_line(fields))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": "allowed"}, "outcome: want denied"),
        ({"outcome": "refused"}, "outcome: want denied"),
        ({"outcome": "rejected"}, "outcome: want denied"),
        ({"reasons": []}, "reasons: want those of the controls"),
        ({"reasons": ["daily.amount_max"]}, "reasons: want those of the controls"),
        ({"reasons": ["order.amount_max"] * 2}, "reasons: want those of the controls"),
        ({"controls": []}, "reasons: want those of the controls"),
        ({"controls": [], "reasons": []}, "outcome: want"),
        ({"controls": [], "reasons": [], "outcome": "allowed"}, "outcome: want"),
        ({"mode": "test"}, "mode: want one of paper, live"),
        ({"seq": 0}, "seq: want"),
        ({"agent": "a b"}, "agent: want"),
        ({"order": "x"}, "order: want"),
        ({"mandate": ""}, "mandate: want"),
        ({"scope": ""}, "scope: want"),
        ({"credential": None}, "Expected `str`"),
        ({"baseline": ""}, "baseline: want"),
        ({"received_at": "2026-05-22T10:30:00Z"}, "instant: want the form"),
        ({"received_at": "2026-05-23T10:30:00.000000Z"}, "counters: want those of"),
        ({"price": {}}, "missing required field"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refuses_a_decision_that_cannot_be_one(
    change: dict[str, Any], why: str
) -> None:
    refuses({**DENIED, **change}, why)


def test_identity_refuses_and_nothing_else_does() -> None:
    assert EXPIRED["outcome"] == Outcome.REFUSED.value
    refuses({**EXPIRED, "outcome": "denied"}, "outcome: want refused")
    refuses({**ALLOWED, "outcome": "denied"}, "outcome: want allowed")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": "passed"}, "order.amount: want a reason unless it passed"),
        (
            {"outcome": "unknown"},
            "want one of passed, warned, failed, overridden, cannot",
        ),
        ({"reason": "no.such"}, "reasons: want those"),
        ({"reason": None}, "Expected `str`"),
        ({"version": "1"}, "Expected `int`"),
        ({"limit": 25000}, "Expected `str`"),
        ({"extra": ""}, "unknown field"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refuses_a_control_that_contradicts_itself(
    change: dict[str, Any], why: str
) -> None:
    controls = [
        {**control, **change} if control["id"] == "order.amount" else control
        for control in DENIED["controls"]
    ]
    refuses({**DENIED, "controls": controls}, why)


def test_refuses_a_reason_that_does_not_exist() -> None:
    text = json.dumps(DENIED).replace("order.amount_max", "order.too_large")
    refuses(json.loads(text), "reason: want one of credential.suspended")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"currency": "EURO"}, "currency: want"),
        ({"currency": "JPY"}, "want a decimal with exactly 0 decimals"),
        ({"day": "2026-05-23"}, "counters: want those of 2026-05-22"),
        ({"day": "20260522"}, "counters: want those of 2026-05-22"),
        ({"before": {"agent": "0", "market_and_side": "0.00"}}, "want a decimal"),
        ({"after": {"agent": "0.00", "market_and_side": "-1.00"}}, "want a decimal"),
        ({"after": {"agent": "0.00"}}, "missing required field"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refuses_counters_that_cannot_be(change: dict[str, Any], why: str) -> None:
    refuses({**DENIED, "counters": {**DENIED["counters"], **change}}, why)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": "open"}, "no state where"),
        ({"state": "shut"}, "want one of open"),
        ({"bid": "1.10"}, "no trailing zero"),
        ({"at": "now"}, "instant: want the form"),
        ({"market": "EURUSD"}, "market: want"),
        ({"source": ""}, "source: want"),
    ],
    ids=str,
)
def test_refuses_a_price_that_cannot_be(change: dict[str, Any], why: str) -> None:
    line = render_decision(decide(a_case(price=a_price())), LEAF)
    fields = json.loads(line)
    refuses({**fields, "price": {**fields["price"], **change}}, why)


def test_an_overridden_control_shows_its_reason_which_is_not_the_decisions() -> None:
    order = an_order(amount=eur("180,000"))
    granted = an_override_granted(order)
    line = render_decision(decide(a_case(order, override=granted)), LEAF)
    wire = parse_decision(line)
    assert (wire.outcome, wire.reasons, wire.override) == ("allowed", [], granted.leaf)
    [control] = [each for each in wire.controls if each.outcome == "overridden"]
    assert (control.id, control.reason) == ("order.amount", "order.amount_max")


def test_refuses_an_overridden_control_without_an_override() -> None:
    order = an_order(amount=eur("180,000"))
    granted = an_override_granted(order)
    line = render_decision(decide(a_case(order, override=granted)), LEAF)
    named = f'"override":"{granted.leaf}"'.encode()
    with pytest.raises(MalformedError, match=r"order\.amount: overridden, but"):
        parse_decision(line.replace(named, b'"override":null'))
