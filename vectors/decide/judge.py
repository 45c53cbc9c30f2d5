"""A second judge, written from the pages in spec/ and from nothing else.

It shares no line with `kya`: figures are `Decimal`, instants `datetime`, and the line
is made by Python's `json`. It is slow and short, to be read beside the pages.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import Any, NamedTuple, TypeAlias

from vectors.decide import calendars
from vectors.decide.judge_exposure import Risk, met, reduces, risks

Fields: TypeAlias = dict[str, Any]

DECIMALS = {"BTC": 8, "EUR": 2, "GBP": 2, "JPY": 0, "USD": 2}
LIMITS = {
    "price.spread",
    "price.collar",
    "price.drift",
    "order.amount",
    "order.units",
    "daily.amount",
    "place.order_amount",
    "place.daily_amount",
    "place.open_orders",
    "order.duplicate",
    "daily.orders",
    "rate.orders_per_fill",
    "open.orders",
    "open.market_orders",
    "position.market",
    "exposure.gross",
    "exposure.net",
    "venue.daily_amount",
    "venue.credit",
    "hours.window",
    "hours.calendar",
}
LAST = datetime.max.replace(tzinfo=UTC)
SOFT = {"price.band", "behaviour.renewal", "behaviour.warn"}
LARGEST = 10**24
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Found(NamedTuple):
    """What one control found; `reason` stands unless it passed."""

    id: str
    limit: str
    measured: str
    unit: str
    reason: str | None
    comparable: bool = True


def canonical(value: object) -> str:
    """Return RFC 8785 JSON: right for ASCII keys and integers, which is all we have."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def judge(facts: Fields) -> tuple[str, list[str], str]:
    """Return the outcome, the reasons and the decision line of a case."""
    order, scope = json.loads(facts["order"]), json.loads(facts["scope"])
    past = _past_of_the_day(facts)
    logged, quote = facts["price"], facts["price"]
    if quote is not None and quote["market"] != order["market"]:
        quote = None
    facts = {**facts, "price": quote}
    aside, likeness = _set_aside(order, facts), facts["likeness"]
    found = list(_controls(order, scope, past, facts))
    reasons, answers = _against(found, aside), list[Fields]()
    if not reasons and order.get("action") != "cancel":
        answers, said = _overlays(facts)
        found += said
        reasons = _against(said, aside)
    outcome = "denied" if reasons else "allowed"
    if any(reason.startswith("credential.") for reason in reasons):
        outcome = "refused"
    added = _added(order, scope, facts) if outcome == "allowed" else Decimal(0)
    line = {
        "_type": "kya/decision/v1",
        "agent": order["agent"],
        "baseline": None if likeness is None else likeness["baseline"],
        "controls": [_control(each, aside) for each in found],
        "counters": _counters(order, scope, past, added),
        "credential": order["credential"],
        "mandate": facts["credential"]["mandate"],
        "mode": "live" if facts["received_at"] >= scope["live_from"] else "paper",
        "order": facts["leaf"],
        "outcome": outcome,
        "override": None if aside is None else aside["leaf"],
        "price": logged,
        "reasons": reasons,
        "received_at": facts["received_at"],
        "scope": sha256(facts["scope"].encode()).hexdigest(),
        "seq": order["seq"],
    }
    if likeness is not None:
        line["behaviour"] = likeness["behaviour"]
    line["counters"]["day"] = facts["received_at"][:10]
    if facts["conversion"] is not None:
        line["conversion"] = facts["conversion"]
    if answers:
        line["overlays"] = answers
    opened = _opened(found, aside, facts) if outcome != "refused" else None
    if opened is not None:
        line["incident"] = opened
    if order["currency"] != scope["currency"] and (
        worth := _worth(order, scope, facts)
    ):
        line["worth"] = {"amount": worth, "currency": scope["currency"]}
    return outcome, reasons, canonical(line) + "\n"


def _against(found: list[Found], aside: Fields | None) -> list[str]:
    """Return the reasons of what neither passed, nor warns, nor is set aside."""
    return [
        each.reason
        for each in found
        if each.reason and not _is_aside(each, aside) and not _only_warns(each)
    ]


