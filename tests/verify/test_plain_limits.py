"""The plain scan beside every vector, and beside any case at all."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import assume, given

from kya.codec.decisions import render_decision
from kya.core.case import Case
from kya.core.checks import CANCEL_CHECKS, CHECKS
from kya.core.control import ControlOutcome
from kya.core.currencies import DECIMALS
from kya.core.decide import decide
from kya.core.override_admission import OVERRIDABLE
from kya.verify.plain_behaviour import PlainBaseline
from kya.verify.plain_conduct import PlainConduct, message_of
from kya.verify.plain_decisions import objections
from kya.verify.plain_halts import PlainHalts
from kya.verify.plain_incidents import PlainIncident, PlainIncidents
from kya.verify.plain_limits import CONTROLS, OF_A_CANCEL, SOFT
from kya.verify.plain_overrides import LIMIT_OF, PlainOverride
from kya.verify.plain_places import PlainPlaces
from kya.verify.plain_prices import CURRENCIES, Fields, PlainPrices
from kya.verify.plain_rules import (
    UNSEEN,
    Around,
    PlainAgent,
    PlainCertificate,
    seen_of,
)
from kya.verify.plain_working import PlainWorking, WorkingOrder
from tests.properties.priced import priced_cases
from tests.properties.test_two_judges import LEAF, facts_of
from tests.strategies import cases
from tests.surface.blocks import ROOT

VECTORS: Final[dict[str, Fields]] = {
    each["id"]: each
    for each in json.loads(
        (ROOT / "vectors" / "decide" / "decide.json").read_text("utf-8")
    )["cases"]
}


def the_agent(facts: Fields, order: Fields) -> PlainAgent:
    """The agent as the scan would know it after the past of the case."""
    past, session = facts["past"], facts["session"]
    agent = PlainAgent(seq=past["seq"], prev=past["prev"], pinned=facts["pinned"])
    agent.turn_to(facts["received_at"][:10])
    if past["day"] == agent.day:
        agent.ids = set(past["client_order_ids"])
        agent.currency = past["currency"] or ""
        sums = past["at_venues"].items()
        agent.at_venues = {venue: Decimal(total) for venue, total in sums}
        for counted in past["allowed"]:
            key = (counted["market"], counted["side"])
            before = agent.totals.get(key, Decimal(0))
            agent.totals[key] = before + Decimal(counted["amount"])
    agent.conduct = the_conduct(past, agent.day)
    agent.baseline = the_baseline(facts["likeness"], facts["pinned"])
    if session is not None:
        agent.session = json.loads(session) | {"credential": order["credential"]}
    return agent


def the_baseline(
    likeness: Fields | None, pinned: Fields | None
) -> PlainBaseline | None:
    """The baseline in force, locked for the runtime that is pinned or for another."""
    if likeness is None:
        return None
    runtime = pinned if likeness["is_of_the_release"] else {"code": "another"}
    probation = 1 if likeness["behaviour"].get("on_probation") else 0
    return PlainBaseline(
        likeness["baseline"], "", likeness["as_of"], runtime, probation
    )


def the_conduct(past: Fields, day: str) -> PlainConduct:
    """What the agent did, as the scan would have counted it by then."""
    conduct = PlainConduct(
        day=past["day"],
        messages=past["messages"],
        orders=past["orders"],
        fills=past["fills"],
        longest_row=past["rejects"],
        executions=past["executions"],
    )
    conduct.turn_to(day)
    for sent in past["sent"]:
        order = {name: value for name, value in sent.items() if value is not None}
        if order["action"] == "new":
            del order["action"]
        price = {"market": sent["market"], "ask": sent["touch"], "bid": sent["touch"]}
        known = None if sent["touch"] is None else price
        said = {"received_at": sent["at"], "price": known}
        conduct.sent.append(message_of(order, said))
    return conduct


def the_target(facts: Fields) -> WorkingOrder | None:
    """The working order that the order acts on."""
    target = facts["target"]
    if target is None:
        return None
    worth, currency = Decimal(target["worth"]), target["currency"]
    return WorkingOrder(json.loads(target["order"]), "leaf", worth, currency)


def all_that_works(facts: Fields, order: Fields) -> PlainWorking:
    """What the case says of working orders, its agent's and the firm's others."""
    past, works = facts["past"], PlainWorking()
    agent, unit = order["agent"], json.loads(facts["scope"])["currency"]
    for each in past["working"]:
        worth = Decimal(each["remaining"])
        fields = {**each, "agent": agent, "amount": each["remaining"]}
        works.add(WorkingOrder(fields, "leaf", worth, past["at_risk_in"] or unit))
    for each in facts["firm"]:
        fields = {name: each[name] for name in each if each[name] is not None}
        works.add(WorkingOrder({**fields, "amount": "1"}, "leaf", Decimal(1), unit))
    works.currencies[agent] = {past["at_risk_in"] or unit}
    for name, field in (("market", "by_market"), ("venue", "by_venue")):
        for place, net in past[field].items():
            works.positions[agent, name, place] = int(net.replace(".", ""))
    return works


def the_halts(facts: Fields) -> PlainHalts:
    """What is stopped, after all that people have said."""
    halts = PlainHalts()
    for each in facts["halts"]:
        if "resume" in each:
            for place, (leaf, _) in list(halts.stopped.items()):
                if leaf == each["resume"]:
                    del halts.stopped[place]
        else:
            halts.stopped[each["place"]] = each["leaf"], each
    return halts


def the_incidents(facts: Fields, agent: str) -> PlainIncidents:
    """The agent's breaches, and its incident that is not over."""
    incidents, known = PlainIncidents(), facts.get("incidents")
    if known is None:
        return incidents
    mandate, running = facts["credential"]["mandate"], known["incident"]
    incidents.breaches[agent] = [
        (mandate, each["at"], set(each["reasons"])) for each in known["breaches"]
    ]
    if running is not None:
        incidents.running[agent] = PlainIncident(
            leaf="leaf",
            agent=agent,
            credential="credential",
            opened="",
            ends=running["grace_ends_at"],
            alert_seconds=None,
            state=running["state"],
        )
    return incidents


