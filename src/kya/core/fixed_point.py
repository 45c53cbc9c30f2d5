"""Decimal text and scaled integers: one spelling for each value, no float between."""

import re
from typing import Final

from kya.core.errors import MalformedError, shown

# Bounded, because turning digits into an integer takes time that grows faster than
# their number, and Python refuses to do it for some thousands.
_PLAIN: Final = re.compile(r"(0|[1-9][0-9]{0,37})(?:\.([0-9]{1,18}))?", re.ASCII)


def parse_padded(text: str, decimals: int) -> int:
    """Return the scaled integer of a text with exactly `decimals` decimals."""
    match = _PLAIN.fullmatch(text)
    if match is None or len(match[2] or "") != decimals:
        msg = f"want a decimal with exactly {decimals} decimals, got {shown(text)}"
        raise MalformedError(msg)
    return int(match[1] + (match[2] or ""))


def render_padded(units: int, decimals: int) -> str:
    """Render with exactly `decimals` digits after the point, `25000.00`."""
    if decimals == 0:
        return str(units)
    digits = str(units).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


def parse_shortest(text: str, decimals_max: int) -> int:
    """Return the integer scaled by 10**decimals_max; no trailing zeros are accepted."""
    match = _PLAIN.fullmatch(text)
    fraction = (match[2] or "") if match else ""
    if match is None or len(fraction) > decimals_max or fraction.endswith("0"):
        msg = (
            f"want a decimal with at most {decimals_max} decimals and no trailing "
            f"zero, got {shown(text)}"
        )
        raise MalformedError(msg)
    return int(match[1] + fraction.ljust(decimals_max, "0"))


def render_shortest(units: int, decimals_max: int) -> str:
    """Render without trailing zeros, `1.38111`."""
    padded = render_padded(units, decimals_max)
    return padded.rstrip("0").rstrip(".") if "." in padded else padded
