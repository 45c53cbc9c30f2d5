"""The act that limits what all agents may come to."""

from collections.abc import Callable
from typing import Final

from kya.codec.place_limits import render_place_limits
from kya.console.kinds import Drafted, Wanted, one_person
from kya.console.stopping_acts import place_words
from kya.core.credential import Credential
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.levels import Place
from kya.core.money import Currency, Money
from kya.core.overlay import OverlayOrdered
from kya.core.place_limits import PlaceLimited, PlaceLimits
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.pki.stopping import only_tightens, require_limiting

_ONE: Final = (
    "It only tightens: one signature of compliance or risk management is enough."
)
_TWO: Final = "Two people sign, each of compliance or risk management."
_COUNT_DIGITS_MAX: Final = 6


def of_place_limits(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, PlaceLimited]:
    """Return what all agents may come to at a place, from now on."""
    place, currency = Place.parse(wanted.subject), Currency(_field(wanted, "currency"))
    limits = PlaceLimits(
        place=place,
        currency=currency,
        order_max=_amount(wanted, "order_max", currency),
        daily_max=_amount(wanted, "daily_max", currency),
        open_orders=_count(wanted),
        reason=wanted.reason,
        at=now,
    )
    event = PlaceLimited(leaf=NO_DIGEST, signed_by=(), limits=limits)
    former = state.place_limits.get(place)
    rule, require_enough = rule_of(event, state)
    drafted = Drafted(
        kind=wanted.kind,
        text=render_place_limits(limits),
        words=(
            f"These limits hold at {place_words(place)}, for all agents together.",
            "They take the place of all former ones there.",
            f"Because: {limits.reason}",
        ),
        facts=facts_of(limits),
        cautions=_left_out(None if former is None else former.limits, limits),
        rule=rule,
        require_enough=require_enough,
    )
    return drafted, event


def facts_of(limits: PlaceLimits) -> tuple[tuple[str, str], ...]:
    """Return the limits as names and values."""
    code = limits.currency.code
    return (
        ("an order", _most(limits.order_max, code)),
        ("a UTC day", _most(limits.daily_max, code)),
        ("open orders", _most(limits.open_orders, "at once")),
    )


def rule_of(
    event: PlaceLimited | OverlayOrdered, state: State
) -> tuple[str, Callable[[tuple[Credential, ...]], None]]:
    """Return who signs, in words and as the gateway asks it."""
    if only_tightens(event, state):
        return _ONE, one_person
    return _TWO, require_limiting


def _left_out(former: PlaceLimits | None, limits: PlaceLimits) -> tuple[str, ...]:
    """Return which limits of before are not there any more."""
    if former is None:
        return ()
    before, after = dict(facts_of(former)), dict(facts_of(limits))
    return tuple(
        f"{name} was limited: {text}"
        for name, text in before.items()
        if text != _NONE and after[name] == _NONE
    )


_NONE: Final = "not limited"


def _most(most: Money | int | None, unit: str) -> str:
    """Return a limit as people read it."""
    return _NONE if most is None else f"at most {most} {unit}"


def _field(wanted: Wanted, name: str) -> str:
    return wanted.more.get(name, "").strip()


def _amount(wanted: Wanted, name: str, currency: Currency) -> Money | None:
    """Return the amount of a field, None where nothing is written there."""
    text = _field(wanted, name)
    return Money.parse(text, currency) if text else None


def _count(wanted: Wanted) -> int | None:
    """Return the number of open orders, None where nothing is written there."""
    text = _field(wanted, "open_orders")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _COUNT_DIGITS_MAX):
        raise InputError("open_orders: want a whole number")
    return int(text)
