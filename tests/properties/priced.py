"""Cases whose worth hangs on prices, many of them at the very limit."""

from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from kya.core.case import Case
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side
from kya.core.price import ReferencePrice
from tests import builders, strategies

MARKETS: Final = ("EUR/USD", "GBP/EUR", "BTC/USD", "BTC/EUR", "USD/JPY", "XYZ/EUR")
HELD: Final = ("BTC", "EUR", "GBP", "JPY", "USD")
NOW: Final = builders.FIRST_LIVE_ORDER_AT

figures = st.one_of(
    st.integers(9_900_000_000, 10_100_000_000),
    st.integers(1, 10**12),
    st.integers(1, 10**28 - 1),
)
amounts = st.integers(1, 10**7) | st.integers(1, 10**24)


@st.composite
def quoted(draw: st.DrawFn, market: str) -> ReferencePrice:
    """A price of the market, mostly one that may be used."""
    if draw(st.integers(0, 5)) == 1:
        return draw(strategies.quotes(market, NOW))
    bid = draw(figures)
    ask = min(bid + draw(st.sampled_from([0, 1, bid // 1_000])), 10**28 - 1)
    return builders.a_price(market=market, at=NOW, bid=Price(bid), ask=Price(ask))


@st.composite
def priced_cases(draw: st.DrawFn) -> Case:
    """A case on one market of six, in one currency of five, by one price or two."""
    market = draw(st.sampled_from(MARKETS))
    held = [name for name in (*market.split("/"), "EUR") if name in HELD]
    wanted = Currency(draw(st.sampled_from([*held, *HELD])))
    armed = draw(strategies.limits(frozenset({market}), wanted))
    if draw(st.integers(0, 3)):
        armed = replace(armed, price_age_millis=armed.price_age_millis or 500)
    scope = builders.a_scope(
        currency=wanted,
        markets=frozenset({market}),
        order_max=Money(draw(amounts), wanted),
        daily_max=Money(draw(amounts), wanted),
        limits=armed,
    )
    credential = builders.a_credential(scope=scope)
    limit = draw(st.none() | figures.map(Price))
    order = builders.an_order(
        credential=credential.digest,
        market=market,
        amount=Money(draw(amounts), Currency(draw(st.sampled_from(held)))),
        side=draw(st.sampled_from(Side)),
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        limit_price=limit,
    )
    conversion = st.sampled_from(MARKETS).flatmap(quoted)
    case = builders.a_case(
        order,
        credential=credential,
        price=draw(quoted(market) | quoted(market) | st.none() | conversion),
        conversion=draw(st.none() | conversion),
    )
    worth = case.worth
    if worth is None or not worth.minor_units or draw(st.booleans()):
        return case
    # As many as it is worth, or one less: here a rounding would show.
    most = max(worth.minor_units - draw(st.integers(0, 1)), 1)
    tight = replace(scope, order_max=Money(most, wanted))
    credential = builders.a_credential(scope=tight)
    return builders.a_case(
        replace(order, credential=credential.digest),
        credential=credential,
        price=case.price,
        conversion=case.conversion,
    )
