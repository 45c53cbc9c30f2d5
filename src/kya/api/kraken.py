"""The HTTP edge that speaks Kraken's REST dialect, whoever answers behind it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from kya.api.bare_answer import BODY_BYTES_MAX, hang_up, headers_in, send_json
from kya.api.body import read_body
from kya.api.problems import ProblemError
from kya.codec.kraken_signature import read_parameters, require_signature
from kya.codec.kraken_words import (
    INTERNAL_ERROR,
    INVALID_KEY,
    INVALID_NONCE,
    UNAVAILABLE,
    UNKNOWN_METHOD,
    DialectError,
    NoAnswerError,
    answered,
    invalid,
    refused,
)
from kya.core.errors import CorruptionError, DistrustError, InputError, TransientError

_PUBLIC: Final = "/0/public/"
_PRIVATE: Final = "/0/private/"


class Answering(Protocol):
    """Who answers the methods; DialectError where one is refused."""

    async def public(self, method: str, parameters: Mapping[str, str]) -> object:
        """Return the result of a method that needs no key."""
        ...

    async def private(self, method: str, parameters: Mapping[str, str]) -> object:
        """Return the result of a method of an account."""
        ...


class ApiKeys:
    """API keys and their secrets: a request is signed, and its nonce only grows."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """Know these, by key."""
        self._secrets = secrets
        self._nonces: dict[str, int] = {}

    def require(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if a key's holder has just signed this; DialectError otherwise."""
        key = headers.get("api-key", "")
        secret = self._secrets.get(key)
        if secret is None:
            raise DialectError(INVALID_KEY)
        nonce = require_signature(path, body, secret, headers.get("api-sign", ""))
        if nonce <= self._nonces.get(key, 0):
            raise DialectError(INVALID_NONCE)
        self._nonces[key] = nonce


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as far as it matters: a path, a query, and a body that is a form."""

    path: str
    query: str = ""
    body: bytes = b""
    is_post: bool = True


async def answer_to(answering: Answering, asked: Asked) -> bytes:
    """Return the answer, errors in Kraken's words among them; NoAnswerError passes."""
    try:
        return answered(await _result(answering, asked))
    except DialectError as error:
        return refused(*error.errors)
    except TransientError:
        return refused(UNAVAILABLE)
    except InputError as error:
        return refused("EGeneral:Invalid arguments", f"EKya:{error}")
    except (DistrustError, CorruptionError):
        return refused(INTERNAL_ERROR)


async def _result(answering: Answering, asked: Asked) -> object:
    """Return what the method says."""
    form = read_parameters(asked.body)
    if asked.path.startswith(_PUBLIC):
        query = dict(parse_qsl(asked.query))
        return await answering.public(asked.path.removeprefix(_PUBLIC), query | form)
    if not asked.path.startswith(_PRIVATE) or not asked.is_post:
        raise DialectError(UNKNOWN_METHOD)
    return await answering.private(asked.path.removeprefix(_PRIVATE), form)


class KrakenEdge:
    """An ASGI application; without keys, whoever reaches it is the account's holder."""

    def __init__(self, answering: Answering, keys: ApiKeys | None) -> None:
        """Answer by these, under these keys."""
        self.answering = answering
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an answer in this dialect has status 200, errors too."""
        if scope["type"] != "http":
            return
        try:
            body = await self._answer(scope, receive)
        except NoAnswerError as error:
            await asyncio.sleep(error.seconds)
            await hang_up(send)
            return
        await send_json(send, body)

    async def _answer(self, scope: Scope, receive: Receive) -> bytes:
        """Return the answer, if who asks may ask."""
        try:
            raw = await read_body(scope, receive, BODY_BYTES_MAX)
            self._require_key(scope, raw)
        except DialectError as error:
            return refused(*error.errors)
        except (ProblemError, InputError) as error:
            return refused("EGeneral:Invalid arguments", f"EKya:{error}")
        asked = Asked(
            path=scope["path"],
            query=scope["query_string"].decode("ascii", "replace"),
            body=raw,
            is_post=scope["method"] == "POST",
        )
        return await answer_to(self.answering, asked)

    def _require_key(self, scope: Scope, raw: bytes) -> None:
        """Return if the request is public, or signed where that is wanted."""
        path: str = scope["path"]
        if path.startswith(_PUBLIC):
            return
        headers = headers_in(scope)
        if "json" in headers.get("content-type", ""):
            raise invalid("content-type")
        if self.keys is not None:
            self.keys.require(path, raw, headers)
