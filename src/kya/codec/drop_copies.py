"""A venue's own list on record, and what of it is unexplained."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.execution import Execution
from kya.core.instant import Instant
from kya.core.levels import Place
from kya.core.matching import Unexplained
from kya.core.order import Side


class ExecutionFields(canonical.Statement, frozen=True, kw_only=True):
    """One execution, in the venue's own words."""

    amount: str
    at: str
    client_id: str
    currency: str
    execution_id: str
    market: str
    price: str
    side: str
    venue_order_id: str


class DropCopyLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/drop-copy/v1`: the next lines of a venue's list."""

    type_: Literal["kya/drop-copy/v1"] = msgspec.field(name="_type")
    after: int
    at: str
    executions: tuple[ExecutionFields, ...]
    until: str
    venue: str


class UnexplainedLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/unexplained/v1`: the log does not know of this, or knows otherwise."""

    type_: Literal["kya/unexplained/v1"] = msgspec.field(name="_type")
    at: str
    client_id: str
    execution: ExecutionFields | None
    expected: str
    place: str | None
    position: int
    venue: str


DROP_COPY_TYPE: Final = "kya/drop-copy/v1"
UNEXPLAINED_TYPE: Final = "kya/unexplained/v1"

_DROP_COPY: Final = msgspec.json.Decoder(DropCopyLine)
_UNEXPLAINED: Final = msgspec.json.Decoder(UnexplainedLine)
_SIDE: Final = by_value("side", Side)


def parse_drop_copy(line: bytes) -> DropCopied:
    """Return the lines of a venue's list; MalformedError otherwise."""
    return canonical.read_line(line, _DROP_COPY, "drop copy", _copied_from)


def parse_unexplained(line: bytes) -> ExecutionUnexplained:
    """Return what is unexplained; MalformedError otherwise."""
    return canonical.read_line(line, _UNEXPLAINED, "unexplained", _unexplained_from)


def render_drop_copy(event: DropCopied) -> bytes:
    """Return the line that puts a venue's list on record."""
    return canonical.encode_line(
        DropCopyLine(
            type_=DROP_COPY_TYPE,
            after=event.after,
            at=str(event.at),
            executions=tuple(map(execution_fields, event.executions)),
            until=str(event.until),
            venue=event.venue,
        )
    )


def render_unexplained(event: ExecutionUnexplained) -> bytes:
    """Return the line that calls something unexplained."""
    found, place = event.found, event.place
    execution = found.execution
    return canonical.encode_line(
        UnexplainedLine(
            type_=UNEXPLAINED_TYPE,
            at=str(event.at),
            client_id=found.client_id,
            execution=None if execution is None else execution_fields(execution),
            expected=found.expected,
            place=None if place is None else str(place),
            position=found.position,
            venue=event.venue,
        )
    )


def execution_fields(execution: Execution) -> ExecutionFields:
    """Return the execution as it is written."""
    return ExecutionFields(
        amount=execution.amount,
        at=str(execution.at),
        client_id=execution.client_id,
        currency=execution.currency,
        execution_id=execution.execution_id,
        market=execution.market,
        price=execution.price,
        side=execution.side.value,
        venue_order_id=execution.venue_order_id,
    )


def execution_from(wire: ExecutionFields) -> Execution:
    """Return the execution of its fields."""
    return Execution(
        execution_id=wire.execution_id,
        venue_order_id=wire.venue_order_id,
        client_id=wire.client_id,
        market=wire.market,
        side=_SIDE(wire.side),
        amount=wire.amount,
        currency=wire.currency,
        price=wire.price,
        at=Instant.parse(wire.at),
    )


def _copied_from(wire: DropCopyLine) -> DropCopied:
    """Return the copied lines of their fields."""
    return DropCopied(
        venue=wire.venue,
        after=wire.after,
        executions=tuple(map(execution_from, wire.executions)),
        until=Instant.parse(wire.until),
        at=Instant.parse(wire.at),
    )


def _unexplained_from(wire: UnexplainedLine) -> ExecutionUnexplained:
    """Return what is unexplained of its fields."""
    execution = None if wire.execution is None else execution_from(wire.execution)
    found = Unexplained(wire.client_id, wire.position, execution, wire.expected)
    return ExecutionUnexplained(
        venue=wire.venue,
        found=found,
        place=None if wire.place is None else Place.parse(wire.place),
        at=Instant.parse(wire.at),
    )
