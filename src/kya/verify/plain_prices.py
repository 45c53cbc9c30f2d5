"""What an order is worth, and how far it is from the market, by plain fractions.

Written from spec/limits.md §2 and §3; shares nothing with `kya.core`. The prices are
those that the decision itself names: whether they were true, no log can tell.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any, Final, NamedTuple

Fields = dict[str, Any]
"""One JSON object, as it was read."""

BASIS_POINTS: Final = 10_000
WORTH_MAX: Final = 10**24
UNIT_PLACES: Final = 18

_NAMES: Final = (
    "ADA AED AFN ALL AMD AOA ARS AUD AVAX AWG AZN BAM BBD BCH BDT BHD BIF BMD BND BOB"
    " BOV BRL BSD BTC BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP"
    " CVE CZK DAI DJF DKK DOGE DOP DOT DZD EGP ERN ETB ETH EUR EURC FJD FKP GBP GEL GHS"
    " GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS"
    " KHR KMF KPW KRW KWD KYD KZT LAK LBP LINK LKR LRD LSL LTC LYD MAD MDL MGA MKD MMK"
    " MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK"
    " PHP PKR PLN POL PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOL SOS"
    " SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USDC USDT"
    " USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF XRP YER ZAR ZMW"
    " ZWG"
)
CURRENCIES: Final = frozenset(_NAMES.split())
"""The names that are currencies or assets; a price of any other carries nothing."""


class PlainPrices(NamedTuple):
    """One order beside the prices that its decision names."""

    order: Fields
    said: Fields
    scope: Fields

    @property
    def limits(self) -> Fields:
        """What the scope sets beyond its maxima."""
        found: Fields = self.scope.get("limits", {})
        return found

    @property
    def price(self) -> Fields | None:
        """The price of the order's market; one of another market is none (2.1)."""
        found: Fields | None = self.said["price"]
        if found is None or found["market"] != self.order["market"]:
            return None
        return found

    def age(self, price: Fields) -> int:
        """Return how long before the receipt the price was made, in microseconds."""
        received = datetime.fromisoformat(self.said["received_at"])
        made = datetime.fromisoformat(price["at"])
        return (received - made) // timedelta(microseconds=1)

    def is_usable(self, price: Fields | None) -> bool:
        """Tell whether the price is fresh, of an open market, and not crossed (2.2)."""
        oldest = self.limits.get("price_age_millis")
        if price is None or oldest is None:
            return False
        fresh = 0 <= self.age(price) <= oldest * 1_000
        return fresh and state_of(price) == "open"

    def spread(self) -> Fraction | None:
        """Return ask less bid in basis points of their middle; None unmeasured."""
        price = self.price
        if price is None or not self.is_usable(price):
            return None
        bid, ask = Fraction(price["bid"]), Fraction(price["ask"])
        return BASIS_POINTS * 2 * (ask - bid) / (ask + bid)

    def distance(self) -> Fraction | None:
        """Return how far the limit price is from the market, in basis points."""
        price = self.price
        if price is None or not self.is_usable(price):
            return None
        if "limit_price" not in self.order:
            return Fraction(0)
        met = Fraction(price["ask" if self.order["side"] == "BUY" else "bid"])
        return BASIS_POINTS * abs(Fraction(self.order["limit_price"]) - met) / met

    def worth(self) -> str | None:
        """Return the worth as text in the scope's currency, if it has one (3.1-3.3)."""
        held, wanted = self.order["currency"], self.scope["currency"]
        if held == wanted:
            return str(self.order["amount"])
        if held not in self.order["market"].split("/"):
            return None
        amount = Fraction(self.order["amount"])
        for price in (self.price, self.said.get("conversion")):
            if held != wanted and price is not None and self.is_usable(price):
                amount, held = self._carried(amount, held, price)
        if held != wanted:
            return None
        _, _, decimals = self.scope["order_max"].partition(".")
        smallest = ceil(amount * 10 ** len(decimals))
        return in_decimals(smallest, len(decimals)) if smallest <= WORTH_MAX else None

    def units(self) -> Fraction | None:
        """Return how much of the base the order asks for, if anybody can say (3.4)."""
        amount, held = Fraction(self.order["amount"]), self.order["currency"]
        base, _, quote = self.order["market"].partition("/")
        price = self.price
        if held == quote and price is not None and self.is_usable(price):
            amount, held = self._carried(amount, held, price)
        if held != base:
            return None
        return Fraction(ceil(amount * 10**UNIT_PLACES), 10**UNIT_PLACES)

    def _carried(
        self, amount: Fraction, held: str, price: Fields
    ) -> tuple[Fraction, str]:
        """Return the amount in the market's other currency, at its dearer side (3.3).

        The order's limit price is one of its own market, and counts in that alone.
        """
        base, _, quote = price["market"].partition("/")
        if not {base, quote} <= CURRENCIES:
            return amount, held
        own = self.order["market"] == price["market"] and "limit_price" in self.order
        limits = [Fraction(self.order["limit_price"])] if own else []
        moved = Fraction(self.limits.get("price_buffer_bps", 0), BASIS_POINTS)
        if held == base:
            return amount * max([Fraction(price["ask"]) * (1 + moved), *limits]), quote
        if held == quote:
            return amount / min([Fraction(price["bid"]) * (1 - moved), *limits]), base
        return amount, held


def state_of(price: Fields) -> str:
    """Return what the market does: `crossed` where it bids more than it asks."""
    if Fraction(price["bid"]) > Fraction(price["ask"]):
        return "crossed"
    return str(price.get("state", "open"))


def in_decimals(smallest: int, places: int) -> str:
    """Return so many of the smallest units as text with all its decimals."""
    whole, rest = divmod(smallest, 10**places)
    return f"{whole}.{rest:0{places}}" if places else str(whole)
