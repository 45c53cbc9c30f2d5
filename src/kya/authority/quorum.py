"""Which directors may sign an installation's mandates, and how many of them must."""

from collections.abc import Iterable
from dataclasses import dataclass

from kya.core import tokens
from kya.core.errors import DistrustError, InputError
from kya.core.limits import MANDATE_DIRECTORS_MAX, MANDATE_DIRECTORS_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """So many of these directors; of any, if none is named.

    The log itself asks for two of any: a quorum is the firm's own rule on top of that.
    """

    directors: frozenset[str] = frozenset()
    signatures_min: int = MANDATE_DIRECTORS_MIN

    def __post_init__(self) -> None:
        """Refuse a rule that nobody can keep, or that asks for less than the log."""
        for name in self.directors:
            tokens.require(tokens.NAME, "directors", name)
        most = len(self.directors) or MANDATE_DIRECTORS_MAX
        if not MANDATE_DIRECTORS_MIN <= self.signatures_min <= most:
            msg = (
                f"directors_min: want {MANDATE_DIRECTORS_MIN} to {most}, got"
                f" {self.signatures_min}"
            )
            raise InputError(msg)

    def require(self, signed_by: Iterable[str]) -> None:
        """Return if enough of the directors have signed; DistrustError otherwise.

        Names are counted here and not believed: signatures are for the log to judge.
        """
        names = set(signed_by)
        strangers = sorted(names - self.directors) if self.directors else []
        if strangers:
            msg = f"mandate: {', '.join(strangers)} is none of {self}"
            raise DistrustError(msg)
        if len(names) < self.signatures_min:
            given = ", ".join(sorted(names)) or "nobody"
            msg = f"mandate: want {self.signatures_min} of {self}; signed by {given}"
            raise DistrustError(msg)

    def __str__(self) -> str:
        """Render who may sign."""
        return ", ".join(sorted(self.directors)) or "the directors on record"
