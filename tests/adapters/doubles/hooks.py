"""Targets of alerts on loopback, and a reader of webhooks with no code of ours."""

import base64
import hashlib
import hmac
import json
import ssl
from ipaddress import ip_network
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kya.adapters.alerts_http import Endpoint
from kya.adapters.public_address import Network
from tests.adapters.doubles.feed import Asked, FeedServer, Reply

LOOPBACK: Final[tuple[Network, ...]] = (ip_network("127.0.0.0/8"),)
TRUST: Final = ssl.create_default_context()


def an_endpoint(url: str, **changes: object) -> Endpoint:
    """The endpoint at this address, where loopback may be asked."""
    fields: dict[str, object] = {
        "url": url,
        "trust": TRUST,
        "answer_millis": 400,
        "networks": LOOPBACK,
    }
    return Endpoint(**{**fields, **changes})  # type: ignore[arg-type]


def takes(status: int = 204) -> Reply:
    """A target that takes whatever comes, with this status."""

    def reply(asked: Asked) -> None:
        asked.send_response(status)
        asked.send_header("content-length", "0")
        asked.end_headers()

    return reply


def event_in(server: FeedServer, number: int, *keys: str) -> dict[str, Any]:
    """What the server was sent, once one of these keys has been found to sign it."""
    headers = {name.lower(): value for name, value in server.requests[number].items()}
    body = server.bodies[number]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signatures = headers["webhook-signature"].split(" ")
    for key in keys:
        assert any(_signs(key, content, each) for each in signatures), key
    event: dict[str, Any] = json.loads(body)
    assert event["id"] == headers["webhook-id"]
    return event


def _signs(key: str, content: bytes, signature: str) -> bool:
    """Whether the receiver's key, `whsec_` or `whpk_`, has this signature."""
    kind, _, encoded = key.partition("_")
    version, _, text = signature.partition(",")
    raw, found = base64.b64decode(encoded), base64.b64decode(text)
    if (kind, version) == ("whsec", "v1"):
        return hmac.new(raw, content, hashlib.sha256).digest() == found
    if (kind, version) == ("whpk", "v1a"):
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(found, content)
        except InvalidSignature:
            return False
        return True
    return False
