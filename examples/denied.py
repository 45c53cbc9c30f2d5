"""What was not allowed, the newest first: a program that reads, in a few lines.

    python examples/denied.py http://127.0.0.1:8720 siem.token

The address is the console's, the file holds a token with the scope `read:orders`.
"""

import sys
from pathlib import Path

from kya.client import questions
from kya.client.http import Client


def main(url: str, token_file: str) -> None:
    """Print each order that was denied or refused, and why."""
    token = Path(token_file).read_text("ascii").strip()
    with Client.at(url, token) as client:
        for order in client.each(questions.orders()):
            if order.outcome != "allowed":
                why = ", ".join(order.reasons)
                print(f"{order.agent} {order.seq} {order.outcome}: {why}")


if __name__ == "__main__":
    main(*sys.argv[1:])
