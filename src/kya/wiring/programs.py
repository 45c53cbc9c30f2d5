"""The API for programs in the console's process, from the same reading of the log."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from kya.api.buckets import Buckets
from kya.api.strangers import Strangers
from kya.console.follow import Follower
from kya.core.instant import Instant
from kya.programs.app import PACE, PREFIX, create_programs_app
from kya.programs.asking import Programs
from kya.programs.passing import Passing
from kya.wiring.token_file import TokenFile


class WithPrograms:
    """Pages for people, and beside them, below one prefix, the API for programs."""

    def __init__(self, pages: ASGIApp, programs: ASGIApp) -> None:
        """Serve both."""
        self._pages = pages
        self._programs = programs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; no cookie counts below the prefix, and no token above."""
        path = scope.get("path", "")
        app = self._programs if path.startswith(PREFIX) else self._pages
        await app(scope, receive, send)


def programs_over(
    follower: Follower, file: TokenFile, now: Callable[[], Instant]
) -> ASGIApp:
    """Return the API over a follower's reading; to be made where the loop runs."""
    seconds = asyncio.get_running_loop().time
    programs = Programs(
        follower=follower,
        book=file.read,
        now=now,
        buckets=Buckets(seconds, PACE),
        strangers=Strangers(seconds),
        passing=Passing(now),
    )
    return create_programs_app(programs)
