"""Who looks on while a package is verified, and sees each entry that was believed."""

from typing import Final, Protocol

from kya.codec.decisions import DecisionLine
from kya.codec.tally import Selection
from kya.core.events import Event


class Watch(Protocol):
    """Sees what the pass sees; nothing that it does changes a finding."""

    def begin(self, selection: Selection) -> None:
        """Take note which orders the package shows."""
        ...

    def take(self, index: int, event: Event, line: DecisionLine | None) -> None:
        """See an entry after it was folded; a decision comes with its line."""
        ...


class Nobody:
    """Looks away."""

    def begin(self, selection: Selection) -> None:
        """Take no note."""

    def take(self, index: int, event: Event, line: DecisionLine | None) -> None:
        """See nothing."""


NOBODY: Final = Nobody()
