"""The HTTP edge that speaks Binance's spot REST dialect, whoever answers behind it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from starlette.types import Receive, Scope, Send

from kya.api.bare_answer import BODY_BYTES_MAX, hang_up, headers_in, send_json
from kya.api.body import read_body
from kya.api.problems import ProblemError
from kya.codec.binance_signature import (
    read_request,
    require_signature,
    require_timely,
)
from kya.codec.binance_words import (
    BinanceError,
    internal,
    no_key,
    nobody_knows,
    rendered,
)
from kya.codec.kraken_words import NoAnswerError
from kya.core.errors import CorruptionError, DistrustError, InputError, TransientError
from kya.core.instant import Instant


class BinanceAnswering(Protocol):
    """Who answers; BinanceError where something is refused."""

    def is_public(self, method: str, path: str) -> bool:
        """Tell whether a question needs no key; BinanceError if it has no road."""
        ...

    async def answer(self, method: str, path: str, asked: Mapping[str, str]) -> object:
        """Return the result."""
        ...


class BinanceEdge:
    """An ASGI application; without secrets, whoever reaches it is the account's holder.

    What is private must say when it was made, with or without a signature.
    """

    def __init__(
        self,
        answering: BinanceAnswering,
        secrets: Mapping[str, str] | None,
        now: Callable[[], Instant],
    ) -> None:
        """Answer by these, under API keys with these secrets."""
        self.answering = answering
        self._secrets = secrets
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        try:
            await send_json(send, rendered(await self._result(scope, receive)))
        except BinanceError as error:
            await send_json(send, error.rendered(), error.status)
        except NoAnswerError as error:
            await asyncio.sleep(error.seconds)
            await hang_up(send)

    async def _result(self, scope: Scope, receive: Receive) -> object:
        """Return what is answered; every fault is a BinanceError."""
        method, path = scope["method"], scope["path"]
        try:
            is_public = self.answering.is_public(method, path)
            raw = await read_body(scope, receive, BODY_BYTES_MAX)
            asked = read_request(scope["query_string"], raw)
            if not is_public:
                self._require_key(scope, raw)
                require_timely(asked, self._now())
            return await self.answering.answer(method, path, asked)
        except (BinanceError, NoAnswerError):
            raise
        except TransientError as error:
            raise nobody_knows() from error
        except (ProblemError, InputError) as error:
            raise BinanceError(-1100, f"kya: {error}") from error
        except (DistrustError, CorruptionError) as error:
            raise internal() from error

    def _require_key(self, scope: Scope, raw: bytes) -> None:
        """Return if the request is signed where that is wanted."""
        if self._secrets is None:
            return
        secret = self._secrets.get(headers_in(scope).get("x-mbx-apikey", ""))
        if secret is None:
            raise no_key()
        require_signature(scope["query_string"], raw, secret)
