"""How far a verification is: told to whoever asked for it."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Takes what is under way, how many are done, and how many there are."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""
