"""The language-neutral cases: made again they are the same, and our code agrees."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kya.codec import canonical
from kya.codec.canonical import digest
from kya.codec.decisions import render_decision
from kya.codec.incident_fields import PolicyFields as IncidentPolicyFields
from kya.codec.incident_fields import policy_from
from kya.codec.orders import parse_order, render_order
from kya.codec.overlays import AnswerFields, answers_from, parse_overlay
from kya.codec.place_limits import parse_place_limits
from kya.codec.scopes import parse_scope, scope_digest
from kya.codec.sessions import parse_session
from kya.core.baseline import Likeness
from kya.core.behaviour_score import Footing
from kya.core.case import Case
from kya.core.conduct import Conduct
from kya.core.control import Reason
from kya.core.credential import Grant, ReasonCode, Standing, Withdrawal
from kya.core.crossing import facing
from kya.core.decide import decide
from kya.core.errors import MalformedError
from kya.core.exposure import AtRisk, Exposure, Move, Working, counted_for
from kya.core.features import FEATURES
from kya.core.halt import (
    HaltOrdered,
    Resume,
    TradingResumed,
    TradingState,
    halts_upon,
)
from kya.core.halt_fold import with_stop
from kya.core.incident import IncidentState
from kya.core.incident_policy import NO_BREACHES
from kya.core.incident_watch import Watch
from kya.core.instant import Day, Instant
from kya.core.levels import Place
from kya.core.money import Currency, Money, Price
from kya.core.order import ACTS_ON_TARGET, Action, Order, OrderType, Side, TimeInForce
from kya.core.overlay import AskedOverlay, OverlayOrdered, asked_of
from kya.core.override import OverrideGranted
from kya.core.override_admission import OVERRIDABLE
from kya.core.past import Past
from kya.core.place_fold import with_limits
from kya.core.place_limits import LimitedPlace, PlaceLimited, limits_upon
from kya.core.place_use import PlaceUse
from kya.core.price import MarketState, ReferencePrice
from kya.core.profit import Profit
from kya.core.reservation import Target
from kya.core.runtime import Runtime
from kya.core.scope import Scope
from kya.core.sent import Message, Sent, asked_in
from kya.core.session import Session
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from tests.builders import (
    a_credential,
    a_halt_ordered,
    a_past,
    a_score,
    an_order,
    an_override_granted,
    eur,
)
from tests.incidents import an_open_incident, the_incident_in
from vectors.generate_decide import files

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
NAMES = ["canonical", "decide"]
Facts = dict[str, Any]


def document(name: str, file: str) -> Facts:
    content: Facts = json.loads((VECTORS / name / f"{file}.json").read_text("utf-8"))
    return content


def cases(name: str, **wanted: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"])
        for case in document(name, name)["cases"]
        if wanted.items() <= case.items()
    ]


@pytest.mark.parametrize(("path", "content"), list(files()))
def test_regeneration_gives_the_same_bytes(path: str, content: str) -> None:
    assert (VECTORS / path).read_text("utf-8") == content


@pytest.mark.parametrize("name", NAMES)
def test_every_case_has_an_id_a_flag_a_bug_and_a_harm(name: str) -> None:
    schema = document(name, "schema")["$defs"]["case"]
    found = document(name, name)["cases"]
    assert len({case["id"] for case in found}) == len(found)
    for case in found:
        assert set(schema["required"]) <= set(case) <= set(schema["properties"])
        assert all(case[field] for field in ("id", "bug", "harm"))
        for field in ("flag", "expected"):
            assert case[field] in schema["properties"][field]["enum"]


@pytest.mark.parametrize("case", cases("canonical", kind="value"))
def test_writes_the_value_as_expected(case: Facts) -> None:
    text = case["text"].encode()
    assert canonical.encode(case["value"]) == text
    assert json.loads(text) == case["value"]


@pytest.mark.parametrize("case", cases("canonical", kind="line"))
def test_reads_the_line_as_expected(case: Facts) -> None:
    line = b64decode(case["line"])
    try:
        assert render_order(parse_order(line)) == line
        verdict = "accept"
    except MalformedError:
        verdict = "malformed"
    assert verdict == case["expected"]


@pytest.mark.parametrize("case", cases("decide"))
def test_judges_the_case_as_expected(case: Facts) -> None:
    decision = decide(case_of(case))
    assert decision.outcome.value == case["expected"]
    assert [reason.value for reason in decision.reasons] == case["reasons"]
    assert render_decision(decision, case["leaf"]).decode() == case["decision"]


def test_there_is_a_case_for_every_reason() -> None:
    lines = [
        json.loads(case["decision"]) for case in document("decide", "decide")["cases"]
    ]
    found = {
        control["reason"]
        for line in lines
        for control in line["controls"]
        if "reason" in control
    }
    assert found == {reason.value for reason in Reason} - {"control.faulted"}


def test_there_is_a_case_for_every_control_that_may_be_set_aside() -> None:
    found = {
        control["id"]
        for case in document("decide", "decide")["cases"]
        for control in json.loads(case["decision"])["controls"]
        if control["outcome"] == "overridden"
    }
    assert found == set(OVERRIDABLE)


def case_of(facts: Facts) -> Case:
    order, scope = parse_order(facts["order"].encode()), parse_scope_of(facts)
    received_at = Instant.parse(facts["received_at"])
    certificate = facts["credential"]
    planned, standing = certificate["revoked_from"], Standing(certificate["standing"])
    ends: dict[str, Any] = {}
    if planned is not None:
        due = Instant.parse(planned)
        ends = {"withdrawal": Withdrawal(due, ReasonCode.SUPERSEDED)}
    credential = a_credential(
        name=order.agent,
        digest=order.credential,
        standing=standing,
        not_before=Instant.parse(certificate["not_before"]),
        not_after=Instant.parse(certificate["not_after"]),
        grant=Grant(
            mandate=certificate["mandate"],
            scope=scope,
            scope_digest=scope_digest(scope),
        ),
        **ends,
    )
    return Case(
        order=order,
        received_at=received_at,
        credential=credential,
        scope=scope,
        likeness=likeness_of(facts["likeness"]),
        past=past_of(facts["past"], order).on(received_at.day),
        price=price_of(facts["price"]),
        conversion=price_of(facts["conversion"]),
        session=session_of(facts),
        pinned=None if facts["pinned"] is None else Runtime.of(facts["pinned"]),
        override=override_of(facts, received_at),
        target=target_of(facts["target"]),
        halts=halts_of(facts, order, scope),
        place_limits=limits_of(facts, order, scope),
        facing=facing(order, scope, firm_of(facts)),
        overlays=overlays_of(facts),
        watch=watch_of(facts, order),
    )


def watch_of(facts: Facts, order: Order) -> Watch | None:
    """What is known of incidents, with breaches folded as the log folds them."""
    known = facts.get("incidents")
    if known is None or (known["policy"] is None and known["incident"] is None):
        return None
    fields = msgspec.convert(known["policy"], IncidentPolicyFields | None)
    policy = policy_from(fields or msgspec.UNSET)
    running = None
    if known["incident"] is not None:
        running = the_incident_in(an_open_incident())._replace(
            agent=order.agent,
            state=IncidentState(known["incident"]["state"]),
            grace_ends_at=Instant.parse(known["incident"]["grace_ends_at"]),
        )
    if policy is None:
        return Watch(None, known["grace_seconds"], (), running)
    counted = NO_BREACHES.under("1" * 64, policy)
    for breach in known["breaches"]:
        reasons = tuple(map(Reason, breach["reasons"]))
        counted = counted.adding(policy, reasons, Instant.parse(breach["at"]).micros)
    return Watch(policy, known["grace_seconds"], counted.instants, running)


def overlays_of(facts: Facts) -> tuple[AskedOverlay, ...]:
    """The overlays in force with their answers, folded as the log folds them."""
    newest: dict[str, OverlayOrdered] = {}
    for said in facts.get("overlays", []):
        at = str(Instant(0))
        line = {**said, "_type": "kya/overlay/v1", "at": at, "reason": "x"}
        overlay = parse_overlay(canonical.encode_line(line))
        newest[overlay.name] = OverlayOrdered(signed_by=(), overlay=overlay)
    fields = msgspec.convert(facts.get("answers", []), list[AnswerFields])
    return asked_of(newest, answers_from(fields or msgspec.UNSET))


def likeness_of(facts: Facts | None) -> Likeness | None:
    """What was measured of the order, as its decision carries it."""
    if facts is None:
        return None
    told = facts["behaviour"]
    score = a_score(
        value=told["score"],
        low=told["low"],
        evidence=told["evidence"],
        excess=told["excess"],
        peak=told["peak"],
        footing=Footing(told["footing"]),
        surprisals=tuple(told["surprisals"].get(each.name, 0) for each in FEATURES),
    )
    return Likeness(
        facts["baseline"],
        Instant.parse(facts["as_of"]),
        score,
        told["sequence"],
        told.get("stream", ""),
        on_probation=told.get("on_probation", False),
        is_of_the_release=facts["is_of_the_release"],
    )


def limits_of(facts: Facts, order: Order, scope: Scope) -> tuple[LimitedPlace, ...]:
    """The limits in force where the order goes, folded as the log folds them."""
    state, at = State(), Instant(0)
    for said in facts["place_limits"]:
        at = at.plus(seconds=1)
        line = {**said, "_type": "kya/place-limits/v1", "at": str(at), "reason": "x"}
        limits = parse_place_limits(canonical.encode_line(line))
        event = PlaceLimited(leaf=NO_DIGEST, signed_by=(), limits=limits)
        state = with_limits(state, event)
    used = {
        Place.parse(use["place"]): PlaceUse(
            day=Day.parse(use["day"]),
            allowed={
                each["currency"]: Money.parse(
                    each["amount"], Currency(each["currency"])
                ).minor_units
                for each in use["allowed"]
            },
            open_orders=use["open_orders"],
        )
        for use in facts["place_use"]
    }
    day = Instant.parse(facts["received_at"]).day
    return limits_upon(state.place_limits, used, (order, scope), day)


def halts_of(facts: Facts, order: Order, scope: Scope) -> tuple[HaltOrdered, ...]:
    """The halts in force where the order goes, folded as the log folds them."""
    state, at = State(), Instant(0)
    for said in facts["halts"]:
        at = at.plus(seconds=1)
        if "resume" in said:
            resume = Resume(halt=said["resume"], reason="x", at=at)
            state = with_stop(state, TradingResumed(signed_by=(), resume=resume))
        else:
            ordered = a_halt_ordered(
                Place.parse(said["place"]), state=TradingState(said["state"]), at=at
            )
            state = with_stop(state, replace(ordered, leaf=said["leaf"]))
    return halts_upon(state.halts, order, scope)


def override_of(facts: Facts, received_at: Instant) -> OverrideGranted | None:
    """The override that waits for this very order line, as the state would have it."""
    found = facts["override"]
    if found is None or found["order"] != digest(facts["order"].encode()):
        return None
    ends = Instant.parse(found["expires_at"])
    if ends < received_at or found["agent"] != json.loads(facts["order"])["agent"]:
        return None
    return an_override_granted(
        agent=found["agent"],
        order=found["order"],
        controls=tuple(found["controls"]),
        at=ends.plus(seconds=-600),
        expires_at=ends,
        leaf=found["leaf"],
    )


def target_of(facts: Facts | None) -> Target | None:
    if facts is None:
        return None
    worth = Money.parse(facts["worth"], Currency(facts["currency"]))
    return Target(parse_order(facts["order"].encode()), worth)


def parse_scope_of(facts: Facts) -> Scope:
    return parse_scope(facts["scope"].encode())


def session_of(facts: Facts) -> Session | None:
    line = facts["session"]
    return None if line is None else parse_session(line.encode())


def past_of(facts: Facts, order: Order) -> Past:
    currency = facts["currency"] and Currency(facts["currency"])
    counted = currency or order.amount.currency
    return a_past(
        day=Day.parse(facts["day"]),
        seq=facts["seq"],
        prev=facts["prev"],
        client_order_ids=facts["client_order_ids"],
        currency=currency,
        allowed={
            (each["market"], Side(each["side"])): Money.parse(
                each["amount"], counted
            ).minor_units
            for each in facts["allowed"]
        },
        conduct=Conduct(
            sent=Sent.of(*(message_of(each) for each in facts["sent"])),
            messages=facts["messages"],
            orders=facts["orders"],
            fills=facts["fills"],
            rejects_worst=facts["rejects"],
            executions=facts["executions"],
        ),
        by_venue={
            venue: Money.parse(text, counted).minor_units
            for venue, text in facts["at_venues"].items()
        },
        exposure=exposure_of(facts),
        profit=profit_of(facts["profit"]),
    )


def profit_of(facts: Facts | None) -> Profit:
    if facts is None:
        return Profit(now=None)
    loss, drawdown = (eur(facts[name]).minor_units for name in ("loss", "drawdown"))
    return Profit(loss=loss, drawdown=drawdown)


def signed(text: str) -> int:
    return int(text.replace(".", ""))


def exposure_of(facts: Facts) -> Exposure:
    """What is at risk, put together from positions and working orders."""
    code = facts["at_risk_in"]
    working = {
        each["seq"]: Working(
            market=each["market"],
            side=Side(each["side"]),
            venue=each["venue"],
            worth=signed(each["remaining"]),
            amount=1,
            limit=None,
            target=each["target"],
        )
        for each in facts["working"]
    }
    nets = {
        name: {p: AtRisk(signed(n)) for p, n in facts[name].items()} for name in NETS
    }
    exposure = Exposure(
        currency=None if code in (None, "mixed") else Currency(code),
        is_mixed=code == "mixed",
        working=working,
        markets=nets["by_market"],
        venues=nets["by_venue"],
    )
    return exposure.moved(
        *(Move(each, 0, counted_for(each, working)) for each in working.values())
    )


def firm_of(facts: Facts) -> Iterator[tuple[str, Exposure]]:
    for each in facts["firm"]:
        limit = each["limit_price"]
        working = Working(
            market=each["market"],
            side=Side(each["side"]),
            venue=each["venue"],
            worth=1,
            amount=1,
            limit=None if limit is None else Price.parse(limit).units,
            target=None,
        )
        yield each["agent"], Exposure(working={each["seq"]: working})


NETS = ("by_market", "by_venue")


def message_of(facts: Facts) -> Message:
    limit, touch = facts["limit_price"], facts["touch"]
    currency = Currency(facts["currency"])
    action = Action(facts["action"])
    asked = asked_in(
        an_order(
            action=action,
            target=1 if action in ACTS_ON_TARGET else None,
            market=facts["market"],
            side=Side(facts["side"]),
            type=OrderType(facts["type"]),
            amount=Money.parse(facts["amount"], currency),
            limit_price=None if limit is None else Price.parse(limit),
            time_in_force=TimeInForce(facts["time_in_force"]),
            venue=facts["venue"],
        )
    )
    return Message(
        Instant.parse(facts["at"]).micros,
        asked,
        facts["market"],
        None if touch is None else Price.parse(touch).units,
    )


def price_of(facts: Facts | None) -> ReferencePrice | None:
    if facts is None:
        return None
    return ReferencePrice(
        market=facts["market"],
        bid=Price.parse(facts["bid"]),
        ask=Price.parse(facts["ask"]),
        at=Instant.parse(facts["at"]),
        source=facts["source"],
        state=MarketState(facts.get("state", "open")),
    )
