"""Runs in an environment of its own: QuickFIX trades, and prints what it is told.

    python quickfix_bot.py PORT FOLDER NAME...

It logs on with the numbers that are kept in the folder, and for each name has an order
rest, moves and cancels it, has one filled and one denied. A line for each request: the
report that says that it stands as was asked, or that it is rejected.
"""

# ruff: noqa: N802  The engine calls its own names.

import queue
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import quickfix  # pyright: ignore[reportMissingImports]

SECONDS = 20
SETTINGS = """[DEFAULT]
ConnectionType=initiator
ReconnectInterval=1
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=30
UseDataDictionary=N
FileStorePath={folder}
[SESSION]
BeginString=FIX.4.4
SenderCompID=BOT
TargetCompID=KYA
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
"""
REJECTED = "8"


class Bot(quickfix.Application):  # type: ignore[misc]
    """Takes what the engine gives, and lets one thread wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.session: Any = None
        self.up = threading.Event()
        self.reports: queue.Queue[tuple[str, ...]] = queue.Queue()

    def onCreate(self, session: object) -> None:
        self.session = session

    def onLogon(self, session: object) -> None:
        del session
        self.up.set()

    def onLogout(self, session: object) -> None:
        del session

    def toAdmin(self, message: object, session: object) -> None:
        del message, session

    def fromAdmin(self, message: object, session: object) -> None:
        del message, session

    def toApp(self, message: object, session: object) -> None:
        del message, session

    def fromApp(self, message: Any, session: object) -> None:  # noqa: ANN401
        del session
        kind = message.getHeader().getField(35)
        asked = [tag for tag in (11, 39, 14) if message.isSetField(tag)]
        self.reports.put((kind, *(message.getField(tag) for tag in asked)))

    def say(self, kind: str, state: str, *fields: tuple[int, str]) -> None:
        """Send a message, and print the report that says that the order stands so."""
        message = quickfix.Message()
        message.getHeader().setField(quickfix.StringField(35, kind))
        now = f"{datetime.now(UTC):%Y%m%d-%H:%M:%S.%f}"[:-3]
        for tag, value in ((55, "EUR/USD"), (54, "1"), (60, now), *fields):
            message.setField(quickfix.StringField(tag, value))
        quickfix.Session.sendToTarget(message, self.session)
        while True:
            said = self.reports.get(timeout=SECONDS)
            if said[2] in {state, REJECTED}:
                sys.stdout.write(" ".join(said) + "\n")
                return

    def trade(self, name: str) -> None:
        """Have one of each."""
        limit = ((40, "2"), (59, "1"), (38, "100"))
        self.say("D", "0", (11, f"{name}-rests"), *limit, (44, "1"))
        moved = ((11, f"{name}-moves"), (41, f"{name}-rests"))
        self.say("G", "0", *moved, *limit, (44, "1.1"))
        self.say("F", "4", (11, f"{name}-ends"), (41, f"{name}-moves"))
        market = ((40, "1"), (59, "3"))
        self.say("D", "2", (11, f"{name}-fills"), *market, (38, "100"))
        self.say("D", "2", (11, f"{name}-huge"), *market, (38, "25001"))


def main() -> None:
    """Trade once for each name, in a session that goes on where the last one ended."""
    port, folder, *names = sys.argv[1:]
    path = Path(folder) / "settings.cfg"
    path.write_text(SETTINGS.format(port=port, folder=folder))
    settings, bot = quickfix.SessionSettings(str(path)), Bot()
    store = quickfix.FileStoreFactory(settings)
    initiator = quickfix.SocketInitiator(bot, store, settings)
    initiator.start()
    if not bot.up.wait(SECONDS):
        sys.exit("no session")
    for name in names:
        bot.trade(name)
    initiator.stop()


if __name__ == "__main__":
    main()
