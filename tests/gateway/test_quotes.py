"""Where prices enter the road: what is asked, and what it does when there is none."""

from dataclasses import dataclass, field
from typing import NoReturn

import pytest

from kya.adapters.prices_memory import MemoryPrices
from kya.codec.decisions import DecisionLine
from kya.codec.price_fields import WorthFields
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.price import MarketState, ReferencePrice
from kya.core.scope_limits import Limits
from kya.gateway.ports import Prices
from tests.gateway.house import House, decision_in, in_house
from tests.world import MORNING, the_scope

ARMED = the_scope(
    markets=frozenset({"EUR/USD", "BTC/EUR", "BTC/USD"}),
    limits=Limits(price_age_millis=500, price_collar_bps=50),
)


def a_price(
    market: str = "EUR/USD", middle: int = 138, **changes: object
) -> ReferencePrice:
    fields: dict[str, object] = {
        "market": market,
        "bid": Price(middle * 10**8 - 10**6),
        "ask": Price(middle * 10**8 + 10**6),
        "at": MORNING,
        "source": "test",
    }
    return ReferencePrice(**{**fields, **changes})  # type: ignore[arg-type]


@dataclass
class Watched:
    """Known prices that remember what they were asked."""

    known: MemoryPrices
    asked: list[tuple[str, Instant]] = field(default_factory=list)

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        self.asked.append((market, instant))
        return self.known.at(market, instant)


class Broken:
    """A source whose every answer is a fault."""

    def at(self, market: str, instant: Instant) -> NoReturn:
        raise RuntimeError(f"{market} {instant}")


class Confused:
    """A source that has one price, whatever it is asked for."""

    def at(self, market: str, instant: Instant) -> ReferencePrice:
        del market, instant
        return a_price("GBP/EUR", 122)


async def judged(house: House, **changes: object) -> DecisionLine:
    return decision_in(await house.submit(**changes))


def watched(house: House) -> Watched:
    assert isinstance(house.prices, Watched)
    return house.prices


@in_house(scope=ARMED, prices=Watched(MemoryPrices([a_price()])))
async def test_an_order_is_judged_by_the_price_of_the_instant_of_receipt(
    house: House,
) -> None:
    house.clock.forward(micros=7)
    line = await judged(house)
    assert watched(house).asked == [("EUR/USD", MORNING.plus(micros=7))]
    assert line.price is not None
    assert (line.price.market, line.price.at) == ("EUR/USD", str(MORNING))
    assert line.reasons == []


@in_house(prices=Watched(MemoryPrices([a_price()])))
async def test_a_scope_without_price_limits_asks_for_none(house: House) -> None:
    line = await judged(house)
    assert watched(house).asked == []
    assert line.price is None
    assert line.outcome == "allowed"


@in_house(scope=ARMED, prices=MemoryPrices([a_price()]))
async def test_a_limit_price_beyond_the_collar_is_denied(house: House) -> None:
    kind = OrderType.LIMIT
    near, far = (Price.parse(text) for text in ("1.387", "1.3871"))
    assert (await judged(house, type=kind, limit_price=near)).reasons == []
    line = await judged(house, type=kind, limit_price=far)
    assert line.reasons == [Reason.PRICE_COLLAR.value]


@in_house(scope=ARMED, prices=MemoryPrices([a_price()]))
async def test_a_price_is_old_enough_to_deny_one_microsecond_after_its_time(
    house: House,
) -> None:
    house.clock.forward(micros=500_000)
    assert (await judged(house)).outcome == "allowed"
    house.clock.forward(micros=1)
    line = await judged(house)
    assert line.outcome == "denied"
    assert line.reasons[0] == Reason.PRICE_STALE.value


def unpriced(prices: Prices | None) -> None:
    @in_house(scope=ARMED, prices=prices)
    async def test(house: House) -> None:
        line = await judged(house)
        assert line.price is None
        assert line.outcome == "denied"
        assert line.reasons[0] == Reason.PRICE_STALE.value
        # The order is on record, and the road goes on.
        await judged(house)
        assert house.kinds() == ["order", "decision"] * 2
        assert await house.arrivals() == []

    test()


@pytest.mark.parametrize(
    "prices",
    [None, MemoryPrices(), Broken(), Confused()],
    ids=["no source", "no price", "a fault", "another market"],
)
def test_without_a_price_whatever_needs_one_is_denied(prices: Prices | None) -> None:
    unpriced(prices)


def in_bitcoin(text: str) -> Money:
    return Money.parse(text, Currency("BTC"))


BTC_USD = a_price("BTC/USD", 100_000_00)


@in_house(scope=ARMED, prices=MemoryPrices([a_price("BTC/EUR", 90_000_00)]))
async def test_an_amount_in_the_base_is_valued(house: House) -> None:
    line = await judged(house, market="BTC/EUR", amount=in_bitcoin("0.10000000"))
    assert line.outcome == "allowed"
    assert line.worth == WorthFields(amount="9000.01", currency="EUR")
    assert not line.conversion
    answer = await house.submit(market="BTC/EUR", amount=in_bitcoin("0.30000000"))
    assert answer.outcome is Outcome.DENIED
    assert decision_in(answer).reasons == [Reason.ORDER_AMOUNT_MAX.value]


def carried(*prices: ReferencePrice) -> DecisionLine:
    """How an order for BTC/USD is judged under a scope in euros."""
    lines: list[DecisionLine] = []

    @in_house(scope=ARMED, prices=MemoryPrices([BTC_USD, *prices]))
    async def test(house: House) -> None:
        amount = in_bitcoin("0.10000000")
        lines.append(await judged(house, market="BTC/USD", amount=amount))

    test()
    return lines[0]


def conversion_in(line: DecisionLine) -> tuple[str, str]:
    price = line.conversion
    assert price
    return price.market, price.source


def test_a_second_market_carries_the_amount_to_the_scopes_currency() -> None:
    line = carried(a_price("EUR/USD", 125))
    assert conversion_in(line) == ("EUR/USD", "test")
    assert line.outcome == "allowed"


def test_without_the_second_market_the_amount_has_no_worth() -> None:
    line = carried()
    assert not line.conversion
    assert line.outcome == "denied"


def test_the_market_that_leads_straight_on_comes_first() -> None:
    line = carried(a_price("EUR/USD", 125), a_price("USD/EUR", 80))
    assert conversion_in(line)[0] == "USD/EUR"


def test_a_usable_price_comes_before_one_that_is_not() -> None:
    halted = a_price("USD/EUR", 80, state=MarketState.HALTED)
    assert conversion_in(carried(a_price("EUR/USD", 125), halted))[0] == "EUR/USD"
    line = carried(halted)
    assert conversion_in(line)[0] == "USD/EUR"
    assert line.outcome == "denied"


@in_house(scope=ARMED, prices=Watched(MemoryPrices([a_price()])))
async def test_a_cancel_asks_for_no_price_and_needs_none(house: House) -> None:
    far = Price.parse("1.3735")
    kind = {"type": OrderType.LIMIT, "time_in_force": TimeInForce.GTC}
    await judged(house, **kind, limit_price=far)
    await house.gateway.releases.drained()
    house.clock.forward(seconds=60)
    line = await judged(house, **kind, limit_price=far, action=Action.CANCEL, target=1)
    assert (line.outcome, line.price) == ("allowed", None)
    assert len(watched(house).asked) == 1
