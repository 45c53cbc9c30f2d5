"""What an agent has signed, in memory: for tests, and as the index of the file."""

from kya.agent.chain import Head, SignedOrder
from kya.core.errors import CorruptionError


class MemoryJournal:
    """A chain that grows by one order at a time and forgets what is settled."""

    def __init__(self) -> None:
        """Begin without a chain."""
        self._head: Head | None = None
        self._unanswered: dict[int, SignedOrder] = {}

    @property
    def head(self) -> Head | None:
        """The end of the chain as recorded; None before anything is."""
        return self._head

    @property
    def unanswered(self) -> tuple[SignedOrder, ...]:
        """The recorded orders that are not settled, in the order of their `seq`."""
        return tuple(self._unanswered.values())

    def adopt(self, head: Head) -> None:
        """Continue from a chain that began elsewhere."""
        self.require_empty()
        self._head = head

    def record(self, signed: SignedOrder) -> None:
        """Keep the order, which must continue the chain."""
        self.require_next(signed)
        self._head = signed.head
        self._unanswered[signed.order.seq] = signed

    def settle(self, seq: int) -> None:
        """Note that the order is answered."""
        self._unanswered.pop(seq, None)

    def require_empty(self) -> None:
        """Raise if there is a chain already."""
        if self._head is not None:
            raise CorruptionError(f"journal: has a chain already, to {self._head.seq}")

    def require_next(self, signed: SignedOrder) -> None:
        """Raise unless the order continues the chain."""
        head = self._head or Head()
        if (signed.order.seq, signed.order.prev) != (head.seq + 1, head.prev):
            raise CorruptionError(
                f"journal: order {signed.order.seq} does not follow {head.seq}"
            )