def _opened(found: list[Found], aside: Fields | None, facts: Fields) -> Fields | None:
    """Return the incident that the first trigger opens which is met, if one is."""
    known = facts.get("incidents")
    if known is None or known["policy"] is None or known["incident"] is not None:
        return None
    against = [
        each.reason for each in found if each.reason and not _is_aside(each, aside)
    ]
    now = _moment(facts["received_at"])
    for number, trigger in enumerate(known["policy"]["triggers"], start=1):
        named = [reason for reason in against if reason in trigger["reasons"]]
        window = timedelta(seconds=trigger["within_seconds"])
        earlier = [
            breach
            for breach in known["breaches"]
            if set(breach["reasons"]) & set(trigger["reasons"])
            and now - _moment(breach["at"]) < window
        ]
        if named and len(earlier) + 1 >= trigger["count"]:
            spelt = _after(now, timedelta(seconds=known["grace_seconds"]))
            return {"grace_ends_at": spelt, "reasons": named, "trigger": number}
    return None


def _grace(facts: Fields) -> Iterator[Found]:
    known = facts.get("incidents")
    if known is None or (known["policy"] is None and known["incident"] is None):
        return
    name, limit, incident = "incident.grace", "within its grace", known["incident"]
    if incident is None:
        yield Found(name, limit, "none", "", None)
        return
    measured = f"{incident['state']} until {incident['grace_ends_at']}"
    over = facts["received_at"] >= incident["grace_ends_at"]
    yield Found(name, limit, measured, "", "incident.grace_over" if over else None)


def _overlays(facts: Fields) -> tuple[list[Fields], list[Found]]:
    """Return what was said by the overlays in force, and what follows from it."""
    newest = {said["name"]: said["policy"] for said in facts.get("overlays", [])}
    given = {answer["name"]: answer for answer in facts.get("answers", [])}
    used: list[Fields] = []
    found: list[Found] = []
    for name in sorted(name for name in newest if newest[name] is not None):
        policy, answer, measured = newest[name], given.get(name), "no answer"
        if answer is not None:
            used.append(answer)
            asked = (answer["policy"], answer["engine"], answer["version"])
            text = sha256(policy["text"].encode()).hexdigest()
            measured = "another policy"
            if asked == (text, policy["engine"], policy["version"]):
                measured = " ".join([answer["verdict"], *answer["forbidden_by"]])
        reason = {"allow": None, "deny": "overlay.forbids"}.get(
            measured.split(" ")[0], "overlay.unanswered"
        )
        weighed = reason != "overlay.unanswered"
        found.append(
            Found(f"overlay.{name}", "allow", measured, "", reason, comparable=weighed)
        )
    return used, found


def _past_of_the_day(facts: Fields) -> Fields:
    """Counters and ids are of one UTC day; the chain is for life."""
    past: Fields = facts["past"]
    if past["day"] == facts["received_at"][:10]:
        return past
    fresh: Fields = {"client_order_ids": [], "currency": None, "allowed": []}
    return {**past, **fresh, "messages": 0, "orders": 0, "fills": 0, "at_venues": {}}


def _set_aside(order: Fields, facts: Fields) -> Fields | None:
    """Return the override for this very order line, unless it is over."""
    found: Fields | None = facts["override"]
    if found is None or found["order"] != sha256(facts["order"].encode()).hexdigest():
        return None
    late = facts["received_at"] > found["expires_at"]
    return None if late or found["agent"] != order["agent"] else found


def _is_aside(found: Found, aside: Fields | None) -> bool:
    """Tell whether people have set a limit aside that could be compared."""
    named = aside is not None and found.id in aside["controls"]
    return named and found.id in LIMITS and found.comparable


def _only_warns(found: Found) -> bool:
    return found.id in SOFT and found.comparable


