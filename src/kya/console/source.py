"""What the console asks of the gateway: files of the log, and to take a note."""

from typing import Protocol


class Source(Protocol):
    """The gateway, as any reader of its log may ask it. Every method may block."""

    def file(self, path: str) -> bytes:
        """Return a published file of the log; FileNotFoundError if there is none.

        TransientError if nobody answers.
        """
        ...

    def append(self, note: bytes) -> int:
        """Put a note on record; return its index once it is durable.

        InputError or DistrustError if the gateway refuses it, TransientError if nobody
        knows.
        """
        ...
