"""A log goes on under its next name by two entries, and by nothing between them."""

import pytest

from kya.codec.rolls import (
    parse_continuation,
    parse_roll,
    render_continuation,
    render_roll,
)
from kya.core.admission import objection
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.fold import apply
from kya.core.instant import Instant
from kya.core.roll import LogContinued, LogRolled
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from tests.halting import CARLA, enrol_supervisors
from tests.rolling import LATER, NEXT, continuation, last_checkpoint, roll, roll_note
from tests.surface.blocks import ROOT
from tests.world import ORIGIN, World

EARLY = Instant.parse("2026-01-01T00:00:00.000000Z")


@pytest.fixture
def world() -> World:
    made = World()
    enrol_supervisors(made)
    return made


def test_a_roll_and_the_checkpoint_change_the_name_and_nothing_else(
    world: World,
) -> None:
    world.trade()
    before = world.state
    roll(world)
    assert world.state.origins == (ORIGIN, NEXT)
    assert world.state.origin == NEXT
    assert world.state._replace(origins=before.origins) == before
    world.trade()  # In the agent's turn, by the counters that there were.
    assert world.state.agents["algo_trader_v2"].past.seq == 2


def test_no_order_and_nothing_else_is_taken_after_a_roll(world: World) -> None:
    world.append(roll_note(world))
    order = Entry.read(world.order_note())
    assert "has ended" in (objection(world.state, order.event) or "")
    again = Entry.read(roll_note(world, successor=LATER))
    assert "has ended" in (objection(world.state, again.event) or "")


def test_only_the_successor_that_was_named_goes_on(world: World) -> None:
    world.append(roll_note(world))
    other = Entry.read(continuation(world, origin=LATER))
    against = objection(world.state, other.event) or ""
    assert against == f"continuation as {LATER}: want {NEXT}"


def test_there_is_no_second_successor(world: World) -> None:
    roll(world)
    fork = Entry.read(continuation(world, origin=LATER))
    assert "no roll stands before it" in (objection(world.state, fork.event) or "")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"origin": LATER, "successor": NEXT}, f"roll of {LATER}: this log is"),
        ({"origin": NEXT, "successor": ORIGIN}, "the log has had this name"),
    ],
)
def test_a_roll_names_the_log_and_a_name_that_is_new(
    world: World, changes: dict[str, str], why: str
) -> None:
    roll(world)
    rolled = Entry.read(roll_note(world, **{"origin": NEXT, **changes}))
    assert why in (objection(world.state, rolled.event) or "")


def test_a_roll_is_not_dated_back(world: World) -> None:
    world.trade()
    rolled = LogRolled(origin=ORIGIN, successor=NEXT, reason="late", at=EARLY)
    with pytest.raises(InputError, match="roll: dated"):
        apply(world.state, rolled)


def test_a_log_does_not_follow_itself() -> None:
    at = EARLY
    with pytest.raises(MalformedError, match="want another name"):
        LogRolled(origin=NEXT, successor=NEXT, reason="none", at=at)
    with pytest.raises(MalformedError, match="the checkpoint that it follows"):
        LogContinued(origin=NEXT, checkpoint=b"", at=at)


def test_a_roll_takes_two_people_one_of_whom_supervises(world: World) -> None:
    alice, bob = world.operators
    for people in ((alice,), (CARLA,), (alice, bob), (CARLA, CARLA)):
        entry = Entry.read(roll_note(world, *people))
        with pytest.raises(DistrustError, match="roll: want 2 different people"):
            authenticate(entry, world.state, world.root)
    for people in ((alice, CARLA), (CARLA, world.risk)):
        authenticate(Entry.read(roll_note(world, *people)), world.state, world.root)


def test_the_gateway_alone_says_that_the_log_goes_on(world: World) -> None:
    world.append(roll_note(world))
    entry = Entry.read(continuation(world))
    authenticate(entry, world.state, world.root)
    world.gateway = world.operators[0]
    forged = Entry.read(continuation(world))
    with pytest.raises(DistrustError, match="want a gateway"):
        authenticate(forged, world.state, world.root)


@pytest.mark.parametrize("name", ["with a space", "a+b", ""])
def test_a_name_that_no_key_can_have_is_refused(world: World, name: str) -> None:
    if name:
        with pytest.raises(InputError, match="key name"):
            Entry.read(roll_note(world, successor=name))
    else:
        with pytest.raises(MalformedError, match="next: want"):
            roll_note(world, successor=name)


def test_a_continuation_holds_a_note_in_one_spelling(world: World) -> None:
    world.append(roll_note(world))
    with pytest.raises(InputError, match="note"):
        Entry.read(continuation(world, checkpoint=last_checkpoint(world) + b"x"))


def test_the_examples_of_the_page_are_read_and_written_alike() -> None:
    blocks = (ROOT / "spec/roll.md").read_text("utf-8").split("```\n")[1::2]
    rolled, continued = (block.encode() for block in blocks[:2])
    assert render_roll(parse_roll(rolled)) == rolled
    event = parse_continuation(continued)
    assert render_continuation(event) == continued
    assert event.checkpoint == blocks[2].encode()
