"""Two judges, written apart from each other, come to the same bytes on any case."""

import json
from typing import Any

import msgspec
from hypothesis import given

from kya.codec.behaviour_fields import behaviour_fields
from kya.codec.canonical import encode
from kya.codec.decisions import render_decision
from kya.codec.incident_fields import policy_fields
from kya.codec.orders import render_order
from kya.codec.overlays import answer_fields
from kya.codec.place_limits import render_place_limits
from kya.codec.scopes import render_scope
from kya.codec.sessions import render_session
from kya.core.baseline import Likeness
from kya.core.case import Case
from kya.core.conduct import Conduct
from kya.core.decide import decide
from kya.core.fixed_point import render_padded
from kya.core.incident_watch import Watch
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price
from kya.core.order import Side
from kya.core.override import OverrideGranted
from kya.core.past import Past
from kya.core.place_limits import LimitedPlace, PlaceLimits
from kya.core.price import MarketState, ReferencePrice
from kya.core.reservation import Target
from tests.builders import EUR, a_digest
from tests.properties.priced import priced_cases
from tests.strategies import cases
from vectors.decide.judge import Fields, judge

LEAF = a_digest("leaf")
IDS = ("order-1", "order-2", "x")


def incidents_of(watch: Watch) -> Fields:
    """What is known of incidents; the policies drawn here have one trigger."""
    policy, running = watch.policy, watch.incident
    reasons = (
        []
        if policy is None
        else sorted(reason.value for reason in policy.triggers[0].reasons)
    )
    return {
        "breaches": [
            {"at": str(Instant(micros)), "reasons": reasons}
            for each in watch.earlier
            for micros in each
        ],
        "grace_seconds": watch.grace_seconds,
        "incident": None
        if running is None
        else {
            "grace_ends_at": str(running.grace_ends_at),
            "state": running.state.value,
        },
        "policy": None
        if policy is None
        else msgspec.to_builtins(policy_fields(policy)),
    }


def facts_of(case: Case) -> Fields:
    """The case as a vector tells it, and so as any other judge would be given it."""
    past, price, ended = case.past, case.price, case.credential.withdrawal
    return {
        "order": render_order(case.order).decode(),
        "leaf": LEAF,
        "scope": render_scope(case.scope).decode(),
        "credential": {
            "mandate": case.grant.mandate,
            "not_after": str(case.credential.not_after),
            "not_before": str(case.credential.not_before),
            "revoked_from": None if ended is None else str(ended.due),
            "standing": case.credential.standing.value,
        },
        "past": {
            "allowed": [
                {"amount": str(Money(sum_, EUR)), "market": market, "side": side.value}
                for (market, side), sum_ in past.allowed.items()
            ],
            "client_order_ids": [name for name in IDS if name in past.client_order_ids],
            "currency": None if past.currency is None else past.currency.code,
            "day": str(past.day),
            "prev": past.prev,
            "seq": past.seq,
            **conduct_of(past.conduct),
            **exposure_of(past),
        },
        "received_at": str(case.received_at),
        "likeness": likeness_of(case.likeness),
        "price": price_fields(price),
        "conversion": price_fields(case.conversion),
        "session": None
        if case.session is None
        else render_session(case.session).decode(),
        "pinned": None if case.pinned is None else dict(case.pinned.components),
        "override": None if case.override is None else override_of(case.override),
        "target": None if case.target is None else target_of(case.target),
        "firm": facing_of(case),
        "halts": [
            {
                "leaf": ordered.leaf,
                "place": str(ordered.halt.place),
                "state": ordered.halt.state.value,
            }
            for ordered in case.halts
        ],
        "place_limits": [limits_of(each.limits) for each in case.place_limits],
        "place_use": [use_of(each, case) for each in case.place_limits],
        **({} if case.watch is None else {"incidents": incidents_of(case.watch)}),
        "overlays": [
            {
                "name": each.name,
                "policy": {
                    "engine": each.policy.engine.value,
                    "text": each.policy.text,
                    "version": each.policy.version,
                },
            }
            for each in case.overlays
        ],
        "answers": json.loads(
            encode(
                answer_fields(
                    tuple([each.answer for each in case.overlays if each.answer])
                )
                or []
            )
        ),
    }


