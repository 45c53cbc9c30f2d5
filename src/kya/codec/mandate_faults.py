"""Everything that is wrong with a mandate's fields, and not only the first of it.

Each field is put into a mandate in which all else is right, and that is read: so the
reader alone knows the rules, and each fault has its words.
"""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from kya.codec import canonical
from kya.codec.mandates import MANDATE_TYPE, parse_mandate
from kya.codec.scopes import SCOPE_TYPE
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.money import Currency, Money

Fields = Mapping[str, object]

RIGHT_SCOPE: Final[Fields] = {
    "_type": SCOPE_TYPE,
    "calendar": "every_day",
    "currency": "EUR",
    "daily_max": "1.00",
    "daily_max_per": "agent",
    "live_from": "2026-01-01T00:00:00.000000Z",
    "markets": ["EUR/USD"],
    "order_max": "1.00",
    "region_evidence": "self_asserted",
    "regions": ["region"],
    "venues": ["VENUE"],
    "window": {"closes": "24:00:00.000000", "opens": "00:00:00.000000"},
}
RIGHT: Final[Fields] = {
    "_type": MANDATE_TYPE,
    "agent": "agent",
    "grace_seconds": 0,
    "operator": "operator",
    "resolution": "0" * 64,
    "resolved_at": "2026-01-01T00:00:00.000000Z",
    "scope": RIGHT_SCOPE,
    "valid_from": "2026-01-01T00:00:00.000000Z",
    "valid_until": "2026-01-02T00:00:00.000000Z",
}
_TIMES: Final = ("resolved_at", "valid_from", "valid_until")
_MAXIMA: Final = ("order_max", "daily_max")
_OPTIONAL: Final = "limits"
_INCIDENTS: Final = "incidents"


def field_faults(mandate: Fields) -> tuple[str, ...]:
    """Return every fault of the fields, each with its field's name; none if it reads.

    What only shows in the whole, such as the size, is asked last and alone.
    """
    scope = mandate.get("scope")
    found = [*_faults(mandate, RIGHT, ""), *_order_of_times(mandate)]
    if isinstance(scope, dict):
        found += _faults(cast("Fields", scope), RIGHT_SCOPE, "scope.")
    if not found:
        found += _read(mandate, "")
    return tuple(found)


def _faults(given: Fields, right: Fields, prefix: str) -> Iterator[str]:
    """Yield what is wrong with each field, with those missing and those unknown."""
    for name in sorted({*given, *right} - ({"scope"} if not prefix else set())):
        if name not in given:
            yield f"{prefix}{name}: missing"
        elif prefix and name == _OPTIONAL:
            yield from _limits(given)
        elif not prefix and name == _INCIDENTS:
            yield from _read({**RIGHT, name: given[name]}, name)
        elif name not in right:
            yield f"{prefix}{name}: unknown"
        else:
            yield from _fault_of(given, right, name, prefix)


def _fault_of(given: Fields, right: Fields, name: str, prefix: str) -> Iterator[str]:
    """Yield what is wrong with one field where all others are right."""
    value = given[name]
    if prefix and name in ("currency", *_MAXIMA):
        yield from _money(given, name)
    elif name in _TIMES:
        yield from _time(name, value)
    else:
        changed = {**right, name: value}
        whole = {**RIGHT, "scope": changed} if prefix else changed
        yield from _read(whole, prefix + name)


def _money(scope: Fields, name: str) -> Iterator[str]:
    """Yield what is wrong with the currency, or with a maximum if that is a currency.

    Amounts have as many decimals as their currency, so each is read with its own.
    """
    try:
        changed = _in_currency_of(scope)
    except InputError as error:
        if name == "currency":
            yield f"scope.currency: {error}"
        return
    yield from _read(
        {**RIGHT, "scope": {**changed, name: scope[name]}}, f"scope.{name}"
    )


def _in_currency_of(scope: Fields) -> dict[str, object]:
    """Return a right scope in this one's currency; InputError if that is none."""
    code = scope.get("currency")
    least = str(Money(1, Currency(cast("str", code))))
    return {**RIGHT_SCOPE, "currency": code, **dict.fromkeys(_MAXIMA, least)}


def _limits(scope: Fields) -> Iterator[str]:
    """Yield what is wrong with the limits, if markets and currency are right.

    Some limits are set market by market, and amounts have the currency's decimals.
    """
    try:
        around = {**_in_currency_of(scope), "markets": scope.get("markets")}
    except InputError:
        return
    if not any(_read({**RIGHT, "scope": around}, "")):
        changed = {**around, _OPTIONAL: scope[_OPTIONAL]}
        yield from _read({**RIGHT, "scope": changed}, f"scope.{_OPTIONAL}")


def _time(name: str, value: object) -> Iterator[str]:
    """Yield what is wrong with an instant."""
    try:
        Instant.parse(str(value))
    except InputError as error:
        yield f"{name}: {error}"


def _order_of_times(mandate: Fields) -> Iterator[str]:
    """Yield that the three instants come in another order, if each is one."""
    given = {name: mandate.get(name) for name in _TIMES}
    if not any(list(_time(name, value)) for name, value in given.items()):
        yield from _read({**RIGHT, **given}, ", ".join(_TIMES))


def _read(mandate: Fields, name: str) -> Iterator[str]:
    """Yield what the reader says, if it does not read the mandate."""
    try:
        parse_mandate(canonical.encode_line(mandate))
    except InputError as error:
        said = str(error).removeprefix("mandate: ")
        yield f"{name}: {said}" if name else said
