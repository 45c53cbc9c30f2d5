"""The rules once more, on plain dictionaries: what speaks against one order.

Shares nothing with `kya.core`, on purpose: text is compared as text, amounts are
`Decimal`, days are the first ten characters of an instant.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Final, NamedTuple

from kya.verify.plain_behaviour import (
    PlainBaseline,
    behaviour_results,
)
from kya.verify.plain_calendars import covers, is_open
from kya.verify.plain_conduct import PlainConduct, conduct_results
from kya.verify.plain_exposure import exposure_of, exposure_results
from kya.verify.plain_limits import PlainResult, results
from kya.verify.plain_places import Asked, PlainPlaces
from kya.verify.plain_prices import Fields, PlainPrices
from kya.verify.plain_working import (
    PlainWorking,
    WorkingOrder,
    action_reasons,
    added_by,
)

SKEW_MAX: Final = timedelta(seconds=2)

UNSEEN: Final = frozenset(
    {
        "control.faulted",
        "credential.expired",
        "credential.not_yet_valid",
        "latch.daily_loss",
        "latch.drawdown",
        "overlay.forbids",
        "overlay.unanswered",
        "sequence.gap",
    }
)
"""Reasons that a plain scan cannot weigh: it reads no certificates and no program, and
does not reckon what was lost. Those of overlays it looks at elsewhere."""


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
    """An agent's certificate, as far as searching its bytes tells.

    `policy` is what its mandate says of incidents, if it says anything.
    """

    agent: str
    scope: Fields
    standing: str = "active"
    since: str = ""
    revoked_from: str = ""
    policy: Fields | None = None
    grace_seconds: int = 0

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
    at_venues: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    currency: str = ""
    conduct: PlainConduct = field(default_factory=PlainConduct)
    session: Fields = field(default_factory=Fields)
    session_line: str = "0" * 64
    pinned: Fields | None = None
    baseline: PlainBaseline | None = None

    def goes_on(self) -> None:
        """Go on under a new certificate: a baseline is inherited on probation."""
        if self.baseline is not None:
            self.baseline.goes_on()

    def turn_to(self, day: str) -> None:
        """Forget the counters of another day."""
        if day != self.day:
            self.day, self.currency = day, ""
            self.ids, self.totals, self.at_venues = set(), {}, {}
        self.conduct.turn_to(day)

    def take(self, order: Fields, line_digest: str) -> None:
        """Move the chain head and remember the order's own name."""
        self.seq, self.prev = order["seq"], line_digest
        self.ids.add(order["client_order_id"])

    def count(self, order: Fields, added: Decimal, currency: str) -> None:
        """Add what was allowed to the day's sums, if it is anything."""
        if added:
            key = (order["market"], order["side"])
            self.totals[key] = self.totals.get(key, Decimal(0)) + added
            there = self.at_venues.get(order["venue"], Decimal(0))
            self.at_venues[order["venue"]] = there + added
            self.currency = currency


class Seen(NamedTuple):
    """What the scan sees of one order: its worth, and what speaks against it.

    `added` is what it adds to the day's sums if it is allowed. `unweighed` are the
    reasons given for want of something to compare, which nobody sets aside; `limits`
    says of each control of a limit what it must say.
    """

    worth: str | None
    added: Decimal
    reasons: frozenset[str]
    unweighed: frozenset[str]
    limits: Mapping[str, PlainResult]


class Around(NamedTuple):
    """What stands around an order: its target, halts as reasons, all that works.

    `places` are the limits of places, and what is used of them, `grace` what the
    control of incidents must say.
    """

    target: WorkingOrder | None
    halted: set[str]
    working: PlainWorking
    places: PlainPlaces
    grace: tuple[PlainResult, ...] = ()


