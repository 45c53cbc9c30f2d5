"""An agent's recent messages, as a value: adding one returns a new version."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple, Self

from kya.core.limits import SENT_KEPT
from kya.core.order import Order

_MICROS: Final = attrgetter("micros")


class Message(NamedTuple):
    """One message: when it was received, what it asked for, and the market then.

    `asked` is all that two orders share which are the same but for their names; `touch`
    is the price, in 10**-10, at which it would have met the book, if that is on record.
    """

    micros: int
    asked: tuple[object, ...]
    market: str
    touch: int | None


def asked_in(order: Order) -> tuple[object, ...]:
    """Return what an order asks for, without its names and its time."""
    limit = order.limit_price
    return (
        order.action,
        order.market,
        order.side,
        order.type,
        order.amount.minor_units,
        order.amount.currency.code,
        None if limit is None else limit.units,
        order.time_in_force,
        order.venue,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """The newest SENT_KEPT messages, oldest first; made by `of`.

    Versions share one list that only grows: each sees the part from its own start to
    its own end, and whoever adds to one that is not the newest begins a list of its
    own. Adding costs O(1) on average.
    """

    items: list[Message]
    start: int
    end: int

    @classmethod
    def of(cls, *messages: Message) -> Self:
        """Return the messages, the newest last."""
        return cls(list(messages[-SENT_KEPT:]), 0, min(len(messages), SENT_KEPT))

    def adding(self, message: Message) -> Self:
        """Return the messages with this one as the newest."""
        items, start, end = self.items, self.start, self.end
        if len(items) != end or start >= SENT_KEPT:
            items, start, end = items[start:end], 0, end - start
        items.append(message)
        return type(self)(items, max(start, end + 1 - SENT_KEPT), end + 1)

    def since(self, micros: int) -> Iterator[Message]:
        """Yield those received later than that, the newest first."""
        for index in range(self.end - 1, self._first(micros) - 1, -1):
            yield self.items[index]

    def from_the_oldest(self, micros: int) -> Iterator[Message]:
        """Yield those received later than that, the oldest first."""
        for index in range(self._first(micros), self.end):
            yield self.items[index]

    def count_since(self, micros: int) -> int:
        """Count those received later than that."""
        return self.end - self._first(micros)

    def __iter__(self) -> Iterator[Message]:
        """Yield all, the oldest first."""
        return iter(self.items[self.start : self.end])

    def __len__(self) -> int:
        """Count them."""
        return self.end - self.start

    def __eq__(self, other: object) -> bool:
        """Tell whether both hold the same messages."""
        if not isinstance(other, Sent):
            return NotImplemented
        return tuple(self) == tuple(other)

    def __hash__(self) -> int:
        """Return the hash of the messages."""
        return hash(tuple(self))

    def _first(self, micros: int) -> int:
        """Return where those begin that are later; O(log n), for time only goes on."""
        return bisect_right(self.items, micros, self.start, self.end, key=_MICROS)


NOTHING_SENT: Final = Sent.of()
