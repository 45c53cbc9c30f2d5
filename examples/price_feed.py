"""A price feed to try out: the prices of three markets, made up and always fresh.

    python examples/price_feed.py 9100

It serves spec/price-feed.md at http://127.0.0.1:9100/prices. Replace `lines` by what
your market says, and keep the instants those at which it said so: prices that are
dated when they are asked for never grow old, and then no limit of age protects you.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from kya.wiring.clock import system_clock

BOOKS = {
    "BTC/EUR": ("89990", "90010"),
    "BTC/USD": ("103490", "103510"),
    "EUR/USD": ("1.1499", "1.1501"),
}


def lines() -> bytes:
    """Return one line for each market."""
    now = str(system_clock().clock.now())
    said = [
        {"market": market, "bid": bid, "ask": ask, "at": now, "source": "made up"}
        for market, (bid, ask) in BOOKS.items()
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in said)


class Feed(BaseHTTPRequestHandler):
    """Answers every question with the newest prices."""

    def do_GET(self) -> None:
        """Send them."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(lines())


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Feed).serve_forever()
