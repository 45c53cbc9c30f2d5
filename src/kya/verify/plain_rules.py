"""The rules once more, on plain dictionaries: what speaks against one order.

Shares nothing with `kya.core`, on purpose: text is compared as text, amounts are
`Decimal`, days are the first ten characters of an instant.
"""

import json
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from kya.verify.plain_calendars import is_open

Fields = dict[str, Any]

SKEW_MAX: Final = timedelta(seconds=2)

UNSEEN: Final = frozenset(
    {
        "control.faulted",
        "credential.expired",
        "credential.not_yet_valid",
        "sequence.gap",
    }
)
"""Reasons that a plain scan cannot weigh: it reads no certificates and no program."""


PEOPLE_MIN: Final = 2
"""Starting takes two people."""


def signers_in(raw: bytes) -> set[str]:
    """Return the names under a note, as they stand there."""
    lines = raw.decode("utf-8").rpartition("\n\n")[2].splitlines()
    return {line.split(" ")[1] for line in lines}


def equivocates(said: Fields) -> bool:
    """Tell whether the other order has the place of this one, and is another one."""
    other = b64decode(said["conflicting"], validate=True)
    order = json.loads(other.partition(b"\n")[0])
    same_place = (order["agent"], order["seq"]) == (said["agent"], said["seq"])
    return same_place and sha256(b"\x00" + other).hexdigest() != said["order"]


@dataclass(slots=True)
class PlainCertificate:
    """An agent's certificate, as far as searching its bytes tells."""

    agent: str
    scope: Fields
    entry: int
    standing: str = "active"
    since: str = ""
    revoked_from: str = ""

    def standing_at(self, instant: str) -> str:
        """Return the standing; from the scheduled instant on it is revoked."""
        is_due = bool(self.revoked_from) and self.revoked_from <= instant
        return "revoked" if is_due else self.standing


@dataclass(slots=True)
class PlainAgent:
    """One agent's chain and its counters of the current day."""

    seq: int = 0
    prev: str = "0" * 64
    day: str = ""
    ids: set[str] = field(default_factory=set[str])
    totals: dict[tuple[str, str], Decimal] = field(
        default_factory=dict[tuple[str, str], Decimal]
    )
    currency: str = ""
    session: Fields = field(default_factory=Fields)
    session_line: str = "0" * 64
    pinned: Fields | None = None

    def turn_to(self, day: str) -> None:
        """Forget the counters of another day."""
        if day != self.day:
            self.day, self.currency = day, ""
            self.ids, self.totals = set(), {}

    def take(self, order: Fields, line_digest: str, added: Decimal) -> None:
        """Move the chain head and count what was allowed, if anything."""
        self.seq, self.prev = order["seq"], line_digest
        self.ids.add(order["client_order_id"])
        if added:
            key = (order["market"], order["side"])
            self.totals[key] = self.totals.get(key, Decimal(0)) + added
            self.currency = order["currency"]


def reasons_against(
    order: Fields,
    received_at: str,
    certificate: PlainCertificate,
    agent: PlainAgent,
    added: Decimal,
) -> set[str]:
    """Return every reason that a plain scan sees; the agent is turned to the day.

    `added` is what the order would add to the sums of the day.
    """
    scope, standing = certificate.scope, certificate.standing_at(received_at)
    holds = {
        "credential.revoked": standing != "revoked",
        "credential.suspended": standing != "suspended",
        "sequence.prev": order["prev"] == agent.prev,
        "client_order_id.duplicate": order["client_order_id"] not in agent.ids,
        "clock.skew": _skew(received_at, order["created_at"]) <= SKEW_MAX,
        "market.not_allowed": order["market"] in scope["markets"],
        "venue.not_allowed": order["venue"] in scope["venues"],
        "region.not_allowed": order["region"] in scope["regions"],
        "region.evidence": scope["region_evidence"] == "self_asserted"
        or _is_attested(order, agent),
        "runtime.digest": agent.pinned is None
        or (_is_in_session(order, agent) and agent.session["runtime"] == agent.pinned),
        "price.missing": order["currency"] == scope["currency"],
        "order.amount_max": _amount_is_within(order, scope),
        "daily.amount_max": _day_is_within(order, scope, agent, added),
        "hours.closed": scope["window"]["opens"]
        <= received_at[11:26]
        < scope["window"]["closes"],
        "calendar.closed": is_open(scope["calendar"], received_at[:10]),
    }
    asked = _OF_A_CANCEL if order.get("action") == "cancel" else holds.keys()
    return {reason for reason in asked if not holds[reason]}


_OF_A_CANCEL: Final = (
    "credential.revoked",
    "sequence.prev",
    "client_order_id.duplicate",
    "clock.skew",
)
"""What a cancel can be refused or denied for, besides its action."""


def _is_in_session(order: Fields, agent: PlainAgent) -> bool:
    return bool(agent.session) and agent.session["credential"] == order["credential"]


def _is_attested(order: Fields, agent: PlainAgent) -> bool:
    return (
        _is_in_session(order, agent)
        and agent.session["evidence"] is not None
        and agent.session["region"] == order["region"]
    )


def _skew(received_at: str, created_at: str) -> timedelta:
    return abs(datetime.fromisoformat(received_at) - datetime.fromisoformat(created_at))


def _amount_is_within(order: Fields, scope: Fields) -> bool:
    if order["currency"] != scope["currency"]:
        return False  # Cannot be compared, and what cannot be compared is denied.
    return Decimal(order["amount"]) <= Decimal(scope["order_max"])


def _day_is_within(
    order: Fields, scope: Fields, agent: PlainAgent, added: Decimal
) -> bool:
    if (
        not order["currency"]
        == scope["currency"]
        == (agent.currency or scope["currency"])
    ):
        return False
    if scope["daily_max_per"] == "agent":
        before = sum(agent.totals.values(), Decimal(0))
    else:
        before = agent.totals.get((order["market"], order["side"]), Decimal(0))
    return before + added <= Decimal(scope["daily_max"])
