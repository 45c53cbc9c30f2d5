"""What can be done at a console, whose signature counts, and what is signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from kya.core.baseline import Source
from kya.core.credential import Credential, Role
from kya.core.errors import DistrustError, InputError, shown
from kya.core.learned_baseline import LearnedBaseline
from kya.core.limits import OPERATORS_MIN
from kya.pki.overriding import AUTHORISING
from kya.pki.stopping import STOPPING, SUPERVISING, require_people

_MINUTE: Final = 60
_DIGITS_MAX: Final = 5


class Kind(Enum):
    """What can be done at a console; the value is the word of its forms."""

    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    RELEASE = "release"
    REVOKE = "revoke"
    CONCLUDE = "conclude"
    HALT = "halt"
    REDUCE = "reduce"
    RESUME = "resume"
    REARM = "rearm"
    REINSTATE = "reinstate"
    MANDATE = "mandate"
    REGISTER = "register"
    PIN = "pin"
    LOCK = "lock"
    LIMIT = "limit"
    WITHDRAW = "withdraw"
    OVERRIDE = "override"


MAY: Final[Mapping[Kind, tuple[Role, ...]]] = MappingProxyType(
    {
        Kind.ACKNOWLEDGE: STOPPING,
        Kind.EXTEND: STOPPING,
        Kind.RELEASE: STOPPING,
        Kind.REVOKE: STOPPING,
        Kind.CONCLUDE: SUPERVISING,
        Kind.HALT: STOPPING,
        Kind.REDUCE: STOPPING,
        Kind.RESUME: STOPPING,
        Kind.REARM: STOPPING,
        Kind.REINSTATE: (Role.OPERATOR,),
        Kind.MANDATE: (Role.DIRECTOR,),
        Kind.REGISTER: (Role.OPERATOR,),
        Kind.PIN: (Role.OPERATOR,),
        Kind.LOCK: SUPERVISING,
        Kind.LIMIT: SUPERVISING,
        Kind.WITHDRAW: SUPERVISING,
        Kind.OVERRIDE: (Role.RISK, *AUTHORISING),
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
    its line names, `learned` a baseline and the orders that it was learned from.
    """

    kind: Kind
    subject: str
    reason: str
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    enclosed: Enclosed | None = None
    learned: tuple[LearnedBaseline, Source | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A line to be signed, what it says in words, and who must sign it.

    `facts` are names and values of what it says, `cautions` what its signers must not
    overlook. `token` is the SHA-256 of a one-time token that the line names.
    """

    kind: Kind
    text: bytes
    words: tuple[str, ...]
    rule: str
    require_enough: Callable[[tuple[Credential, ...]], None]
    facts: tuple[tuple[str, str], ...] = ()
    cautions: tuple[str, ...] = ()
    enclosed: Enclosed | None = None
    token: str = ""


def may(credential: Credential, kind: Kind) -> bool:
    """Tell whether this person's signature counts under such an act."""
    return credential.role in MAY[kind]


def seconds_of(wanted: Wanted) -> int:
    """Return for how many seconds it is wanted; InputError for what are no minutes."""
    minutes = wanted.more.get("minutes", "")
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) <= _DIGITS_MAX):
        raise InputError(f"minutes: want a whole number, got {shown(minutes)}")
    return int(minutes) * _MINUTE


def one_person(signers: tuple[Credential, ...]) -> None:
    """Raise without anybody's signature."""
    if not signers:
        raise DistrustError("want one signature")


TWO_OPERATORS: Final = "Two operators sign."


def two_operators(signers: tuple[Credential, ...]) -> None:
    """Raise unless two operators signed."""
    require_people(signers, Role.OPERATOR, OPERATORS_MIN)
