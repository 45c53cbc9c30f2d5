"""A second judge, written from the pages in spec/ and from nothing else.

It shares no line with `kya`: figures are `Decimal`, instants `datetime`, and the line
is made by Python's `json`. It is slow and short, to be read beside the pages.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

Fields: TypeAlias = dict[str, Any]

DECIMALS = {"EUR": 2, "GBP": 2}
LIMITS = {"order.amount", "daily.amount", "hours.window", "hours.calendar"}
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
    aside = _set_aside(order, facts)
    found = list(_controls(order, scope, past, facts))
    against = [each for each in found if each.reason and not _is_aside(each, aside)]
    reasons = [each.reason for each in against if each.reason]
    outcome = "denied" if reasons else "allowed"
    if any(reason.startswith("credential.") for reason in reasons):
        outcome = "refused"
    line = {
        "_type": "kya/decision/v1",
        "agent": order["agent"],
        "baseline": facts["baseline"],
        "controls": [_control(each, aside) for each in found],
        "counters": _counters(order, scope, past, outcome),
        "credential": order["credential"],
        "mandate": facts["credential"]["mandate"],
        "mode": "live" if facts["received_at"] >= scope["live_from"] else "paper",
        "order": facts["leaf"],
        "outcome": outcome,
        "override": None if aside is None else aside["leaf"],
        "price": facts["price"],
        "reasons": reasons,
        "received_at": facts["received_at"],
        "scope": sha256(facts["scope"].encode()).hexdigest(),
        "seq": order["seq"],
    }
    line["counters"]["day"] = facts["received_at"][:10]
    return outcome, reasons, canonical(line) + "\n"


def _past_of_the_day(facts: Fields) -> Fields:
    """Counters and ids are of one UTC day; the chain is for life."""
    past: Fields = facts["past"]
    if past["day"] == facts["received_at"][:10]:
        return past
    return {**past, "client_order_ids": [], "currency": None, "allowed": []}


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


def _controls(
    order: Fields, scope: Fields, past: Fields, facts: Fields
) -> Iterator[Found]:
    yield from _identity(facts["credential"], facts["received_at"])
    yield _stopped(order, scope, facts["halts"])
    yield from _sequence(order, past, facts["received_at"])
    for name, listed in (("market", "markets"), ("venue", "venues")):
        yield _listed(name, order[name], scope[listed])
    yield _listed("region", order["region"], scope["regions"])
    yield from _workload(order, scope, facts)
    yield from _amounts(order, scope, past)
    yield from _hours(scope, facts["received_at"])


def _identity(credential: Fields, now: str) -> Iterator[Found]:
    standing, ends = credential["standing"], credential["revoked_from"]
    if ends is not None and ends <= now:
        standing = "revoked"
    stopped = None if standing == "active" else f"credential.{standing}"
    yield Found("credential.standing", "active", standing, "", stopped)
    limit, reason = credential["not_after"], None
    if now < credential["not_before"]:
        limit, reason = credential["not_before"], "credential.not_yet_valid"
    elif now > limit:
        reason = "credential.expired"
    yield Found("credential.validity", limit, now, "", reason)


def _stopped(order: Fields, scope: Fields, told: list[Fields]) -> Found:
    """Fold what people have said; the strictest word of the order's places counts."""
    stopped: dict[str, Fields] = {}
    for said in told:
        if "resume" in said:
            gone = [
                at for at, halt in stopped.items() if halt["leaf"] == said["resume"]
            ]
            del stopped[gone[0]]
        else:
            stopped[said["place"]] = said
    touched = [
        f"agent:{order['agent']}",
        f"desk:{scope.get('desk')}",
        f"market:{order['market']}",
        f"venue:{order['venue']}",
        "firm",
    ]
    here = [stopped[place] for place in touched if place in stopped]
    words = [f"{halt['state']} {halt['place'].replace(':', ' ', 1)}" for halt in here]
    reason = "halt.reducing" if here else None
    if any(halt["state"] == "halted" for halt in here):
        reason = "halt.halted"
    return Found("halt.state", "active", "; ".join(words) or "active", "", reason)


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


def _amounts(order: Fields, scope: Fields, past: Fields) -> Iterator[Found]:
    unit, given = scope["currency"], order["currency"]
    amount, shown = Decimal(order["amount"]), order["amount"]
    known = given == unit
    yield Found("price.known", unit, given, "", None if known else "price.missing")
    if not known:
        shown = f"{shown} {given}"
    limit = scope["order_max"]
    reason = None if known and amount <= Decimal(limit) else "order.amount_max"
    yield Found("order.amount", limit, shown, unit, reason, known)
    known = known and past["currency"] in (None, unit)
    total = _sums(order, past)[scope["daily_max_per"]] + amount
    limit = scope["daily_max"]
    reason = None if known and total <= Decimal(limit) else "daily.amount_max"
    if known:
        shown = f"{total.quantize(_cent(unit, scope)):f}"
    yield Found("daily.amount", limit, shown, unit, reason, known)


def _hours(scope: Fields, now: str) -> Iterator[Found]:
    opens, closes = scope["window"]["opens"], scope["window"]["closes"]
    time = now[11:-1]
    shut = None if opens <= time < closes else "hours.closed"
    yield Found("hours.window", f"[{opens}, {closes})", time, "", shut)
    weekday = DAYS[_moment(now).weekday()]
    is_shut = scope["calendar"] == "monday_to_friday" and weekday[0] == "s"
    reason = "calendar.closed" if is_shut else None
    yield Found("hours.calendar", scope["calendar"], weekday, "", reason)


def _control(found: Found, aside: Fields | None) -> Fields:
    outcome = "failed" if found.comparable else "cannot_evaluate"
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


def _counters(order: Fields, scope: Fields, past: Fields, outcome: str) -> Fields:
    unit = past["currency"] or scope["currency"]
    before = _sums(order, past)
    amount = Decimal(order["amount"]) if outcome == "allowed" else Decimal(0)

    cent = _cent(unit, scope)

    def shown(more: Decimal) -> Fields:
        return {name: f"{(s + more).quantize(cent):f}" for name, s in before.items()}

    return {"after": shown(amount), "before": shown(Decimal(0)), "currency": unit}


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


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
