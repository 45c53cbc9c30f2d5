"""The decision line, `kya/decision/v1`: exactly what the gateway signs.

The line holds every input that is not in the log already and every control's result, so
that whoever runs `decide` again over the logged inputs must get the same bytes.
"""

from functools import lru_cache
from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.control import ControlResult, Measured, Reason
from kya.core.decision import Counters, Decision, Outcome
from kya.core.fixed_point import render_padded
from kya.core.instant import Instant, Weekday
from kya.core.money import Currency, Money, Price
from kya.core.price import ReferencePrice
from kya.core.scope import Calendar

DECISION_TYPE: Final = "kya/decision/v1"


class ControlFields(canonical.Statement, frozen=True, kw_only=True):
    """One control's result on the wire; `reason` stands unless it passed."""

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
    """The decision on the wire; `order` is the leaf hash of the order's entry."""

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
    price: PriceFields | None
    reasons: list[str]
    received_at: str
    scope: str
    seq: int


_DECODER: Final = msgspec.json.Decoder(DecisionLine)
read_outcome: Final = by_value("outcome", Outcome)
read_reason: Final = by_value("reason", Reason)


def parse_decision(line: bytes) -> DecisionLine:
    """Return the fields of a decision line; MalformedError otherwise."""
    return canonical.decode_line(line, _DECODER, "decision")


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
    grant = case.credential.grant
    outcome = decision.outcome
    return canonical.encode_line(
        DecisionLine(
            type_=DECISION_TYPE,
            agent=case.order.agent,
            baseline=case.baseline.digest if case.baseline else None,
            controls=[_control_fields(result) for result in decision.results],
            counters=_counters_fields(decision),
            credential=case.credential.digest,
            mandate=grant.mandate if grant else "",
            mode=decision.mode.value,
            order=order_leaf,
            outcome=outcome.value,
            price=_price_fields(case.price),
            reasons=[reason.value for reason in decision.reasons],
            received_at=str(case.received_at),
            scope=grant.scope_digest if grant else "",
            seq=case.order.seq,
        )
    )


def _control_fields(result: ControlResult) -> ControlFields:
    """Return one control's result as it stands on the wire."""
    control, limit, measured = result.control, result.limit, result.measured
    unit = control.unit
    if type(limit) is Money:
        unit = limit.currency.code
        if type(measured) is int:
            measured = render_padded(measured, limit.currency.decimals)
        elif type(measured) is Money and measured.currency != limit.currency:
            measured = f"{measured} {measured.currency}"
    return ControlFields(
        id=control.id,
        limit=_text_of_limit(limit),
        measured=_text(measured),
        outcome=result.outcome.value,
        unit=unit,
        version=control.version,
        reason=msgspec.UNSET if result.reason is None else result.reason.value,
    )


@lru_cache(maxsize=4096)
def _text_of_limit(limit: Measured) -> str:
    """Return a limit's text; limits repeat from order to order, so it is kept."""
    return _text(limit)


def _text(value: Measured) -> str:
    """Return the one spelling of a limit or measured value."""
    if type(value) is str:
        return value
    if isinstance(value, frozenset):
        return " ".join(sorted(value))
    if isinstance(value, Weekday):
        return value.name.lower()
    if isinstance(value, Calendar):
        return value.value
    return str(value)


def _counters_fields(decision: Decision) -> CountersFields:
    """Return the counters before and after, as decimal strings."""
    before = decision.counters_before
    after = before.plus(decision.counted)
    currency = decision.case.scope.currency
    return CountersFields(
        after=_counter_fields(after, currency),
        before=_counter_fields(before, currency),
        currency=currency.code,
        day=str(before.day),
    )


def _counter_fields(counters: Counters, currency: Currency) -> CounterFields:
    """Return one set of counters."""
    decimals = currency.decimals
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
