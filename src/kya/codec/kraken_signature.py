"""How a request in Kraken's dialect is signed with the secret of an API key."""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Final

from kya.codec.forms import TwiceError, read_form
from kya.codec.kraken_words import (
    INVALID_NONCE,
    INVALID_SIGNATURE,
    DialectError,
    invalid,
)
from kya.core.errors import MalformedError

_NONCE: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def read_parameters(body: bytes) -> dict[str, str]:
    """Return the parameters of a form; DialectError for one that is given twice."""
    try:
        return read_form(body)
    except TwiceError as error:
        raise invalid("twice") from error
    except MalformedError as error:
        raise invalid("body") from error


def signature(path: str, nonce: str, body: bytes, secret: str) -> str:
    """Return what the header API-Sign holds; the secret is base64."""
    message = path.encode() + hashlib.sha256(nonce.encode() + body).digest()
    key = b64decode(secret, validate=True)
    return b64encode(hmac.digest(key, message, "sha512")).decode()


def require_signature(path: str, body: bytes, secret: str, shown: str) -> int:
    """Return the nonce of a request that was signed with the secret."""
    nonce = nonce_in(read_parameters(body))
    try:
        wanted = signature(path, str(nonce), body, secret)
    except Base64Error as error:
        raise DialectError(INVALID_SIGNATURE) from error
    if not hmac.compare_digest(wanted.encode(), shown.encode()):
        raise DialectError(INVALID_SIGNATURE)
    return nonce


def nonce_in(parameters: Mapping[str, str]) -> int:
    """Return the nonce, which every private request has."""
    text = parameters.get("nonce", "")
    if _NONCE.fullmatch(text) is None:
        raise DialectError(INVALID_NONCE)
    return int(text)
