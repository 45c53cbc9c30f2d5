"""Whatever people do in whatever order: what is halted stays so until two resume it.

A machine halts, resumes, replays kept notes and forges resumes with real keys, and
sends orders between. Its own account of what is stopped is two lines long.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from kya.core.errors import KyaError
from kya.core.halt import HaltOrdered, TradingState
from kya.core.latch import Latch
from kya.core.levels import FIRM, Level, Place, places_of
from kya.core.order import Action, Order
from kya.pki.note_signer import NoteSigner
from tests.halting import (
    CARLA,
    enrol_supervisors,
    halt_note,
    rearm_note,
    resume_note,
)
from tests.world import AGENT, MORNING, World, eur

MARKETS = st.sampled_from(["EUR/USD", "GBP/EUR"])
VENUES = st.sampled_from(["SIMA", "SIMB"])
PLACES = st.sampled_from(
    [
        FIRM,
        Place(Level.AGENT, AGENT),
        Place(Level.DESK, "fx"),
        Place(Level.MARKET, "EUR/USD"),
        Place(Level.MARKET, "GBP/EUR"),
        Place(Level.VENUE, "SIMA"),
        Place(Level.VENUE, "SIMB"),
    ]
)
STATES = st.sampled_from([TradingState.HALTED, TradingState.REDUCING])
PAUSES = st.sampled_from([1, 1_000_000, 301_000_000])


class AnyStopsAndStarts(RuleBasedStateMachine):
    """`stopped` is what must be stopped; `notes` are all that ever counted."""

    @initialize()
    def found(self) -> None:
        self.world = World()
        self.world.now = MORNING
        enrol_supervisors(self.world)
        self.stopped: dict[Place, HaltOrdered] = {}
        self.notes: list[bytes] = []

    def put(self, note: bytes) -> object:
        event = self.world.append(note).event
        self.notes.append(note)
        return event

    def refuses(self, note: bytes) -> None:
        before = self.world.state
        with pytest.raises(KyaError):
            self.world.append(note)
        assert self.world.state is before

    @rule(pause=PAUSES)
    def wait(self, pause: int) -> None:
        self.world.now = self.world.now.plus(micros=pause)

    @rule(place=PLACES, state=STATES, pause=st.integers(1, 2))
    def halt(self, place: Place, state: TradingState, pause: int) -> None:
        self.wait(pause)
        note, former = halt_note(self.world, place, state), self.stopped.get(place)
        is_stricter = former is not None and former.halt.state is TradingState.HALTED
        if is_stricter and state is TradingState.REDUCING:
            self.refuses(note)
            return
        event = self.put(note)
        assert isinstance(event, HaltOrdered)
        self.stopped[place] = event

    @precondition(lambda self: bool(self.stopped))
    @rule(chance=st.data())
    def resume(self, chance: st.DataObject) -> None:
        place = chance.draw(st.sampled_from(list(self.stopped)))
        self.wait(1)
        self.put(resume_note(self.world, self.stopped.pop(place)))

    @precondition(lambda self: bool(self.stopped))
    @rule(chance=st.data())
    def fail_to_resume(self, chance: st.DataObject) -> None:
        halt = chance.draw(st.sampled_from(list(self.stopped.values())))
        world = self.world
        self.wait(1)
        too_few: list[tuple[NoteSigner, ...]] = [
            (CARLA,),
            (world.risk,),
            world.operators,
            (world.agent, CARLA),
        ]
        people = chance.draw(st.sampled_from(too_few))
        self.refuses(resume_note(world, halt, *people))

    @precondition(lambda self: bool(self.stopped))
    @rule(chance=st.data())
    def resume_at_the_instant_of_the_halt(self, chance: st.DataObject) -> None:
        halt = chance.draw(st.sampled_from(list(self.stopped.values())))
        self.refuses(resume_note(self.world, halt, at=halt.halt.at))

    @precondition(lambda self: bool(self.notes))
    @rule(chance=st.data())
    def replay_a_kept_note(self, chance: st.DataObject) -> None:
        self.refuses(chance.draw(st.sampled_from(self.notes)))

    @rule(latch=st.sampled_from(Latch))
    def rearm(self, latch: Latch) -> None:
        self.wait(1)
        self.put(rearm_note(self.world, latch))

    @precondition(lambda self: bool(self.working()))
    @rule(chance=st.data(), pause=PAUSES)
    def cancel_what_works(self, chance: st.DataObject, pause: int) -> None:
        target = chance.draw(st.sampled_from(self.working()))
        self.wait(pause)
        asked = {"market": target.market, "venue": target.venue}
        cancel = self.world.order(
            action=Action.CANCEL,
            target=target.seq,
            amount=target.amount,
            created_at=self.world.now,
            **asked,
        )
        assert self.world.trade(cancel) == "allowed"

    def working(self) -> list[Order]:
        unanswered = self.world.state.agents[AGENT].unanswered.values()
        orders = [submitted.order for submitted in unanswered]
        return [order for order in orders if order.action is Action.NEW]

    @rule(market=MARKETS, venue=VENUES, pause=PAUSES)
    def send_an_order(self, market: str, venue: str, pause: int) -> None:
        self.wait(pause)
        world = self.world
        order = world.order(
            market=market, venue=venue, created_at=world.now, amount=eur("1.00")
        )
        touched = places_of(order, world.scope)
        is_stopped = any(place in self.stopped for place in touched)
        assert world.trade(order) == ("denied" if is_stopped else "allowed")


TestAnyStopsAndStarts = AnyStopsAndStarts.TestCase
TestAnyStopsAndStarts.settings = settings(stateful_step_count=25, max_examples=40)
