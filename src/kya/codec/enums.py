"""Closed sets on the wire: a value that is listed, or an error that lists them."""

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from kya.core.errors import MalformedError, shown

E = TypeVar("E", bound=Enum)


def by_value(field: str, members: type[E]) -> Callable[[str], E]:
    """Return the function that reads a field as a member of the closed set."""
    known = {member.value: member for member in members}
    wanted = ", ".join(known)

    def read(text: str) -> E:
        """Return the member; MalformedError, listing all of them, otherwise."""
        member = known.get(text)
        if member is None:
            msg = f"{field}: want one of {wanted}, got {shown(text)}"
            raise MalformedError(msg)
        return member

    return read
