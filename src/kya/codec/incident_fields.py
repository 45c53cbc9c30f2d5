"""What a mandate says of incidents, and a decision of the one that it opens."""

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core import tokens
from kya.core.control import Reason
from kya.core.errors import MalformedError
from kya.core.incident_policy import IncidentPolicy, Opening, Trigger
from kya.core.instant import Instant

_UNSET = msgspec.UNSET
_REASON = by_value("reasons", Reason)


class TriggerFields(canonical.Statement, frozen=True, kw_only=True):
    """One trigger on the wire; `reasons` are sorted, each once."""

    count: int
    reasons: list[str]
    within_seconds: int


class PolicyFields(canonical.Statement, frozen=True, kw_only=True):
    """The incident policy on the wire; `alert_seconds` is null where none is asked."""

    alert_seconds: int | None
    triggers: list[TriggerFields]


class OpeningFields(canonical.Statement, frozen=True, kw_only=True):
    """The incident that a decision opens; `reasons` stand in the controls' order."""

    grace_ends_at: str
    reasons: list[str]
    trigger: int


def policy_fields(policy: IncidentPolicy | None) -> PolicyFields | msgspec.UnsetType:
    """Return the policy's fields; nothing where there is none."""
    if policy is None:
        return _UNSET
    return PolicyFields(
        alert_seconds=policy.alert_seconds,
        triggers=[
            TriggerFields(
                count=trigger.count,
                reasons=sorted(reason.value for reason in trigger.reasons),
                within_seconds=trigger.within_seconds,
            )
            for trigger in policy.triggers
        ],
    )


def policy_from(wire: PolicyFields | msgspec.UnsetType) -> IncidentPolicy | None:
    """Return the policy of its fields; MalformedError if they are none."""
    if wire is _UNSET:
        return None
    return IncidentPolicy(
        triggers=tuple(_trigger_from(each) for each in wire.triggers),
        alert_seconds=wire.alert_seconds,
    )


def opening_fields(opening: Opening | None) -> OpeningFields | msgspec.UnsetType:
    """Return the opening's fields; nothing where the decision opens none."""
    if opening is None:
        return _UNSET
    return OpeningFields(
        grace_ends_at=str(opening.grace_ends_at),
        reasons=[reason.value for reason in opening.reasons],
        trigger=opening.trigger,
    )


def opening_from(wire: OpeningFields | msgspec.UnsetType) -> Opening | None:
    """Return the opening of its fields; MalformedError if they are none."""
    if wire is _UNSET:
        return None
    tokens.require_count("trigger", wire.trigger)
    if not wire.reasons:
        msg = "incident: want the reasons that opened it"
        raise MalformedError(msg)
    return Opening(
        trigger=wire.trigger,
        reasons=tuple(_REASON(each) for each in wire.reasons),
        grace_ends_at=Instant.parse(wire.grace_ends_at),
    )


def _trigger_from(wire: TriggerFields) -> Trigger:
    """Return the trigger of its fields; its reasons stand sorted, each once."""
    if wire.reasons != sorted(set(wire.reasons)):
        msg = "reasons: want them sorted, each once"
        raise MalformedError(msg)
    return Trigger(
        reasons=frozenset(_REASON(each) for each in wire.reasons),
        count=wire.count,
        within_seconds=wire.within_seconds,
    )
