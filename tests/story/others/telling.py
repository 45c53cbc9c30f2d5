"""What comes out here, told as docs/reference/how-others-fail.md has it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kya.codec.canonical import encode_line
from kya.codec.orders import parse_order, render_order
from kya.core.case import Case
from kya.core.decide import decide
from kya.core.decision import Decision
from kya.core.errors import CorruptionError, MalformedError
from kya.core.order import Order
from tests.builders import an_order
from tests.surface.blocks import ROOT, rows

PAGE: Final = ROOT / "docs" / "reference" / "how-others-fail.md"
TABLE: Final = {row[0].strip("`"): row[-1] for row in rows(PAGE, "| case")}
HERE: Final = Path(__file__).parent

LINE: Final = json.loads(render_order(an_order()))


def told(decision: Decision) -> str:
    """The outcome of a decision with its reasons."""
    said = ", ".join(f"`{reason.value}`" for reason in decision.reasons)
    return f"{decision.outcome.value}: {said}" if said else decision.outcome.value


def of(case: Case) -> str:
    """What is decided on the case."""
    return told(decide(case))


def of_fields(*left_out: str, **fields: object) -> str:
    """What the reader says of an order's line with these fields, and without those."""
    kept = {name: value for name, value in LINE.items() if name not in left_out}
    return of_line(parse_order, encode_line({**kept, **fields}))


def of_line(read: Callable[[bytes], object], line: bytes) -> str:
    """What the reader says of a line."""
    try:
        read(line)
    except MalformedError as error:
        return f"unreadable: {error}"
    return "read"


def of_making(make: Callable[[], Case | Order]) -> str:
    """That there is no such case, if there is none."""
    try:
        make()
    except CorruptionError:
        return "no decision"
    return "a case"