def _controls(
    order: Fields, scope: Fields, past: Fields, facts: Fields
) -> Iterator[Found]:
    action, now = order.get("action", "new"), facts["received_at"]
    yield from _identity(facts["credential"], now, action)
    if action != "cancel":
        yield _stopped(order, scope, past, facts)
        yield from _grace(facts)
    yield from _sequence(order, past, now)
    yield from _action(order, action, scope, facts["target"])
    if action == "cancel":
        return
    for name, listed in (("market", "markets"), ("venue", "venues")):
        yield _listed(name, order[name], scope[listed])
    yield _listed("region", order["region"], scope["regions"])
    yield from _workload(order, scope, facts)
    yield from _kinds(order, scope)
    yield from _prices(order, scope, facts)
    yield from _drift(order, scope, past, facts)
    yield from _amounts(order, scope, past, facts)
    yield from _at_places(order, scope, facts)
    yield from _conduct(order, scope, past, facts)
    yield from _at_risk(order, scope, past, facts)
    yield from _behaviour(scope, facts)
    yield from _hours(scope, now)


def _behaviour(scope: Fields, facts: Fields) -> Iterator[Found]:
    limits, measured = scope.get("limits", {}), facts["likeness"]
    if "score_critical_bps" not in limits:
        return
    demand, name = "a locked baseline", "behaviour.baseline"
    critical, warn = limits["score_critical_bps"], limits.get("score_warn_bps")
    if measured is None:
        if facts["received_at"] >= scope["live_from"]:
            reason = "behaviour.unknown"
            yield Found(name, demand, "none", "", reason, comparable=False)
        return
    if measured["is_of_the_release"]:
        yield Found(name, demand, measured["baseline"], "", None)
    else:
        other, reason = "locked for another runtime", "behaviour.unknown"
        yield Found(name, demand, other, "", reason, comparable=False)
    yield from _age(limits, measured["as_of"], facts["received_at"])
    told, unit = measured["behaviour"], "1/10000"
    strict = warn if warn is not None and told.get("on_probation") else critical
    for of, limit, reason in (
        ("warn", warn, "behaviour.unusual"),
        ("critical", strict, "behaviour.critical"),
        ("sequence", critical, "behaviour.sequence"),
    ):
        if limit is not None:
            value = told["sequence" if of == "sequence" else "score"]
            broken = reason if value >= limit else None
            yield Found(f"behaviour.{of}", str(limit), str(value), unit, broken)


def _age(limits: Fields, as_of: str, now: str) -> Iterator[Found]:
    """Whether the baseline is too old to count, or old enough to be renewed."""
    for name, limit, reason in (
        ("behaviour.expiry", "baseline_days", "behaviour.expired"),
        ("behaviour.renewal", "baseline_warn_days", "behaviour.renewal_due"),
    ):
        if limit in limits:
            end = _after(_moment(as_of), timedelta(days=limits[limit]))
            old = reason if now >= end else None
            compared = old != "behaviour.expired"
            yield Found(name, end, now, "", old, comparable=compared)


def _after(moment: datetime, span: timedelta) -> str:
    ends = LAST if LAST - moment < span else moment + span
    return ends.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _identity(credential: Fields, now: str, action: str) -> Iterator[Found]:
    standing, ends = credential["standing"], credential["revoked_from"]
    if ends is not None and ends <= now:
        standing = "revoked"
    good = ["active", "suspended"] if action == "cancel" else ["active"]
    stopped = None if standing in good else f"credential.{standing}"
    yield Found("credential.standing", " ".join(good), standing, "", stopped)
    limit, reason = credential["not_after"], None
    if now < credential["not_before"]:
        limit, reason = credential["not_before"], "credential.not_yet_valid"
    elif now > limit:
        reason = "credential.expired"
    yield Found("credential.validity", limit, now, "", reason)


def _stopped(order: Fields, scope: Fields, past: Fields, facts: Fields) -> Found:
    """Fold what people have said; the strictest word of the order's places counts."""
    stopped: dict[str, Fields] = {}
    for said in facts["halts"]:
        if "resume" in said:
            gone = [
                at for at, halt in stopped.items() if halt["leaf"] == said["resume"]
            ]
            del stopped[gone[0]]
        else:
            stopped[said["place"]] = said
    here = [stopped[place] for place in _touched(order, scope) if place in stopped]
    words = [f"{halt['state']} {halt['place'].replace(':', ' ', 1)}" for halt in here]
    worth = _worth(order, scope, facts)
    passes = not here or reduces(order, past, scope["currency"], worth)
    reason = None if passes else "halt.reducing"
    if any(halt["state"] == "halted" for halt in here):
        reason = "halt.halted"
    return Found("halt.state", "active", "; ".join(words) or "active", "", reason)