def seen_of(
    prices: PlainPrices,
    certificate: PlainCertificate,
    agent: PlainAgent,
    around: Around,
) -> Seen:
    """Return what a plain scan sees; the agent is turned to the day."""
    order, scope, worth = prices.order, prices.scope, prices.worth()
    target, halted, working, places, grace = around
    added = added_by(order, worth, scope["currency"], target)
    holds = _holds(order, prices.said["received_at"], certificate, agent)
    against = action_reasons(order, target, scope)
    if order.get("action") == "cancel":
        against |= {reason for reason in _OF_A_CANCEL if not holds[reason]}
        return Seen(worth, added, frozenset(against), frozenset(), {})
    against |= {reason for reason in holds if not holds[reason]}
    against |= _amounts(worth, added, order, scope, agent)
    asked = [*grace]
    if places.limits:
        here = Asked(order, scope, agent.day, worth, added)
        asked += places.results(here, working)
    if halted or prices.limits:
        exposure = exposure_of(prices, worth, working)
        if halted != {"halt.reducing"} or not exposure.reduces():
            against |= halted
        at_venue = _at_venue(order, worth, added, scope, agent)
        asked += results(prices)
        asked += conduct_results(prices, agent.conduct)
        asked += behaviour_results(prices, agent.baseline, agent.pinned)
        asked += exposure_results(prices, exposure, at_venue)
    blocking = [each for each in asked if each.reason and not each.warns]
    unweighed = {each.reason for each in blocking if not each.weighed}
    if worth is None:
        unweighed |= {"order.amount_max"}
    if worth is None or agent.currency not in ("", scope["currency"]):
        unweighed |= {"daily.amount_max"}
    if not covers(scope["calendar"], agent.day):
        unweighed |= {"calendar.closed"}
    return Seen(
        worth=worth,
        added=added,
        reasons=frozenset(against | {each.reason for each in blocking}),
        unweighed=frozenset(unweighed),
        limits={result.id: result for result in asked},
    )


_OF_A_CANCEL: Final = (
    "credential.revoked",
    "sequence.prev",
    "client_order_id.duplicate",
    "clock.skew",
)
"""What a cancel can be refused or denied for, besides its action."""


def _amounts(
    worth: str | None, added: Decimal, order: Fields, scope: Fields, agent: PlainAgent
) -> set[str]:
    """Return what speaks against the amount; one without a worth blocks whole."""
    if worth is None:
        return {"price.missing", "order.amount_max", "daily.amount_max"}
    reasons: set[str] = set()
    if Decimal(worth) > Decimal(scope["order_max"]):
        reasons.add("order.amount_max")
    if not _day_is_within(order, added, scope, agent):
        reasons.add("daily.amount_max")
    return reasons


def _holds(
    order: Fields, received_at: str, certificate: PlainCertificate, agent: PlainAgent
) -> dict[str, bool]:
    """Return of each reason that needs no worth whether its rule holds."""
    scope, standing = certificate.scope, certificate.standing_at(received_at)
    return {
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
        "hours.closed": scope["window"]["opens"]
        <= received_at[11:26]
        < scope["window"]["closes"],
        "calendar.closed": is_open(scope["calendar"], received_at[:10]),
    }


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


def _at_venue(
    order: Fields, worth: str | None, added: Decimal, scope: Fields, agent: PlainAgent
) -> int | None:
    """Return the day's sum at the venue with this order, in smallest units."""
    if worth is None or agent.currency not in ("", scope["currency"]):
        return None
    _, _, decimals = scope["order_max"].partition(".")
    total = agent.at_venues.get(order["venue"], Decimal(0)) + added
    return int(total.scaleb(len(decimals)))


def _day_is_within(
    order: Fields, added: Decimal, scope: Fields, agent: PlainAgent
) -> bool:
    if agent.currency not in ("", scope["currency"]):
        return False  # Cannot be compared, and what cannot be compared is denied.
    if scope["daily_max_per"] == "agent":
        before = sum(agent.totals.values(), Decimal(0))
    else:
        before = agent.totals.get((order["market"], order["side"]), Decimal(0))
    return before + added <= Decimal(scope["daily_max"])
