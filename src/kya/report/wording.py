"""Figures and times as people read them; nothing is rounded."""

from typing import Final

from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.money import Money

ACTS: Final = {
    Act.SUSPEND: "suspended",
    Act.REINSTATE: "reinstated",
    Act.REVOKE: "revoked",
}
"""What was done to a certificate."""

_WHOLE_SECOND: Final = ".000000Z"


def grouped(number: int) -> str:
    """Return 1,020 for 1020."""
    return f"{number:,}"


def amount(money: Money) -> str:
    """Return EUR 25,000.00."""
    return f"{money.currency} {separated(str(money))}"


def separated(decimal: str) -> str:
    """Return 25,000.00 for 25000.00."""
    whole, point, rest = decimal.partition(".")
    return f"{int(whole):,}{point}{rest}"


def moment(at: Instant) -> str:
    """Return 2026-05-22 10:30:00, in UTC, with microseconds only if there are any."""
    text = str(at).replace("T", " ")
    return text.removesuffix(_WHOLE_SECOND).removesuffix("Z")


def counted(number: int, one: str, many: str = "") -> str:
    """Return 1 order, or 2 orders."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def listed(names: tuple[str, ...] | list[str]) -> str:
    """Return a, b and c."""
    *rest, last = names or ["none"]
    return f"{', '.join(rest)} and {last}" if rest else last


def span(micros: int) -> str:
    """Return 24 h 25 min, 5 min or 0.284 s: the two largest units."""
    seconds, fraction = divmod(micros, 1_000_000)
    if seconds < 60:  # noqa: PLR2004  a minute
        return f"{seconds}.{fraction // 1000:03} s" if fraction else f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:  # noqa: PLR2004  an hour
        return f"{minutes} min" + (f" {seconds} s" if seconds else "")
    hours, minutes = divmod(minutes, 60)
    return f"{grouped(hours)} h" + (f" {minutes} min" if minutes else "")
