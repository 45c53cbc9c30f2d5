"""`partial.json`: what a partial package is about, and what may be shown in one."""

import json
import re
from typing import Final

import msgspec

from kya.codec.tally import Selection
from kya.core.errors import MalformedError
from kya.core.events import Event
from kya.core.instant import Day
from kya.core.power_events import POWER
from kya.core.roll import LogContinued, LogRolled

PARTIAL_JSON: Final = "partial.json"
ENTRIES: Final = "entries/"

_NAME: Final = re.compile(r"entries/([0-9]{12})\.note", re.ASCII)


class _Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    first: str
    last: str


class _Fields(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    tag_field="_type",
    tag="kya/partial/v1",
):
    agent: str
    period: _Period


_DECODER: Final = msgspec.json.Decoder(_Fields)


def render_partial(agent: str, first: Day, last: Day) -> bytes:
    """Return partial.json: one line, keys sorted."""
    document = {
        "_type": "kya/partial/v1",
        "agent": agent,
        "period": {"first": str(first), "last": str(last)},
    }
    return json.dumps(document, sort_keys=True).encode("ascii") + b"\n"


def read_partial(raw: bytes) -> tuple[str, Selection]:
    """Return the agent, and the selection of its orders; MalformedError otherwise."""
    try:
        wire = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"{PARTIAL_JSON}: {error}") from error
    first, last = Day.parse(wire.period.first), Day.parse(wire.period.last)
    if render_partial(wire.agent, first, last) != raw:
        raise MalformedError(f"{PARTIAL_JSON}: not in canonical form")
    return wire.agent, Selection(agent=wire.agent, first=first, last=last)


def entry_path(index: int) -> str:
    """Return the place of an entry that is shown."""
    return f"{ENTRIES}{index:012d}.note"


def shown_index(path: str) -> int | None:
    """Return the index in the path of an entry that is shown; None for another."""
    match = _NAME.fullmatch(path)
    return None if match is None else int(match[1])


def gives_power(event: Event) -> bool:
    """Tell whether the entry is among those that every partial package shows."""
    return isinstance(event, (*POWER, LogRolled, LogContinued))
