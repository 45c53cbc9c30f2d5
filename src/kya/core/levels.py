"""Levels at which trading is stopped: an agent, a desk, a market, a venue, the firm."""

from enum import Enum
from functools import lru_cache
from re import Pattern
from typing import Final, NamedTuple, Self

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.order import Order
from kya.core.scope import Scope


class Level(Enum):
    """How wide a place is; the order in which a decision lists what is stopped."""

    AGENT = "agent"
    DESK = "desk"
    MARKET = "market"
    VENUE = "venue"
    FIRM = "firm"

    __hash__ = object.__hash__  # Enum's own takes longer than the rest of a look-up.


_NAMES: Final[dict[Level, Pattern[str]]] = {
    Level.AGENT: tokens.NAME,
    Level.DESK: tokens.NAME,
    Level.MARKET: tokens.MARKET,
    Level.VENUE: tokens.VENUE,
}
_PLACES: Final = "want firm, agent:NAME, desk:NAME, market:BASE/QUOTE or venue:NAME"


class _Place(NamedTuple):
    """The two parts of a place, not looked at."""

    level: Level
    name: str


class Place(_Place):
    """Where trading can be stopped. The firm has no name, every other place has one.

    A tuple, because every order looks up five of them, and a tuple's hash is quick.
    """

    __slots__ = ()

    def __new__(cls, level: Level, name: str = "") -> Self:
        """Refuse a name that nothing of this level can have."""
        pattern = _NAMES.get(level)
        if pattern is not None:
            tokens.require(pattern, level.value, name)
        elif name != "":
            msg = f"place: want firm, which has no name, got {name}"
            raise MalformedError(msg)
        return super().__new__(cls, level, name)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place of `firm` or `market:EUR/USD`; MalformedError otherwise."""
        level, _, name = text.partition(":")
        try:
            place = cls(Level(level), name)
        except ValueError as error:
            msg = f"place: {_PLACES}"
            raise MalformedError(msg) from error
        if str(place) != text:
            msg = f"place: {_PLACES}"
            raise MalformedError(msg)
        return place

    def __str__(self) -> str:
        """Return the place in its one spelling."""
        return ":".join(self._words)

    @property
    def words(self) -> str:
        """The place as a decision names it: `market EUR/USD`."""
        return " ".join(self._words)

    def concerns(self, agent: str | None) -> bool:
        """Tell whether it is any place but another agent's; every one, for None."""
        return agent is None or self.level is not Level.AGENT or self.name == agent

    @property
    def _words(self) -> tuple[str, ...]:
        return (self.level.value, self.name) if self.name else (self.level.value,)


FIRM: Final = Place(Level.FIRM)


def places_of(order: Order, scope: Scope) -> tuple[Place, ...]:
    """Return every place that the order touches, in the order of the levels."""
    return _places(order.agent, scope.limits.desk, order.market, order.venue)


@lru_cache(maxsize=4096)
def _places(agent: str, desk: str | None, market: str, venue: str) -> tuple[Place, ...]:
    """Return the places and keep them: an agent's orders go where they went before."""
    at_desk = () if desk is None else (Place(Level.DESK, desk),)
    return (
        Place(Level.AGENT, agent),
        *at_desk,
        Place(Level.MARKET, market),
        Place(Level.VENUE, venue),
        FIRM,
    )
