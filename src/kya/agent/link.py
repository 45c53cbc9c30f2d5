"""Where the gateway is, how its answers are checked, and how long to insist."""

from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Final

import httpx

from kya.agent.channel import Channel
from kya.agent.exchange import Patience, Reply
from kya.codec.note import VerifierKey
from kya.core.errors import TransientError

TIMEOUT_SECONDS: Final = 15.0
"""Longer than the gateway's own longest wait, 10 s for a venue's outcome."""

PLAIN: Final = {"content-type": "text/plain; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The gateway's address; without its key, answers are believed as they come.

    An `https` address needs a channel, which says who is at our end of it.
    """

    url: str
    gateway: VerifierKey | None = None
    patience: Patience = field(default_factory=Patience)
    channel: Channel | None = None

    @property
    def trust(self) -> SSLContext | bool:
        """What the HTTP client opens TLS connections with."""
        return True if self.channel is None else self.channel.context

    def keep(self) -> None:
        """Renew the channel certificate if it is due; before each request."""
        if self.channel is not None:
            self.channel.keep()


def reply_of(response: httpx.Response) -> Reply:
    """Return the response as far as it matters."""
    return Reply(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.content,
    )


def lost(error: httpx.TransportError, link: Link) -> TransientError:
    """Return the fault that a broken connection means: nobody knows what arrived."""
    return TransientError(f"gateway {link.url}: {type(error).__name__}: {error}")