def _touched(order: Fields, scope: Fields) -> list[str]:
    return [
        f"agent:{order['agent']}",
        f"desk:{scope.get('limits', {}).get('desk')}",
        f"market:{order['market']}",
        f"venue:{order['venue']}",
        "firm",
    ]


def _sequence(order: Fields, past: Fields, now: str) -> Iterator[Found]:
    due, seq = past["seq"] + 1, order["seq"]
    gap = None if seq == due else "sequence.gap"
    yield Found("sequence.seq", str(due), str(seq), "orders", gap)
    broken = None if order["prev"] == past["prev"] else "sequence.prev"
    yield Found("sequence.prev", past["prev"], order["prev"], "sha256", broken)
    name = order["client_order_id"]
    twice = "client_order_id.duplicate" if name in past["client_order_ids"] else None
    yield Found("client_order_id.unique", "unused", name, "", twice)
    skew = abs(_moment(now) - _moment(order["created_at"])) // timedelta(microseconds=1)
    late = "clock.skew" if skew > 2_000_000 else None
    yield Found("clock.skew", "2000000", str(skew), "us", late)


def _action(
    order: Fields, action: str, scope: Fields, working: Fields | None
) -> Iterator[Found]:
    listed = scope.get("limits", {}).get("actions")
    if action != "new" or listed is not None:
        allowed = listed or ["cancel", "new"]
        reason = None if action in allowed else "action.not_allowed"
        yield Found("action.allowed", " ".join(allowed), action, "", reason)
    if action not in ("cancel", "replace"):
        return
    if working is None:
        limit, given, reason = "a working order", str(order["target"]), "target.unknown"
    else:
        same = ["market", "side", "venue", "amount", "currency"]
        if action == "replace":
            same.remove("amount")
        target = json.loads(working["order"])
        limit, given = (" ".join(o[name] for name in same) for o in (target, order))
        reason = None if limit == given else "target.differs"
    yield Found("action.target", limit, given, "", reason)


def _added(order: Fields, scope: Fields, facts: Fields) -> Decimal:
    """Return what the order adds to the sums, if it is allowed."""
    worth, target = Decimal(_worth(order, scope, facts) or 0), facts["target"]
    if order.get("action") == "cancel":
        return Decimal(0)
    if target is None or target["currency"] != scope["currency"]:
        return worth
    return max(Decimal(0), worth - Decimal(target["worth"]))


def _listed(name: str, given: str, listed: list[str]) -> Found:
    reason = None if given in listed else f"{name}.not_allowed"
    return Found(f"{name}.allowed", " ".join(listed), given, "", reason)


def _workload(order: Fields, scope: Fields, facts: Fields) -> Iterator[Found]:
    line, pinned = facts["session"], facts["pinned"]
    session = None if line is None else json.loads(line)
    found = "self_asserted"
    if session is not None and session["region"] == order["region"]:
        found = "self_asserted" if session["evidence"] is None else "attested"
    wanted = scope["region_evidence"]
    reason = None if wanted in ("self_asserted", found) else "region.evidence"
    yield Found("region.evidence", wanted, found, "", reason)
    if pinned is None:
        yield Found("runtime.digest", "not pinned", "not compared", "sha256", None)
        return
    running = "no session" if session is None else _runtime(session["runtime"])
    reason = None if running == _runtime(pinned) else "runtime.digest"
    yield Found("runtime.digest", _runtime(pinned), running, "sha256", reason)


def _runtime(digests: dict[str, str]) -> str:
    return " ".join(f"{name}={digests[name]}" for name in sorted(digests)) or "nothing"


def _kinds(order: Fields, scope: Fields) -> Iterator[Found]:
    for name, listed in (("type", "order_types"), ("time_in_force", "times_in_force")):
        allowed = scope.get("limits", {}).get(listed)
        if allowed is not None:
            reason = None if order[name] in allowed else f"order.{name}_not_allowed"
            yield Found(f"order.{name}", " ".join(allowed), order[name], "", reason)


