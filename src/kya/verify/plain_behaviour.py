"""Baselines once more, by plain reading: which one counts, and what a score comes to.

What a score is worth, a plain scan takes from the decision; that it is right, learning
and scoring again shows. Shares nothing with `kya.core`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from kya.verify.plain_instants import later
from kya.verify.plain_limits import PlainResult
from kya.verify.plain_prices import Fields, PlainPrices

LOCK_KIND: Final = "kya/baseline-lock/v1"
PROBATION: Final = 100
ORDINARY: Final = 4 * 1_024
_WANTED: Final = "a locked baseline"
_PEOPLE_MIN: Final = 2


@dataclass(slots=True)
class PlainBaseline:
    """The baseline in force for an agent, as its lock and what followed say."""

    digest: str
    at: str
    ages_from: str
    runtime: Fields | None
    probation: int
    watched_until: str = ""

    def goes_on(self) -> None:
        """Be inherited by a new certificate: on probation, from its first order on."""
        self.probation, self.watched_until = PROBATION, ""

    def is_on_probation(self, now: str) -> bool:
        """Tell whether an order that is received now is on probation."""
        return self.probation > 0 or now < self.watched_until

    def take_order(self, now: str) -> None:
        """Count an order that is no cancel; the first one begins the first day."""
        if self.probation > 0:
            self.probation -= 1
            self.watched_until = self.watched_until or later(now, timedelta(days=1))


def locked(
    said: Fields, former: PlainBaseline | None, pinned: Fields | None
) -> PlainBaseline:
    """Return the baseline that a lock puts in force under the pinned runtime."""
    is_again = former is not None and former.digest == said["digest"]
    probation = PROBATION if is_again else 0
    midnight = f"{said['document']['last_day']}T00:00:00.000000Z"
    ages_from = min(said["at"], later(midnight, timedelta(days=1)))
    return PlainBaseline(said["digest"], said["at"], ages_from, pinned, probation)


def objections_to(
    said: Fields, former: PlainBaseline | None, seq: int, signers: int
) -> Iterator[str]:
    """Yield what is wrong with a lock of an agent whose last order had this `seq`."""
    document, source = said["document"], said["source"]
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    if sha256(text.encode() + b"\n").hexdigest() != said["digest"]:
        yield "a baseline whose digest is not that of its document"
    if document["agent"] != said["agent"]:
        yield "a baseline of another agent"
    if signers < _PEOPLE_MIN:
        yield "a baseline locked by less than two people"
    if source is not None and not 1 <= source["first_seq"] <= source["last_seq"] <= seq:
        yield "a baseline of orders that are not on record"
    if former is not None and said["at"] <= former.at:
        yield "a baseline locked before the one that it follows"


def behaviour_results(
    prices: PlainPrices, baseline: PlainBaseline | None, pinned: Fields | None
) -> Iterator[PlainResult]:
    """Yield what each control of behaviour must say, if the scope arms it."""
    limits, said = prices.limits, prices.said
    critical, warn = limits.get("score_critical_bps"), limits.get("score_warn_bps")
    if critical is None:
        return
    name, unknown = "behaviour.baseline", "behaviour.unknown"
    if baseline is None:
        if said["received_at"] >= prices.scope["live_from"]:
            yield PlainResult(name, _WANTED, "none", unknown, weighed=False)
        return
    if baseline.runtime == pinned:
        yield PlainResult(name, _WANTED, baseline.digest, "")
    else:
        other = "locked for another runtime"
        yield PlainResult(name, _WANTED, other, unknown, weighed=False)
    yield from _aged(limits, baseline, said["received_at"])
    told = said["behaviour"]
    if warn is not None:
        yield _below("behaviour.warn", warn, told["score"], "behaviour.unusual")
    on_probation = baseline.is_on_probation(said["received_at"])
    strict = warn if warn is not None and on_probation else critical
    yield _below("behaviour.critical", strict, told["score"], "behaviour.critical")
    name = "behaviour.sequence"
    yield _below(name, critical, told["sequence"], name)


def _aged(limits: Fields, baseline: PlainBaseline, now: str) -> Iterator[PlainResult]:
    """Yield what follows from the baseline's age, where the scope asks for it."""
    for name, limit, reason, weighed in (
        ("behaviour.expiry", "baseline_days", "behaviour.expired", False),
        ("behaviour.renewal", "baseline_warn_days", "behaviour.renewal_due", True),
    ):
        if limit in limits:
            end = later(baseline.ages_from, timedelta(days=limits[limit]))
            over = now >= end
            yield PlainResult(
                name, end, now, reason if over else "", weighed=weighed or not over
            )


def objections_of(
    said: Fields, order: Fields, baseline: PlainBaseline | None
) -> Iterator[str]:
    """Yield what a decision says of behaviour that does not fit the locks."""
    counts = order.get("action") != "cancel" and baseline is not None
    want = baseline.digest if baseline is not None and counts else None
    if said["baseline"] != want:
        yield f"names another baseline than {want or 'none'}, which counts"
    told = said.get("behaviour")
    if told is None:
        if counts:
            yield "says nothing of behaviour, though a baseline is locked"
        return
    if not counts or baseline is None:
        yield "speaks of behaviour, though no baseline counts"
        return
    added = sum(max(0, bits - ORDINARY) for bits in told["surprisals"].values())
    if added != told["excess"]:
        yield "has surprisals that do not add up to their excess"
    if told.get("on_probation", False) is not baseline.is_on_probation(
        said["received_at"]
    ):
        yield "counts the orders on probation in another way"


def _below(name: str, limit: int, value: int, reason: str) -> PlainResult:
    """Compare a score with what it must be less than."""
    return PlainResult(name, str(limit), str(value), reason if value >= limit else "")
