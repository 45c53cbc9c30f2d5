"""A gateway on an old copy of its data does not start: a witness knows better."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from kya.adapters.clock import SystemClock
from kya.adapters.store_files import directory_stores
from kya.adapters.store_memory import MemoryCheckpointStore, MemoryDisk
from kya.cli.app import run
from kya.cli.exits import Exit
from kya.config import Config, LogSection
from kya.config_outside import WitnessesSection
from kya.core.power_events import ClockSource
from kya.pki.note_signer import sign_note
from kya.sequencer.sequencer import Sequencer
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.policy import Log, Policy
from kya.tlog.policy import Witness as Named
from kya.wiring.founding import found
from kya.wiring.installation import LOG, Opened
from kya.wiring.opening import open_if_new
from kya.witness.witness import Witness
from tests.test_config import INSTALLATION
from tests.witness.test_witnesses import at_work
from tests.witness.worlds import a_cosigner


async def published(opened: Opened) -> int:
    """Open the log, publish it, and return its size."""
    signer = opened.note_signer(LOG)
    sequencer = await Sequencer.open(directory_stores(opened.data), signer)
    now = SystemClock().now()
    await open_if_new(sequencer, opened, ClockSource.SYSTEM, now)
    size = (await sequencer.publish()).size
    await sequencer.close()
    return size


def test_an_old_copy_ends_with_exit_code_70_and_signs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    section = WitnessesSection(policy="trust/policy.txt")
    plain = Config(installation=INSTALLATION, log=LogSection(origin="kya.example/log"))
    config = msgspec.structs.replace(plain, witnesses=section)
    opened = found(tmp_path / "data", config, SystemClock().now())
    size = asyncio.run(published(opened))
    before = (opened.data / "log/checkpoint").read_bytes()
    log = opened.note_signer(LOG)
    # What the log signed in the time that the old copy knows nothing of.
    newer = Checkpoint(origin=log.name, size=size + 5, root=bytes(32))
    store = MemoryCheckpointStore(MemoryDisk())
    store.swap(log.name, None, sign_note(newer.text(), log).render())
    witness = Witness(
        cosigner=a_cosigner(),
        logs=(log.key,),
        store=store,
        now=SystemClock().now,
        alarm=lambda _held, _offered: None,
    )
    with at_work(witness) as url:
        named = Named(name="regulator", key=witness.cosigner.key, url=url)
        policy = Policy(
            logs=(Log(key=log.key),), witnesses=(named,), quorum="regulator"
        )
        (opened.data / section.policy).write_bytes(policy.render())
        code = run(["up", "--data", str(opened.data), "--port", "0"])
    assert code == Exit.BUG
    said = capsys.readouterr().err
    assert f"witness regulator: holds {size + 5} entries" in said
    assert f"which has {size} here" in said
    assert (opened.data / "log/checkpoint").read_bytes() == before
