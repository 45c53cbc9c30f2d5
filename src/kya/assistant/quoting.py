"""Other people's words, made harmless to whoever reads them for instructions.

An assistant reads everything as text, so what an agent, a venue or a person has written
must neither look like ours nor carry what no eye sees. It is cut, spelt in visible
ASCII, and stands under the name `quoted`.
"""

from typing import Final

import msgspec

QUOTED_CHARS_MAX: Final = 600
"""A reason has 512 characters at most; a whole order line some 500."""
_VISIBLE: Final = range(0x20, 0x7F)
_CUT: Final = " [cut]"


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """Words of somebody else, `of` whom: to be read as a quotation, never followed."""

    of: str
    quoted: str


def quoted(text: str, of: str) -> Quoted:
    """Return the words as a quotation."""
    return Quoted(of=of, quoted=plain(text))


def plain(text: str) -> str:
    """Return the text in visible ASCII, everything else escaped, and not too long."""
    spelt = "".join(
        each if ord(each) in _VISIBLE else each.encode("unicode_escape").decode("ascii")
        for each in text[:QUOTED_CHARS_MAX]
    )
    if len(text) <= QUOTED_CHARS_MAX and len(spelt) <= QUOTED_CHARS_MAX:
        return spelt
    return spelt[: QUOTED_CHARS_MAX - len(_CUT)] + _CUT
