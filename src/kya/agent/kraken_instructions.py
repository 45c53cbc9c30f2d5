"""From what a bot asks of Kraken to what an agent signs. Pure.

What cannot be said as an instruction is refused: a flag that is passed over would make
another order of it.
"""

from dataclasses import replace

from kya.agent.amounts import base_of, exact
from kya.agent.chain import Instruction
from kya.agent.past import ToldOrder
from kya.codec.kraken_orders import NewOrder, decimal_in
from kya.codec.kraken_pairs import Pair
from kya.codec.kraken_words import PERMISSION_DENIED, DialectError, invalid
from kya.core.errors import MalformedError
from kya.core.money import Money, Price
from kya.core.order import OrderType, Side, TimeInForce

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


def instruction_of(wanted: NewOrder, pair: Pair, name: str, venue: str) -> Instruction:
    """Return the instruction; its amount is in the market's base, as the volume is."""
    for argument, cannot_be_said in (
        ("oflags", wanted.flags != frozenset({"fciq"})),
        ("timeinforce", wanted.lasting == "GTD"),
        ("deadline", wanted.deadline is not None),
        ("validate", wanted.is_rehearsal),
    ):
        if cannot_be_said:
            raise invalid(argument)
    lasting = TimeInForce.IOC
    if wanted.is_limit:
        lasting = TimeInForce(wanted.lasting)
    return Instruction(
        client_order_id=name,
        market=pair.market,
        side=_SIDES[wanted.side],
        amount=amount_in(wanted.volume, pair.market),
        venue=venue,
        type=OrderType.LIMIT if wanted.is_limit else OrderType.MARKET,
        limit_price=_price(wanted.price) if wanted.is_limit else None,
        time_in_force=lasting,
    )


def replacement_of(
    target: ToldOrder, volume: str | None, price: str | None, name: str, venue: str
) -> Instruction:
    """Return what goes into a working order's place: its volume and its limit."""
    new = target.again(name, venue).in_place_of(target.seq)
    amount, limit = new.amount, new.limit_price
    if volume is not None:
        amount = amount_in(decimal_in({"volume": volume}, "volume"), target.market)
    if price is not None:
        limit = _price(decimal_in({"price": price}, "price"))
    return replace(new, amount=amount, limit_price=limit)


def amount_in(volume: str, market: str) -> Money:
    """Return a volume as an amount of the market's base, no digit more or less."""
    try:
        base = base_of(market)
    except MalformedError as error:
        raise DialectError(PERMISSION_DENIED, f"EKya:{error}") from error
    try:
        return exact(volume, base)
    except MalformedError as error:
        raise invalid("volume") from error


def _price(text: str) -> Price:
    """Return a limit; DialectError for one that is finer than prices are."""
    try:
        return Price.parse(text)
    except MalformedError as error:
        raise invalid("price") from error
