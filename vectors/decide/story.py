"""The story's first live order, from which every case of these vectors differs.

The line of a decision comes from the second judge, which must agree with the reasons
that the case states.
"""

from hashlib import sha256
from typing import Any

from vectors.cases import Case, case
from vectors.decide.judge import canonical, judge

Changes = dict[str, Any]


def digest(of: str) -> str:
    """Return a digest that stands for what is named."""
    return sha256(of.encode()).hexdigest()


ZEROS = "0" * 64
NOW = "2026-05-15T09:15:00.000000Z"
ORDER: Changes = {
    "_type": "kya/order/v1",
    "agent": "algo_trader_v2",
    "amount": "20000.00",
    "client_order_id": "order-1",
    "created_at": NOW,
    "credential": digest("certificate"),
    "currency": "EUR",
    "market": "EUR/USD",
    "prev": ZEROS,
    "region": "eu-west-1",
    "seq": 1,
    "side": "BUY",
    "time_in_force": "DAY",
    "type": "MARKET",
    "venue": "SIMA",
}
SCOPE: Changes = {
    "_type": "kya/scope/v1",
    "calendar": "monday_to_friday",
    "currency": "EUR",
    "daily_max": "500000.00",
    "daily_max_per": "market_and_side",
    "live_from": "2026-05-15T09:00:00.000000Z",
    "markets": ["EUR/USD", "GBP/EUR"],
    "order_max": "25000.00",
    "region_evidence": "self_asserted",
    "regions": ["eu-west-1"],
    "venues": ["SIMA", "SIMB", "SIMC"],
    "window": {"closes": "17:00:00.000000", "opens": "08:00:00.000000"},
}
MANDATE: Changes = {
    "_type": "kya/mandate/v1",
    "agent": "algo_trader_v2",
    "grace_seconds": 300,
    "operator": "CryptoEX AG",
    "resolution": digest("resolution"),
    "resolved_at": "2026-04-24T10:00:00.000000Z",
    "scope": SCOPE,
    "valid_from": "2026-04-24T10:00:00.000000Z",
    "valid_until": "2027-04-30T00:00:00.000000Z",
}
CREDENTIAL: Changes = {
    "mandate": digest(canonical(MANDATE) + "\n"),
    "not_after": "2027-04-25T10:00:00.000000Z",
    "not_before": "2026-04-25T10:00:00.000000Z",
    "revoked_from": None,
    "standing": "active",
}
PAST: Changes = {
    "allowed": [],
    "at_risk_in": None,
    "at_venues": {},
    "by_market": {},
    "by_venue": {},
    "client_order_ids": [],
    "currency": None,
    "day": "2026-05-15",
    "executions": 0,
    "fills": 0,
    "messages": 0,
    "orders": 0,
    "prev": ZEROS,
    "profit": {"drawdown": "0.00", "loss": "0.00"},
    "rejects": 0,
    "sent": [],
    "seq": 0,
    "working": [],
}
MODEL, IMAGE = digest("model"), digest("image")
SESSION: Changes = {
    "_type": "kya/session/v1",
    "agent": "algo_trader_v2",
    "created_at": "2026-05-15T08:00:00.000000Z",
    "credential": digest("certificate"),
    "evidence": None,
    "prev": ZEROS,
    "region": "eu-west-1",
    "runtime": {"image": IMAGE, "model": MODEL},
    "seq": 1,
}
SHOWN: Changes = {"anchor": digest("anchor"), "document": "", "signature": ""}
PRICE: Changes = {
    "ask": "1.1721",
    "at": NOW,
    "bid": "1.1719",
    "market": "EUR/USD",
    "source": "simulated",
}
ALL_DAY = {"closes": "24:00:00.000000", "opens": "00:00:00.000000"}
OVER_LIMIT = "more risk is taken than the board allowed"
WRONG_PARTY = "a stopped or foreign identity keeps trading"
WRONG_TIME = "an order leaves while nobody watches"
UNKNOWN_WORTH = "an amount of unknown worth is sent"
LOST_ORDER = "an order can be left out, repeated or swapped unseen"
WRONG_PLACE = "an order leaves for where the board never looked"
TOO_STRICT = "an order that the board allowed is stopped"
OTHER_LINE = "a regulator gets other bytes than the gateway signed"


