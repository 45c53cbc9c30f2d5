"""Observed orders as rows of text, from a CSV file or a table, and their digest.

One row is one order. Columns are named in the first row; spec/baseline.md §1 lists
them. The columns of `kya evidence export` are read as well.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from kya.codec import canonical
from kya.codec.order_records import RecordEvent
from kya.core import tokens
from kya.core.attempt import CANCEL, DEVIATION_PARTS, MILLIS, Attempt
from kya.core.errors import InputError, KyaError, MalformedError, shown
from kya.core.history import ordered
from kya.core.instant import Instant
from kya.core.limits import MINOR_UNITS_MAX, SEQ_MAX
from kya.core.money import Currency
from kya.core.order import Action

Row = Mapping[str, str | None]

REQUIRED: Final = ("at", "market", "side", "size")
# The name in an exported record, for each name of ours.
_EXPORTED: Final = {
    "at": "received_at",
    "currency": "quantity_currency",
    "price": "limit_price",
    "size": "quantity",
    "type": "order_type",
}
_ACTIONS: Final = {
    RecordEvent.NEW.value: Action.NEW.value,
    RecordEvent.BLOCKED.value: Action.NEW.value,
    RecordEvent.REPLACE_ASKED.value: Action.REPLACE.value,
    RecordEvent.CANCEL_ASKED.value: CANCEL,
}
_OUTCOMES: Final = {"": False, "passed": False, "failed": True}
_WORD_CHARS_MAX: Final = 64


def attempts_from(rows: Iterable[Row], agent: str | None = None) -> list[Attempt]:
    """Return the orders of the rows; InputError, naming row and column, otherwise.

    Where rows say whose they are, they must be this agent's.
    """
    return list(_attempts(rows, agent))


def history_digest(attempts: Iterable[Attempt]) -> str:
    """Return the SHA-256 of the orders, each as one line of JSON, in order of time."""
    whole = hashlib.sha256()
    for attempt in ordered(attempts):
        whole.update(canonical.encode_line(list(attempt)))
    return whole.hexdigest()


def _attempts(rows: Iterable[Row], agent: str | None) -> Iterator[Attempt]:
    """Yield each row's order, but for rows that tell what became of one."""
    for number, row in enumerate(rows, 2):
        event = row.get("event")
        if event and event not in _ACTIONS:
            continue
        try:
            yield _attempt(row, agent)
        except KyaError as fault:
            raise InputError(f"row {number}: {fault}") from fault


def _attempt(row: Row, agent: str | None) -> Attempt:
    """Return the order of a row."""
    whose = row.get("agent")
    if agent is not None and whose and whose != agent:
        raise MalformedError(f"agent: want {agent}, got {shown(whose)}")
    market = _word(row, "market")
    tokens.require(tokens.MARKET, "market", market)
    currency = Currency(_text(row, "currency") or market.partition("/")[2])
    event = row.get("event")
    action = _ACTIONS[event] if event else _text(row, "action") or Action.NEW.value
    outcome = _text(row, "outcome") if not event else ""
    if outcome not in _OUTCOMES:
        raise MalformedError(f"outcome: want passed or failed, got {shown(outcome)}")
    return Attempt(
        at=Instant.parse(_text(row, "at")).micros // MILLIS,
        market=f"{market} {currency.code}",
        side=_word(row, "side"),
        venue=_word(row, "venue"),
        type=_word(row, "type"),
        region=_word(row, "region"),
        size=_size(_text(row, "size"), currency),
        deviation=_deviation(row),
        aux=_aux(_text(row, "aux")),
        action=Action(action).value if action in _KNOWN else _no_action(action),
        failed=_OUTCOMES[outcome],
    )


_KNOWN: Final = frozenset(action.value for action in Action)


def _no_action(action: str) -> str:
    """Raise for what no order asks for."""
    raise MalformedError(f"action: want one of {sorted(_KNOWN)}, got {shown(action)}")


def _text(row: Row, name: str) -> str:
    """Return a cell, by our name or an exported record's; "" where there is none."""
    text = row.get(name)
    if text is None:
        text = row.get(_EXPORTED.get(name, name))
    if not text and name in REQUIRED:
        raise MalformedError(f"{name}: want a value")
    return text or ""


def _word(row: Row, name: str) -> str:
    """Return a cell that is a word; a missing one is the word -."""
    word = _text(row, name) or "-"
    if len(word) > _WORD_CHARS_MAX or not word.isprintable():
        limit = f"{_WORD_CHARS_MAX} printable characters"
        raise MalformedError(f"{name}: want at most {limit}, got {shown(word)}")
    return word


def _size(text: str, currency: Currency) -> int:
    """Return a size in minor units."""
    units = _decimal("size", text).scaleb(currency.decimals)
    if units != units.to_integral_value() or not 0 < units <= MINOR_UNITS_MAX:
        decimals = f"at most {currency.decimals} decimals"
        raise MalformedError(f"size: want more than zero, {decimals}, got {text}")
    return int(units)


def _deviation(row: Row) -> int | None:
    """Return how far the price is from the reference, in tenths of a basis point."""
    price, reference = _text(row, "price"), _text(row, "reference")
    bid, ask = row.get("reference_bid"), row.get("reference_ask")
    if not reference and bid and ask:
        middle = _decimal("reference_bid", bid) + _decimal("reference_ask", ask)
    elif reference:
        middle = 2 * _decimal("reference", reference)
    else:
        return None
    if not price:
        return None
    if middle <= 0:
        raise MalformedError("reference: want a price above zero")
    apart = 2 * _decimal("price", price) - middle
    return int(apart * DEVIATION_PARTS // middle)  # Toward zero, as in the gateway.


def _aux(text: str) -> int | None:
    """Return the further quantity, a whole number."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= SEQ_MAX):
        raise MalformedError(f"aux: want a whole number above zero, got {shown(text)}")
    return int(text)


def _decimal(name: str, text: str) -> Decimal:
    """Return a plain decimal number."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(text) > _WORD_CHARS_MAX or "_" in text:
        raise MalformedError(f"{name}: want a decimal number, got {shown(text)}")
    return number
