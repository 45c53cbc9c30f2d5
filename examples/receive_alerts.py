"""Receive the gateway's webhooks, check who sent them, and print what they say.

    python receive_alerts.py PORT SECRET_FILE

The file holds the secret that the gateway signs with, `whsec_` and base64. Nothing but
the standard library is needed.
"""

import base64
import hmac
import json
import sys
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

LATE_SECONDS = 300
BODY_BYTES_MAX = 20_000


class Receiver(BaseHTTPRequestHandler):
    """Takes an event once, and answers 401 to whatever is not signed."""

    key = b""
    seen: set[str] = set()  # noqa: RUF012  for as long as this program runs

    def do_POST(self) -> None:
        """Check the signature over id, time and body; then believe the body."""
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(min(length, BODY_BYTES_MAX))
        name = self.headers.get("webhook-id", "")
        sent_at = self.headers.get("webhook-timestamp", "0")
        content = f"{name}.{sent_at}.".encode() + body
        wanted = base64.b64encode(hmac.digest(self.key, content, sha256)).decode()
        signatures = self.headers.get("webhook-signature", "").split()
        is_ours = any(hmac.compare_digest(f"v1,{wanted}", one) for one in signatures)
        if not is_ours or abs(time.time() - int(sent_at)) > LATE_SECONDS:
            self.send_response(401)
        else:
            self.send_response(204)
            if name not in self.seen:
                self.seen.add(name)
                event = json.loads(body)
                print(event["type"], event["data"]["text"], flush=True)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name
        """Say nothing of requests."""


if __name__ == "__main__":
    port, secret_file = sys.argv[1:]
    secret = Path(secret_file).read_text().strip().removeprefix("whsec_")
    Receiver.key = base64.b64decode(secret)
    HTTPServer(("127.0.0.1", int(port)), Receiver).serve_forever()
