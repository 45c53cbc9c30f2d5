"""Which characters are shown as they are; any other is spelt out, by its number.

A reason or a name may hold anything. What cannot be seen, or turns a line round, is
spelt out everywhere; so is, in a PDF, what the typesetter's fonts do not have, because
PDF/A allows no character without a shape.
"""

import re
from typing import Final

_UNSEEN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_NOT_IN_THE_FONTS: Final = re.compile(
    "[^\n -~\u00a0-\u024f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u04ff"
    "\u2010-\u2027\u2030-\u2040\u20a0-\u20bf\u2190-\u21ff]"
)
"""Latin, Greek, Cyrillic, punctuation, currencies and arrows are; a test sets each."""


def seen(text: str) -> str:
    """Return the text with every character visible."""
    return _UNSEEN.sub(_spelt, text)


def typeset(text: str) -> str:
    """Return the text with every character in the typesetter's fonts."""
    return _NOT_IN_THE_FONTS.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found[0]):x}}}"
