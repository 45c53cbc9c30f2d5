"""Asks a witness over HTTP, on a connection that is kept (C2SP tlog-witness)."""

from kya.adapters.http_line import HttpLine
from kya.witness.client import REPLY_BYTES_MAX, Reply


class WitnessConnection:
    """One witness at its submission prefix. For one thread at a time."""

    def __init__(self, url: str, seconds: float) -> None:
        """Know where it is."""
        self._line = HttpLine(url, seconds, REPLY_BYTES_MAX)

    def post(self, body: bytes) -> Reply:
        """Return the reply; TransientError if there is none, or one too large."""
        status, content = self._line.ask("POST", "/add-checkpoint", body)
        return Reply(status=status, body=content)

    def close(self) -> None:
        """End the connection; the next question makes a new one."""
        self._line.close()
