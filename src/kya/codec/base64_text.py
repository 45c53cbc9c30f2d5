"""Bytes in JSON: padded standard base64, one spelling accepted (RFC 4648 §4)."""

import base64

from kya.core.errors import MalformedError


def encode(raw: bytes) -> str:
    """Return the bytes as base64."""
    return base64.b64encode(raw).decode("ascii")


def decode(field: str, text: str) -> bytes:
    """Return the bytes; MalformedError unless the text is their one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        msg = f"{field}: want padded base64"
        raise MalformedError(msg) from error
    if encode(raw) != text:
        msg = f"{field}: want padded base64 in its one spelling"
        raise MalformedError(msg)
    return raw
