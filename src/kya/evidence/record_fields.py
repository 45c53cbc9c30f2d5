"""The parts of an order record, each from one statement of the log."""

from functools import lru_cache
from typing import Final

from kya.codec import base64_text
from kya.codec.decisions import DecisionLine
from kya.codec.order_records import OrderRecord
from kya.codec.perimeter import AssetClass, class_of
from kya.codec.scopes import ScopeFields, scope_fields
from kya.core.errors import MalformedError
from kya.core.money import Money
from kya.core.order import Order, OrderType, Side, TimeInForce
from kya.core.order_events import VenueReported, VenueStatus
from kya.core.scope import Scope
from kya.pki.entries import Entry

# How long an order lasts (validity period, RTS 24 fields 10 to 12). DAVY was not read
# in the law's text; the other three were.
_VALIDITY: Final = {
    TimeInForce.DAY: "DAVY",
    TimeInForce.GTC: "GTCV",
    TimeInForce.IOC: "IOCV",
    TimeInForce.FOK: "FOKV",
}
_SIDE: Final = {Side.BUY: "BUYI", Side.SELL: "SELL"}
_MONETARY: Final = "MONE"
_NOTATION: Final = {
    AssetClass.FIAT: _MONETARY,
    AssetClass.EMT: "UNIT",
    AssetClass.CRYPTO: "UNIT",
    AssetClass.UNKNOWN: None,
}


def of_note(entry: Entry, signer: str) -> dict[str, str]:
    """Return the first signature under a note, which `signer` has made."""
    signature = entry.note.signatures[0]
    return {
        f"{signer}_key_id": signature.key_id.hex(),
        f"{signer}_signature": base64_text.encode(signature.value),
    }


def of_order(order: Order) -> dict[str, object]:
    """Return the fields that the agent has signed."""
    base, _, quote = order.market.partition("/")
    limit = order.limit_price
    currency = order.amount.currency.code
    return {
        "agent": order.agent,
        "agent_seq": order.seq,
        "target_seq": order.target,
        "region": order.region,
        "created_at": str(order.created_at),
        "validity": _VALIDITY[order.time_in_force],
        "venue": order.venue,
        "market": order.market,
        "base": base,
        "quote": quote,
        "client_order_id": order.client_order_id,
        "order_type": order.type.value,
        "order_type_class": "LMTO" if order.type is OrderType.LIMIT else None,
        "limit_price": None if limit is None else str(limit),
        "price_currency": None if limit is None else quote,
        "price_notation": None if limit is None else _MONETARY,
        "side": _SIDE[order.side],
        "quantity": str(order.amount),
        "quantity_notation": _NOTATION[class_of(currency)],
        "quantity_currency": currency,
    }


def of_decision(line: DecisionLine, market: str) -> dict[str, object]:
    """Return the fields that the gateway has signed; `market` is the order's.

    A price of another market than that stands in the decision, but was not used.
    """
    found = line.price
    price = None if found is None or found.market != market else found
    return {
        "mode": line.mode,
        "received_at": line.received_at,
        "outcome": line.outcome,
        "primary_reason": line.reasons[0] if line.reasons else None,
        "reasons": line.reasons,
        "controls": line.controls,
        "counters": line.counters,
        "credential": line.credential,
        "mandate": line.mandate,
        "scope": line.scope,
        "baseline": line.baseline,
        "override": line.override,
        "reference_bid": None if price is None else price.bid,
        "reference_ask": None if price is None else price.ask,
        "reference_at": None if price is None else price.at,
        "reference_source": None if price is None else price.source,
    }


def of_execution(event: VenueReported, former: OrderRecord) -> dict[str, str | None]:
    """Return price and quantities of an execution; nothing for another report."""
    filled, price = event.filled, event.price
    fields: dict[str, str | None] = {"price": None if price is None else str(price)}
    if price is not None:
        fields |= {"price_currency": former.quote, "price_notation": _MONETARY}
    if event.status is VenueStatus.CANCELLED:
        fields["quantity_remaining"] = None  # Nothing is left of it that could fill.
    if filled is None:
        return fields
    if filled.currency.code != former.quantity_currency:
        raise MalformedError(f"filled: want {former.quantity_currency}, got {filled}")
    ordered = Money.parse(former.quantity, filled.currency)
    fields["quantity_executed"] = str(filled)
    # What was filled of its target leaves less of a replacement than its own figures.
    is_plain = former.target_seq is None and event.status is not VenueStatus.CANCELLED
    if is_plain and filled.minor_units <= ordered.minor_units:
        rest = ordered.minor_units - filled.minor_units
        fields["quantity_remaining"] = str(Money(rest, filled.currency))
    return fields


@lru_cache(maxsize=256)
def limits_of(scope: Scope) -> ScopeFields:
    """Return a scope's fields and keep them: they repeat from order to order."""
    return scope_fields(scope)
