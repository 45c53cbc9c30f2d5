"""What every source of prices must do, whatever is behind it.

A source's test subclasses `PricesContract`, makes one that knows `market` at `known`,
and says what it does not know.
"""

from inspect import isawaitable
from typing import ClassVar

from kya.core.instant import Instant
from kya.core.price import ReferencePrice
from kya.gateway.ports import Prices

STEPS = 200


class PricesContract:
    """Subclass, and make a source."""

    market: ClassVar[str] = "EUR/USD"
    known: ClassVar[Instant]
    step_micros: ClassVar[int] = 1_700_000

    def a_source(self) -> Prices:
        raise NotImplementedError

    def price(self) -> ReferencePrice:
        price = self.a_source().at(self.market, self.known)
        assert price is not None
        return price

    def test_it_answers_at_once_and_of_the_market_that_was_asked_for(self) -> None:
        answer = self.a_source().at(self.market, self.known)
        assert not isawaitable(answer)
        assert answer is not None
        assert answer.market == self.market
        assert answer.source

    def test_no_price_is_of_the_future(self) -> None:
        price, source = self.price(), self.a_source()
        assert price.at <= self.known
        before = source.at(self.market, price.at.plus(micros=-1))
        assert before is None or before.at < price.at

    def test_a_later_instant_gets_no_older_price(self) -> None:
        source, newest = self.a_source(), self.price().at
        for step in range(STEPS):
            instant = self.known.plus(micros=step * self.step_micros)
            price = source.at(self.market, instant)
            if price is not None:
                assert newest <= price.at <= instant
                newest = price.at

    def test_the_same_question_gets_the_same_answer(self) -> None:
        source = self.a_source()
        answers = [source.at(self.market, self.known) for _ in range(3)]
        assert answers == [answers[0]] * 3

    def test_a_market_that_it_does_not_know_has_no_price_and_no_fault(self) -> None:
        source = self.a_source()
        for unknown in ("ZZZ/EUR", "EUR/ZZZ", "", "EUR", "eur/usd", "EUR/USD/GBP"):
            assert source.at(unknown, self.known) is None
