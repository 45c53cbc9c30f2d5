"""A signature that does not fit never reaches the disk, whoever checks it."""

import asyncio

import pytest

from kya.adapters.store_memory import MemoryDisk
from kya.core.decision import Outcome
from kya.core.errors import TransientError
from kya.gateway.checked_on_write import checked_on_write
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import MarketAccess
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.pki.signer import Custody
from kya.sequencer.sequencer import Sequencer
from tests.gateway.house import HandClock, a_venue, the_world
from tests.sequencer.logs import inline
from tests.world import signer_for


class FadingSigner:
    """The gateway's key, which signs well a few times and then does not."""

    def __init__(self, good: int) -> None:
        self._key = signer_for("gateway")
        self._good = good

    def public_key(self) -> bytes:
        return self._key.public_key()

    def sign(self, message: bytes) -> bytes:
        self._good -= 1
        return self._key.sign(message if self._good >= 0 else message + b" ")

    def describe(self) -> Custody:
        return self._key.describe()


async def opened(disk: MemoryDisk, good: int) -> tuple[Sequencer, Gateway]:
    world = the_world()
    signer, stores = checked_on_write(
        NoteSigner("gateway", FadingSigner(good)), disk.stores()
    )
    sequencer = await Sequencer.open(stores, world.log, inline())
    for raw in world.entries[sequencer.size :]:
        await sequencer.append(Entry.read(raw))
    gateway = Gateway(
        sequencer=sequencer,
        signer=signer,
        clock=HandClock(),
        access=MarketAccess(venues={"SIMA": a_venue(HandClock())}),
        root=world.root,
    )
    return sequencer, gateway


def test_good_signatures_pass_and_are_those_of_the_log() -> None:
    async def case() -> None:
        sequencer, gateway = await opened(MemoryDisk(), good=100)
        answer = await gateway.submit(the_world().order_note())
        await gateway.releases.drained()
        assert answer.outcome is Outcome.ALLOWED
        assert sequencer.durable_size == sequencer.size == answer.index + 3
        await sequencer.close()

    asyncio.run(case())


def test_a_bad_signature_is_not_stored_not_answered_and_stops_the_log() -> None:
    async def case() -> None:
        disk = MemoryDisk()
        sequencer, gateway = await opened(disk, good=0)
        with pytest.raises(TransientError, match="gateway did not sign it well"):
            await gateway.submit(the_world().order_note())
        with pytest.raises(TransientError, match="stopped by a fault"):
            await gateway.submit(the_world().order_note())
        assert sequencer.failure.done()
        disk.end_process()
        again, _ = await opened(disk, good=0)
        assert again.size == len(the_world().entries)
        await again.close()

    asyncio.run(case())


def test_other_people_s_signatures_are_not_its_business() -> None:
    async def case() -> None:
        world = the_world()
        sequencer, _ = await opened(MemoryDisk(), good=0)
        assert sequencer.durable_size == len(world.entries)
        await sequencer.close()

    asyncio.run(case())