def _prices(order: Fields, scope: Fields, facts: Fields) -> Iterator[Found]:
    limits, price = scope.get("limits", {}), facts["price"]
    if "price_age_millis" not in limits:
        return
    oldest, now = limits["price_age_millis"] * 1000, facts["received_at"]
    age, state = "no price", "no price"
    if price is not None:
        age = str(_micros(now) - _micros(price["at"]))
        state = price.get("state", "open")
        if Decimal(price["bid"]) > Decimal(price["ask"]):
            state = "crossed"
    there = price is not None
    fresh = there and 0 <= int(age) <= oldest
    yield Found(
        "price.age", str(oldest), age, "us", None if fresh else "price.stale", there
    )
    shut = None if state == "open" else "price.book"
    yield Found("price.book", "open", state, "", shut, there)
    usable = _usable(price, scope, now)
    away, spread = Fraction(0), Fraction(0)
    if price is not None and usable:
        bid, ask = Fraction(price["bid"]), Fraction(price["ask"])
        spread = (ask - bid) / ((ask + bid) / 2) * 10_000
        met = ask if order["side"] == "BUY" else bid
        away = abs(Fraction(order.get("limit_price", met)) - met) / met * 10_000
    for name, field, measured in (
        ("spread", "spread_bps", spread),
        ("band", "price_warn_bps", away),
        ("collar", "price_collar_bps", away),
    ):
        if field in limits:
            holds = usable and measured <= limits[field]
            yield Found(
                f"price.{name}",
                str(limits[field]),
                str(ceil(measured)) if usable else "no price",
                "bps",
                None if holds else f"price.{name}",
                usable,
            )


def _window(past: Fields, now: str, micros: int) -> list[Fields]:
    """Return the messages received later than so long ago, the oldest first."""
    newest: list[Fields] = past["sent"][-8192:]
    return [each for each in newest if _micros(now) - _micros(each["at"]) < micros]


def _drift(
    order: Fields, scope: Fields, past: Fields, facts: Fields
) -> Iterator[Found]:
    limits, quote, now = scope.get("limits", {}), facts["price"], facts["received_at"]
    if "price_drift_bps" not in limits:
        return
    limit, reason = str(limits["price_drift_bps"]), "price.drift"
    if not _usable(quote, scope, now):
        yield Found(reason, limit, "no price", "bps", reason, comparable=False)
        return
    met = quote["ask"] if order["side"] == "BUY" else quote["bid"]
    price = Fraction(order.get("limit_price", met))
    window = _window(past, now, limits["price_drift_seconds"] * 1_000_000)
    known = [
        Fraction(each["touch"])
        for each in window
        if each["market"] == order["market"] and each["touch"] is not None
    ]
    first = known[0] if known else price
    away = abs(price - first) / first * 10_000
    holds = away <= limits["price_drift_bps"]
    yield Found(reason, limit, str(ceil(away)), "bps", None if holds else reason)


SAME = ("market", "side", "type", "amount", "currency", "time_in_force", "venue")


def _conduct(
    order: Fields, scope: Fields, past: Fields, facts: Fields
) -> Iterator[Found]:
    limits, now = scope.get("limits", {}), facts["received_at"]
    if "duplicate_window_millis" in limits:
        micros = limits["duplicate_window_millis"] * 1000
        same = [
            each
            for each in _window(past, now, micros)
            if all(each[name] == order[name] for name in SAME)
            and each["limit_price"] == order.get("limit_price")
            and each["action"] == order.get("action", "new")
        ]
        ago = str(_micros(now) - _micros(same[-1]["at"])) if same else "none"
        reason = "order.duplicate" if same else None
        yield Found("order.duplicate", str(micros), ago, "us", reason)
    orders = past["orders"] + 1
    counts = {
        "rate.second": len(_window(past, now, 1_000_000)) + 1,
        "rate.minute": len(_window(past, now, 60_000_000)) + 1,
        "rate.day": past["messages"] + 1,
        "daily.orders": orders,
        "rate.orders_per_fill": ceil(Fraction(orders, max(1, past["fills"]))),
        "latch.rejects": past["rejects"],
        "latch.executions": past["executions"] + 1,
    }
    for name, (field, unit) in COUNTED.items():
        if field in limits:
            reason = None if counts[name] <= limits[field] else name
            yield Found(name, str(limits[field]), str(counts[name]), unit, reason)


