"""A mandate, and what one allows beyond another, in words for whoever signs it."""

from collections.abc import Iterator
from typing import Final

from kya.codec import canonical
from kya.codec.mandates import render_mandate
from kya.core.counterexample import Counterexample
from kya.core.mandate import Mandate
from kya.core.money import Money

NAME_CHARS: Final = 12
"""Each sentence begins with a name of so many characters, blanks included."""


def sentences(mandate: Mandate) -> Iterator[str]:
    """Yield what the mandate says, a line each."""
    scope = mandate.scope
    per = scope.daily_max_per.value.replace("_", " ")
    yield f"operator    {mandate.operator}"
    yield f"agent       {mandate.agent}"
    yield f"valid       {mandate.valid_from} to {mandate.valid_until}"
    yield f"live from   {scope.live_from}"
    yield f"markets     {', '.join(sorted(scope.markets))}"
    yield f"venues      {', '.join(sorted(scope.venues))}"
    shown = scope.region_evidence.value.replace("_", " ")
    yield f"regions     {', '.join(sorted(scope.regions))}, {shown}"
    yield f"an order    at most {scope.currency} {scope.order_max}"
    yield f"a UTC day   at most {scope.currency} {scope.daily_max} per {per}"
    yield f"hours       {scope.window} UTC, {scope.calendar.value.replace('_', ' ')}"
    yield from _incidents(mandate)
    yield f"resolution  {mandate.resolution}"
    yield f"digest      {canonical.digest(render_mandate(mandate))}"


def _incidents(mandate: Mandate) -> Iterator[str]:
    """Yield what opens an incident, and what then runs."""
    policy = mandate.incidents
    if policy is None:
        yield "incidents   none is opened, whatever the breach"
        return
    for trigger in policy.triggers:
        times = "once" if trigger.count == 1 else f"{trigger.count} times"
        within = "" if trigger.count == 1 else f" within {trigger.within_seconds} s"
        reasons = ", ".join(sorted(reason.value for reason in trigger.reasons))
        yield f"incidents   {times}{within}: {reasons}"
    told = policy.alert_seconds
    yield f"alert       {'not asked for' if told is None else f'within {told} s'}"
    yield f"grace       {mandate.grace_seconds} s, then the agent is suspended"


def shown_by(limit: str, found: Counterexample | None) -> str:
    """Return what shows that a limit is not within the old one."""
    if found is None:
        if limit == "grace_seconds":
            return "a breach may go on for longer before the agent is suspended"
        if limit == "incidents":
            return "some breach opens no incident, or people may be told of it later"
        if limit.startswith("limits."):
            return "no order is made up to show it"
        return "no order can make use of it: another limit of NEW is in the way"
    case = found.case
    order, amount = case.order, case.order.amount
    said = (
        f"{case.received_at} {order.market} {order.side.value} {amount.currency}"
        f" {amount} at {order.venue} from {order.region}"
    )
    for (market, side), units in case.past.allowed.items():
        before = Money(units, amount.currency)
        said += f", after {market} {side.value} {before} on that day"
    if found.reason is None:
        return f"{said}: NEW has it live, OLD on paper"
    return f"{said}: NEW allows it, OLD says {found.reason.value}"
