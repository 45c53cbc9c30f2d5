"""A registration: who may fetch a certificate, and what must be shown for it."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.limits import REGISTRATION_SECONDS_MAX, SELECTORS_MAX

SELECTOR: Final = re.compile(r"[a-z][a-z0-9_]{0,31}=[!-~]{1,256}", re.ASCII)
"""What must be shown, `namespace=trading`: a name and one value, to the letter."""

RULE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
"""The rule that a refused request breaks, as a sentence with underscores."""


class Assurance(Enum):
    """Whether somebody besides the agent has shown where it runs."""

    SELF_ASSERTED = "self_asserted"
    ATTESTED = "attested"


class Attestor(Enum):
    """By what an agent shows where it runs. `TOKEN` shows nothing but the token."""

    TOKEN = "token"  # noqa: S105  a name, no secret
    KUBERNETES = "kubernetes"
    SPIFFE = "spiffe"
    KMS = "kms"

    @property
    def assurance(self) -> Assurance:
        """What a certificate issued upon it is worth."""
        if self is Attestor.TOKEN:
            return Assurance.SELF_ASSERTED
        return Assurance.ATTESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What two operators sign before an agent is enrolled.

    `mandate` is the SHA-256 of the mandate line, `token` that of the one-time token,
    which is nowhere kept. `selectors` must all be shown, to the letter.
    """

    agent: str
    mandate: str
    attestor: Attestor
    selectors: tuple[str, ...]
    token: str
    at: Instant
    expires_at: Instant

    def __post_init__(self) -> None:
        """Refuse what cannot be a registration, and an attestor asked for nothing."""
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require(tokens.DIGEST, "mandate", self.mandate)
        tokens.require(tokens.DIGEST, "token", self.token)
        _require_selectors("selectors", self.selectors)
        if bool(self.selectors) is (self.attestor is Attestor.TOKEN):
            msg = "selectors: want none for a token, and at least one for all else"
            raise MalformedError(msg)
        latest = self.at.plus(seconds=REGISTRATION_SECONDS_MAX)
        if not self.at < self.expires_at <= latest:
            msg = (
                f"expires_at: want after {self.at} and at most"
                f" {REGISTRATION_SECONDS_MAX} s later, got {self.expires_at}"
            )
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an agent's certificate was issued upon; `shown` is what its host showed.

    `registration` is the SHA-256 of the registration's line.
    """

    registration: str
    attestor: Attestor
    shown: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a digest that is none, and other spellings of what was shown."""
        tokens.require(tokens.DIGEST, "registration", self.registration)
        _require_selectors("shown", self.shown)


def _require_selectors(field: str, selectors: tuple[str, ...]) -> None:
    """Raise unless they are selectors, sorted, each once, and not too many."""
    if len(selectors) > SELECTORS_MAX:
        msg = f"{field}: want at most {SELECTORS_MAX}, got {len(selectors)}"
        raise MalformedError(msg)
    for selector in selectors:
        tokens.require(SELECTOR, field, selector)
    if list(selectors) != sorted(set(selectors)):
        msg = f"{field}: want them sorted, each once"
        raise MalformedError(msg)
