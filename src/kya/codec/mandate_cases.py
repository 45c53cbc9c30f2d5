"""Cases for a mandate: orders as people write them, and what they want decided.

A TOML file. What `[order]` says holds for every order that does not say otherwise; a
case may name orders that came before it on that day. docs/reference/mandate-cases.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from kya.codec.enums import by_value
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.errors import InputError, MalformedError
from kya.core.instant import Instant
from kya.core.limits import MANDATE_CASE_ORDERS_MAX, MANDATE_CASES_MAX
from kya.core.mandate import Mandate
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, Order, OrderType, Side, TimeInForce
from kya.core.price import MarketState, ReferencePrice
from kya.core.tokens import NO_DIGEST


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Known fields only: a limit misspelt must not go unasked."""


class OrderTable(_Table, frozen=True, kw_only=True):
    """The fields of an order, each of which may come from `[order]`."""

    action: str | None = None
    amount: str | None = None
    currency: str | None = None
    limit_price: str | None = None
    market: str | None = None
    region: str | None = None
    side: str | None = None
    target: int | None = None
    time_in_force: str | None = None
    type: str | None = None
    venue: str | None = None


class PriceTable(_Table, frozen=True, kw_only=True):
    """A reference price, of the order's market unless it says which."""

    ask: str
    bid: str
    market: str | None = None
    millis_old: int = 0
    state: str = MarketState.OPEN.value


class EarlierTable(OrderTable, frozen=True, kw_only=True):
    """Orders that came before: so many, all received so long before."""

    filled_at: str | None = None
    millis_before: int = 60_000
    rejected: bool = False
    times: int = 1


class CaseTable(OrderTable, frozen=True, kw_only=True):
    """One case."""

    name: str
    expect: str
    at: str | None = None
    conversion: PriceTable | None = None
    earlier: list[EarlierTable] = []
    price: PriceTable | None = None
    reasons: list[str] = []
    region_shown: bool = False


class File(_Table, frozen=True, kw_only=True):
    """The whole file."""

    at: str | None = None
    case: list[CaseTable]
    order: OrderTable = OrderTable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An order that came before, and what its venue did: filled it, or rejected it."""

    order: Order
    filled_at: Price | None
    is_rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateCase:
    """An order with what came before it, and the judgement that people want."""

    name: str
    order: Order
    earlier: tuple[Earlier, ...]
    price: ReferencePrice | None
    conversion: ReferencePrice | None
    is_region_shown: bool
    outcome: Outcome
    reasons: tuple[Reason, ...]


MILLIS_MAX: Final = 86_400_000
"""How long before a case another order may have come: a day."""

_ACTION: Final = by_value("action", Action)
_OUTCOME: Final = by_value("expect", Outcome)
_REASON: Final = by_value("reasons", Reason)
_SIDE: Final = by_value("side", Side)
_STATE: Final = by_value("state", MarketState)
_TIME_IN_FORCE: Final = by_value("time_in_force", TimeInForce)
_TYPE: Final = by_value("type", OrderType)
_FIELDS: Final = OrderTable.__struct_fields__


def read_mandate_cases(raw: bytes, mandate: Mandate) -> tuple[MandateCase, ...]:
    """Return the cases of the file, for this mandate's agent; InputError otherwise."""
    try:
        found = msgspec.toml.decode(raw, type=File)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InputError(f"cases: {error}") from error
    if not 1 <= len(found.case) <= MANDATE_CASES_MAX:
        count = len(found.case)
        raise InputError(f"cases: want 1 to {MANDATE_CASES_MAX}, got {count}")
    names = [case.name for case in found.case]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"cases: want each name once, got twice: {', '.join(twice)}")
    return tuple(_read(case, found, mandate) for case in found.case)


def _read(case: CaseTable, file: File, mandate: Mandate) -> MandateCase:
    """Return one case; the error says which it is."""
    try:
        return _case(case, file, mandate)
    except MalformedError as error:
        raise InputError(f"case {case.name!r}: {error}") from error


