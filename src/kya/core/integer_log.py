"""Logarithms by integer arithmetic alone, so that every machine gets the same ones."""

from typing import Final

BIT: Final = 1_024
"""One bit of surprisal, in the unit that surprisals are counted in."""

DECADE: Final = 10_000
"""One power of ten, in the unit that evidence is counted in."""

_MANTISSA_BITS: Final = 30
_ONE: Final = 1 << _MANTISSA_BITS
_TWO: Final = _ONE << 1
_FINE_BITS: Final = 20

# log10(2) is 0.30103 to five places; a decade is 10,000 of our units.
_DECADE_UNITS: Final = 30_103
_DECADE_DIVISOR: Final = 10 << _FINE_BITS


def log2(number: int, fraction_bits: int) -> int:
    """Return log2 of a whole number from 1 on, in units of 2**-fraction_bits.

    The mantissa has 31 bits and is squared once for each bit of the result; what falls
    off is dropped, so the result is never too large.
    """
    exponent = number.bit_length() - 1
    if not number & (number - 1):
        return exponent << fraction_bits
    shift = _MANTISSA_BITS - exponent
    mantissa = number << shift if shift >= 0 else number >> -shift
    for _ in range(fraction_bits):
        mantissa = (mantissa * mantissa) >> _MANTISSA_BITS
        exponent <<= 1
        if mantissa >= _TWO:
            mantissa >>= 1
            exponent |= 1
    return exponent


def surprisal(part: int, whole: int) -> int:
    """Return -log2 of part/whole, in 1/1,024 bits; nothing for a part that is all."""
    return max(0, log2(whole, 10) - log2(part, 10))


def decades(whole: int, part: int) -> int:
    """Return log10 of whole/part, in 1/10,000; nothing where the part is all."""
    fine = log2(whole, _FINE_BITS) - log2(part, _FINE_BITS)
    return max(0, fine * _DECADE_UNITS // _DECADE_DIVISOR)