def speaks_against(facts: Fields, line: str) -> list[tuple[int, str]]:
    """What the scan says of the decision; what it never weighs is left to others."""
    order, said = json.loads(facts["order"]), json.loads(line)
    known, scope = facts["credential"], json.loads(facts["scope"])
    certificate = PlainCertificate(
        order["agent"],
        scope,
        standing=known["standing"],
        revoked_from=known["revoked_from"] or "",
        policy=facts.get("incidents", {}).get("policy"),
        grace_seconds=facts.get("incidents", {}).get("grace_seconds", 0),
    )
    incidents = the_incidents(facts, order["agent"])
    prices = PlainPrices(order, said, scope)
    seen = seen_of(
        prices,
        certificate,
        the_agent(facts, order),
        Around(
            the_target(facts),
            the_halts(facts).reasons_upon(order, scope),
            all_that_works(facts, order),
            PlainPlaces(),
            incidents.results(order, facts["received_at"], certificate),
        ),
    )
    aside = set()
    if said["override"] is not None:
        aside = PlainOverride("leaf", facts["override"]).sets_aside(seen)
    opened = incidents.take_decision(said, facts["leaf"], certificate)
    return [*objections(prices, seen, aside), *((7, each) for each in opened)]


@pytest.mark.parametrize(
    "name", [name for name, facts in VECTORS.items() if not facts["place_limits"]]
)
def test_the_scan_says_of_every_vector_what_the_vector_says(name: str) -> None:
    assert speaks_against(VECTORS[name], VECTORS[name]["decision"]) == []


@given(cases() | priced_cases())
def test_the_scan_has_nothing_against_any_decision_of_ours(case: Case) -> None:
    # Whom it would meet is drawn apart from what works; the vectors have that.
    assume(case.scope.limits.self_trade is None)
    facts = facts_of(case)
    assume(not facts["place_limits"])  # They are asked in tests of their own.
    line = render_decision(decide(case), LEAF).decode()
    assert speaks_against(facts, line) == []


