"""PEM text around DER (RFC 7468), one spelling accepted."""

from base64 import b64decode, b64encode
from typing import Final

from kya.core.errors import MalformedError

CERTIFICATE: Final = "CERTIFICATE"
CERTIFICATE_REQUEST: Final = "CERTIFICATE REQUEST"
PUBLIC_KEY: Final = "PUBLIC KEY"
X509_CRL: Final = "X509 CRL"

_LINE_CHARS: Final = 64


def to_pem(label: str, der: bytes) -> bytes:
    """Return one block in the strict form of RFC 7468 §3."""
    text = b64encode(der).decode("ascii")
    lines = (text[at : at + _LINE_CHARS] for at in range(0, len(text), _LINE_CHARS))
    block = (f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")
    return "\n".join(block).encode("ascii")


def from_pem(label: str, pem: bytes) -> bytes:
    """Return the DER of the one block, as `to_pem` writes it, else MalformedError."""
    blocks = blocks_of_pem(label, pem)
    if len(blocks) != 1:
        raise MalformedError(f"pem: want one {label} block, got {len(blocks)}")
    return blocks[0]


def blocks_of_pem(label: str, pem: bytes) -> tuple[bytes, ...]:
    """Return the DER of blocks that lie end to end, else MalformedError."""
    begin, end = f"-----BEGIN {label}-----\n", f"-----END {label}-----\n"
    try:
        text = pem.decode("ascii")
        bodies = [part.removeprefix(begin) for part in text.split(end)[:-1]]
        blocks = tuple(
            b64decode(body.replace("\n", ""), validate=True) for body in bodies
        )
    except ValueError as error:
        raise MalformedError(f"pem: want {label} blocks of base64") from error
    if b"".join(to_pem(label, block) for block in blocks) != pem or not blocks:
        raise MalformedError(
            f"pem: want {label} blocks in the strict form, 64 characters a line"
        )
    return blocks
