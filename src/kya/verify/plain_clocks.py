"""What the plain scan asks of the clock's comparisons."""

from collections.abc import Iterator
from typing import Final

from kya.verify.plain_prices import Fields

CLOCK_KIND: Final = "kya/clock/v1"
_DAY_MICROS: Final = 86_400 * 1_000_000


def wrong_comparison(said: Fields) -> Iterator[str]:
    """Yield what is wrong with one: a figure without the other, or more than a day."""
    offset, bound = said["offset_micros"], said["bound_micros"]
    if (offset is None) is not (bound is None):
        yield "a comparison of the clock has one figure without the other"
    elif offset is not None and max(abs(offset), abs(bound)) > _DAY_MICROS:
        yield "a comparison of the clock is by more than a day"
