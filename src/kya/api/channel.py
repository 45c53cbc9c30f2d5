"""The one place that answers a client without a channel certificate: to get one.

An application of its own, on a listener of its own: no other route can be reached there
by any mistake.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kya.api.body import read_body
from kya.api.problem_app import problem_app
from kya.api.problems import Problem, problem_of, too_many
from kya.api.strangers import Strangers
from kya.authority.channel import ChannelIssuer, ChannelRefusedError
from kya.core.errors import MalformedError
from kya.core.state import State
from kya.pki.pem import CERTIFICATE, to_pem

CHANNEL_PATH: Final = "/v1/channel"
_CHAIN: Final = "application/pem-certificate-chain"
_NOT_STORED: Final = {"cache-control": "no-store"}


def create_channel_app(issuer: ChannelIssuer, state: Callable[[], State]) -> Starlette:
    """Return the issuer's application; it must be made where the loop runs."""
    strangers = Strangers(asyncio.get_running_loop().time)

    async def nonce(_request: Request) -> Response:
        return PlainTextResponse(issuer.nonce(), headers=_NOT_STORED)

    return problem_app(
        [
            Route(CHANNEL_PATH, nonce, methods=["GET"]),
            Route(CHANNEL_PATH, _Certify(issuer, state, strangers), methods=["POST"]),
        ]
    )


class _Certify:
    """Answers a signed request with a certificate and its CA's."""

    def __init__(
        self, issuer: ChannelIssuer, state: Callable[[], State], strangers: Strangers
    ) -> None:
        self._issuer = issuer
        self._state = state
        self._strangers = strangers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        raw = await read_body(scope, receive)
        try:
            # The key store may block; the event loop, and every order in it, must not.
            leaf = await asyncio.to_thread(self._issuer.certify, raw, self._state())
        except (MalformedError, ChannelRefusedError) as error:
            await self._refusal(scope, error)(scope, receive, send)
            return
        chain = to_pem(CERTIFICATE, leaf) + to_pem(CERTIFICATE, self._issuer.ca)
        response = Response(chain, headers=_NOT_STORED, media_type=_CHAIN)
        await response(scope, receive, send)

    def _refusal(
        self, scope: Scope, error: MalformedError | ChannelRefusedError
    ) -> Problem:
        """Return what is wrong, unless this peer has been told often enough."""
        client = scope.get("client")
        if not self._strangers.may_be_told(client[0] if client else ""):
            return too_many("channel-refused", "too many requests that get nothing")
        if isinstance(error, ChannelRefusedError):
            return Problem(
                status=403,
                name="channel-refused",
                title="No channel certificate is issued",
                detail=str(error),
                members={"rule": error.rule},
            )
        return problem_of(error)
