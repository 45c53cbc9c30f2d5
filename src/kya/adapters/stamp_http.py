"""Asks a time-stamping authority over HTTP (RFC 3161 §3.4)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeAlias

from kya.adapters.http_line import HttpLine
from kya.core.errors import TransientError
from kya.pki.stamp_authorities import RESPONSE_BYTES_MAX

QUERY_TYPE: Final = "application/timestamp-query"
_SECONDS: Final = 10

Ask: TypeAlias = Callable[[bytes], bytes]
"""Sends a query to an authority; TransientError without an answer."""


def asking(url: str) -> Ask:
    """Return how an authority is asked; InputError for what is no URL."""
    line = HttpLine(url, _SECONDS, RESPONSE_BYTES_MAX)

    def ask(query: bytes) -> bytes:
        status, answer = line.ask("POST", "", query, QUERY_TYPE)
        line.close()
        if status != HTTPStatus.OK:
            raise TransientError(f"HTTP {status}")
        return answer

    return ask
