"""Logs of very many orders, for a back-test, which believes its log.

Every entry is spelt by the real code; under orders, decisions and reports stands one
signature for all of them, because signing each would take most of an hour and a
back-test does not look. They are kept in the system's temporary folder.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

from bench.packages import code_digest, write_log
from kya.codec.canonical import digest, leaf_digest
from kya.codec.decisions import render_decision
from kya.codec.note import NoteSignature, SignedNote
from kya.codec.orders import render_order
from kya.codec.reports import render_report
from kya.core.case_of import Inputs, case_of
from kya.core.decide import decide
from kya.core.fold import apply
from kya.core.instant import Day, Instant
from kya.core.money import Money, Price
from kya.core.order_events import (
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from tests.world import MORNING, World

PER_DAY = 50_000
STEP_MICROS = 400_000
PRICE = Price.parse("1.38")


def log_of(orders: int) -> Path:
    """Return the folder of a log with so many orders, made if need be."""
    kept = Path(gettempdir()) / f"kya-bench-{code_digest()}-orders-{orders}"
    if not kept.exists():
        draft = kept.with_name(f"{kept.name}-{uuid4().hex}")
        world = World()
        write_log(_entries(world, orders), world.log, draft)
        draft.rename(kept)
    return kept


def _entries(world: World, orders: int) -> Iterator[bytes]:
    """Yield a log's entries: power first, then each order with what became of it."""
    yield from world.entries
    sign = world.agent.signature(b"for all of them\n")
    cent = Money(1, world.scope.currency)
    for number in range(orders):
        at = _moment(number)
        order = world.order(created_at=at, amount=cent)
        line = render_order(order)
        note = _note(line, sign)
        submitted = OrderSubmitted(
            order=order, line_digest=digest(line), leaf=leaf_digest(note)
        )
        yield note
        state = apply(world.state, submitted)
        decision = decide(case_of(state, submitted, Inputs(at)))
        if not decision.allowed:
            raise ValueError(decision.reasons)
        yield _note(render_decision(decision, submitted.leaf), sign)
        state = apply(state, OrderDecided.of(decision, submitted.leaf))
        report = _filled(submitted, at)
        yield _note(render_report(report), sign)
        world.state = apply(state, report)


def _filled(submitted: OrderSubmitted, at: Instant) -> VenueReported:
    """Return the report that the order is filled, at once."""
    order = submitted.order
    return VenueReported(
        agent=order.agent,
        seq=order.seq,
        order=submitted.leaf,
        venue=order.venue,
        status=VenueStatus.FILLED,
        filled=order.amount,
        price=PRICE,
        price_source="bench",
        detail="",
        at=at,
    )


def _moment(number: int) -> Instant:
    """Return the instant of an order: so many a day, from Monday to Friday."""
    days, place = divmod(number, PER_DAY)
    weeks, days = divmod(days, 5)
    first = MORNING.day.number - (MORNING.day.weekday.value - 1)
    start = Day(first + 7 * (weeks + 1) + days).start.micros
    return Instant(start + MORNING.time_of_day.micros + place * STEP_MICROS)


def _note(line: bytes, signature: NoteSignature) -> bytes:
    return SignedNote(line, (signature,)).render()
