"""Random serial numbers, passphrases and tokens, from the operating system."""

import re
import secrets
from typing import Final

_SERIAL_BITS: Final = 128
_PASSPHRASE_BYTES: Final = 32
_PASSPHRASE: Final = re.compile(rb"[A-Za-z0-9_-]{43}")
_TOKEN_BYTES: Final = 32


def new_serial() -> int:
    """Return a serial of 128 bits, the top one set so that its size never varies."""
    return secrets.randbits(_SERIAL_BITS - 1) | 1 << _SERIAL_BITS - 1


def new_passphrase() -> str:
    """Return a passphrase of 256 random bits in URL-safe base64."""
    return secrets.token_urlsafe(_PASSPHRASE_BYTES)


def was_drawn(passphrase: bytes) -> bool:
    """Tell whether a passphrase has the form of `new_passphrase`, and not of words."""
    return _PASSPHRASE.fullmatch(passphrase) is not None


def new_token() -> bytes:
    """Return a one-time token of 256 random bits."""
    return secrets.token_bytes(_TOKEN_BYTES)


def random_bytes(count: int) -> bytes:
    """Return so many random bytes."""
    return secrets.token_bytes(count)
