"""Counters of an agent's day as bars toward their limits, and its scope in words."""

from collections.abc import Iterator
from typing import NamedTuple, cast

import msgspec

from kya.codec.scopes import scope_fields
from kya.core.fixed_point import render_padded
from kya.core.instant import Instant
from kya.core.scope import DailyMaxPer, Scope
from kya.core.state import AgentState, State

_FULL = 1_000
_WARN = 800


class Bar(NamedTuple):
    """One counter: how much of what is allowed is used, in thousandths for drawing."""

    name: str
    used: str
    limit: str
    unit: str
    permille: int

    @property
    def level(self) -> str:
        """How full it is, in a word."""
        if self.permille >= _FULL:
            return "full"
        return "nearly full" if self.permille >= _WARN else "room left"


def bars(agent: AgentState, scope: Scope, now: Instant) -> list[Bar]:
    """Return the agent's counters of the UTC day, and of what stands open."""
    return [*_of_the_day(agent, scope, now), *_of_the_limits(agent, scope, now)]


def _of_the_day(agent: AgentState, scope: Scope, now: Instant) -> Iterator[Bar]:
    """Yield the sums toward the daily maximum, as the scope counts them."""
    past, most = agent.past.on(now.day), scope.daily_max.minor_units
    if scope.daily_max_per is DailyMaxPer.AGENT:
        yield _money("Allowed today", sum(past.allowed.values()), most, scope)
        return
    for (market, side), used in sorted(
        past.allowed.items(), key=lambda item: (item[0][0], item[0][1].value)
    ):
        yield _money(f"{market} {side.value} today", used, most, scope)
    if not past.allowed:
        yield _money("Any market and side today", 0, most, scope)


def _of_the_limits(agent: AgentState, scope: Scope, now: Instant) -> Iterator[Bar]:
    """Yield those of the optional limits that count."""
    limits, past = scope.limits, agent.past.on(now.day)
    conduct, exposure = past.conduct, past.exposure
    counts = (
        ("Orders today", conduct.orders, limits.orders_per_day),
        ("Messages today", conduct.messages, limits.messages_per_day),
        ("Working orders", len(exposure.working), limits.open_orders),
        ("Rejects in a row", conduct.rejects_worst, limits.rejects_in_a_row),
        ("Executions unreviewed", conduct.executions, limits.executions_unreviewed),
    )
    for name, used, most in counts:
        if most is not None:
            yield Bar(name, str(used), str(most), "", _permille(used, most))
    if limits.position_max is not None and exposure.is_in(scope.currency):
        for market, risk in sorted(exposure.markets.items()):
            most = limits.position_max.minor_units
            yield _money(f"Position {market}", risk.worst, most, scope)
    if limits.venue_daily_max is not None:
        for venue, used in sorted(past.by_venue.items()):
            most = limits.venue_daily_max.minor_units
            yield _money(f"{venue} today", used, most, scope)


def _money(name: str, used: int, most: int, scope: Scope) -> Bar:
    """Return a bar of minor units of the scope's currency."""
    decimals = scope.currency.decimals
    used = max(0, used)
    return Bar(
        name,
        render_padded(used, decimals),
        render_padded(most, decimals),
        scope.currency.code,
        _permille(used, most),
    )


def _permille(used: int, most: int) -> int:
    """Return the share that is used, at most all of it."""
    return min(_FULL, used * _FULL // most) if most else _FULL


class ScopeRow(NamedTuple):
    """One line of a scope: as the board wrote it, and as the certificate has it."""

    name: str
    mandate: str
    certificate: str

    @property
    def is_same(self) -> bool:
        """Whether both say the same."""
        return self.mandate == self.certificate


def scope_rows(state: State, agent: AgentState) -> list[ScopeRow]:
    """Return the scope of the mandate beside that of the agent's certificate."""
    grant = state.credentials[agent.credential].granted
    mandate = state.mandates.get(grant.mandate)
    return compared(None if mandate is None else mandate.scope, grant.scope)


def compared(mandate: Scope | None, certificate: Scope) -> list[ScopeRow]:
    """Return the lines of two scopes beside each other."""
    written = {} if mandate is None else scope_lines(mandate)
    carried = scope_lines(certificate)
    return [
        ScopeRow(name, written.get(name, "not set"), carried.get(name, "not set"))
        for name in sorted({*written, *carried})
    ]


def scope_lines(scope: Scope) -> dict[str, str]:
    """Return the scope's fields by name, each as text."""
    fields: dict[str, object] = msgspec.to_builtins(scope_fields(scope))
    found: dict[str, str] = {}
    for name, value in fields.items():
        if name == "_type":
            continue
        if isinstance(value, dict):
            inner = cast("dict[str, object]", value)
            found |= {f"{name}.{each}": _text(inner[each]) for each in inner}
        else:
            found[name] = _text(value)
    return found


def _text(value: object) -> str:
    """Return a field as people read it."""
    if isinstance(value, list):
        return ", ".join(map(str, cast("list[object]", value)))
    return str(value)
