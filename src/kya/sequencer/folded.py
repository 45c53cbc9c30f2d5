"""What the log has said so far: the state, and where each order stands.

The same code folds an entry when it takes its place and when it is replayed.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from kya.codec.note import SignedNote
from kya.core.errors import InputError
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.order_events import OrderSubmitted
from kya.core.power_events import LogOpened, RevocationListed
from kya.core.roll import LogContinued
from kya.core.state import State
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What folding some entries would lead to; nothing is folded yet."""

    state: State
    size: int
    orders: tuple[tuple[str, int], ...]  # Agent and entry.
    lists: tuple[int, ...]  # The entries of revocation lists, by number.
    names: Names


class Folded:
    """The fold of all entries of one log, and an index of its orders and lists."""

    def __init__(self, origin: str) -> None:
        """Begin before the first entry."""
        self.names = Names(origin)
        self.state = State()
        self.size = 0
        # By agent, the entry of each order; an agent's `seq` counts from 1, gap-free.
        self._orders: dict[str, array[int]] = {}
        # The entry of each revocation list; they are numbered from 1, gap-free.
        self._lists = array("q")

    def after(self, events: Iterable[Event]) -> Step:
        """Return where these events lead; InputError if one may not follow."""
        state, size, names = self.state, self.size, self.names
        orders: list[tuple[str, int]] = []
        lists: list[int] = []
        for event in events:
            if isinstance(event, LogOpened) and event.origin != names.first:
                raise InputError(
                    f"entry opens log {event.origin!r}; this is {names.first!r}"
                )
            state = apply(state, event)
            if isinstance(event, LogContinued):
                names = _continued(names, event, size)
            if isinstance(event, OrderSubmitted):
                orders.append((event.order.agent, size))
            elif isinstance(event, RevocationListed):
                lists.append(size)
            size += 1
        return Step(
            state=state,
            size=size,
            orders=tuple(orders),
            lists=tuple(lists),
            names=names,
        )

    def take(self, step: Step) -> None:
        """Go where the step leads; it must have begun here."""
        self.state, self.size, self.names = step.state, step.size, step.names
        for agent, index in step.orders:
            if agent not in self._orders:
                self._orders[agent] = array("q")
            self._orders[agent].append(index)
        self._lists.extend(step.lists)

    @property
    def origin(self) -> str:
        """The log's present name."""
        return self.names.present

    def order_index(self, agent: str, seq: int) -> int | None:
        """Return the entry that holds the agent's order `seq`, if there is one."""
        orders = self._orders.get(agent)
        if orders is None or not 1 <= seq <= len(orders):
            return None
        return orders[seq - 1]

    def list_index(self, number: int) -> int | None:
        """Return the entry that holds this revocation list, if there is one."""
        if not 1 <= number <= len(self._lists):
            return None
        return self._lists[number - 1]


def _continued(names: Names, event: LogContinued, size: int) -> Names:
    """Return the names from here on, if the checkpoint is of all entries before."""
    last = Checkpoint.from_note(SignedNote.parse(event.checkpoint))
    names.require(last)
    if last.size != size:
        raise InputError(
            f"continuation as {event.origin!r}: after a checkpoint of {last.size}"
            f" entries; want one of {size}"
        )
    return names.and_then(size, event.origin)
