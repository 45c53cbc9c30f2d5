"""Fields of a request: each may be spelt in two ways, and is given in one.

`agent_id` and `agentId` are one field. Whoever sends both has said two things, and
whoever sends what nobody reads may have meant something by it: both are refused.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn, cast

from kya.core import tokens
from kya.core.errors import MalformedError, shown
from kya.kakunin_api.limits import LABELS_BYTES_MAX, TEXT_CHARS_MAX


class Fields:
    """The fields of one object, taken one by one; what is left at the end is refused.

    A null is the same as a field that is not there.
    """

    def __init__(self, what: str, found: object) -> None:
        """Read an object; `what` names it in messages."""
        given = object_in(found)
        if given is None:
            raise MalformedError(f"{what}: want an object, got {shown(found)}")
        self._what = what
        self._left = {name: value for name, value in given.items() if value is not None}

    def take(self, *names: str) -> object | None:
        """Return the field that has one of these names, None without; never two."""
        spelt = dict.fromkeys(each for name in names for each in _spellings(name))
        given = [each for each in spelt if each in self._left]
        if len(given) > 1:
            msg = f"{self._what}: {' and '.join(given)} say one thing; want one of them"
            raise MalformedError(msg)
        return self._left.pop(given[0]) if given else None

    def text(self, *names: str) -> str | None:
        """Return a field that is one printable line, None without."""
        value = self.take(*names)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > TEXT_CHARS_MAX:
            msg = f"want at most {TEXT_CHARS_MAX} characters, got {shown(value)}"
            raise MalformedError(f"{self._what}: {names[0]}: {msg}")
        tokens.require_text(f"{self._what}: {names[0]}", value)
        return value

    def needed(self, *names: str) -> str:
        """Return a field that must be there."""
        value = self.text(*names)
        if value is None:
            raise MalformedError(f"{self._what}: want {names[0]}, got none")
        return value

    def labels(self, *names: str) -> dict[str, object]:
        """Return an object that is kept as it is and means nothing here."""
        value = self.take(*names)
        if value is None:
            return {}
        found = object_in(value)
        if found is None or not is_small(found):
            msg = f"want an object of at most {LABELS_BYTES_MAX} bytes"
            raise MalformedError(f"{self._what}: {names[0]}: {msg}")
        return plain_object(found)

    def require_none_left(self) -> None:
        """Raise for a field that nobody reads: it may have been meant to matter."""
        if self._left:
            names = ", ".join(sorted(self._left))[:TEXT_CHARS_MAX]
            raise MalformedError(f"{self._what}: nobody reads {names!a} here")


def read_json(raw: bytes) -> Any:  # noqa: ANN401  what JSON holds is of any type
    """Return what a body says; numbers are exact, and no name stands twice."""
    if raw.count(b"{") + raw.count(b"[") > LABELS_BYTES_MAX // 8:
        raise MalformedError("body: too deep, or of too many parts")
    try:
        return json.loads(
            raw or b"{}",
            parse_float=Decimal,
            parse_constant=_no_number,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"body: want JSON: {error}") from error


def plain(value: object) -> object:
    """Return the same with numbers that JSON can be made of; a decimal becomes text."""
    if (found := object_in(value)) is not None:
        return plain_object(found)
    if (items := list_in(value)) is not None:
        return [plain(each) for each in items]
    return str(value) if isinstance(value, Decimal) else value


def plain_object(found: Mapping[str, object]) -> dict[str, object]:
    """Return the same of an object."""
    return {name: plain(each) for name, each in found.items()}


def object_in(value: object) -> dict[str, object] | None:
    """Return an object of JSON, None for any other value."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def list_in(value: object) -> list[object] | None:
    """Return a list of JSON, None for any other value."""
    return cast("list[object]", value) if isinstance(value, list) else None


def is_small(value: object) -> bool:
    """Tell whether an object may be kept."""
    return len(json.dumps(value, default=str)) <= LABELS_BYTES_MAX


def _spellings(name: str) -> tuple[str, str]:
    """Return `agent_id` and `agentId`."""
    first, *others = name.split("_")
    return name, first + "".join(each.capitalize() for each in others)


def _no_number(text: str) -> NoReturn:
    """Raise for NaN and infinities, which no JSON has."""
    raise MalformedError(f"{text} is no number")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; MalformedError where a name stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("a name stands twice in one object")
    return found
