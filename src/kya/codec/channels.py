"""The request for a channel certificate, as a line of a signed note."""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant

CHANNEL_REQUEST_TYPE: Final = "kya/channel_request/v1"
KEY_BYTES_MAX: Final = 256
"""A P-256 SubjectPublicKeyInfo takes 91 bytes."""


class ChannelRequestLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/channel_request/v1`: a TLS key that the holder of a credential wants."""

    type_: Literal["kya/channel_request/v1"] = msgspec.field(name="_type")
    at: str
    credential: str
    holder: str
    key: str
    nonce: str


_DECODER: Final = msgspec.json.Decoder(ChannelRequestLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRequest:
    """Who wants a channel certificate for which TLS key; never an entry of the log.

    `holder` is the name in the credential's certificate, `key` a
    SubjectPublicKeyInfo in DER, not yet understood, `nonce` the issuer's.
    """

    holder: str
    credential: str
    key: bytes
    nonce: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse what cannot be a name, a digest, a key or a nonce of ours."""
        tokens.require(tokens.NAME, "holder", self.holder)
        tokens.require(tokens.DIGEST, "credential", self.credential)
        tokens.require_text("nonce", self.nonce)
        if not 0 < len(self.key) <= KEY_BYTES_MAX:
            raise MalformedError(f"key: want 1 to {KEY_BYTES_MAX} bytes")


def parse_channel_request(line: bytes) -> ChannelRequest:
    """Return the request; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "channel request", _request_from)


def render_channel_request(request: ChannelRequest) -> bytes:
    """Return the line that the identity key signs."""
    return canonical.encode_line(
        ChannelRequestLine(
            type_=CHANNEL_REQUEST_TYPE,
            at=str(request.at),
            credential=request.credential,
            holder=request.holder,
            key=base64_text.encode(request.key),
            nonce=request.nonce,
        )
    )


def _request_from(wire: ChannelRequestLine) -> ChannelRequest:
    """Return the request of its fields."""
    return ChannelRequest(
        holder=wire.holder,
        credential=wire.credential,
        key=base64_text.decode("key", wire.key),
        nonce=wire.nonce,
        at=Instant.parse(wire.at),
    )