def likeness_of(likeness: Likeness | None) -> Fields | None:
    if likeness is None:
        return None
    return {
        "as_of": str(likeness.as_of),
        "baseline": likeness.baseline,
        "behaviour": json.loads(encode(behaviour_fields(likeness))),
        "is_of_the_release": likeness.is_of_the_release,
    }


def limits_of(limits: PlaceLimits) -> Fields:
    line = json.loads(render_place_limits(limits))
    return {name: line[name] for name in line if name not in ("_type", "at", "reason")}


def use_of(limited: LimitedPlace, case: Case) -> Fields:
    limits, allowed, open_orders = limited
    sum_ = render_padded(allowed, limits.currency.decimals)
    return {
        "place": str(limits.place),
        "day": str(case.received_at.day),
        "allowed": [{"amount": sum_, "currency": limits.currency.code}],
        "open_orders": open_orders,
    }


ASKED = (
    "action",
    "market",
    "side",
    "type",
    "amount",
    "currency",
    "limit_price",
    "time_in_force",
    "venue",
)


def conduct_of(conduct: Conduct) -> Fields:
    sent: list[Fields] = []
    for message in conduct.sent:
        fields: Any = dict(zip(ASKED, message.asked, strict=True))
        money = Money(fields["amount"], Currency(fields["currency"]))
        limit, touch = fields["limit_price"], message.touch
        sent.append(
            {
                **fields,
                "action": fields["action"].value,
                "side": fields["side"].value,
                "type": fields["type"].value,
                "time_in_force": fields["time_in_force"].value,
                "amount": str(money),
                "limit_price": None if limit is None else str(Price(limit)),
                "at": str(Instant(message.micros)),
                "touch": None if touch is None else str(Price(touch)),
            }
        )
    return {
        "sent": sent,
        "messages": conduct.messages,
        "orders": conduct.orders,
        "fills": conduct.fills,
        "rejects": conduct.rejects_worst,
        "executions": conduct.executions,
    }


def exposure_of(past: Past) -> Fields:
    exposure, profit = past.exposure, past.profit
    code = None if exposure.currency is None else exposure.currency.code
    return {
        "at_risk_in": "mixed" if exposure.is_mixed else code,
        "at_venues": {name: cents(sum_) for name, sum_ in past.by_venue.items()},
        "by_market": {name: cents(at.net) for name, at in exposure.markets.items()},
        "by_venue": {name: cents(at.net) for name, at in exposure.venues.items()},
        "profit": None
        if profit.now is None
        else {"loss": cents(profit.loss), "drawdown": cents(profit.drawdown)},
        "working": [
            {
                "market": each.market,
                "remaining": cents(each.remaining),
                "seq": seq,
                "side": each.side.value,
                "target": each.target,
                "venue": each.venue,
            }
            for seq, each in exposure.working.items()
        ],
    }


def cents(units: int) -> str:
    sign = "-" if units < 0 else ""
    return f"{sign}{Money(abs(units), EUR)}"


def facing_of(case: Case) -> list[Fields]:
    found, order = case.facing, case.order
    if found is None:
        return []
    other = Side.SELL if order.side is Side.BUY else Side.BUY
    return [
        {
            "agent": found.agent,
            "limit_price": None if found.price is None else str(Price(found.price)),
            "market": order.market,
            "seq": found.seq,
            "side": other.value,
            "venue": order.venue,
        }
    ]


def price_fields(price: ReferencePrice | None) -> dict[str, str] | None:
    if price is None:
        return None
    state = {} if price.state is MarketState.OPEN else {"state": price.state.value}
    return {
        "ask": str(price.ask),
        "at": str(price.at),
        "bid": str(price.bid),
        "market": price.market,
        "source": price.source,
        **state,
    }


def target_of(target: Target) -> dict[str, str]:
    return {
        "currency": target.worth.currency.code,
        "order": render_order(target.order).decode(),
        "worth": str(target.worth),
    }


def override_of(granted: OverrideGranted) -> dict[str, object]:
    override = granted.override
    return {
        "agent": override.agent,
        "controls": list(override.controls),
        "expires_at": str(override.expires_at),
        "leaf": granted.leaf,
        "order": override.order,
    }


@given(cases() | priced_cases())
def test_two_judges_agree_on_any_case(case: Case) -> None:
    decision = decide(case)
    outcome, reasons, line = judge(facts_of(case))
    assert outcome == decision.outcome.value
    assert reasons == [reason.value for reason in decision.reasons]
    assert line == render_decision(decision, LEAF).decode()
