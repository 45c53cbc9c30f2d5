"""Alerts as webhooks: CloudEvents 1.0 in JSON, signed as Standard Webhooks 1.0.0 says.

Each secret adds a signature, so that a receiver can change from an old one to a new one
while alerts go on. With an Ed25519 key the receiver can check and cannot forge.
"""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kya.adapters.alerts_http import Endpoint, post
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND
from kya.gateway.alert import Alert

_SYMMETRIC: Final = "whsec_"
_PRIVATE: Final = "whsk_"
_SECRET_BYTES: Final = range(24, 65)
_SEED_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class HookSecret:
    """What signs webhooks: a shared secret, or a private key of Ed25519."""

    _key: bytes | Ed25519PrivateKey

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `whsec_` or `whsk_` and base64; InputError says nothing of the secret.

        Behind the 32 bytes of a private key its public key may stand once more.
        """
        raw = _decoded(text.partition("_")[2])
        if text.startswith(_SYMMETRIC) and len(raw) in _SECRET_BYTES:
            return cls(raw)
        if text.startswith(_PRIVATE) and len(raw) in {_SEED_BYTES, 2 * _SEED_BYTES}:
            key = Ed25519PrivateKey.from_private_bytes(raw[:_SEED_BYTES])
            if raw[_SEED_BYTES:] in {b"", key.public_key().public_bytes_raw()}:
                return cls(key)
        raise InputError(
            "secret: want whsec_ and 24 to 64 bytes, or whsk_ and the 32 bytes of an"
            " Ed25519 key, in base64"
        )

    def signature(self, content: bytes) -> str:
        """Return the signature, named as the receiver looks for it."""
        if isinstance(self._key, bytes):
            return f"v1,{_encoded(hmac.digest(self._key, content, sha256))}"
        return f"v1a,{_encoded(self._key.sign(content))}"

    def __repr__(self) -> str:
        """Say nothing of the secret."""
        return "HookSecret(…)"


class WebhookTarget:
    """A receiver of webhooks, and the secrets that it knows us by."""

    def __init__(self, endpoint: Endpoint, secrets: tuple[HookSecret, ...]) -> None:
        """Sign with each secret; InputError if there is none."""
        if not secrets:
            raise InputError("secrets: want at least one, for nothing is sent unsigned")
        self._endpoint = endpoint
        self._secrets = secrets

    async def tell(self, alert: Alert) -> str:
        """Post the event, and return the status of the answer."""
        body = event_of(alert)
        sent_at = str(alert.sent_at.micros // MICROS_PER_SECOND)
        content = b".".join((alert.id.encode(), sent_at.encode(), body))
        headers = {
            "content-type": "application/cloudevents+json",
            "webhook-id": alert.id,
            "webhook-timestamp": sent_at,
            "webhook-signature": " ".join(
                [secret.signature(content) for secret in self._secrets]
            ),
        }
        return await post(self._endpoint, body, headers)


def event_of(alert: Alert) -> bytes:
    """Return the alert as a CloudEvent."""
    event = {
        "specversion": "1.0",
        "id": alert.id,
        "source": quote(alert.origin, safe="/:.-_~"),
        "type": f"kya.incident.{alert.change.value}",
        "subject": alert.incident,
        "time": str(alert.since),
        "datacontenttype": "application/json",
        "data": {
            "agent": alert.agent,
            "grace_ends_at": str(alert.grace_ends_at),
            "incident": alert.incident,
            "index": alert.index,
            "opened_at": str(alert.opened_at),
            "reasons": alert.reasons,
            "text": alert.words,
        },
    }
    return msgspec.json.encode(event)


def _decoded(text: str) -> bytes:
    """Return the bytes; none if it is not base64 as everybody writes it."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if _encoded(raw) == text else b""


def _encoded(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
