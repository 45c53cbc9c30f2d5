"""How Binance is spoken to through ccxt, and which of its errors promise what."""

from contextlib import suppress
from typing import Final

import msgspec

from kya.adapters.ccxt_manner import Manner
from kya.codec.binance_words import NO_FUNDS
from kya.core.errors import TransientError

NO_ORDER: Final = "-2013"
_DUPLICATE: Final = "Duplicate order"
_EXCHANGE: Final = "binance "
_NOTHING_DONE: Final = frozenset({
    "-1002", "-1003", "-1013", "-1014", "-1015", "-1020", "-1021", "-1022", "-1100",
    "-1101", "-1102", "-1103", "-1104", "-1105", "-1106", "-1111", "-1112", "-1114",
    "-1115", "-1116", "-1117", "-1121", "-1128", "-1130", "-1131", "-2010", "-2011",
    NO_ORDER, "-2014", "-2015",
})  # fmt: skip
"""What is refused before it reaches a book, or by it. All else leaves open what was
done: -1000 and -1001, an answer that did not come (-1006, -1007), an overload."""


class _Refusal(msgspec.Struct, frozen=True):
    """An answer in place of a result."""

    code: int
    msg: str = ""


def words_in(message: str) -> tuple[str, ...]:
    """Return code and sentence, or the sentence where ccxt leaves out the code."""
    _, brace, rest = message.partition("{")
    with suppress(msgspec.DecodeError, UnicodeError):
        said = msgspec.json.decode(brace + rest, type=_Refusal)
        return (f"{said.code}: {said.msg}",)
    if message == _EXCHANGE + NO_FUNDS:
        return (NO_FUNDS,)
    return ()


def nothing_was_done(words: tuple[str, ...]) -> bool:
    """Tell whether the words promise that the message has changed nothing.

    That an order is there already says that ours may have come before.
    """
    if not words:
        return False
    code, _, sentence = words[0].partition(": ")
    return words[0] == NO_FUNDS or (
        code in _NOTHING_DONE and not sentence.startswith(_DUPLICATE)
    )


def result_in(answer: object) -> object:
    """Return the result of an answer, which is all of it."""
    if not isinstance(answer, dict | list):
        raise TransientError("binance: an answer without a result")
    return answer  # pyright: ignore[reportUnknownVariableType]


MANNER: Final = Manner(
    private="private",
    path="/api/v3",
    words_in=words_in,
    nothing_was_done=nothing_was_done,
    result_in=result_in,
)
