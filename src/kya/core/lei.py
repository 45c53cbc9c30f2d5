"""A legal entity identifier (ISO 17442), refused unless its check digits agree."""

import re
from dataclasses import dataclass
from typing import Final

from kya.core import tokens
from kya.core.errors import MalformedError, shown

LEI: Final = re.compile(r"[A-Z0-9]{18}[0-9]{2}", re.ASCII)

_BASE: Final = 36
_MODULUS: Final = 97


@dataclass(frozen=True, slots=True)
class Lei:
    """Twenty characters; the last two check the others (ISO 7064, MOD 97-10)."""

    text: str

    def __post_init__(self) -> None:
        """Refuse an identifier that nobody can have been given."""
        tokens.require(LEI, "lei", self.text)
        # A letter stands for 10 to 35, which is what it is as a digit of base 36.
        digits = "".join(str(int(character, _BASE)) for character in self.text)
        if int(digits) % _MODULUS != 1:
            got = shown(self.text)
            msg = f"lei: want check digits that agree (ISO 17442), got {got}"
            raise MalformedError(msg)

    def __str__(self) -> str:
        """Render as it is written."""
        return self.text