def test_the_scan_knows_every_control_every_soft_one_and_every_currency() -> None:
    assert [name for name, _ in CONTROLS] == [check.control.id for check in CHECKS]
    assert {check.control.id for check in CHECKS if check.control.soft} == SOFT
    assert {check.control.id for check in CANCEL_CHECKS} == OF_A_CANCEL
    assert set(LIMIT_OF.values()) == set(OVERRIDABLE)
    assert set(DECIMALS) == CURRENCIES


def altered(change: Callable[[Fields], None], facts: Fields) -> str:
    said: Fields = json.loads(facts["decision"])
    change(said)
    return json.dumps(said)


def control(said: Fields, name: str) -> Fields:
    (found,) = [each for each in said["controls"] if each["id"] == name]
    return dict(found) if not isinstance(found, dict) else found


def lets_go(said: Fields) -> None:
    """Turn what speaks against the order into controls that passed."""
    for each in said["controls"]:
        if each["outcome"] not in {"passed", "warned"}:
            each["outcome"] = "passed"
            del each["reason"]
    said["outcome"], said["reasons"] = "allowed", []


def a_fresher_price(said: Fields) -> None:
    lets_go(said)
    said["price"]["at"] = said["received_at"]


def a_bid_below_the_ask(said: Fields) -> None:
    lets_go(said)
    said["price"]["bid"] = said["price"]["ask"]


def no_state(said: Fields) -> None:
    lets_go(said)
    del said["price"]["state"]


def a_price_of_the_right_market(said: Fields) -> None:
    lets_go(said)
    said["price"]["market"] = "EUR/USD"


def an_ask_that_was_not(said: Fields) -> None:
    lets_go(said)
    said["price"]["ask"] = "1"


def a_smaller_worth(said: Fields) -> None:
    said["worth"]["amount"] = "0.01"


def no_worth(said: Fields) -> None:
    del said["worth"]


def a_worth_without_need(said: Fields) -> None:
    said["worth"] = {"amount": "20000.00", "currency": "EUR"}


def a_worth_in_dollars(said: Fields) -> None:
    said["worth"]["currency"] = "USD"


def only_a_warning(said: Fields) -> None:
    lets_go(said)
    control(said, "price.collar").update(outcome="warned", reason="price.collar")


def a_warning_of_a_list(said: Fields) -> None:
    lets_go(said)
    control(said, "order.type").update(
        outcome="warned", reason="order.type_not_allowed"
    )


def a_warning_of_the_amount(said: Fields) -> None:
    lets_go(said)
    control(said, "order.amount").update(outcome="warned", reason="order.amount_max")


def a_warning_that_is_kept(said: Fields) -> None:
    passed = control(said, "price.band")
    passed["outcome"] = "passed"
    del passed["reason"]


def a_warning_without_cause(said: Fields) -> None:
    control(said, "price.band").update(outcome="warned", reason="price.band")


def a_wider_limit(said: Fields) -> None:
    control(said, "price.collar")["limit"] = "9999"


def a_smaller_measure(said: Fields) -> None:
    control(said, "order.units")["measured"] = "1"


def a_control_that_nothing_arms(said: Fields) -> None:
    said["controls"].insert(
        11,
        {
            "id": "order.type",
            "limit": "LIMIT MARKET",
            "measured": "MARKET",
            "outcome": "passed",
            "unit": "",
            "version": 1,
        },
    )


def a_control_less(said: Fields) -> None:
    lets_go(said)
    said["controls"].remove(control(said, "order.type"))


def the_same_control_twice(said: Fields) -> None:
    said["controls"].append(control(said, "hours.calendar"))


