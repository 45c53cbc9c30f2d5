"""Kraken's own words: the errors of its REST API, and the envelope of an answer."""

from typing import Final

import msgspec

from kya.core.errors import InputError, KyaError, MalformedError, shown


class DialectError(InputError):
    """What an answer's `error` list holds; the first as Kraken spells it."""

    def __init__(self, *errors: str) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


class NoAnswerError(KyaError):
    """No answer will be given: so many seconds of silence, then the connection ends."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer, and after {seconds} s no connection")
        self.seconds = seconds


INVALID_KEY: Final = "EAPI:Invalid key"
INVALID_SIGNATURE: Final = "EAPI:Invalid signature"
INVALID_NONCE: Final = "EAPI:Invalid nonce"
RATE_LIMIT: Final = "EAPI:Rate limit exceeded"
UNKNOWN_METHOD: Final = "EGeneral:Unknown method"
PERMISSION_DENIED: Final = "EGeneral:Permission denied"
UNKNOWN_PAIR: Final = "EQuery:Unknown asset pair"
UNKNOWN_ORDER: Final = "EOrder:Unknown order"
INSUFFICIENT_FUNDS: Final = "EOrder:Insufficient funds"
MINIMUM_NOT_MET: Final = "EOrder:Order minimum not met"
POST_ONLY: Final = "EOrder:Post only order"
DEADLINE_ELAPSED: Final = "EService:Deadline elapsed"
UNAVAILABLE: Final = "EService:Unavailable"
INTERNAL_ERROR: Final = "EGeneral:Internal error"

_LEAVES_OPEN: Final = (
    "EService:Busy",
    "EService:Timeout",
    "EService:Unavailable",
    "EGeneral:Internal error",
    "EDatabase:",
)
"""What says nothing about whether the message was carried out before."""


def invalid(argument: str) -> DialectError:
    """Return the error that names an argument."""
    return DialectError(f"EGeneral:Invalid arguments:{argument}")


def nothing_was_done(words: tuple[str, ...]) -> bool:
    """Tell whether the errors promise that the message has changed nothing."""
    return bool(words) and not any(word.startswith(_LEAVES_OPEN) for word in words)


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: errors, or a result."""

    error: tuple[str, ...] = ()
    result: object = None


_ENVELOPE: Final = msgspec.json.Decoder(Envelope)


def answered(result: object) -> bytes:
    """Return the answer that holds a result."""
    return msgspec.json.encode({"error": [], "result": result})


def refused(*errors: str) -> bytes:
    """Return the answer that holds errors."""
    return msgspec.json.encode({"error": errors})


def read_envelope(body: bytes) -> Envelope:
    """Return an answer; MalformedError if it is none."""
    try:
        return _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"kraken: want an answer with errors or a result, got {shown(body)}"
        raise MalformedError(msg) from error
