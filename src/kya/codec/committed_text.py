"""Free texts that are not in the log: an entry has their digest, which a salt hides.

    committed:7c0e…          what stands in the entry where its reason would

The digest is the SHA-256 of a file of two lines, which lies beside the log:

    9f8b…                    64 hexadecimal digits: 32 random bytes
    asked for by A. Example  the text

Whoever destroys that file leaves a digest of which nobody can tell anything.
"""

import re
from hashlib import sha256
from typing import Final, Self

from kya.core import tokens
from kya.core.errors import DistrustError, MalformedError

SALT_BYTES: Final = 32
TEXT_FILE_BYTES_MAX: Final = 4_096
"""A text has 512 characters at most, of four bytes at most, and the salt 65."""

PREFIX: Final = "committed:"
_NAMED: Final = re.compile(rb'"reason":"committed:([0-9a-f]{64})"')
_CHEAP: Final = b'"committed:'


class CommittedText:
    """A text with its salt; `digest` says nothing of the text to whoever lacks both."""

    __slots__ = ("content", "digest", "text")

    def __init__(self, text: str, salt: bytes) -> None:
        """Commit to a printable text; MalformedError for another one."""
        tokens.require_text("text", text)
        if len(salt) != SALT_BYTES:
            raise MalformedError(f"text: want a salt of {SALT_BYTES} bytes")
        self.text = text
        self.content = f"{salt.hex()}\n{text}\n".encode()
        self.digest = sha256(self.content).hexdigest()

    @property
    def reason(self) -> str:
        """What stands in an entry for the text."""
        return PREFIX + self.digest

    @classmethod
    def read(cls, content: bytes, digest: str) -> Self:
        """Return the text of a file; DistrustError if it is not that of the digest."""
        try:
            salt, text, end = content.decode("utf-8").split("\n")
            found = cls(text, bytes.fromhex(salt))
        except ValueError as error:
            raise MalformedError("text: want a salt and one line") from error
        if end or found.content != content:
            raise MalformedError("text: not in canonical form")
        if found.digest != digest:
            raise DistrustError(f"text: its SHA-256 is {found.digest}")
        return found


def commitments_in(raw: bytes) -> list[str]:
    """Return the digests that an entry gives instead of its reasons."""
    if _CHEAP not in raw:  # As nearly always.
        return []
    return [digest.decode("ascii") for digest in _NAMED.findall(raw)]
