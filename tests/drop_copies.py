"""Executions and venues' lists for tests: each as it should be, changed as told."""

from dataclasses import replace
from typing import Final

from kya.adapters.paper_book import Message
from kya.codec.drop_copies import render_drop_copy, render_unexplained
from kya.core.client_id import client_id_of
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.execution import Execution
from kya.core.instant import Instant
from kya.core.levels import Level, Place
from kya.core.matching import Unexplained
from kya.core.money import Money
from kya.core.order import Action, Side, TimeInForce
from kya.core.order_events import OrderSubmitted, VenueStatus
from kya.gateway.ports import VenueAnswer
from kya.pki.note_signer import sign_note
from tests.world import AGENT, MORNING, World, eur

SIMA: Final = Place(Level.VENUE, "SIMA")


def an_execution(number: int = 1, **changes: object) -> Execution:
    """The whole of the usual order, under no client id of ours unless told."""
    execution = Execution(
        execution_id=f"SIMA-E{number}",
        venue_order_id=f"SIMA-O{number}",
        client_id="by-hand",
        market="EUR/USD",
        side=Side.BUY,
        amount="20000.00",
        currency="EUR",
        price="1.38111",
        at=MORNING,
    )
    return replace(execution, **changes)  # type: ignore[arg-type]


def execution_of(
    submitted: OrderSubmitted, number: int = 1, **changes: object
) -> Execution:
    """An execution of the whole order."""
    order = submitted.order
    usual: dict[str, object] = {
        "client_id": client_id_of(submitted.leaf),
        "market": order.market,
        "side": order.side,
        "amount": str(order.amount),
        "currency": order.amount.currency.code,
    }
    return an_execution(number, **{**usual, **changes})


def a_message(number: int = 1, **changes: object) -> Message:
    """An order that somebody enters at the venue by hand."""
    message = Message(
        client_id=f"by-hand-{number}",
        agent="somebody",
        client_order_id=f"by-hand-{number}",
        action=Action.NEW,
        market="EUR/USD",
        side=Side.BUY,
        amount=by_hand_amount(),
        limit_price=None,
        time_in_force=TimeInForce.IOC,
        target=None,
        arrived_at=MORNING,
        answer=VenueAnswer(status=VenueStatus.UNKNOWN),
    )
    return message._replace(**changes)  # type: ignore[arg-type]


def by_hand_amount() -> Money:
    """What is bought by hand."""
    return eur("1500.00")


def copy_note(world: World, *executions: Execution, **changes: object) -> bytes:
    """The next lines of SIMA's list as the gateway signs them."""
    venue = str(changes.get("venue", "SIMA"))
    known = world.state.copies.get(venue)
    event = DropCopied(
        venue=venue,
        after=0 if known is None else known.position,
        executions=executions,
        until=world.now,
        at=world.now,
    )
    event = replace(event, **changes)  # type: ignore[arg-type]
    return sign_note(render_drop_copy(event), world.gateway).render()


def copy_list(world: World, *executions: Execution, **changes: object) -> None:
    """Put the next lines of SIMA's list on record."""
    world.append(copy_note(world, *executions, **changes))


def unexplained(world: World, venue: str = "SIMA") -> tuple[Unexplained, ...]:
    """What is unexplained now and not on record as that."""
    return tuple(world.state.copies[venue].unexplained(world.now))


def told_note(
    world: World, found: Unexplained, place: Place | None = None, venue: str = "SIMA"
) -> bytes:
    """What is unexplained, as the gateway signs it."""
    event = ExecutionUnexplained(venue=venue, found=found, place=place, at=world.now)
    return sign_note(render_unexplained(event), world.gateway).render()


def submitted_in(world: World, seq: int) -> OrderSubmitted:
    """The working order under this `seq`."""
    return world.state.agents[AGENT].unanswered[seq]


def later(seconds: int) -> Instant:
    """So many seconds after the morning."""
    return MORNING.plus(seconds=seconds)
