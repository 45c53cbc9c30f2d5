"""The part of a logged decision that says what became of an order, read fast."""

from typing import Final

import msgspec

from kya.codec import canonical
from kya.codec.decisions import DECISION_TYPE
from kya.codec.overlays import AnswerFields
from kya.codec.price_fields import PriceFields, WorthFields
from kya.core.errors import MalformedError


class LoggedDecision(msgspec.Struct, frozen=True):
    """What the log says came of an order."""

    outcome: str
    reasons: list[str]
    received_at: str
    price: PriceFields | None
    conversion: PriceFields | msgspec.UnsetType = msgspec.UNSET
    overlays: list[AnswerFields] | msgspec.UnsetType = msgspec.UNSET
    worth: WorthFields | msgspec.UnsetType = msgspec.UNSET


_DECODER: Final = msgspec.json.Decoder(LoggedDecision)


def logged_decision(raw: bytes) -> LoggedDecision:
    """Return the part of a decision that counts here; MalformedError if it is none."""
    line = raw[: raw.index(b"\n")]
    if canonical.type_of(line) != DECISION_TYPE:
        raise MalformedError("want the decision on the order before it")
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MalformedError(f"decision: {error}") from error
