"""A kept connection of the standard library to one http or https URL."""

import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from kya.core.errors import InputError, TransientError


class HttpLine:
    """Asks below one URL prefix, with limits. For one thread at a time."""

    def __init__(self, url: str, seconds: float, bytes_max: int) -> None:
        """Know where it is; InputError for what is no http or https URL."""
        address = urlsplit(url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise InputError(f"{url[:80]!r}: want an http or https URL")
        self._prefix, self._bytes_max = address.path.rstrip("/"), bytes_max
        host, port = address.hostname, address.port
        self._connection = (
            HTTPConnection(host, port, timeout=seconds)
            if address.scheme == "http"
            else HTTPSConnection(
                host, port, timeout=seconds, context=ssl.create_default_context()
            )
        )

    def ask(
        self, method: str, path: str, body: bytes = b"", media_type: str = ""
    ) -> tuple[int, bytes]:
        """Return status and body; TransientError if there is none, or one too large.

        A kept connection that the other side has closed meanwhile is made anew, once:
        what is asked for here may be asked for twice.
        """
        headers = {"content-type": media_type} if media_type else {}
        asked = (method, self._prefix + path or "/", body or None, headers)
        is_kept = self._connection.sock is not None
        try:
            try:
                status, content = self._exchange(*asked)
            except ConnectionError:
                self.close()
                if not is_kept:
                    raise
                status, content = self._exchange(*asked)
        except (OSError, HTTPException) as error:
            self.close()
            raise TransientError(f"no reply: {type(error).__name__}") from error
        if len(content) > self._bytes_max:
            self.close()
            raise TransientError(f"a reply of more than {self._bytes_max} bytes")
        return status, content

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Ask once, and read no more than a byte over the limit."""
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read(self._bytes_max + 1)

    def close(self) -> None:
        """End the connection; the next question makes a new one."""
        self._connection.close()