@pytest.mark.parametrize(
    ("vector", "change", "question", "word"),
    [
        ("type-not-listed", lets_go, 4, "order.type_not_allowed"),
        (
            "time-in-force-not-listed",
            lets_go,
            4,
            "order.time_in_force_not_allowed",
        ),
        ("type-not-listed", a_control_less, 4, "order.type_not_allowed"),
        ("type-not-listed", a_control_less, 5, "missing: order.type"),
        ("type-not-listed", a_warning_of_a_list, 4, "order.type_not_allowed"),
        ("price-a-microsecond-too-old", lets_go, 4, "price.stale"),
        ("price-a-microsecond-too-old", a_fresher_price, 5, "price.age"),
        ("price-of-the-future", lets_go, 4, "price.stale"),
        ("no-price", lets_go, 4, "price.book, price.stale"),
        ("price-of-another-market", a_price_of_the_right_market, 5, "price.age"),
        ("market-halted", lets_go, 4, "price.book"),
        ("market-halted", no_state, 5, "price.book"),
        ("crossed", a_bid_below_the_ask, 5, "price.book"),
        ("spread-a-hair-wider", lets_go, 4, "price.spread"),
        ("buy-beyond-the-collar", lets_go, 4, "price.collar"),
        ("buy-far-below", lets_go, 4, "price.collar"),
        ("sell-beyond-the-collar", lets_go, 4, "price.collar"),
        ("buy-beyond-the-collar", only_a_warning, 4, "price.collar"),
        ("collar-without-a-price", lets_go, 4, "price.band"),
        ("buy-beyond-the-warning", a_warning_that_is_kept, 5, "sees warned"),
        ("buy-at-the-warning", a_warning_without_cause, 5, "sees passed"),
        ("buy-at-the-collar", a_wider_limit, 5, "price.collar"),
        ("bitcoin-worth-a-satoshi-above", lets_go, 4, "order.amount_max"),
        ("bitcoin-worth-a-satoshi-above", a_smaller_worth, 5, "25000.01 EUR"),
        ("bitcoin-worth-a-satoshi-above", no_worth, 5, "25000.01 EUR"),
        ("bitcoin-worth-a-satoshi-above", a_worth_in_dollars, 5, "25000.01 EUR"),
        ("bitcoin-worth-a-satoshi-above", an_ask_that_was_not, 5, "worth"),
        ("bitcoin-by-a-limit-price-above-the-market", lets_go, 4, "order.amount"),
        ("worth-without-limits-on-prices", lets_go, 4, "price.missing"),
        ("worth-above-every-figure", lets_go, 4, "price.missing"),
        ("bitcoin-in-dollars-with-a-stale-second-price", lets_go, 4, "missing"),
        ("units-a-cent-above", lets_go, 4, "order.units_max"),
        ("units-at-the-maximum", a_smaller_measure, 5, "order.units"),
        ("units-too-many-of-an-amount-in-the-quote", lets_go, 4, "order.units_max"),
        ("units-that-nobody-can-tell", lets_go, 4, "order.units_max"),
        ("type-listed", a_worth_without_need, 5, "which is none"),
        ("order-max-one-cent-above", a_warning_of_the_amount, 5, "only warns"),
        ("price-of-this-instant", a_control_that_nothing_arms, 5, "order.type"),
        ("type-listed", the_same_control_twice, 5, "other controls"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_decision_that_is_altered_is_found(
    vector: str, change: Callable[[Fields], None], question: int, word: str
) -> None:
    facts = VECTORS[vector]
    said = speaks_against(facts, altered(change, facts))
    assert any(asked == question and word in sentence for asked, sentence in said), said


def test_nothing_is_set_aside_for_want_of_a_price() -> None:
    facts = VECTORS["collar-without-a-price"]
    leave = {"leaf": "7" * 64, "controls": ["price.collar", "price.spread"]}
    said = json.loads(facts["decision"]) | {"override": leave["leaf"]}
    facts = {**facts, "override": leave}
    assert speaks_against(facts, json.dumps(said)) == []
    lets_go(said)
    assert "price.collar" in str(speaks_against(facts, json.dumps(said)))


def test_a_control_that_broke_is_left_to_those_who_can_tell() -> None:
    facts = VECTORS["type-listed"]

    def broken(said: dict[str, Any]) -> None:
        control(said, "order.type").update(
            limit="a result",
            measured="ValueError",
            outcome=ControlOutcome.CANNOT_EVALUATE.value,
            reason="control.faulted",
        )
        said["outcome"], said["reasons"] = "denied", ["control.faulted"]

    assert "control.faulted" in UNSEEN
    assert speaks_against(facts, altered(broken, facts)) == []
