"""Reads a log's public files over HTTP (C2SP tlog-tiles)."""

from http import HTTPStatus
from typing import Final

from kya.adapters.http_line import HttpLine
from kya.core.errors import TransientError

FILE_BYTES_MAX: Final = 65_535
"""The largest file that is read: a checkpoint; a tile of hashes has 8,192 bytes."""


class HttpLog:
    """A log at a URL prefix. For one thread at a time."""

    def __init__(
        self, url: str, seconds: float, bytes_max: int = FILE_BYTES_MAX
    ) -> None:
        """Know where it is, and the largest file that is wanted of it."""
        self._line = HttpLine(url, seconds, bytes_max)

    def __call__(self, path: str) -> bytes:
        """Return a file; FileNotFoundError if there is none."""
        status, content = self._line.ask("GET", f"/{path}")
        if status == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(path)
        if status != HTTPStatus.OK:
            raise TransientError(f"log: {path}: HTTP {status}")
        return content

    def close(self) -> None:
        """End the connection."""
        self._line.close()
