"""Load: many connections at once, each with orders signed beforehand, in one process.

`python -m bench.load HOST PORT` reads requests from stdin, sends them when all are
there, and prints the seconds until the last answer. It does so little itself that the
gateway is what is measured.
"""

import selectors
import socket
import sys
from collections import deque
from time import perf_counter

from bench.answer import ANSWER_BYTES, Incoming

LENGTH_BYTES = 4


def pack(queues: list[list[bytes]]) -> bytes:
    """Return the requests of every connection as bytes for `main`."""
    parts = [_framed(len(queues))]
    for queue in queues:
        parts.append(_framed(len(queue)))
        parts += [_framed(len(request)) + request for request in queue]
    return b"".join(parts)


class Connection:
    """One connection and the orders that it has still to send."""

    __slots__ = ("incoming", "queue", "socket")

    def __init__(self, address: tuple[str, int], queue: deque[bytes]) -> None:
        """Connect."""
        self.queue = queue
        self.incoming = Incoming()
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        """Send the next order."""
        self.incoming = Incoming()
        self.socket.sendall(self.queue.popleft())


def main(host: str, port: int) -> None:
    """Send everything, each connection one order at a time."""
    queues = _unpacked(sys.stdin.buffer.read())
    connections = [Connection((host, port), queue) for queue in queues]
    chosen = selectors.EpollSelector()
    for connection in connections:
        chosen.register(connection.socket, selectors.EVENT_READ, connection)
    start = perf_counter()
    for connection in connections:
        connection.send()
    against = _answered(chosen, len(connections))
    print(perf_counter() - start, against)


def _answered(chosen: selectors.BaseSelector, under_way: int) -> int:
    """Return how many orders were not allowed, once every one is answered."""
    against = 0
    while under_way:
        for key, _ in chosen.select():
            connection: Connection = key.data
            if not connection.incoming.take(connection.socket.recv(ANSWER_BYTES)):
                continue
            if not connection.incoming.is_allowed:
                against += 1
                print(connection.incoming, file=sys.stderr)
            if connection.queue:
                connection.send()
            else:
                under_way -= 1
                chosen.unregister(connection.socket)
                connection.socket.close()
    return against


def _unpacked(packed: bytes) -> list[deque[bytes]]:
    """Return the queues of `pack`."""
    at = 0

    def number() -> int:
        nonlocal at
        at += LENGTH_BYTES
        return int.from_bytes(packed[at - LENGTH_BYTES : at])

    def request() -> bytes:
        nonlocal at
        length = number()
        at += length
        return packed[at - length : at]

    return [deque([request() for _ in range(number())]) for _ in range(number())]


def _framed(number: int) -> bytes:
    return number.to_bytes(LENGTH_BYTES)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
