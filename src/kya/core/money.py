"""Money, quantities and prices: integers with a unit, refused when impossible."""

from dataclasses import dataclass
from typing import Final, Self

from kya.core import fixed_point
from kya.core.currencies import DECIMALS
from kya.core.errors import MalformedError, shown
from kya.core.limits import FIXED_POINT_DIGITS_MAX, MINOR_UNITS_MAX

PRICE_DECIMALS: Final = 10
QUANTITY_DECIMALS: Final = 18


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency or asset that exists: its code and its number of decimals."""

    code: str

    def __post_init__(self) -> None:
        """Refuse a code that names no currency."""
        if type(self.code) is not str or self.code not in DECIMALS:
            got = shown(self.code)
            msg = f"currency: want an ISO 4217 or listed asset code, got {got}"
            raise MalformedError(msg)

    @property
    def decimals(self) -> int:
        """Digits after the point (ISO 4217 minor unit)."""
        return DECIMALS[self.code]

    def __str__(self) -> str:
        """Render the code."""
        return self.code


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency; zero or more, never negative."""

    minor_units: int
    currency: Currency

    def __post_init__(self) -> None:
        """Refuse what cannot be an amount."""
        units = self.minor_units
        if type(units) is not int or not 0 <= units <= MINOR_UNITS_MAX:
            got = shown(units)
            msg = f"money: want 0 to {MINOR_UNITS_MAX} minor units, got {got}"
            raise MalformedError(msg)

    @classmethod
    def parse(cls, text: str, currency: Currency) -> Self:
        """Read `25000.00`: exactly the currency's decimals, no sign, no exponent."""
        try:
            return cls(fixed_point.parse_padded(text, currency.decimals), currency)
        except MalformedError as error:
            msg = f"amount in {currency}: {error}"
            raise MalformedError(msg) from error

    def __str__(self) -> str:
        """Render the amount alone, `25000.00`."""
        return fixed_point.render_padded(self.minor_units, self.currency.decimals)


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """Quote currency per unit of base, in units of 10**-10; more than zero."""

    units: int

    def __post_init__(self) -> None:
        """Refuse what cannot be a price."""
        _refuse_out_of_range("price", self.units, PRICE_DECIMALS)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1.38111`: no sign, no exponent, no trailing zero."""
        return cls(fixed_point.parse_shortest(text, PRICE_DECIMALS))

    def __str__(self) -> str:
        """Render in the one spelling that `parse` accepts."""
        return fixed_point.render_shortest(self.units, PRICE_DECIMALS)


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """Units of an asset, in units of 10**-18; more than zero."""

    units: int

    def __post_init__(self) -> None:
        """Refuse what cannot be a quantity."""
        _refuse_out_of_range("quantity", self.units, QUANTITY_DECIMALS)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0.5`: no sign, no exponent, no trailing zero."""
        return cls(fixed_point.parse_shortest(text, QUANTITY_DECIMALS))

    def __str__(self) -> str:
        """Render in the one spelling that `parse` accepts."""
        return fixed_point.render_shortest(self.units, QUANTITY_DECIMALS)


def _refuse_out_of_range(what: str, units: int, decimals: int) -> None:
    """Raise unless the scaled integer is positive and has a sane number of digits."""
    if type(units) is not int or not 0 < units < 10 ** (
        FIXED_POINT_DIGITS_MAX + decimals
    ):
        msg = f"{what}: want more than 0 and at most {FIXED_POINT_DIGITS_MAX} digits"
        raise MalformedError(msg)
