"""Orders in Kraken's dialect: what AddOrder asks for, read in one way or refused.

A parameter that is not listed here is refused, not passed over: what it asks for would
else be done otherwise, or not at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kya.codec.kraken_words import invalid
from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import MICROS_PER_SECOND, Instant

_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_USERREF: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,9})", re.ASCII)
_INTEGER: Final = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_LASTING: Final = ("GTC", "IOC", "GTD")
_FLAGS: Final = frozenset({"fciq", "post", "viqc"})
_KNOWN: Final = frozenset({
    "cl_ord_id", "deadline", "expiretm", "nonce", "oflags", "ordertype", "otp", "pair",
    "price", "timeinforce", "type", "userref", "validate", "volume",
})  # fmt: skip
_SAYS_NOTHING: Final = {
    "leverage": "none",
    "reduce_only": "false",
    "starttm": "0",
    "trading_agreement": "agree",
}
"""Parameters that are known only with the value that means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """What AddOrder asks for, as it was written; empty text where it says nothing.

    `expires_at` goes with `GTD` alone; `price` with a limit order alone.
    """

    pair: str
    side: str
    is_limit: bool
    volume: str
    price: str
    lasting: str
    flags: frozenset[str]
    client_id: str
    userref: str
    expires_at: Instant | None
    deadline: Instant | None
    is_rehearsal: bool


def read_new_order(parameters: Mapping[str, str]) -> NewOrder:
    """Return the order; DialectError names the argument that is wrong."""
    given = dict(parameters)
    for name, nothing in _SAYS_NOTHING.items():
        if given.pop(name, nothing) != nothing:
            raise invalid(name)
    for name in sorted(given.keys() - _KNOWN):
        raise invalid(name)
    is_limit = _one_of(given, "ordertype", ("market", "limit")) == "limit"
    lasting = given.get("timeinforce", "GTC").upper()
    flags = frozenset(given.get("oflags", "fciq").split(","))
    client_id, userref = given.get("cl_ord_id", ""), given.get("userref", "")
    for name, fault in (
        ("timeinforce", lasting not in _LASTING),
        ("oflags", not flags <= _FLAGS),
        ("cl_ord_id", bool(client_id) and not _CLIENT_ID.fullmatch(client_id)),
        ("userref", bool(userref) and not _USERREF.fullmatch(userref)),
        ("price", is_limit is not ("price" in given)),
        ("expiretm", (lasting == "GTD") is not (given.get("expiretm", "0") != "0")),
    ):
        if fault:
            raise invalid(name)
    return NewOrder(
        pair=_text(given, "pair"),
        side=_one_of(given, "type", ("buy", "sell")),
        is_limit=is_limit,
        volume=decimal_in(given, "volume"),
        price=decimal_in(given, "price") if is_limit else "",
        lasting=lasting,
        flags=flags,
        client_id=client_id,
        userref=userref,
        expires_at=_seconds(given, "expiretm") if lasting == "GTD" else None,
        deadline=_deadline(given),
        is_rehearsal=given.get("validate", "false").lower() == "true",
    )


def decimal_in(parameters: Mapping[str, str], name: str) -> str:
    """Return a figure above zero, without zeros that say nothing."""
    text = parameters.get(name, "")
    if tokens.DECIMAL.fullmatch(text) is None:
        raise invalid(name)
    plain = shortest(text)
    if plain == "0":
        raise invalid(name)
    return plain


def shortest(text: str) -> str:
    """Return a decimal without the zeros at its end."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(parameters: Mapping[str, str], name: str) -> str:
    """Return an argument that must be there."""
    if not parameters.get(name):
        raise invalid(name)
    return parameters[name]


def _one_of(parameters: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    """Return an argument of a closed set."""
    if parameters.get(name) not in known:
        raise invalid(name)
    return parameters[name]


def _seconds(parameters: Mapping[str, str], name: str) -> Instant:
    """Return an instant in seconds since 1970."""
    text = parameters[name]
    if _INTEGER.fullmatch(text) is None:
        raise invalid(name)
    return Instant(int(text) * MICROS_PER_SECOND)


def _deadline(parameters: Mapping[str, str]) -> Instant | None:
    """Return the instant after which the order is to be refused."""
    text = parameters.get("deadline")
    if text is None:
        return None
    try:
        return Instant.from_datetime(datetime.fromisoformat(text))
    except (ValueError, MalformedError) as error:
        raise invalid("deadline") from error
