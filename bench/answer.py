"""One HTTP answer, read from a socket until it is whole, and not looked at further."""

import socket

ANSWER_BYTES = 65_536
_LENGTH = b"content-length: "
_END = b"\r\n\r\n"


class Incoming:
    """The bytes of one answer so far."""

    __slots__ = ("_bytes", "_whole")

    def __init__(self) -> None:
        """Begin with none."""
        self._bytes = b""
        self._whole = 0

    def take(self, more: bytes) -> bool:
        """Add what came; tell whether the answer is whole."""
        if not more:
            raise ConnectionError("the gateway closed the connection")
        self._bytes += more
        if not self._whole:
            head = self._bytes.find(_END)
            if head < 0:
                return False
            start = self._bytes.index(_LENGTH) + len(_LENGTH)
            length = int(self._bytes[start : self._bytes.index(b"\r", start)])
            self._whole = head + len(_END) + length
        return len(self._bytes) >= self._whole

    @property
    def is_allowed(self) -> bool:
        """Whether the order may go."""
        return b"kya-outcome: allowed" in self._bytes

    def __repr__(self) -> str:
        """Show the beginning."""
        return repr(self._bytes)


def whole_answer(connection: socket.socket) -> Incoming:
    """Return the next answer on a connection."""
    incoming = Incoming()
    while not incoming.take(connection.recv(ANSWER_BYTES)):
        pass
    return incoming
