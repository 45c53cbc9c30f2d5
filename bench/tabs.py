"""Tabs of browsers at a console: `python -m bench.tabs URL COOKIE COUNT`.

Each follows the log, and asks for its page again when there is news, once a second at
most, as the console's own script does. It goes on until its input ends, and prints how
often there was news and how many pages were answered. Answers are not looked into: the
processor's time of a browser is another machine's.
"""

import selectors
import socket
import sys
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

SECOND: Final = 1.0
BYTES: Final = 1 << 18
PAGES: Final = ("/", "/agents", "/orders", "/incidents", "/log")


@dataclass(slots=True)
class Tab:
    """One tab: the stream that it follows, and the connection that it asks on."""

    page: str
    host: str
    cookie: str
    stream: socket.socket = field(init=False)
    asking: socket.socket = field(init=False)
    asked_at: float = 0.0
    is_due: bool = False
    news: int = 0
    answers: int = 0

    def __post_init__(self) -> None:
        """Connect twice, and begin to follow."""
        name, _, port = self.host.partition(":")
        self.stream = socket.create_connection((name, int(port)))
        self.asking = socket.create_connection((name, int(port)))
        self.stream.sendall(self._request("/stream"))

    def take_news(self) -> bool:
        """Read what the stream says; tell whether it goes on."""
        said = self.stream.recv(BYTES)
        moved = said.count(b"event: moved")
        self.news += moved
        self.is_due = self.is_due or bool(moved)
        return bool(said)

    def take_answer(self) -> bool:
        """Read what there is of a page; tell whether the connection goes on."""
        said = self.asking.recv(BYTES)
        self.answers += said.count(b"HTTP/1.1 200")
        return bool(said)

    def ask(self, now: float) -> None:
        """Ask for the page, if there is news and the last time is long enough ago."""
        if self.is_due and now >= self.asked_at + SECOND:
            self.asked_at, self.is_due = now, False
            self.asking.sendall(self._request(self.page))

    def _request(self, path: str) -> bytes:
        lines = (
            f"GET {path} HTTP/1.1",
            f"host: {self.host}",
            f"cookie: {self.cookie}",
            "x-by-itself: 1",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def main() -> None:
    """Follow until the input ends."""
    url, cookie, count = sys.argv[1:]
    host = urlsplit(url).netloc
    chosen = selectors.EpollSelector()
    tabs = [Tab(PAGES[n % len(PAGES)], host, cookie) for n in range(int(count))]
    for tab in tabs:
        chosen.register(tab.stream, selectors.EVENT_READ, tab.take_news)
        chosen.register(tab.asking, selectors.EVENT_READ, tab.take_answer)
    chosen.register(sys.stdin, selectors.EVENT_READ, lambda: False)
    while True:
        for key, _ in chosen.select(SECOND / 20):
            take = key.data
            if not take():
                news, answers = sum(t.news for t in tabs), sum(t.answers for t in tabs)
                sys.stdout.write(f"{news} {answers}\n")
                return
        now = perf_counter()
        for tab in tabs:
            tab.ask(now)


if __name__ == "__main__":
    main()
