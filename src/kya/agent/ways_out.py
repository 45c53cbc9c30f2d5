"""Ways out of a bot's host that do not lead through the gateway, tried one by one.

A network that lets the bot reach its gateway alone is somebody else's to build; this
tries to get out, and says what it met. That it got nowhere proves nothing of ways that
were not tried.
"""

import os
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from kya.agent.dial import Question, ask
from kya.core.errors import InputError, TransientError

EXCHANGES: Final = (
    "https://api.kraken.com",
    "https://api.binance.com",
    "https://api.bitvavo.com",
    "https://api.coinbase.com",
)
"""Where bots trade; whoever has other venues names them."""

_PORTS: Final = {"https": 443, "http": 80, "wss": 443, "ws": 80}
_SECRET: Final = re.compile(
    r"(?:^|_)(?:API_?KEY|API_?SECRET|SECRET_?KEY|API_?PASSPHRASE)$", re.IGNORECASE
)


class Met(Enum):
    """What came of one try, the worst last."""

    NOTHING = "nothing"
    A_NAME = "a name"
    A_WAY_OUT = "a way out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try: of what, what it met, and in words."""

    of: str
    met: Met
    said: str


def tries(
    venues: Iterable[str], seconds: float, variables: Mapping[str, str] = os.environ
) -> list[Try]:
    """Return what came of trying each venue, and of looking for keys of venues.

    InputError: an address of no venue.
    """
    return [*(_to(url, seconds) for url in venues), *_keys(variables)]


def gateway_answers(url: str, seconds: float) -> bool:
    """Tell whether the gateway at this address answers, or, with TLS, is there."""
    if urlsplit(url).scheme == "https":
        return _to(url, seconds).met is Met.A_WAY_OUT
    question = Question(method="GET", path="/healthz")
    try:
        return ask(url, question, None, seconds).status < 500  # noqa: PLR2004  it is there
    except TransientError:
        return False


def _to(url: str, seconds: float) -> Try:
    """Try to open a connection; no byte is sent over it."""
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme)
    if not parts.hostname or port is None:
        raise InputError(f"venue {url}: want an address such as {EXCHANGES[0]}")
    place = f"{parts.hostname}:{port}"
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError:
        return Try(of=place, met=Met.NOTHING, said="its name leads nowhere")
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as end:
            end.settimeout(seconds)
            try:
                end.connect(address)
            except OSError:
                continue
            return Try(of=place, met=Met.A_WAY_OUT, said="a connection was opened")
    is_name = found[0][4][0] != parts.hostname
    if is_name:
        said = "not reached, but its name was looked up: questions can carry things out"
        return Try(of=place, met=Met.A_NAME, said=said)
    return Try(of=place, met=Met.NOTHING, said="not reached")


def _keys(variables: Mapping[str, str]) -> Iterable[Try]:
    """Yield variables that are called what keys of venues are; never what they hold."""
    for name in sorted(variables):
        if _SECRET.search(name) and variables[name]:
            said = "a variable that is called what a venue's key is"
            yield Try(of=name, met=Met.A_WAY_OUT, said=said)
