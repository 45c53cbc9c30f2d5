"""The firm is halted where its log's witnesses have been silent for too long."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kya.adapters.store_files import FileTileStore
from kya.adapters.store_memory import MemoryCheckpointStore, MemoryDisk
from kya.config_outside import WitnessesSection
from kya.core.decision import Outcome
from kya.core.halt import HaltOrdered
from kya.core.levels import FIRM
from kya.core.order import Action
from kya.evidence.reader import LogDirectory
from kya.tlog.policy import Group, Log, Policy
from kya.tlog.policy import Witness as Named
from kya.wiring.vigil import Vigil
from kya.wiring.witnessed import newest_seen
from kya.wiring.witnesses import Witnesses
from kya.witness.witness import Witness
from tests.gateway.house import House, a_house
from tests.halting import enrol_supervisors, resume_note
from tests.verify.packages import failing, handed_over
from tests.witness.worlds import Out, a_cosigner
from tests.world import World

SECONDS = 60


@dataclass
class Watch:
    """A house, two witnesses out of a policy that asks for both, and the vigil."""

    house: House
    folder: Path
    outs: list[Out] = field(default_factory=list)

    def __post_init__(self) -> None:
        log = self.house.world.log.key
        for number in (1, 2):
            witness = Witness(
                cosigner=a_cosigner(number),
                logs=(log,),
                store=MemoryCheckpointStore(MemoryDisk()),
                now=lambda: self.house.clock.instant,
                alarm=lambda _held, _offered: None,
            )
            self.outs.append(Out(witness))
            self.outs[-1].back()
        named = tuple(
            Named(name=f"w{n}.example", key=a_cosigner(n).key) for n in (1, 2)
        )
        both = Group(name="both", threshold=2, members=tuple(w.name for w in named))
        asked = Policy(logs=(Log(key=log),), witnesses=named, groups=(both,))
        self.policy = replace(asked, quorum="both")
        self.start()

    def start(self) -> None:
        """Begin as a process does: with nothing but the log and its files."""
        seen = newest_seen(LogDirectory(self.folder, self.policy))
        witnesses = Witnesses(
            sequencer=self.house.sequencer,
            clients=tuple(out.client for out in self.outs),
            store=FileTileStore(self.folder),
            every_seconds=0.001,
            threads=ThreadPoolExecutor(2),
            policy=self.policy,
        )
        self.vigil = Vigil(
            witnesses=witnesses,
            statements=self.house.gateway.statements,
            signer=self.house.world.gateway,
            clock=self.house.clock,
            seconds_max=SECONDS,
            since=self.house.clock.instant if seen is None else seen.at,
        )

    async def traded(self) -> Outcome:
        """An order comes, is published, and the witnesses are asked."""
        outcome = (await self.house.submit()).outcome
        await self.house.sequencer.publish()
        await self.vigil.watch()
        return outcome

    def halt(self) -> HaltOrdered | None:
        return self.house.sequencer.state.halts.get(FIRM)

    def silence(self, number: int = 1) -> None:
        out = self.outs[number]
        out.client._ask = out.refuse  # noqa: SLF001

    async def past(self, seconds: int = SECONDS + 1) -> None:
        self.house.clock.forward(seconds=seconds)
        await self.vigil.watch()


def lived(tmp_path: Path, test: Callable[[Watch], Awaitable[None]]) -> House:
    """Live a test in a house that supervisors can be found in."""
    world = World()
    enrol_supervisors(world)
    house = a_house()
    house.world = world

    async def live() -> None:
        await house.open()
        try:
            await test(Watch(house, tmp_path))
        finally:
            await house.close()

    asyncio.run(live())
    return house


def test_a_quorum_lets_trading_go_on_however_long_it_is_idle(tmp_path: Path) -> None:
    async def test(watch: Watch) -> None:
        assert await watch.traded() is Outcome.ALLOWED
        for _ in range(3):
            await watch.past()
        assert await watch.traded() is Outcome.ALLOWED
        assert watch.halt() is None

    lived(tmp_path, test)


def test_too_long_without_a_quorum_denies_all_but_cancels(tmp_path: Path) -> None:
    async def test(watch: Watch) -> None:
        await watch.traded()
        watch.silence()
        assert await watch.traded() is Outcome.ALLOWED
        await watch.past(SECONDS)
        assert watch.halt() is None, "not a second too early"
        await watch.past(1)
        halt = watch.halt()
        assert halt is not None
        assert "no quorum both since 2026-" in halt.halt.reason
        assert await watch.traded() is Outcome.DENIED
        cancel = await watch.house.submit(action=Action.CANCEL, target=1)
        assert b"halt.halted" not in cancel.decision

    house = lived(tmp_path, test)
    package = handed_over(
        house.world,
        tmp_path / "evidence",
        entries=[*house.world.entries, *house.raws()],
    )
    assert failing(package.verified()) == set()


def test_a_restart_does_not_put_it_off(tmp_path: Path) -> None:
    async def test(watch: Watch) -> None:
        await watch.traded()
        watch.silence()
        await watch.traded()
        await watch.past(SECONDS - 1)
        await watch.house.restart()
        watch.start()
        await watch.past(2)
        assert watch.halt() is not None
        await watch.house.restart()
        assert watch.halt() is not None

    lived(tmp_path, test)


def test_a_start_after_long_idleness_does_not_halt_where_witnesses_answer(
    tmp_path: Path,
) -> None:
    async def test(watch: Watch) -> None:
        await watch.traded()
        await watch.house.restart()
        watch.house.clock.forward(seconds=25_000)
        watch.start()
        assert await watch.traded() is Outcome.ALLOWED
        assert watch.halt() is None

    lived(tmp_path, test)


def test_two_people_lift_it_and_have_as_long_again(tmp_path: Path) -> None:
    async def test(watch: Watch) -> None:
        watch.silence()
        await watch.traded()
        await watch.past()
        first = watch.halt()
        assert first is not None
        await watch.past()
        assert watch.halt() == first, "halted once"
        watch.house.clock.forward(seconds=1)
        note = resume_note(watch.house.world, first, at=watch.house.clock.instant)
        await watch.house.gateway.statements.record(note)
        assert await watch.traded() is Outcome.ALLOWED
        assert watch.halt() is None
        await watch.past()
        assert watch.halt() not in {None, first}

    lived(tmp_path, test)


def test_half_of_the_quorum_is_none(tmp_path: Path) -> None:
    async def test(watch: Watch) -> None:
        watch.silence(0)
        watch.silence(1)
        await watch.traded()
        watch.outs[0].back()
        await watch.past()
        assert watch.halt() is not None

    lived(tmp_path, test)


@pytest.mark.parametrize(
    ("policy", "seconds"), [("", 60), ("policy.txt", -1), ("policy.txt", 86_401)]
)
def test_the_configuration_asks_for_nothing_that_cannot_be(
    policy: str, seconds: int
) -> None:
    with pytest.raises(ValueError, match="halt_after_s"):
        WitnessesSection(policy=policy, halt_after_s=seconds)
