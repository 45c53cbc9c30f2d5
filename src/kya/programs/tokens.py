"""Bearer tokens: what a program may ask, until when. A token signs nothing.

The file holds the SHA-256 of each secret and never the secret. A secret has 256 random
bits, so that nobody finds it from its digest.
"""

from dataclasses import dataclass, replace
from enum import Enum
from hashlib import sha256
from hmac import compare_digest
from typing import Final, NamedTuple

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core import tokens
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.instant import MICROS_PER_DAY, Instant
from kya.programs.limits import TOKEN_DAYS_MAX, TOKENS_MAX

_PREFIX: Final = "kya_"
_ID_BYTES: Final = 4
_SECRET_BYTES: Final = 32
DRAWN_BYTES: Final = _ID_BYTES + _SECRET_BYTES


class TokenScope(Enum):
    """What a token lets a program ask."""

    AGENTS = "read:agents"
    ORDERS = "read:orders"
    INCIDENTS = "read:incidents"
    EVIDENCE = "read:evidence"
    SUBMIT = "act:submit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token as it is kept: `digest` is the SHA-256 of its secret."""

    id: str
    name: str
    scopes: frozenset[TokenScope]
    issued_at: Instant
    expires_at: Instant
    digest: str
    revoked_at: Instant | None = None

    def __post_init__(self) -> None:
        """Refuse a token for nothing, for nobody, or without an end."""
        tokens.require(tokens.NAME, "name", self.name)
        tokens.require(tokens.DIGEST, "sha256", self.digest)
        if not self.scopes:
            raise MalformedError("scopes: want at least one")
        lasts = self.expires_at.micros - self.issued_at.micros
        if not 0 < lasts <= TOKEN_DAYS_MAX * MICROS_PER_DAY:
            raise MalformedError(f"expires_at: want at most {TOKEN_DAYS_MAX} days")

    def is_good_at(self, now: Instant) -> bool:
        """Tell whether it opens anything now."""
        return self.revoked_at is None and self.issued_at <= now < self.expires_at


@dataclass(frozen=True, slots=True)
class TokenBook:
    """Every token that was issued, the oldest first."""

    tokens: tuple[Token, ...] = ()

    def __post_init__(self) -> None:
        """Refuse too many, and two of one name."""
        if len(self.tokens) > TOKENS_MAX:
            raise InputError(f"tokens: want at most {TOKENS_MAX}; remove old ones")
        if len({token.id for token in self.tokens}) != len(self.tokens):
            raise MalformedError("tokens: want each id once")

    def bearer(self, presented: str, now: Instant) -> Token:
        """Return the token that was presented; DistrustError, the same for all faults.

        Every digest is compared, in a time that does not depend on where they differ.
        """
        digest, found = sha256(presented.encode()).hexdigest(), None
        for token in self.tokens:
            if compare_digest(token.digest, digest):
                found = token
        if found is None or not found.is_good_at(now):
            raise DistrustError("token: unknown, ended or revoked")
        return found

    def with_token(self, token: Token) -> "TokenBook":
        """Return the book with one more."""
        return TokenBook((*self.tokens, token))

    def with_revoked(self, name: str, now: Instant) -> "TokenBook":
        """Return the book with this token revoked; InputError if it has none."""
        if name not in {token.id for token in self.tokens}:
            raise InputError(f"{name}: no such token; `kya token list` has them")
        return TokenBook(tuple(_revoked(each, name, now) for each in self.tokens))


class WantedToken(NamedTuple):
    """What somebody wants a token for, and for how many days."""

    name: str
    scopes: frozenset[TokenScope]
    days: int


def new_token(wanted: WantedToken, now: Instant, drawn: bytes) -> tuple[str, Token]:
    """Return the secret, to be shown once, and what is kept of it.

    `drawn` are so many random bytes as DRAWN_BYTES says.
    """
    if len(drawn) != DRAWN_BYTES:
        raise MalformedError(f"token: want {DRAWN_BYTES} random bytes")
    secret = f"{_PREFIX}{drawn[_ID_BYTES:].hex()}"
    return secret, Token(
        id=drawn[:_ID_BYTES].hex(),
        name=wanted.name,
        scopes=wanted.scopes,
        issued_at=now,
        expires_at=now.plus(micros=wanted.days * MICROS_PER_DAY),
        digest=sha256(secret.encode()).hexdigest(),
    )


def _revoked(token: Token, name: str, now: Instant) -> Token:
    """Return the token, revoked if it is the one of this name and was not yet."""
    if token.id != name or token.revoked_at is not None:
        return token
    return replace(token, revoked_at=now)


class _TokenFields(canonical.Statement, frozen=True, kw_only=True):
    """A token in its file."""

    expires_at: str
    id: str
    issued_at: str
    name: str
    revoked_at: str | None
    scopes: list[str]
    sha256: str


_DECODER: Final = msgspec.json.Decoder(list[_TokenFields])
_SCOPE: Final = by_value("scope", TokenScope)


def parse_tokens(raw: bytes) -> TokenBook:
    """Return the tokens of a file; MalformedError unless it is one of ours."""
    return canonical.read_line(raw, _DECODER, "tokens", _book_from)


def render_tokens(book: TokenBook) -> bytes:
    """Return the file."""
    return canonical.encode_line([_fields(token) for token in book.tokens])


def _fields(token: Token) -> _TokenFields:
    """Return a token as its file has it."""
    revoked = token.revoked_at
    return _TokenFields(
        expires_at=str(token.expires_at),
        id=token.id,
        issued_at=str(token.issued_at),
        name=token.name,
        revoked_at=None if revoked is None else str(revoked),
        scopes=sorted(scope.value for scope in token.scopes),
        sha256=token.digest,
    )


def _book_from(wire: list[_TokenFields]) -> TokenBook:
    """Return the tokens of their fields."""
    return TokenBook(
        tuple(
            Token(
                id=each.id,
                name=each.name,
                scopes=frozenset(map(_SCOPE, each.scopes)),
                issued_at=Instant.parse(each.issued_at),
                expires_at=Instant.parse(each.expires_at),
                digest=each.sha256,
                revoked_at=None
                if each.revoked_at is None
                else Instant.parse(each.revoked_at),
            )
            for each in wire
        )
    )
