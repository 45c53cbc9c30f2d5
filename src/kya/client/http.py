"""The two clients, one that waits and one that is awaited: they ask, and no more.

with Client.at("http://127.0.0.1:8720", token) as client:
for order in client.each(questions.orders(outcome="denied")):
print(order.agent, order.seq, order.reasons)
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Self, TypeVar

import httpx

from kya.client.answers import Answer, value_of
from kya.client.questions import Listing, Question
from kya.core.errors import InputError, TransientError

T = TypeVar("T")

_SECONDS: Final = 30.0
_VISIBLE: Final = range(0x21, 0x7F)


def _settings(url: str, token: str) -> dict[str, Any]:
    """Return what both clients are made with; InputError for what is no token."""
    if not token or any(ord(each) not in _VISIBLE for each in token):
        raise InputError("token: want what `kya token issue` has printed")
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    # Another place is never sent the token.
    return {
        "base_url": url,
        "headers": headers,
        "timeout": _SECONDS,
        "follow_redirects": False,
    }


class Client:
    """Asks one console; to be closed, or used in a `with`."""

    def __init__(self, http: httpx.Client) -> None:
        """Ask over this connection, which carries the token."""
        self._http = http

    @classmethod
    def at(cls, url: str, token: str) -> Self:
        """Return a client of the console at this URL, with this token."""
        return cls(httpx.Client(**_settings(url, token)))

    def ask(self, question: Question[T]) -> T:
        """Return the answer; ProblemError, or TransientError where nobody answers."""
        try:
            response = self._http.request(
                question.method,
                question.path,
                params=question.parameters,
                headers=question.headers,
                content=question.body or None,
            )
        except httpx.HTTPError as error:
            raise _no_answer(question, error) from error
        return value_of(question, _answer_of(response))

    def each(self, listing: Listing[T]) -> Iterator[T]:
        """Yield every item of a list; a page is fetched when it is needed."""
        page = self.ask(listing.first)
        yield from page.items
        while page.next is not None:
            page = self.ask(listing.after(page.next))
            yield from page.items

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient:
    """The same for programs that do other things meanwhile."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """Ask over this connection, which carries the token."""
        self._http = http

    @classmethod
    def at(cls, url: str, token: str) -> Self:
        """Return a client of the console at this URL, with this token."""
        return cls(httpx.AsyncClient(**_settings(url, token)))

    async def ask(self, question: Question[T]) -> T:
        """Return the answer; ProblemError, or TransientError where nobody answers."""
        try:
            response = await self._http.request(
                question.method,
                question.path,
                params=question.parameters,
                headers=question.headers,
                content=question.body or None,
            )
        except httpx.HTTPError as error:
            raise _no_answer(question, error) from error
        return value_of(question, _answer_of(response))

    async def each(self, listing: Listing[T]) -> AsyncIterator[T]:
        """Yield every item of a list; a page is fetched when it is needed."""
        page = await self.ask(listing.first)
        for item in page.items:
            yield item
        while page.next is not None:
            page = await self.ask(listing.after(page.next))
            for item in page.items:
                yield item

    async def close(self) -> None:
        """End the connection."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _answer_of(response: httpx.Response) -> Answer:
    """Return what the response says."""
    headers = {name.lower(): text for name, text in response.headers.items()}
    return Answer(response.status_code, headers, response.content)


def _no_answer(question: Question[T], error: httpx.HTTPError) -> TransientError:
    """Return that nobody answered, and what was asked."""
    return TransientError(f"{question.path}: {error!r}")