def _case(case: CaseTable, file: File, mandate: Mandate) -> MandateCase:
    at = Instant.parse(_given("at", case.at or file.at))
    outcome = _OUTCOME(case.expect)
    reasons = tuple(_REASON(each) for each in case.reasons)
    if (outcome is Outcome.ALLOWED) is bool(reasons):
        raise MalformedError("reasons: want some unless the order is to be allowed")
    earlier = tuple(_earlier(case, file, mandate, at))
    order = _order(_filled_in(case, file.order, mandate), mandate, len(earlier) + 1, at)
    return MandateCase(
        name=case.name,
        order=order,
        earlier=earlier,
        price=_price(case.price, order),
        conversion=_price(case.conversion, order),
        is_region_shown=case.region_shown,
        outcome=outcome,
        reasons=reasons,
    )


def _earlier(
    case: CaseTable, file: File, mandate: Mandate, at: Instant
) -> Iterator[Earlier]:
    """Yield what came before, in the order in which it was received."""
    if sum(table.times for table in case.earlier) > MANDATE_CASE_ORDERS_MAX:
        raise MalformedError(f"earlier: want at most {MANDATE_CASE_ORDERS_MAX} orders")
    before, seq = MILLIS_MAX, 0
    for table in case.earlier:
        _require_in_order(table, before)
        before = table.millis_before
        received_at = at.plus(micros=-1_000 * before)
        fields = _filled_in(table, file.order, mandate)
        filled_at = None if table.filled_at is None else Price.parse(table.filled_at)
        for _ in range(table.times):
            seq += 1
            order = _order(fields, mandate, seq, received_at)
            if order.action is not Action.NEW:
                raise MalformedError("earlier: want new orders alone")
            yield Earlier(order=order, filled_at=filled_at, is_rejected=table.rejected)


def _require_in_order(table: EarlierTable, before: int) -> None:
    """Raise unless it comes behind the former ones, at least once, with one end."""
    if table.times < 1 or not 0 <= table.millis_before <= before:
        raise MalformedError(
            f"earlier: want the oldest first, millis_before of 0 to {MILLIS_MAX}, and"
            " times of at least 1"
        )
    if table.rejected and table.filled_at is not None:
        raise MalformedError("earlier: want filled_at or rejected, not both")


def _filled_in(given: OrderTable, usual: OrderTable, mandate: Mandate) -> OrderTable:
    """Return the fields of an order with those of `[order]`, and what follows."""
    fields = {name: getattr(given, name) for name in _FIELDS}
    for name, value in fields.items():
        if value is None:
            fields[name] = getattr(usual, name)
    is_limit = fields["limit_price"] is not None
    fields["type"] = fields["type"] or ("LIMIT" if is_limit else "MARKET")
    fields["currency"] = fields["currency"] or mandate.scope.currency.code
    return OrderTable(**fields)


def _order(fields: OrderTable, mandate: Mandate, seq: int, at: Instant) -> Order:
    """Return the order of its fields, the agent's `seq`-th."""
    limit = fields.limit_price
    currency = Currency(_given("currency", fields.currency))
    return Order(
        agent=mandate.agent,
        credential=NO_DIGEST,
        seq=seq,
        prev=NO_DIGEST,
        client_order_id=f"case-{seq}",
        market=_given("market", fields.market),
        side=_SIDE(_given("side", fields.side)),
        type=_TYPE(_given("type", fields.type)),
        amount=Money.parse(_given("amount", fields.amount), currency),
        limit_price=None if limit is None else Price.parse(limit),
        time_in_force=_TIME_IN_FORCE(fields.time_in_force or TimeInForce.DAY.value),
        venue=_given("venue", fields.venue),
        region=_given("region", fields.region),
        created_at=at,
        action=_ACTION(fields.action or Action.NEW.value),
        target=fields.target,
    )


def _price(table: PriceTable | None, order: Order) -> ReferencePrice | None:
    """Return the reference price, as old as it is said to be."""
    if table is None:
        return None
    return ReferencePrice(
        market=table.market or order.market,
        bid=Price.parse(table.bid),
        ask=Price.parse(table.ask),
        at=order.created_at.plus(micros=-1_000 * table.millis_old),
        source="case",
        state=_STATE(table.state),
    )


def _given(name: str, value: str | None) -> str:
    """Return the value; MalformedError where nothing says it."""
    if value is None:
        raise MalformedError(f"{name}: want one, here or for all orders of the file")
    return value
