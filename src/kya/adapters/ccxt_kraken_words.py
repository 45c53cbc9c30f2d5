"""How Kraken is spoken to through ccxt."""

from contextlib import suppress
from typing import Final, cast

from kya.adapters.ccxt_manner import Manner
from kya.codec.kraken_words import nothing_was_done, read_envelope
from kya.core.errors import MalformedError, TransientError


def words_in(message: str) -> tuple[str, ...]:
    """Return the exchange's own errors, which ccxt puts behind the exchange's name."""
    _, brace, rest = message.partition("{")
    with suppress(MalformedError):
        return read_envelope((brace + rest).encode()).error
    return ()


def result_in(answer: object) -> object:
    """Return the result of an answer."""
    if not isinstance(answer, dict) or "result" not in answer:
        raise TransientError("kraken: an answer without a result")
    return cast("dict[str, object]", answer)["result"]


MANNER: Final = Manner(
    private="privatePost",
    path="",
    words_in=words_in,
    nothing_was_done=nothing_was_done,
    result_in=result_in,
)
