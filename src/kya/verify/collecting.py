"""How often Python looks for cycles of garbage while very much is read."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_ALLOCATED: Final = 100_000
"""Objects between two looks; Python's own 700 make it look at nearly every order."""


@contextmanager
def rarely_collected() -> Generator[None]:
    """Look for cycles far less often within the block: values of ours make none."""
    former = gc.get_threshold()
    gc.set_threshold(_ALLOCATED, *former[1:])
    try:
        yield
    finally:
        gc.set_threshold(*former)
