"""An ordinary FIX bot: host, port and CompIDs are those of the sidecar, nothing else.

    python examples/fix_bot.py 8710

It speaks FIX 4.4 with a codec and a few lines of its own.
"""

import socket
import sys
from datetime import UTC, datetime

import simplefix

FILLED, CANCELED, REJECTED = b"2", b"4", b"8"


class Session:
    """Just enough of a session: a number for each message, and no gaps."""

    def __init__(self, port: int) -> None:
        """Connect, and log on."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.parser = simplefix.FixParser()
        self.number = 0
        self.send("A", (98, "0"), (108, "30"), (141, "Y"))
        self.receive(b"A")

    def send(self, kind: str, *fields: tuple[int, str]) -> None:
        """Send a message."""
        self.number += 1
        message = simplefix.FixMessage()
        message.append_pair(8, "FIX.4.4")
        message.append_pair(35, kind)
        for tag, value in ((49, "BOT"), (56, "KYA"), (34, str(self.number))):
            message.append_pair(tag, value)
        message.append_pair(52, now())
        for tag, value in fields:
            message.append_pair(tag, value)
        self.socket.sendall(message.encode())

    def receive(self, kind: bytes = b"8") -> simplefix.FixMessage:
        """Return the next message of a kind."""
        while True:
            message = self.parser.get_message()
            if message is None:
                self.parser.append_buffer(self.socket.recv(65_536))
            elif message.get(35) == kind:
                return message


def now() -> str:
    """Return the time as FIX writes it."""
    return f"{datetime.now(UTC):%Y%m%d-%H:%M:%S.%f}"[:-3]


def order(session: Session, name: str, *fields: tuple[int, str]) -> None:
    """Ask for bitcoin, and say what the order came to."""
    market = ((11, name), (55, "BTC/EUR"), (54, "1"), (60, now()))
    session.send("D", *market, *fields)
    while True:
        report = session.receive()
        if report.get(39) in {FILLED, CANCELED}:
            filled, wanted = report.get(14), report.get(38)
            print(f"{name}: {filled.decode()} of {wanted.decode()} BTC")
            return
        if report.get(39) == REJECTED:
            print(f"{name}: denied: {report.get(20_004).decode()}")
            return
        if report.get(150) == b"0" and report.get(11).decode() == "rests":
            session.send("F", (11, "ends"), (41, name), *market[1:], (38, "0.01"))


def main() -> None:
    """Buy twice, ask for far too much, and take an order back."""
    session = Session(int(sys.argv[1]))
    at_market = ((40, "1"), (59, "3"))
    order(session, "first", (38, "0.1"), *at_market)
    order(session, "second", (38, "0.1"), *at_market)
    order(session, "huge", (38, "25000"), *at_market)
    order(session, "rests", (38, "0.01"), (40, "2"), (44, "50000"), (59, "1"))
    session.send("5")
    session.receive(b"5")


if __name__ == "__main__":
    main()