COUNTED = {
    "rate.second": ("messages_per_second", "messages"),
    "rate.minute": ("messages_per_minute", "messages"),
    "rate.day": ("messages_per_day", "messages"),
    "daily.orders": ("orders_per_day", "orders"),
    "rate.orders_per_fill": ("orders_per_fill", "orders/fill"),
    "latch.rejects": ("rejects_in_a_row", "rejects"),
    "latch.executions": ("executions_unreviewed", "executions"),
}


def _at_risk(
    order: Fields, scope: Fields, past: Fields, facts: Fields
) -> Iterator[Found]:
    limits, unit = scope.get("limits", {}), scope["currency"]
    worth, cent = _worth(order, scope, facts), _cent(unit, scope)
    found = list(risks(order, past, unit, worth))
    profit, venue = past["profit"], order["venue"]
    day = Decimal(past["at_venues"].get(venue, "0"))
    day += _added(order, scope, facts)
    known = worth is not None and past["currency"] in (None, unit)
    told = past["at_risk_in"] in (None, unit)
    known = known and told
    found.insert(-1, Risk("venue.daily_amount", "venue_daily_max", day, unit, known))
    yield from _compared(found, limits, cent)
    if "self_trade" in limits:
        other = met(order, facts["firm"])
        shown = "none"
        if other is not None:
            price = other["limit_price"] or "market"
            shown = f"{other['agent']} {other['seq']} at {price}"
        reason = None if other is None else "order.self_trade"
        yield Found("order.self_trade", "none", shown, "", reason)
    known = profit is not None and told
    losses = profit or {"loss": "0", "drawdown": "0"}
    yield from _compared(
        [
            Risk(
                "latch.daily_loss",
                "daily_loss_max",
                Decimal(losses["loss"]),
                unit,
                known,
            ),
            Risk(
                "latch.drawdown",
                "drawdown_max",
                Decimal(losses["drawdown"]),
                unit,
                known,
            ),
        ],
        limits,
        cent,
    )


def _compared(found: list[Risk], limits: Fields, cent: Decimal) -> Iterator[Found]:
    """Compare each measure with its limit, if there is one."""
    for name, field, measured, unit, known in found:
        if field not in limits:
            continue
        limit = str(limits[field])
        if not known:
            yield Found(name, limit, "unknown", unit, name, comparable=False)
            continue
        shown = str(measured)
        if isinstance(measured, Decimal):
            shown = f"{measured.quantize(cent):f}"
        reason = None if measured <= Decimal(limit) else name
        yield Found(name, limit, shown, unit, reason)


def _usable(price: Fields | None, scope: Fields, now: str) -> bool:
    oldest = scope.get("limits", {}).get("price_age_millis")
    return (
        price is not None
        and oldest is not None
        and 0 <= _micros(now) - _micros(price["at"]) <= oldest * 1000
        and "state" not in price
        and Decimal(price["bid"]) <= Decimal(price["ask"])
    )


def _carried(
    amount: Fraction, held: str, price: Fields, order: Fields, scope: Fields
) -> tuple[Fraction, str]:
    """Return the amount in the other currency of the price's market."""
    base, quote = price["market"].split("/")
    moved = Fraction(scope["limits"].get("price_buffer_bps", 0), 10_000)
    limit = None
    if price["market"] == order["market"] and "limit_price" in order:
        limit = Fraction(order["limit_price"])
    known = base in DECIMALS and quote in DECIMALS
    if known and held == base:
        dear = Fraction(price["ask"]) * (1 + moved)
        return amount * (dear if limit is None else max(dear, limit)), quote
    if known and held == quote:
        cheap = Fraction(price["bid"]) * (1 - moved)
        return amount / (cheap if limit is None else min(cheap, limit)), base
    return amount, held


