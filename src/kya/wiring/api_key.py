"""An API key and its secret in a file, a line each: read when asked, never shown."""

import os
from base64 import b64encode
from pathlib import Path
from typing import Final

from kya.adapters.randomness import new_passphrase, random_bytes
from kya.core.errors import InputError

_SECRET_BYTES: Final = 64


def make_key(path: Path) -> None:
    """Make the key and the secret of the account."""
    secret = b64encode(random_bytes(_SECRET_BYTES)).decode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{new_passphrase()}\n{secret}\n")


def key_at(path: Path) -> tuple[str, str]:
    """Return an API key and its secret; InputError for a file that has no such two."""
    try:
        key, secret = path.read_text("ascii").splitlines()
    except (OSError, ValueError) as error:
        msg = f"{path}: want an API key and its secret, a line each"
        raise InputError(msg) from error
    if not (key and secret):
        raise InputError(f"{path}: want an API key and its secret, a line each")
    return key, secret
