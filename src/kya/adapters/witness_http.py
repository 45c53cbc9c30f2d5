"""Asks a witness over HTTP, on a connection that is kept; by the standard library."""

import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from kya.core.errors import InputError, TransientError
from kya.witness.client import REPLY_BYTES_MAX, Reply

_PATH: Final = "/add-checkpoint"


class WitnessConnection:
    """One witness at its submission prefix. For one thread at a time."""

    def __init__(self, url: str, seconds: float) -> None:
        """Know where it is; InputError for what is no http or https URL."""
        address = urlsplit(url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise InputError(f"witness at {url[:80]!r}: want an http or https URL")
        self._path = address.path.rstrip("/") + _PATH
        self._connection = (
            HTTPSConnection(
                address.hostname,
                address.port,
                timeout=seconds,
                context=ssl.create_default_context(),
            )
            if address.scheme == "https"
            else HTTPConnection(address.hostname, address.port, timeout=seconds)
        )

    def post(self, body: bytes) -> Reply:
        """Return the reply; TransientError if there is none, or one too large."""
        try:
            self._connection.request("POST", self._path, body)
            answer = self._connection.getresponse()
            content = answer.read(REPLY_BYTES_MAX + 1)
        except (OSError, HTTPException) as error:
            self.close()
            raise TransientError(f"no reply: {type(error).__name__}") from error
        if len(content) > REPLY_BYTES_MAX:
            self.close()
            raise TransientError(f"a reply of more than {REPLY_BYTES_MAX} bytes")
        return Reply(status=answer.status, body=content)

    def close(self) -> None:
        """End the connection; the next question makes a new one."""
        self._connection.close()