def _worth(order: Fields, scope: Fields, facts: Fields) -> str | None:
    """Return what the order is worth in the scope's currency, if anybody can say."""
    if order["currency"] == scope["currency"]:
        return str(order["amount"])
    held, amount = order["currency"], Fraction(order["amount"])
    if held not in order["market"].split("/"):
        return None
    for price in (facts["price"], facts["conversion"]):
        if _usable(price, scope, facts["received_at"]):
            amount, held = _carried(amount, held, price, order, scope)
        if held == scope["currency"]:
            smallest = _cent(held, scope)
            units = ceil(amount / Fraction(smallest))
            return f"{units * smallest:f}" if units <= LARGEST else None
    return None


def _units(order: Fields, scope: Fields, facts: Fields) -> Decimal | None:
    base, quote = order["market"].split("/")
    held, amount = order["currency"], Fraction(order["amount"])
    if held == quote and _usable(facts["price"], scope, facts["received_at"]):
        amount, held = _carried(amount, held, facts["price"], order, scope)
    if held != base:
        return None
    digits = str(ceil(amount * 10**18)).rjust(19, "0")
    return Decimal(f"{digits[:-18]}.{digits[-18:]}")  # Read, so that none is lost.


def _amounts(
    order: Fields, scope: Fields, past: Fields, facts: Fields
) -> Iterator[Found]:
    unit, given = scope["currency"], order["currency"]
    worth = _worth(order, scope, facts)
    known = worth is not None
    yield Found("price.known", unit, given, "", None if known else "price.missing")
    amount = order["amount"] if given == unit else f"{order['amount']} {given}"
    shown, value = worth or amount, Decimal(worth or 0)
    limit = scope["order_max"]
    reason = None if known and value <= Decimal(limit) else "order.amount_max"
    yield Found("order.amount", limit, shown, unit, reason, known)
    yield from _units_asked(order, scope, facts)
    known = known and past["currency"] in (None, unit)
    total = _sums(order, past)[scope["daily_max_per"]] + _added(order, scope, facts)
    limit = scope["daily_max"]
    reason = None if known and total <= Decimal(limit) else "daily.amount_max"
    shown = f"{total.quantize(_cent(unit, scope)):f}" if known else amount
    yield Found("daily.amount", limit, shown, unit, reason, known)


def _at_places(order: Fields, scope: Fields, facts: Fields) -> Iterator[Found]:
    """Compare with the newest limits of each place what all agents come to there."""
    newest = {said["place"]: said for said in facts["place_limits"]}
    used = {use["place"]: use for use in facts["place_use"]}
    nothing = {"day": "", "open_orders": 0}
    here = [
        (newest[place], used.get(place, nothing))
        for place in _touched(order, scope)
        if place in newest
    ]
    worth, added = _worth(order, scope, facts), _added(order, scope, facts)
    for name, control in (("order_max", "order"), ("daily_max", "daily")):
        rows: list[tuple[Fields, str, Decimal]] = []
        for limits, use in here:
            figure = Decimal(worth or 0)
            if name == "daily_max":
                sums = use["allowed"] if use["day"] == facts["received_at"][:10] else []
                own = [s for s in sums if s["currency"] == limits["currency"]]
                figure = added + sum(Decimal(s["amount"]) for s in own)
            if name in limits:
                rows.append((limits, limits[name], figure))
        yield from _amount_at_places(
            f"place.{control}_amount", rows, (order, scope), worth
        )
    more = 0 if facts["target"] else 1
    counts = [
        (limits, str(limits["open_orders"]), Decimal(use["open_orders"] + more))
        for limits, use in here
        if "open_orders" in limits
    ]
    if counts:
        limits, limit, count = _least_left(counts)
        at = f"at {limits['place'].replace(':', ' ', 1)}"
        reason = None if count <= int(limit) else "place.open_orders_max"
        yield Found(
            "place.open_orders", f"{limit} {at}", f"{count} {at}", "orders", reason
        )


