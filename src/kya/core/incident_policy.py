"""What opens an incident: the board's policy, and what a decision must know of it.

A mandate says which breaches open an incident and how long its grace lasts; a decision
says that it opens one, and when the grace ends. Pure, like all that `decide` asks.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from kya.core import tokens
from kya.core.control import IDENTITY_REASONS, Reason
from kya.core.errors import MalformedError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import (
    ALERT_SECONDS_MAX,
    TRIGGER_COUNT_MAX,
    TRIGGER_SECONDS_MAX,
    TRIGGERS_MAX,
)
from kya.core.relation import Relation, relation_of

OPENS_NOTHING: Final = IDENTITY_REASONS | {Reason.INCIDENT_GRACE_OVER}
"""Reasons of orders that are stopped for good already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """So many decisions with one of these reasons within so many seconds."""

    reasons: frozenset[Reason]
    count: int
    within_seconds: int

    def __post_init__(self) -> None:
        """Refuse a trigger that nothing meets, or that would need a long memory."""
        if not self.reasons:
            msg = "reasons: want at least one"
            raise MalformedError(msg)
        if not self.reasons.isdisjoint(OPENS_NOTHING):
            named = ", ".join(sorted(each.value for each in OPENS_NOTHING))
            msg = f"reasons: want none of {named}: they stop an agent by themselves"
            raise MalformedError(msg)
        tokens.require_at_most("count", self.count, TRIGGER_COUNT_MAX)
        tokens.require_at_most(
            "within_seconds", self.within_seconds, TRIGGER_SECONDS_MAX
        )

    def covers(self, other: "Trigger") -> bool:
        """Tell whether this is met wherever the other one is."""
        return (
            self.reasons >= other.reasons
            and self.count <= other.count
            and (self.count == 1 or self.within_seconds >= other.within_seconds)
        )

    def is_met(self, earlier: tuple[int, ...], at: int) -> bool:
        """Tell whether one more now, after those earlier, makes enough of them."""
        since = at - self.within_seconds * MICROS_PER_SECOND
        return 1 + sum(since < instant for instant in earlier) >= self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPolicy:
    """What opens an incident, and within which time somebody must be told of it.

    `alert_seconds` is None where the board does not demand an alert.
    """

    triggers: tuple[Trigger, ...]
    alert_seconds: int | None

    def __post_init__(self) -> None:
        """Refuse a policy that opens nothing, or is too long to read."""
        if not 1 <= len(self.triggers) <= TRIGGERS_MAX:
            msg = f"triggers: want 1 to {TRIGGERS_MAX}, got {len(self.triggers)}"
            raise MalformedError(msg)
        if self.alert_seconds is not None:
            tokens.require_at_most(
                "alert_seconds", self.alert_seconds, ALERT_SECONDS_MAX
            )


def policy_relation(old: IncidentPolicy | None, new: IncidentPolicy | None) -> Relation:
    """Compare policies: the more opens an incident, and the sooner people must know."""
    before, after = _triggers(old), _triggers(new)
    soon, sooner = _alert(old), _alert(new)
    return relation_of(
        stops_more=sooner < soon or not _all_covered(after, before),
        lets_more_pass=sooner > soon or not _all_covered(before, after),
    )


def _triggers(policy: IncidentPolicy | None) -> tuple[Trigger, ...]:
    return () if policy is None else policy.triggers


def _alert(policy: IncidentPolicy | None) -> int:
    """Return within how many seconds people must know; never is later than any time."""
    if policy is None or policy.alert_seconds is None:
        return ALERT_SECONDS_MAX + 1
    return policy.alert_seconds


def _all_covered(these: tuple[Trigger, ...], by: tuple[Trigger, ...]) -> bool:
    return all(any(one.covers(each) for one in by) for each in these)


class Opening(NamedTuple):
    """A decision opens an incident: by which trigger, from 1, and until when."""

    trigger: int
    reasons: tuple[Reason, ...]
    grace_ends_at: Instant


class Breaches(NamedTuple):
    """When orders last breached what each trigger of one mandate counts."""

    mandate: str = tokens.NO_DIGEST
    instants: tuple[tuple[int, ...], ...] = ()

    def under(self, mandate: str, policy: IncidentPolicy) -> Self:
        """Return them as this mandate counts; another one counts from nothing."""
        if self.mandate == mandate:
            return self
        return self._replace(mandate=mandate, instants=((),) * len(policy.triggers))

    def adding(
        self, policy: IncidentPolicy, reasons: tuple[Reason, ...], at: int
    ) -> Self:
        """Return them after a decision with these reasons; what cannot count goes."""
        return self._replace(
            instants=tuple(
                earlier
                if trigger.reasons.isdisjoint(reasons)
                else ((*earlier, at)[1 - trigger.count :] if trigger.count > 1 else ())
                for trigger, earlier in zip(policy.triggers, self.instants, strict=True)
            )
        )


NO_BREACHES: Final = Breaches()


def first_met(
    policy: IncidentPolicy,
    earlier: tuple[tuple[int, ...], ...],
    reasons: tuple[Reason, ...],
    at: int,
) -> tuple[int, tuple[Reason, ...]] | None:
    """Return the first trigger that these reasons meet, from 1, and which of them."""
    triggers = zip(policy.triggers, earlier, strict=True)
    for number, (trigger, before) in enumerate(triggers, start=1):
        counted = tuple(reason for reason in reasons if reason in trigger.reasons)
        if counted and trigger.is_met(before, at):
            return number, counted
    return None
