"""From permits to an exchange's parameters, and from its answers to ours. Pure.

An amount is sent as it was signed or not at all: in the market's base, no finer than
the market counts. Nothing is rounded, and no amount changes its unit on the way.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, cast

from kya.codec.kraken_pairs import Pair, Pairs
from kya.codec.kraken_words import DialectError
from kya.core.errors import MalformedError, TransientError
from kya.core.exact_fill import filled_of
from kya.core.execution import Execution
from kya.core.instant import MICROS_PER_DAY, MICROS_PER_SECOND, Instant
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.money import PRICE_DECIMALS, QUANTITY_DECIMALS, Currency, Money, Price
from kya.core.order import Order, OrderType, Side, TimeInForce
from kya.core.order_events import VenueStatus
from kya.gateway.ports import VenueAnswer

Fields = Mapping[str, object]
DEADLINE_SECONDS: Final = 5
"""How long after it was sent the exchange may still take an order."""

_SIDES: Final = {"buy": Side.BUY, "sell": Side.SELL}
_OPEN: Final = ("open", "pending")
_ENDED: Final = ("canceled", "expired")


class CannotBeSentError(Exception):
    """Why an order cannot be said in the exchange's terms."""


def parameters_of(
    order: Order, client_id: str, pairs: Pairs, now: Instant
) -> dict[str, str]:
    """Return what AddOrder is to be told; CannotBeSentError says why it cannot be."""
    parameters = {
        "pair": pair_for(order, pairs).altname,
        "type": order.side.value.lower(),
        "ordertype": order.type.value.lower(),
        "volume": str(order.amount),
        "cl_ord_id": client_id,
        "deadline": str(now.plus(seconds=DEADLINE_SECONDS)),
    }
    if order.limit_price is not None:
        parameters["price"] = str(order.limit_price)
    if order.type is OrderType.LIMIT or order.time_in_force is TimeInForce.FOK:
        parameters |= _lasting(order.time_in_force, now)
    return parameters


def pair_for(order: Order, pairs: Pairs) -> Pair:
    """Return the order's market; CannotBeSentError where the order does not fit it."""
    try:
        pair = pairs.of(order.market)
    except DialectError as error:
        raise CannotBeSentError(f"no market {order.market} there") from error
    base, quote = order.market.split("/")
    if order.amount.currency.code != base:
        msg = f"an amount in {order.amount.currency}; want it in {base}"
        raise CannotBeSentError(msg)
    volume = Decimal(str(order.amount))
    _require_counted("amount", volume, pair.volume_decimals)
    if volume < Decimal(pair.volume_min):
        raise CannotBeSentError(f"{volume} {base}; want {pair.volume_min} at least")
    if order.limit_price is not None:
        price = Decimal(str(order.limit_price))
        _require_counted("limit price", price, pair.price_decimals)
        worth = price * volume
        if worth < Decimal(pair.cost_min):
            raise CannotBeSentError(f"{worth} {quote}; want {pair.cost_min} at least")
    return pair


def _lasting(time_in_force: TimeInForce, now: Instant) -> dict[str, str]:
    """Return how long the order stands, in the exchange's terms."""
    match time_in_force:
        case TimeInForce.GTC | TimeInForce.IOC:
            return {"timeinforce": time_in_force.value}
        case TimeInForce.DAY:
            end = (now.day.number + 1) * MICROS_PER_DAY // MICROS_PER_SECOND
            return {"timeinforce": "GTD", "expiretm": str(end)}
        case TimeInForce.FOK:
            raise CannotBeSentError("fill or kill is not offered there")


def _require_counted(what: str, figure: Decimal, decimals: int) -> None:
    """Raise where a figure is finer than the market counts."""
    if figure != round(figure, decimals):
        raise CannotBeSentError(f"{what} {figure}; want {decimals} decimals at most")


def answer_in(order: Fields, market: str, fills: Iterable[Fields]) -> VenueAnswer:
    """Return what became of an order; its price is the exact mean of its executions.

    TransientError while the two do not agree.
    """
    status, filled = str(order["status"]), _decimal(order["vol_exec"])
    currency = Currency(market.split("/", maxsplit=1)[0])
    units, worth = 0, 0
    for fill in fills:
        volume = units_of(_decimal(fill["vol"]), QUANTITY_DECIMALS)
        units += volume
        worth += volume * units_of(_decimal(fill["price"]), PRICE_DECIMALS)
    if units != units_of(filled, QUANTITY_DECIMALS):
        raise TransientError(f"filled {filled}, of which {units} units are executed")
    told, exact = filled_of(units, currency)
    detail = str(order.get("reason") or "")[:TEXT_CHARS_MAX]
    return VenueAnswer(
        status=_status_of(status, filled, _decimal(order["vol"])),
        filled=told,
        exact=exact,
        price=Price(worth // units) if units else None,
        detail=detail if detail.isprintable() else "",
    )


def _status_of(status: str, filled: Decimal, volume: Decimal) -> VenueStatus:
    """Return the status in our word; TransientError for one that nobody knows."""
    if status in _OPEN:
        return VenueStatus.ACKNOWLEDGED
    if status in _ENDED:
        return VenueStatus.CANCELLED
    if status == "closed" and filled:
        whole = filled == volume
        return VenueStatus.FILLED if whole else VenueStatus.PARTIALLY_FILLED
    raise TransientError(f"an order that is {status!r}, with {filled} filled")


def execution_in(id_: str, fill: Fields, client_id: str, pairs: Pairs) -> Execution:
    """Return one line of the exchange's list, in our terms as far as they fit."""
    try:
        market = pairs.of(str(fill["pair"])).market
    except DialectError:
        market = str(fill["pair"])
    base = market.split("/")[0]
    return Execution(
        execution_id=id_,
        venue_order_id=str(fill["ordertxid"]),
        client_id=client_id,
        market=market,
        side=_SIDES[str(fill["type"])],
        amount=_as_money(_decimal(fill["vol"]), base),
        currency=base,
        price=_plain(_decimal(fill["price"])),
        at=instant_in(fill),
    )


def instant_in(fill: Fields) -> Instant:
    """Return when an execution was."""
    return Instant(int(_decimal(fill["time"]) * MICROS_PER_SECOND))


def _as_money(amount: Decimal, code: str) -> str:
    """Return an amount as its currency is written, or as it is where that cannot be."""
    try:
        currency = Currency(code)
        return str(Money(units_of(amount, currency.decimals), currency))
    except (MalformedError, TransientError):
        return _plain(amount)


def units_of(figure: Decimal, decimals: int) -> int:
    """Return a figure in units of its last decimal; TransientError if it is finer."""
    scaled = figure.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise TransientError(f"{figure}: want {decimals} decimals at most")
    return int(scaled)


def _plain(figure: Decimal) -> str:
    """Return a figure without an exponent or zeros that say nothing."""
    text = format(figure, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(figure: object) -> Decimal:
    """Return a figure as the exchange writes it, in text or as a number."""
    try:
        return Decimal(str(figure))
    except InvalidOperation as error:
        raise TransientError(f"{figure!r}: want a figure") from error


def objects_in(result: object, *path: str) -> dict[str, Fields]:
    """Return the named objects of a result; TransientError if there are none."""
    found = result
    for name in path:
        found = cast("Fields", found).get(name) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise TransientError(f"an answer without {'.'.join(path)}")
    return cast("dict[str, Fields]", found)