def _override(changes: Changes | None, line: str) -> Changes | None:
    """Return an override for this order line, but for the changes."""
    if changes is None:
        return None
    return {
        "agent": "algo_trader_v2",
        "controls": ["order.amount"],
        "expires_at": "2026-05-15T09:20:00.000000Z",
        "leaf": digest("override"),
        "order": sha256(line.encode()).hexdigest(),
        **changes,
    }


def _target(changes: Changes | None) -> Changes | None:
    """Return the first order as it works, but for the changes; `worth` is one."""
    if changes is None:
        return None
    order = {**ORDER, **changes}
    worth = order.pop("worth", order["amount"])
    return {
        "currency": SCOPE["currency"],
        "order": canonical(order) + "\n",
        "worth": worth,
    }


ORDINARY: Changes = {
    "as_of": "2026-05-15T00:00:00.000000Z",
    "baseline": sha256(b"baseline").hexdigest(),
    "is_of_the_release": True,
    "evidence": 312,
    "excess": 0,
    "footing": "inside_data",
    "low": 80,
    "peak": 3_072,
    "score": 90,
    "sequence": 0,
    "surprisals": {},
}
"""How an order scores that is like those before it; spec/score.md."""


_RARE = ("overlays", "answers", "incidents")
_TOLD = ("id", "flag", "bug", "expected", "harm", "reasons", "decision")


def counted(*sums: tuple[str, str, str]) -> Changes:
    """Return what a past has of these sums, each of a market and a side in EUR."""
    allowed = [{"amount": a, "market": m, "side": s} for m, s, a in sums]
    return {"allowed": allowed, "currency": "EUR"}


def _likeness(changes: Changes | None) -> Changes | None:
    """Return an order like any other, but for the changes of what is measured."""
    if changes is None:
        return None
    behaviour = {**ORDINARY, **changes}
    beside = {
        name: behaviour.pop(name) for name in ("as_of", "baseline", "is_of_the_release")
    }
    return {**beside, "behaviour": behaviour}


def a_case(
    name: str,
    bug: str,
    harm: str,
    reasons: list[str] | None = None,
    **changes: Any,  # noqa: ANN401  facts of every type
) -> Case:
    """Return a case: the story's first live order, but for the changes."""
    received_at = changes.get("received_at", NOW)
    order = {**ORDER, "created_at": received_at, **changes.get("order", {})}
    line = canonical(order) + "\n"
    session = changes.get("session")
    facts: Changes = {
        "order": line,
        "leaf": sha256(b"\x00" + line.encode()).hexdigest(),
        "scope": canonical({**SCOPE, **changes.get("scope", {})}),
        "credential": {**CREDENTIAL, **changes.get("credential", {})},
        "past": {**PAST, **changes.get("past", {})},
        "received_at": received_at,
        "likeness": _likeness(changes.get("likeness")),
        "price": changes.get("price"),
        "conversion": changes.get("conversion"),
        "session": None
        if session is None
        else canonical({**SESSION, **session}) + "\n",
        "pinned": changes.get("pinned"),
        "override": _override(changes.get("override"), line),
        "target": _target(changes.get("target")),
        "halts": changes.get("halts", []),
        "place_limits": changes.get("place_limits", []),
        "place_use": changes.get("place_use", []),
        "firm": changes.get("firm", []),
    }
    # Few cases have these, and what is not there must change nothing.
    facts |= {name: changes[name] for name in _RARE if name in changes}
    return _judged(name, bug, harm, reasons or [], facts)


def with_an_override(
    stopped: Case, name: str, bug: str, harm: str, changes: Changes
) -> Case:
    """Return a case again, with an override on record that lets its order pass."""
    facts: Changes = {key: each for key, each in stopped.items() if key not in _TOLD}
    facts["override"] = _override(changes, facts["order"])
    return _judged(name, bug, harm, [], facts)


def _judged(name: str, bug: str, harm: str, reasons: list[str], facts: Changes) -> Case:
    """Return a case of these facts, if the second judge finds what is stated."""
    outcome, found, decision = judge(facts)
    if found != reasons:
        message = f"{name}: stated {reasons}, but the second judge found {found}"
        raise ValueError(message)
    flag = "valid" if outcome == "allowed" else "violation"
    told = {"reasons": found, "decision": decision}
    return case(name, flag, bug, outcome, harm=harm, **facts, **told)
