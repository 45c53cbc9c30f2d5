"""What goes wrong at the paper exchange, on demand or by a seed."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kya.adapters.seeded_path import drawn


class ExchangeFault(Enum):
    """What goes wrong with one order, or from it on."""

    LOST = "lost"  # It never arrives, and the connection ends.
    TIMEOUT = "timeout"  # It is carried out, and its answer never comes.
    DISCONNECT = "disconnect"  # It is carried out, and the connection ends.
    DUPLICATE = "duplicate"  # It is carried out; the answer before comes once more.
    REJECT = "reject"
    PARTIAL = "partial"  # Half of it is filled at first.
    RATE_LIMIT = "rate-limit"
    REVOKED = "revoked"  # From here on the key is not known any more.
    DOWN = "down"  # From here on nothing private is answered.
    GAP = "gap"  # It is carried out; over FIX, what says so gets lost on its way.


STANDING: Final = frozenset({ExchangeFault.REVOKED, ExchangeFault.DOWN})
"""What stays until somebody lifts it."""

NO_FAULTS: Final[Mapping[int, ExchangeFault]] = MappingProxyType({})
_OF_A_MESSAGE: Final = tuple(
    f for f in ExchangeFault if f not in {*STANDING, ExchangeFault.GAP}
)


class Faults:
    """Faults by the number of the order, counted from 1 over AddOrder alone.

    With a seed, one in so many orders that have none of their own has a drawn one.
    """

    def __init__(
        self,
        by_number: Mapping[int, ExchangeFault] = NO_FAULTS,
        *,
        seed: int = 0,
        one_in: int = 0,
    ) -> None:
        """Plan these."""
        self._by_number = by_number
        self._seed = seed
        self._one_in = one_in
        self.orders = 0
        self.standing: ExchangeFault | None = None
        self.last: ExchangeFault | None = None

    def next(self) -> ExchangeFault | None:
        """Count an order, and return what goes wrong with it."""
        self.orders += 1
        self.last = fault = self._by_number.get(self.orders, self._drawn())
        if fault in STANDING:
            self.standing = fault
        return fault

    def _drawn(self) -> ExchangeFault | None:
        """Return the fault that the seed has for this order, if any."""
        if not self._one_in:
            return None
        (figure,) = drawn(f"{self._seed} {self.orders}", 1, 10**9)
        share, which = divmod(figure + 10**9, self._one_in)
        return None if which else _OF_A_MESSAGE[share % len(_OF_A_MESSAGE)]
