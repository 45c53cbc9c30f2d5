"""The clock is compared while the gateway works, and halts it where that is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
import pytest

from kya.config_outside import ClockSection
from kya.core.clock_comparison import ClockCompared, Deviation
from kya.core.decision import Outcome
from kya.core.errors import TransientError
from kya.core.halt import HaltOrdered
from kya.core.levels import FIRM
from kya.core.order import Action
from kya.gateway.scribe import Scribe
from kya.pki.entries import Entry
from kya.wiring.clock_watch import ClockWatch
from tests.gateway.house import House, a_house
from tests.halting import enrol_supervisors, resume_note
from tests.world import World

SECONDS = 60
GOOD = Deviation(offset_micros=-120, bound_micros=340)
AT_THE_LIMIT = Deviation(offset_micros=400, bound_micros=600)
OFF = Deviation(offset_micros=-401, bound_micros=600)


@dataclass
class Keeper:
    """Says what it is told to."""

    says: Deviation | TransientError | None = GOOD

    def ask(self) -> Deviation | None:
        if isinstance(self.says, TransientError):
            raise self.says
        return self.says


@dataclass
class Watched:
    """A house and the watch over its clock."""

    house: House
    section: ClockSection
    keeper: Keeper = field(default_factory=Keeper)

    def __post_init__(self) -> None:
        house = self.house
        self.watch = ClockWatch(
            section=self.section,
            keeper=self.keeper,
            scribe=Scribe(
                sequencer=house.sequencer,
                signer=house.world.gateway,
                clock=house.clock,
            ),
            statements=house.gateway.statements,
            signer=house.world.gateway,
            since=house.clock.instant,
        )

    async def past(self, seconds: int) -> None:
        self.house.clock.forward(seconds=seconds)
        await self.watch.compare()

    def halt(self) -> HaltOrdered | None:
        return self.house.sequencer.state.halts.get(FIRM)

    def compared(self) -> list[Deviation | None]:
        events = [Entry.read(raw).event for raw in self.house.raws()]
        return [e.deviation for e in events if isinstance(e, ClockCompared)]


def lived(
    test: Callable[[Watched], Awaitable[None]], halt_after_s: int = SECONDS
) -> None:
    world = World()
    enrol_supervisors(world)
    house = a_house()
    house.world = world
    section = ClockSection(keeper="chrony", halt_after_s=halt_after_s)

    async def live() -> None:
        await house.open()
        try:
            await test(Watched(house, section))
        finally:
            await house.close()

    asyncio.run(live())


def test_each_comparison_is_an_entry_and_orders_go_on() -> None:
    async def test(watched: Watched) -> None:
        await watched.past(1)
        assert (await watched.house.submit()).outcome is Outcome.ALLOWED
        watched.keeper.says = AT_THE_LIMIT
        await watched.past(3_600)
        assert watched.compared() == [GOOD, AT_THE_LIMIT]
        assert watched.halt() is None

    lived(test)


@pytest.mark.parametrize("says", [OFF, None, TransientError("nobody is there")])
def test_too_long_out_of_time_denies_all_but_cancels(
    says: Deviation | TransientError | None,
) -> None:
    async def test(watched: Watched) -> None:
        await watched.past(1)
        watched.keeper.says = says
        await watched.past(SECONDS)
        assert watched.halt() is None, "not a second too early"
        assert (await watched.house.submit()).outcome is Outcome.ALLOWED
        await watched.past(1)
        halt = watched.halt()
        assert halt is not None
        assert "not known to be within 1000 us of UTC since" in halt.halt.reason
        assert (await watched.house.submit()).outcome is Outcome.DENIED
        await watched.past(1)
        assert watched.halt() == halt, "it is halted once"
        seen = says if isinstance(says, Deviation) else None
        assert watched.compared() == [GOOD, seen, seen, seen]

    lived(test)


def test_whoever_lifts_the_halt_has_as_long_again() -> None:
    async def test(watched: Watched) -> None:
        house = watched.house
        watched.keeper.says = None
        await watched.past(SECONDS + 1)
        halt = watched.halt()
        assert halt is not None
        house.clock.forward(seconds=1)
        await watched.watch.compare()
        note = resume_note(house.world, halt, at=house.clock.instant)
        await house.gateway.statements.record(note)
        await watched.past(SECONDS)
        assert watched.halt() is None
        await watched.past(1)
        assert watched.halt() is not None

    lived(test)


def test_where_nothing_is_asked_nothing_is_halted() -> None:
    async def test(watched: Watched) -> None:
        watched.keeper.says = None
        await watched.past(86_400)
        assert watched.halt() is None
        assert watched.compared() == [None]

    lived(test, halt_after_s=0)


def test_a_clock_behind_the_log_is_not_compared() -> None:
    async def test(watched: Watched) -> None:
        await watched.past(10)
        watched.house.clock.forward(seconds=-5)
        with pytest.raises(TransientError, match="stepped back"):
            await watched.watch.compare()
        assert watched.compared() == [GOOD]

    lived(test)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"keeper": "sundial"}, "keeper|Invalid enum"),
        ({"keeper": "chrony", "every_s": 0}, "every_s: want 1 to 3600"),
        ({"keeper": "chrony", "every_s": 3_601}, "every_s: want 1 to 3600"),
        ({"keeper": "chrony", "offset_us_max": 0}, "offset_us_max"),
        ({"keeper": "chrony", "halt_after_s": 86_401}, "halt_after_s"),
        ({"halt_after_s": 60}, "want a keeper"),
    ],
)
def test_a_section_that_cannot_be_kept_is_refused(
    raw: dict[str, object], words: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(raw, ClockSection)


def test_cancels_pass_while_the_firm_is_halted_for_its_clock() -> None:
    async def test(watched: Watched) -> None:
        watched.keeper.says = None
        await watched.past(SECONDS + 1)
        answer = await watched.house.submit(action=Action.CANCEL, target=1)
        # There is nothing to cancel, and the halt is not why.
        assert b"target.unknown" in answer.decision
        assert b"halt.halted" not in answer.decision

    lived(test)
