"""The decision line, `kya/decision/v1`: exactly what the gateway signs.

The line holds every input that is not in the log already and every control's result, so
that whoever runs `decide` again over the logged inputs must get the same bytes.
"""

from functools import lru_cache
from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core import tokens
from kya.core.control import (
    LETS_PASS,
    ControlOutcome,
    ControlResult,
    Measured,
    Reason,
)
from kya.core.decision import Counters, Decision, Outcome, outcome_of
from kya.core.errors import MalformedError, shown
from kya.core.fixed_point import parse_padded, render_padded
from kya.core.instant import Instant, Weekday
from kya.core.money import Currency, Money, Price
from kya.core.price import ReferencePrice
from kya.core.scope import Calendar, Mode

DECISION_TYPE: Final = "kya/decision/v1"


class ControlFields(canonical.Statement, frozen=True, kw_only=True):
    """One control's result on the wire; `reason` stands unless it passed.

    The reason of an overridden one is not among the decision's reasons.
    """

    id: str
    limit: str
    measured: str
    outcome: str
    unit: str
    version: int
    reason: str | msgspec.UnsetType = msgspec.UNSET


class CounterFields(canonical.Statement, frozen=True, kw_only=True):
    """Sums of allowed orders on the wire, in the scope's currency."""

    agent: str
    market_and_side: str


class CountersFields(canonical.Statement, frozen=True, kw_only=True):
    """The counters that the decision found and left."""

    after: CounterFields
    before: CounterFields
    currency: str
    day: str


class PriceFields(canonical.Statement, frozen=True, kw_only=True):
    """The reference price that the decision used."""

    ask: str
    at: str
    bid: str
    market: str
    source: str


class DecisionLine(canonical.Statement, frozen=True, kw_only=True):
    """The decision on the wire; `order` and `override` are leaf hashes of entries."""

    type_: Literal["kya/decision/v1"] = msgspec.field(name="_type")
    agent: str
    baseline: str | None
    controls: list[ControlFields]
    counters: CountersFields
    credential: str
    mandate: str
    mode: str
    order: str
    outcome: str
    override: str | None
    price: PriceFields | None
    reasons: list[str]
    received_at: str
    scope: str
    seq: int


_DECODER: Final = msgspec.json.Decoder(DecisionLine)
read_outcome: Final = by_value("outcome", Outcome)
read_reason: Final = by_value("reason", Reason)
_CONTROL_OUTCOME: Final = by_value("outcome", ControlOutcome)
_MODE: Final = by_value("mode", Mode)


def parse_decision(line: bytes) -> DecisionLine:
    """Return the fields of a decision line that does not contradict itself.

    MalformedError otherwise. Whether it is the right decision, only `decide` can say.
    """
    return canonical.read_line(line, _DECODER, "decision", _checked)


def price_of(line: DecisionLine) -> ReferencePrice | None:
    """Return the reference price that the decision says it used."""
    price = line.price
    if price is None:
        return None
    return ReferencePrice(
        market=price.market,
        bid=Price.parse(price.bid),
        ask=Price.parse(price.ask),
        at=Instant.parse(price.at),
        source=price.source,
    )


def render_decision(decision: Decision, order_leaf: str) -> bytes:
    """Return the decision's line, LF included."""
    case = decision.case
    return canonical.encode_line(
        DecisionLine(
            type_=DECISION_TYPE,
            agent=case.order.agent,
            baseline=case.baseline.digest if case.baseline else None,
            controls=[_control_fields(result) for result in decision.results],
            counters=_counters_fields(decision),
            credential=case.credential.digest,
            mandate=case.grant.mandate,
            mode=decision.mode.value,
            order=order_leaf,
            outcome=decision.outcome.value,
            override=None if case.override is None else case.override.leaf,
            price=_price_fields(case.price),
            reasons=[reason.value for reason in decision.reasons],
            received_at=_text_kept(case.received_at),
            scope=case.grant.scope_digest,
            seq=case.order.seq,
        )
    )