def _amount_at_places(
    control: str,
    rows: list[tuple[Fields, str, Decimal]],
    asked: tuple[Fields, Fields],
    worth: str | None,
) -> Iterator[Found]:
    """Compare amounts; a place of another currency stops before any other one."""
    if not rows:
        return
    order, scope = asked
    unit, reason = scope["currency"], f"{control}_max"
    foreign = [row for row in rows if worth is None or row[0]["currency"] != unit]
    limits, limit, figure = foreign[0] if foreign else _least_left(rows)
    at = f"at {limits['place'].replace(':', ' ', 1)}"
    shown = f"{figure.quantize(Decimal(limit)):f} {unit}"
    if foreign:
        shown = f"{worth} {unit}" if worth else f"{order['amount']} {order['currency']}"
    holds = not foreign and figure <= Decimal(limit)
    yield Found(
        control,
        f"{limit} {limits['currency']} {at}",
        f"{shown} {at}",
        "",
        None if holds else reason,
        not foreign,
    )


def _least_left(
    rows: list[tuple[Fields, str, Decimal]],
) -> tuple[Fields, str, Decimal]:
    """Return the first above its limit, or the one that leaves the least."""
    over = [row for row in rows if row[2] > Decimal(row[1])]
    return over[0] if over else min(rows, key=lambda row: Decimal(row[1]) - row[2])


def _units_asked(order: Fields, scope: Fields, facts: Fields) -> Iterator[Found]:
    most = scope.get("limits", {}).get("order_units_max")
    if most is None:
        return
    limit, units = most.get(order["market"]), _units(order, scope, facts)
    if limit is None or units is None:
        amount = f"{order['amount']} {order['currency']}"
        limit = limit or "no limit"
        yield Found(
            "order.units", limit, amount, "", "order.units_max", comparable=False
        )
        return
    reason = None if units <= Decimal(limit) else "order.units_max"
    yield Found("order.units", limit, _shortest(units), "", reason)


def _shortest(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _hours(scope: Fields, now: str) -> Iterator[Found]:
    opens, closes = scope["window"]["opens"], scope["window"]["closes"]
    time = now[11:-1]
    shut = None if opens <= time < closes else "hours.closed"
    yield Found("hours.window", f"[{opens}, {closes})", time, "", shut)
    calendar, day = scope["calendar"], _moment(now).date()
    measured, known = DAYS[day.weekday()], calendars.is_known(calendar, day)
    if calendar in calendars.CLOSED:
        measured = f"{measured} {day}"
    reason = None if calendars.is_open(calendar, day) else "calendar.closed"
    yield Found("hours.calendar", calendar, measured, "", reason, known)


def _control(found: Found, aside: Fields | None) -> Fields:
    outcome = "failed" if found.comparable else "cannot_evaluate"
    if _only_warns(found):
        outcome = "warned"
    if _is_aside(found, aside):
        outcome = "overridden"
    control: Fields = {
        "id": found.id,
        "limit": found.limit,
        "measured": found.measured,
        "outcome": "passed" if found.reason is None else outcome,
        "unit": found.unit,
        "version": 1,
    }
    if found.reason is not None:
        control["reason"] = found.reason
    return control


def _counters(order: Fields, scope: Fields, past: Fields, added: Decimal) -> Fields:
    unit = past["currency"] or scope["currency"]
    before = _sums(order, past)

    cent = _cent(unit, scope)

    def shown(more: Decimal) -> Fields:
        return {name: f"{(s + more).quantize(cent):f}" for name, s in before.items()}

    return {"after": shown(added), "before": shown(Decimal(0)), "currency": unit}


def _cent(unit: str, scope: Fields) -> Decimal:
    """Return the smallest amount of the unit: the scope's own figures show theirs."""
    if unit == scope["currency"]:
        return Decimal(1).scaleb(int(Decimal(scope["order_max"]).as_tuple().exponent))
    return Decimal(1).scaleb(-DECIMALS[unit])


def _sums(order: Fields, past: Fields) -> dict[str, Decimal]:
    here = (order["market"], order["side"])
    sums = {"agent": Decimal(0), "market_and_side": Decimal(0)}
    for counted in past["allowed"]:
        amount = Decimal(counted["amount"])
        sums["agent"] += amount
        if (counted["market"], counted["side"]) == here:
            sums["market_and_side"] += amount
    return sums


def _micros(text: str) -> int:
    return (_moment(text) - _moment("1970-01-01T00:00:00.000000Z")) // timedelta(
        microseconds=1
    )


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
