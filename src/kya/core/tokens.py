"""The alphabets of names: what an identifier may look like, refused otherwise."""

import re
from re import Pattern
from typing import Final

from kya.core.errors import MalformedError, shown
from kya.core.limits import (
    NAME_CHARS_MAX,
    SEQ_MAX,
    TEXT_CHARS_MAX,
    TOKEN_CHARS_MAX,
)

NAME: Final = re.compile(
    rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{NAME_CHARS_MAX - 1}}}", re.ASCII
)
TOKEN: Final = re.compile(
    rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{TOKEN_CHARS_MAX - 1}}}", re.ASCII
)
MARKET: Final = re.compile(r"[A-Z0-9]{2,12}/[A-Z0-9]{2,12}", re.ASCII)
VENUE: Final = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)
REGION: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)
CONTROL: Final = re.compile(r"[a-z_]{1,32}\.[a-z_]{1,31}", re.ASCII)
OVERLAY: Final = re.compile(r"[a-z][a-z_]{0,30}", re.ASCII)
DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
FOREIGN: Final = re.compile(r"[!#-\[\]-~]{1,64}", re.ASCII)
"""What somebody else calls something of theirs: printable, no quote or backslash."""
DECIMAL: Final = re.compile(r"(?:0|[1-9][0-9]{0,37})(?:\.[0-9]{1,24})?", re.ASCII)
"""A figure as somebody else writes it, who may count more decimals than we do."""

NO_DIGEST: Final = "0" * 64
"""Stands where a digest would, before there is anything to point at."""


def require(pattern: Pattern[str], field: str, text: str) -> None:
    """Raise unless the text is a string that matches the whole pattern."""
    if type(text) is not str or pattern.fullmatch(text) is None:
        msg = f"{field}: want {pattern.pattern}, got {shown(text)}"
        raise MalformedError(msg)


def require_text(field: str, text: str) -> None:
    """Raise unless the text is one printable line that is not empty."""
    if text == "":
        msg = f"{field}: want 1 to {TEXT_CHARS_MAX} printable characters, got none"
        raise MalformedError(msg)
    require_remark(field, text)


def require_remark(field: str, text: str) -> None:
    """Raise unless the text is one printable line; it may be empty."""
    if not (type(text) is str and len(text) <= TEXT_CHARS_MAX and text.isprintable()):
        got = shown(text)
        msg = f"{field}: want at most {TEXT_CHARS_MAX} printable characters, got {got}"
        raise MalformedError(msg)


def require_count(field: str, count: int) -> None:
    """Raise unless the integer counts from 1 and survives every JSON reader."""
    if type(count) is not int or not 1 <= count <= SEQ_MAX:
        msg = f"{field}: want 1 to {SEQ_MAX}, got {shown(count)}"
        raise MalformedError(msg)


def require_at_most(field: str, number: int, most: int) -> None:
    """Raise unless the integer counts from 1 to this many."""
    if type(number) is not int or not 1 <= number <= most:
        msg = f"{field}: want 1 to {most}, got {shown(number)}"
        raise MalformedError(msg)
