"""The API for programs over a world's log, and programs with tokens that ask it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from kya.api.buckets import Buckets
from kya.api.strangers import Strangers
from kya.programs.app import PACE, create_programs_app
from kya.programs.asking import Programs
from kya.programs.passing import Passing
from kya.programs.tokens import (
    DRAWN_BYTES,
    TokenBook,
    TokenScope,
    WantedToken,
    new_token,
)
from tests.console.lounge import Gateway, Lounge, a_lounge
from tests.world import World

ALL = frozenset(TokenScope)


@dataclass
class Office:
    """The API, its clock, and the book of its tokens."""

    lounge: Lounge
    book: TokenBook = field(default_factory=TokenBook)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.programs = Programs(
            follower=self.lounge.console.follower,
            book=lambda: self.book,
            now=lambda: self.lounge.now,
            buckets=Buckets(lambda: self.seconds, PACE),
            strangers=Strangers(lambda: self.seconds),
            passing=Passing(lambda: self.lounge.now),
        )
        self.app = create_programs_app(self.programs)

    def token(self, *scopes: TokenScope, days: int = 30) -> str:
        """The secret of a new token with these scopes, or with all."""
        wanted = WantedToken("siem", frozenset(scopes) or ALL, days)
        drawn = sha256(b"%d" % len(self.book.tokens)).digest() + b"\1\2\3\4"
        secret, token = new_token(wanted, self.lounge.now, drawn[-DRAWN_BYTES:])
        self.book = self.book.with_token(token)
        return secret

    def program(self, *scopes: TokenScope, **headers: str) -> httpx.AsyncClient:
        """A client with a token of its own."""
        sent = {"authorization": f"Bearer {self.token(*scopes)}", **headers}
        return self.stranger(sent)

    def stranger(self, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
        """A client with no token of ours."""
        transport = httpx.ASGITransport(app=self.app, client=("192.0.2.9", 50_000))
        return httpx.AsyncClient(
            transport=transport, base_url="http://console.example", headers=headers
        )


@contextmanager
def an_office(world: World, gateway: Gateway | None = None) -> Iterator[Office]:
    """An office over a log that nobody has read yet."""
    with a_lounge(world, gateway) as lounge:
        yield Office(lounge)


async def everything(
    client: httpx.AsyncClient, path: str, limit: int, grow: Callable[[], Any] = int
) -> list[Any]:
    """Every item of a list, page by page; `grow` happens between them."""
    found: list[Any] = []
    asked: dict[str, str] = {"limit": str(limit)}
    while True:
        page = (await client.get(path, params=asked)).json()
        found += page["items"]
        if page["next"] is None:
            return found
        asked["cursor"] = page["next"]
        grow()
