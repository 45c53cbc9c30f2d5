"""How a request in Binance's dialect is signed with an API key's secret, and timed.

HMAC-SHA-256 in hexadecimal over the query and the body, one behind the other, without
the parameter that holds the signature itself, which stands last.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from kya.codec.binance_words import malformed, not_taken, untimely, wrong_signature
from kya.codec.forms import TwiceError, read_form
from kya.core.errors import MalformedError
from kya.core.instant import Instant

MICROS_PER_MILLISECOND: Final = 1_000
_AHEAD_MILLIS: Final = 1_000
_WINDOW_MILLIS: Final = "5000"
_WINDOW_MILLIS_MAX: Final = 60_000
_MILLIS: Final = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_SIGNED: Final = re.compile(rb"(?:(.*)&)?signature=([0-9A-Fa-f]{64})", re.ASCII)
ABOUT_THE_REQUEST: Final = frozenset({"recvWindow", "signature", "timestamp"})
"""Parameters that say nothing of what is asked."""


def read_request(query: bytes, body: bytes) -> dict[str, str]:
    """Return the parameters of a request; BinanceError for one that is given twice."""
    try:
        in_query, in_body = read_form(query), read_form(body)
    except TwiceError as error:
        raise not_taken("twice") from error
    except MalformedError as error:
        raise malformed("body") from error
    if in_query.keys() & in_body.keys():
        raise not_taken("twice")
    return in_query | in_body


def signature(query: bytes, body: bytes, secret: str) -> str:
    """Return what the parameter `signature` holds; both are without it."""
    return hmac.digest(secret.encode(), query + body, "sha256").hex()


def require_signature(query: bytes, body: bytes, secret: str) -> None:
    """Return if the request was signed with the secret; BinanceError otherwise."""
    signed = list[bytes]()
    shown = list[bytes]()
    for part in (query, body):
        match = _SIGNED.fullmatch(part)
        signed.append(part if match is None else match[1] or b"")
        shown += [] if match is None else [match[2].lower()]
    wanted = signature(signed[0], signed[1], secret).encode()
    if len(shown) != 1 or not hmac.compare_digest(wanted, shown[0]):
        raise wrong_signature()


def require_timely(parameters: Mapping[str, str], now: Instant) -> None:
    """Return if the request was made within its window; BinanceError otherwise."""
    window = _millis(parameters, "recvWindow", _WINDOW_MILLIS)
    if window > _WINDOW_MILLIS_MAX:
        raise malformed("recvWindow")
    made = _millis(parameters, "timestamp", "")
    here = now.micros // MICROS_PER_MILLISECOND
    if made >= here + _AHEAD_MILLIS or here - made > window:
        raise untimely()


def _millis(parameters: Mapping[str, str], name: str, otherwise: str) -> int:
    """Return a parameter in milliseconds."""
    text = parameters.get(name, otherwise)
    if _MILLIS.fullmatch(text) is None:
        raise malformed(name)
    return int(text)
