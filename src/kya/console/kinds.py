"""What can be done at a console, whose signature counts, and what is signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from kya.core.credential import Credential, Role
from kya.pki.stopping import STOPPING, SUPERVISING


class Kind(Enum):
    """What can be done at a console; the value is the word of its forms."""

    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    RELEASE = "release"
    CONCLUDE = "conclude"
    HALT = "halt"
    REDUCE = "reduce"
    RESUME = "resume"
    REARM = "rearm"
    REINSTATE = "reinstate"


MAY: Final[Mapping[Kind, tuple[Role, ...]]] = MappingProxyType(
    {
        Kind.ACKNOWLEDGE: STOPPING,
        Kind.EXTEND: STOPPING,
        Kind.RELEASE: STOPPING,
        Kind.CONCLUDE: SUPERVISING,
        Kind.HALT: STOPPING,
        Kind.REDUCE: STOPPING,
        Kind.RESUME: STOPPING,
        Kind.REARM: STOPPING,
        Kind.REINSTATE: (Role.OPERATOR,),
    }
)
"""Whose signature counts under each; nobody else is offered it."""

ACTING: Final = frozenset(role for roles in MAY.values() for role in roles)
"""Who may do anything at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file that the signed line names by its SHA-256, and its own name."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks for: `subject` is an incident, a place, a halt or an agent.

    `more` are the fields of its form that only this kind has, `enclosed` the file that
    its line names.
    """

    kind: Kind
    subject: str
    reason: str
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    enclosed: Enclosed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A line to be signed, what it says in words, and who must sign it."""

    kind: Kind
    text: bytes
    words: tuple[str, ...]
    rule: str
    require_enough: Callable[[tuple[Credential, ...]], None]
    enclosed: Enclosed | None = None


def may(credential: Credential, kind: Kind) -> bool:
    """Tell whether this person's signature counts under such an act."""
    return credential.role in MAY[kind]
