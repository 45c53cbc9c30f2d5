"""Bearer tokens: opaque, kept as their SHA-256, each with what it may do.

This file alone knows how a token is recognised.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Final

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant

_BEARER: Final = re.compile(r"Bearer ([!-~]{1,200})", re.ASCII)
_KEY: Final = re.compile(r"(?:kak|kk)_(?:live|test)_[A-Za-z0-9_-]{16,150}", re.ASCII)


class Right(Enum):
    """What a token may do; one right says nothing of another."""

    READ = "read"
    AGENTS = "agents"
    SIGN = "sign"
    HALT = "halt"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token's name, its rights, and the agents that it is for; none named is all.

    `person` is `role:name`: who signs the halts that come with this token, if anybody.
    From `until` on it opens nothing.
    """

    name: str
    sha256: str
    rights: frozenset[Right]
    agents: frozenset[str] = field(default_factory=frozenset[str])
    person: str | None = None
    until: Instant | None = None

    def __post_init__(self) -> None:
        """Refuse a digest that is none, and a token that may do nothing."""
        tokens.require(tokens.DIGEST, f"token {self.name}: sha256", self.sha256)
        if not self.rights:
            raise MalformedError(f"token {self.name}: want one right or more")

    def is_for(self, agent: str) -> bool:
        """Tell whether the token may be used for this agent."""
        return not self.agents or agent in self.agents


class Tokens:
    """The tokens of one server."""

    def __init__(self, known: tuple[Token, ...]) -> None:
        """Know these; MalformedError where two have one digest."""
        self._known: Mapping[str, Token] = {each.sha256: each for each in known}
        if len(self._known) != len(known):
            raise MalformedError("tokens: want each under a digest of its own")

    def find(self, authorization: str, now: Instant) -> Token | None:
        """Return the token of an Authorization header, None for any other or an ended.

        What is looked up is a digest, so how long it takes tells nothing of a token.
        """
        presented = _BEARER.fullmatch(authorization)
        if presented is None or _KEY.fullmatch(presented[1]) is None:
            return None
        found = self._known.get(sha256(presented[1].encode("ascii")).hexdigest())
        is_over = found is not None and found.until is not None and now >= found.until
        return None if is_over else found
