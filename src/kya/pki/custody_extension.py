"""The certificate extension that says where a key is kept (spec/certificate.md).

Custody ::= UTF8String    -- one line of 1 to 512 printable characters
"""

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.pki import der


def write_custody(custody: str) -> bytes:
    """Return the DER of the extension's value; MalformedError unless one line."""
    tokens.require_text("custody extension", custody)
    return der.encode(der.UTF8_STRING, custody.encode())


def read_custody(encoded: bytes) -> str:
    """Read the one spelling that `write_custody` writes; MalformedError otherwise."""
    members = der.elements(encoded)
    if len(members) != 1 or members[0].tag != der.UTF8_STRING:
        raise MalformedError("custody extension: want one UTF8String")
    try:
        custody = members[0].content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("custody extension: not UTF-8") from error
    if write_custody(custody) != encoded:
        raise MalformedError("custody extension: not DER")
    return custody
