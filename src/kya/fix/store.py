"""What a session must not forget: its two numbers, and what it has sent."""

from typing import Protocol

from kya.fix.limits import SENT_KEPT_MAX


class Store(Protocol):
    """Numbers and messages of one session; each change is kept before it returns."""

    @property
    def next_out(self) -> int:
        """The number of the next message that leaves."""
        ...

    @property
    def next_in(self) -> int:
        """The number of the next message that is expected."""
        ...

    def sent(self, number: int, raw: bytes) -> None:
        """Remember that the number is used; `raw` is empty for what is never resent."""
        ...

    def took(self, number: int) -> None:
        """Remember that everything up to this number has come."""
        ...

    def resendable(self, begin: int, end: int) -> dict[int, bytes]:
        """Return what can be resent of these numbers, both ends included."""
        ...

    def reset(self) -> None:
        """Begin both numbers anew, at 1, with nothing sent."""
        ...


class MemoryStore:
    """Forgets everything when its process ends."""

    def __init__(self) -> None:
        """Begin anew."""
        self._sent: dict[int, bytes] = {}
        self._out = 1
        self._in = 1

    @property
    def next_out(self) -> int:
        """The number of the next message that leaves."""
        return self._out

    @property
    def next_in(self) -> int:
        """The number of the next message that is expected."""
        return self._in

    def sent(self, number: int, raw: bytes) -> None:
        """Remember that the number is used."""
        self._out = number + 1
        if raw:
            self._sent[number] = raw
        self._sent.pop(number - SENT_KEPT_MAX, None)

    def took(self, number: int) -> None:
        """Remember that everything up to this number has come."""
        self._in = number + 1

    def resendable(self, begin: int, end: int) -> dict[int, bytes]:
        """Return what can be resent of these numbers."""
        return {n: raw for n, raw in self._sent.items() if begin <= n <= end}

    def reset(self) -> None:
        """Begin both numbers anew."""
        self.__init__()  # type: ignore[misc]