def _control_fields(result: ControlResult) -> ControlFields:
    """Return one control's result as it stands on the wire."""
    control, outcome, limit, measured, reason = result
    unit = control.unit
    if type(limit) is Money:
        unit = limit.currency.code
        if type(measured) is int:
            measured = render_padded(measured, limit.currency.decimals)
        elif type(measured) is Money and measured.currency != limit.currency:
            measured = f"{measured} {measured.currency}"
    return ControlFields(
        id=control.id,
        limit=limit if type(limit) is str else _text_kept(limit),
        measured=measured if type(measured) is str else _text(measured),
        outcome=outcome.value,
        unit=unit,
        version=control.version,
        reason=msgspec.UNSET if reason is None else reason.value,
    )


@lru_cache(maxsize=4096)
def _text_kept(value: Measured) -> str:
    """Return a value's text and keep it: limits repeat from order to order."""
    return _text(value)


def _text(value: Measured) -> str:
    """Return the one spelling of a limit or measured value."""
    if isinstance(value, Weekday):
        return value.name.lower()
    if isinstance(value, Calendar):
        return value.value
    if isinstance(value, frozenset):
        return " ".join(sorted(value))
    return str(value)


def _counters_fields(decision: Decision) -> CountersFields:
    """Return the counters before and after, as decimal strings."""
    before, counted = decision.counters_before, decision.counted
    fields = _counter_fields(before)
    return CountersFields(
        after=_counter_fields(before.plus(counted)) if counted else fields,
        before=fields,
        currency=before.currency.code,
        day=str(before.day),
    )


def _counter_fields(counters: Counters) -> CounterFields:
    """Return one set of counters."""
    decimals = counters.currency.decimals
    return CounterFields(
        agent=render_padded(counters.agent, decimals),
        market_and_side=render_padded(counters.market_and_side, decimals),
    )


def _price_fields(price: ReferencePrice | None) -> PriceFields | None:
    """Return the reference price as it stands on the wire."""
    if price is None:
        return None
    return PriceFields(
        ask=str(price.ask),
        at=str(price.at),
        bid=str(price.bid),
        market=price.market,
        source=price.source,
    )


def _checked(wire: DecisionLine) -> DecisionLine:
    """Return the fields if each can be what it is called; MalformedError otherwise."""
    baseline, override = wire.baseline, wire.override
    tokens.require(tokens.NAME, "agent", wire.agent)
    for field, digest in (
        ("credential", wire.credential),
        ("mandate", wire.mandate),
        ("order", wire.order),
        ("scope", wire.scope),
        ("baseline", tokens.NO_DIGEST if baseline is None else baseline),
        ("override", tokens.NO_DIGEST if override is None else override),
    ):
        tokens.require(tokens.DIGEST, field, digest)
    tokens.require_count("seq", wire.seq)
    _MODE(wire.mode)
    _require_counters(wire)
    price_of(wire)
    _require_agreement(wire)
    return wire


def _require_counters(wire: DecisionLine) -> None:
    """Raise unless the counters are amounts of the day of receipt."""
    counters = wire.counters
    decimals = Currency(counters.currency).decimals
    for counted in (counters.before, counters.after):
        parse_padded(counted.agent, decimals)
        parse_padded(counted.market_and_side, decimals)
    # A day is how an instant begins, so one comparison also checks its spelling.
    day, _, _ = str(Instant.parse(wire.received_at)).partition("T")
    if counters.day != day:
        msg = f"counters: want those of {day}, got those of {shown(counters.day)}"
        raise MalformedError(msg)


def _require_agreement(wire: DecisionLine) -> None:
    """Raise unless reasons follow from the controls, and the outcome from them."""
    reasons: list[str] = []
    for control in wire.controls:
        reason, came_of_it = control.reason, _CONTROL_OUTCOME(control.outcome)
        if (came_of_it is ControlOutcome.PASSED) is not (reason is msgspec.UNSET):
            msg = f"{control.id}: want a reason unless it passed"
            raise MalformedError(msg)
        if came_of_it is ControlOutcome.OVERRIDDEN and wire.override is None:
            msg = f"{control.id}: overridden, but the decision names no override"
            raise MalformedError(msg)
        if reason is not msgspec.UNSET and came_of_it not in LETS_PASS:
            reasons.append(reason)
    if reasons != wire.reasons:
        msg = "reasons: want those of the controls, in their order"
        raise MalformedError(msg)
    outcome = outcome_of([read_reason(reason) for reason in reasons])
    if not wire.controls or wire.outcome != outcome.value:
        msg = f"outcome: want {outcome.value} for these controls, got {wire.outcome}"
        raise MalformedError(msg)
