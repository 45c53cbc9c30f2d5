"""Whether what became of orders matters to a back-test, for to count it takes time."""

from collections.abc import Iterable
from typing import Final

from kya.codec.halts import HALT_TYPE
from kya.codec.orders import ORDER_TYPE
from kya.codec.place_limits import PLACE_LIMITS_TYPE
from kya.core.scope import Scope
from kya.core.scope_limits import NO_LIMITS

_TELLING: Final = (
    f'{{"_type":"{ORDER_TYPE}","action":'.encode(),
    f'{{"_type":"{HALT_TYPE}",'.encode(),
    f'{{"_type":"{PLACE_LIMITS_TYPE}",'.encode(),
)
"""How entries begin that make decisions depend on what became of orders."""


def outcomes_matter(scope: Scope, entries: Iterable[bytes]) -> bool:
    """Tell whether a decision under this scope can depend on what became of orders.

    It can under limits of conduct and exposure, and in a log in which an order acts on
    another one, a place is limited, or trading may only reduce positions.
    """
    if scope.limits != NO_LIMITS:
        return True
    return any(raw.startswith(_TELLING) for raw in entries)
