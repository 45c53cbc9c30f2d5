"""What differs between exchanges in how ccxt is asked and what it says."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one exchange is spoken to through ccxt.

    `private` is what ccxt's names of private methods begin with, `path` what stands
    behind the exchange's address. `words_in` reads an exception's text,
    `nothing_was_done` tells of such words whether they promise that, and `result_in`
    raises TransientError for an answer that holds no result.
    """

    private: str
    path: str
    words_in: Callable[[str], tuple[str, ...]]
    nothing_was_done: Callable[[tuple[str, ...]], bool]
    result_in: Callable[[object], object]
