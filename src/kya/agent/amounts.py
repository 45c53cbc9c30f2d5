"""Figures as somebody else writes them, as amounts of ours: no digit more or less."""

from decimal import Decimal

from kya.codec.kraken_orders import shortest
from kya.core import tokens
from kya.core.errors import MalformedError, shown
from kya.core.money import Currency, Money, Price


def base_of(market: str) -> Currency:
    """Return the currency that a market's amounts are in."""
    return Currency(market.partition("/")[0])


def exact(figure: str, currency: Currency) -> Money:
    """Return a figure above zero as an amount; MalformedError if it is finer."""
    if type(figure) is not str or tokens.DECIMAL.fullmatch(figure) is None:
        raise MalformedError(f'amount: want text such as "0.10", got {shown(figure)}')
    scaled = Decimal(figure).scaleb(currency.decimals)
    if scaled != scaled.to_integral_value() or not scaled:
        decimals = currency.decimals
        raise MalformedError(
            f"amount: want more than 0, with {decimals} decimals at most, got {figure}"
        )
    return Money(int(scaled), currency)


def price_in(figure: str) -> Price:
    """Return a limit, with or without zeros at its end; MalformedError otherwise."""
    return Price.parse(shortest(figure))
