"""A new file that appears whole, or not at all."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kya.core.errors import InputError


@contextmanager
def appearing_file(out: Path) -> Generator[BinaryIO, None, None]:
    """Give a file that appears as `out` at the end; nothing appears on an error.

    InputError if something is there already: evidence is never overwritten.
    """
    if out.exists():
        raise InputError(f"{out}: exists already; evidence is never overwritten")
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.rename(out)  # Commit point: from here on the file exists.
    finally:
        part.unlink(missing_ok=True)
