"""The sign-in line, `kya/sign-in/v1`: a person shows a console that they have a key.

It is no entry of a log: no gateway takes it, whatever signature stands under it.
"""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.core import tokens
from kya.core.instant import Instant

SIGN_IN_TYPE: Final = "kya/sign-in/v1"


class SignInLine(canonical.Statement, frozen=True, kw_only=True):
    """What is signed: to which console, upon which challenge, when, and by whom."""

    type_: Literal["kya/sign-in/v1"] = msgspec.field(name="_type")
    at: str
    challenge: str
    console: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A person signs in; `challenge` is the console's, `console` its origin."""

    at: Instant
    challenge: str
    console: str
    name: str

    def __post_init__(self) -> None:
        """Refuse what no console can have asked."""
        tokens.require(tokens.DIGEST, "challenge", self.challenge)
        tokens.require(tokens.NAME, "name", self.name)
        tokens.require_text("console", self.console)


_DECODER: Final = msgspec.json.Decoder(SignInLine)


def parse_sign_in(line: bytes) -> SignIn:
    """Return the sign-in of the line; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "sign-in", _from)


def render_sign_in(value: SignIn) -> bytes:
    """Return the line, LF included."""
    return canonical.encode_line(
        SignInLine(
            type_=SIGN_IN_TYPE,
            at=str(value.at),
            challenge=value.challenge,
            console=value.console,
            name=value.name,
        )
    )


def _from(wire: SignInLine) -> SignIn:
    return SignIn(
        at=Instant.parse(wire.at),
        challenge=wire.challenge,
        console=wire.console,
        name=wire.name,
    )
