"""From what a caller of `sign` sends to what an agent signs. Pure.

Only what says in full what is to be done becomes an instruction. Nothing is guessed: a
field that is missing, said twice, or known to nobody is an error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from kya.agent.chain import Instruction
from kya.core import tokens
from kya.core.errors import MalformedError, shown
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side, TimeInForce
from kya.kakunin_api.envelope import RefusedError
from kya.kakunin_api.spelling import Fields, object_in

_ACTIONS: Final = frozenset(
    {"execute_trade", "new_order", "order", "place_order", "submit_order"}
)
_ACTION_TYPE: Final = "transaction_initiated"
_SIDES: Final = {"buy": Side.BUY, "sell": Side.SELL}
_DOLLARS: Final = "amount_usd"
_DIGITS: Final = 64
"""More than any amount has; what is longer is not written out to find that."""

_Word = TypeVar("_Word", OrderType, TimeInForce)


class _Terms(NamedTuple):
    """How the price is chosen, and how long the order stands."""

    type: OrderType
    limit_price: Price | None
    time_in_force: TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be signed, and the chain that it joins, if any."""

    instruction: Instruction
    chain: str | None


def wanted_in(
    payload: object, agent: str, venue: str, new_name: Callable[[], str]
) -> Wanted:
    """Return the order in a payload.

    RefusedError for what is no order, MalformedError for an order that can be read in
    two ways or in none. `venue` is where it goes if it does not say.
    """
    fields = _unfolded(payload)
    side = _require_order(fields, agent)
    terms = _terms(fields)
    instruction = Instruction(
        client_order_id=_name(fields) or new_name(),
        market=_market(fields),
        side=_side(fields, side),
        amount=_amount(fields),
        venue=(fields.text("venue") or venue).upper(),
        type=terms.type,
        limit_price=terms.limit_price,
        time_in_force=terms.time_in_force,
    )
    tokens.require(tokens.VENUE, "order: venue", instruction.venue)
    chain = fields.text("chain_id")
    fields.require_none_left()
    return Wanted(instruction=instruction, chain=chain)


def _unfolded(payload: object) -> Fields:
    """Return the fields, those of `details` among them; none may stand in both."""
    inner = Fields("payload", payload).take("details", "metadata", "payload", "order")
    if inner is None:
        return Fields("order", payload)
    outer, folded = object_in(payload) or {}, object_in(inner)
    if folded is None:
        raise MalformedError(f"order: want an object, got {shown(inner)}")
    rest = {name: each for name, each in outer.items() if each is not inner}
    if both := sorted(rest.keys() & folded.keys()):
        raise MalformedError(f"order: {', '.join(both)}: said twice")
    return Fields("order", {**rest, **folded})


def _require_order(fields: Fields, agent: str) -> str | None:
    """Return the side that the action's word says; RefusedError for no order."""
    kind = fields.text("action_type")
    word = fields.text("action")
    if kind not in {None, _ACTION_TYPE}:
        raise _no_order(f"action_type {kind!a}")
    if word is not None and word.lower() not in _ACTIONS | _SIDES.keys():
        raise _no_order(f"action {word!a}")
    named = fields.text("agent_id")
    if named not in {None, agent}:
        raise MalformedError(f"order: agent_id: want {agent}, got {named!a}")
    return word if word is not None and word.lower() in _SIDES else None


def _no_order(what: str) -> RefusedError:
    """Return the refusal of a message that is no order: the key signs nothing else."""
    said = f"{what} is no order, and an agent's key signs orders alone"
    return RefusedError(422, said, code="not_an_order")


def _name(fields: Fields) -> str | None:
    """Return what the caller calls the order."""
    name = fields.text("client_order_id", "idempotency_key")
    if name is not None:
        tokens.require(tokens.TOKEN, "order: client_order_id", name)
    return name


def _market(fields: Fields) -> str:
    """Return the market, its two codes parted by a slash whatever parted them."""
    text = fields.text("market", "instrument", "symbol", "pair")
    if text is None:
        raise _no_order("a message without a market")
    market = text.upper().replace("_", "/").replace("-", "/")
    tokens.require(tokens.MARKET, "order: market", market)
    return market


def _side(fields: Fields, said: str | None) -> Side:
    """Return the side, which is said once."""
    text = fields.text("side", "direction")
    if text is not None and said is not None:
        raise MalformedError("order: side and action say one thing; want one of them")
    word = (text or said or "").lower()
    if word not in _SIDES:
        raise MalformedError(f"order: side: want buy or sell, got {word!a}")
    return _SIDES[word]


def _amount(fields: Fields) -> Money:
    """Return the amount with its currency; `amount_usd` says both."""
    dollars, plain = fields.take(_DOLLARS), fields.take("amount", "size")
    code = fields.text("currency")
    if dollars is not None and plain is not None:
        raise MalformedError("order: amount_usd and amount: want one of them")
    if dollars is not None and code not in {None, "USD"}:
        raise MalformedError(f"order: amount_usd in {code!a}: want one currency")
    value = plain if dollars is None else dollars
    if value is None:
        raise MalformedError("order: want amount, got none")
    if dollars is None and code is None:
        raise MalformedError("order: want currency beside amount, got none")
    currency = Currency("USD" if dollars is not None else str(code))
    whole, fraction = _decimal("amount", value)
    if len(fraction) > currency.decimals:
        msg = f"want at most {currency.decimals} decimals of {currency}"
        raise MalformedError(f"order: amount: {msg}")
    padded = fraction.ljust(currency.decimals, "0")
    return Money.parse(f"{whole}.{padded}" if padded else whole, currency)


def _terms(fields: Fields) -> _Terms:
    """Return how the price is chosen and how long the order stands."""
    limit = fields.take("limit_price", "price")
    word = fields.text("order_type", "type")
    lasting = fields.text("time_in_force")
    kind = _word(OrderType, "order_type", word)
    if kind is None:
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
    if (kind is OrderType.LIMIT) is (limit is None):
        msg = "want one for a limit order and none for a market order"
        raise MalformedError(f"order: limit_price: {msg}")
    time_in_force = _word(TimeInForce, "time_in_force", lasting) or TimeInForce.IOC
    price = None if limit is None else _price(limit)
    return _Terms(kind, price, time_in_force)


def _price(value: object) -> Price:
    """Return a limit price."""
    whole, fraction = _decimal("limit_price", value)
    return Price.parse(f"{whole}.{fraction}" if fraction else whole)


def _decimal(what: str, value: object) -> tuple[str, str]:
    """Return a figure's digits before and after its point, no zero at the end.

    A number or its text, exact either way; never one below zero, and no truth value.
    """
    text = value if isinstance(value, str) else ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = _written(value)
    if tokens.DECIMAL.fullmatch(text) is None:
        msg = f"want a figure such as 25000.00, got {shown(value)}"
        raise MalformedError(f"order: {what}: {msg}")
    whole, _, fraction = text.partition(".")
    return whole, fraction.rstrip("0")


def _written(value: int | Decimal) -> str:
    """Return a number without an exponent; nothing for one that no amount can be."""
    figure = Decimal(value)
    sign, digits, exponent = figure.as_tuple()
    if sign or not isinstance(exponent, int) or len(digits) + abs(exponent) > _DIGITS:
        return ""
    return format(figure, "f")


def _word(kind: type[_Word], what: str, word: str | None) -> _Word | None:
    """Return a member by its value in any case."""
    if word is None:
        return None
    for member in kind:
        if member.value == word.upper():
            return member
    wanted = ", ".join(each.value for each in kind)
    raise MalformedError(f"order: {what}: want one of {wanted}, got {word!a}")
