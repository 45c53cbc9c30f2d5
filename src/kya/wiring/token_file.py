"""The file of tokens: `kya token` writes it, the console reads it at every request."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Final

from kya.adapters.durable_files import replace_file
from kya.adapters.randomness import random_bytes
from kya.core.errors import InputError, TransientError
from kya.core.instant import Instant
from kya.programs.tokens import (
    DRAWN_BYTES,
    Token,
    TokenBook,
    WantedToken,
    new_token,
    parse_tokens,
    render_tokens,
)

_OURS: Final = 0o600


class TokenFile:
    """A file of tokens; what it says is parsed again whenever it has changed."""

    def __init__(self, path: Path) -> None:
        """Know where it is."""
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._book = TokenBook()

    def read(self) -> TokenBook:
        """Return the tokens as they are now; TransientError where nobody can tell."""
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                self._book, self._seen = parse_tokens(self.path.read_bytes()), seen
        except FileNotFoundError:
            # Nobody has issued one yet: nobody is let in.
            return TokenBook()
        except (OSError, InputError) as error:
            raise TransientError(f"tokens {self.path}: {error}") from error
        return self._book

    def issue(self, wanted: WantedToken, now: Instant) -> tuple[str, Token]:
        """Return a new token's secret, which is kept nowhere, and what is kept."""
        secret, token = new_token(wanted, now, random_bytes(DRAWN_BYTES))
        self.change(lambda book: book.with_token(token))
        return secret, token

    def change(self, changed: Callable[[TokenBook], TokenBook]) -> None:
        """Replace the tokens in one step; one changes at a time."""
        with self._alone():
            content = render_tokens(changed(self.read()))
            replace_file(self.path, content)
            self.path.chmod(_OURS)

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Hold the lock beside the file."""
        lock = self.path.with_name(f".{self.path.name}.lock")
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, _OURS)
        except OSError as error:
            raise InputError(f"tokens {self.path}: {error.strerror}") from error
        try:
            flock(descriptor, LOCK_EX)
            yield
        finally:
            os.close(descriptor)
