"""The port behind which an agent remembers what it has signed."""

from typing import Protocol

from kya.agent.chain import Head, SignedOrder


class Journal(Protocol):
    """What an agent must not forget: a note that may have been sent.

    One process holds it at a time. A crash never signs two orders under one `seq`,
    because a note is recorded before it is first sent.
    """

    @property
    def head(self) -> Head | None:
        """The end of the chain as recorded; None before anything is."""
        ...

    @property
    def unanswered(self) -> tuple[SignedOrder, ...]:
        """The recorded orders that are not settled, in the order of their `seq`."""
        ...

    def adopt(self, head: Head) -> None:
        """Continue from a chain that began elsewhere; durable on return."""
        ...

    def record(self, signed: SignedOrder) -> None:
        """Keep the order; durable on return, or TransientError."""
        ...

    def settle(self, seq: int) -> None:
        """Note that the order is answered; if a crash forgets it, it is asked again."""
        ...
