"""From what a bot asks of Binance to what an agent signs. Pure.

What cannot be said as an instruction is refused: a parameter that is passed over would
make another order of it.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from kya.agent.amounts import base_of, exact, price_in
from kya.agent.chain import Instruction
from kya.codec.binance_symbols import Symbol
from kya.codec.binance_words import (
    BinanceError,
    malformed,
    not_taken,
    not_valid,
    too_fine,
)
from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.money import Money, Price
from kya.core.order import OrderType, Side, TimeInForce

Parameters = Mapping[str, str]
T = TypeVar("T")
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,35}", re.ASCII)
_SIDES: Final = {"BUY": Side.BUY, "SELL": Side.SELL}
_TYPES: Final = {"LIMIT": OrderType.LIMIT, "MARKET": OrderType.MARKET}
_LASTING: Final = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC}
RESPONSES: Final = ("ACK", "RESULT", "FULL")
ORDER_PARAMETERS: Final = frozenset({
    "newClientOrderId", "newOrderRespType", "price", "quantity", "side", "symbol",
    "timeInForce", "type",
})  # fmt: skip


def require_known(parameters: Parameters, known: frozenset[str]) -> None:
    """Return if nothing else is asked; BinanceError names the first that is."""
    for name in sorted(parameters.keys() - known):
        raise not_taken(name)


def instruction_of(
    parameters: Parameters, symbol: Symbol, name: str, venue: str
) -> Instruction:
    """Return the instruction; its amount is in the market's base, as the quantity."""
    kind = _one_of(parameters, "type", _TYPES, -1116)
    is_limit = kind is OrderType.LIMIT
    for argument in ("price", "timeInForce"):
        if (argument in parameters) and not is_limit:
            raise BinanceError(-1106, f"Parameter '{argument}' sent when not required.")
    lasting = TimeInForce.IOC
    if is_limit:
        lasting = _one_of(parameters, "timeInForce", _LASTING, -1115)
    return Instruction(
        client_order_id=name,
        market=symbol.market,
        side=_one_of(parameters, "side", _SIDES, -1117),
        amount=_quantity(parameters, symbol.market),
        venue=venue,
        type=kind,
        limit_price=_price(parameters) if is_limit else None,
        time_in_force=lasting,
    )


def client_id_in(parameters: Parameters, name: str) -> str:
    """Return the client's name of an order, empty if it gives none."""
    text = parameters.get(name, "")
    if text and _CLIENT_ID.fullmatch(text) is None:
        raise not_valid(name)
    return text


def response_in(parameters: Parameters) -> str:
    """Return how much of an answer is wanted."""
    text = parameters.get("newOrderRespType", "FULL")
    if text not in RESPONSES:
        raise not_valid("newOrderRespType")
    return text


def _one_of(parameters: Parameters, name: str, known: Mapping[str, T], code: int) -> T:
    """Return an argument of a closed set; BinanceError with the code otherwise."""
    text = parameters.get(name, "")
    if text not in known:
        raise BinanceError(code, f"Invalid {name}: want one of {', '.join(known)}.")
    return known[text]


def _quantity(parameters: Parameters, market: str) -> Money:
    """Return the amount of the base, no digit more or less."""
    text = _figure(parameters, "quantity")
    try:
        return exact(text, base_of(market))
    except MalformedError as error:
        raise too_fine("quantity") from error


def _price(parameters: Parameters) -> Price:
    """Return the limit."""
    text = _figure(parameters, "price")
    try:
        return price_in(text)
    except MalformedError as error:
        raise too_fine("price") from error


def _figure(parameters: Parameters, name: str) -> str:
    """Return a decimal above zero as it was written."""
    text = parameters.get(name, "")
    if tokens.DECIMAL.fullmatch(text) is None or not text.strip("0."):
        raise malformed(name)
    return text
