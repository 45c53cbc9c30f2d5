"""The witnesses of a log at work, over HTTP on loopback where it matters."""

import asyncio
import logging
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from kya.adapters.store_files import FileTileStore
from kya.adapters.store_memory import MemoryCheckpointStore, MemoryDisk
from kya.adapters.witness_http import WitnessConnection
from kya.codec.note import SignedNote, VerifierKey, verify
from kya.config_outside import WitnessesSection
from kya.core.errors import CorruptionError, InputError, TransientError
from kya.evidence.reader import LogDirectory
from kya.sequencer.sequencer import Sequencer
from kya.tlog.policy import Policy
from kya.tlog.policy import Witness as Named
from kya.wiring.witnessed import Seen, newest_seen, witness_policy
from kya.wiring.witnesses import Witnesses, witnesses_of
from kya.witness.client import REPLY_BYTES_MAX, Reply, WitnessClient
from kya.witness.witness import Witness
from tests.sequencer.logs import LOG, grown, opened, published
from tests.serving import Quiet, serving
from tests.witness.worlds import NOON, Out, a_cosigner, beside


def a_witness(number: int) -> Witness:
    """A witness of the log of `tests.sequencer.logs`."""
    return Witness(
        cosigner=a_cosigner(number),
        logs=(LOG.key,),
        store=MemoryCheckpointStore(MemoryDisk()),
        now=lambda: NOON,
        alarm=lambda _held, _offered: None,
    )


@contextmanager
def at_work(witness: Witness, pad: bytes = b"") -> Generator[str]:
    """Serve a witness on loopback; the prefix has a path of its own."""

    class Post(Quiet):
        def do_POST(self) -> None:  # noqa: N802  the library's name
            length = int(self.headers["content-length"])
            answer = witness.add_checkpoint(self.rfile.read(length))
            found = self.path == "/prefix/add-checkpoint"
            self.send_response(answer.status if found else 404)
            self.end_headers()
            self.wfile.write(answer.body + pad)

    with serving(Post) as url:
        yield f"{url}/prefix"


def watching(sequencer: Sequencer, folder: Path, *clients: WitnessClient) -> Witnesses:
    return Witnesses(
        sequencer=sequencer,
        clients=clients,
        store=FileTileStore(folder),
        every_seconds=0.001,
        threads=ThreadPoolExecutor(2),
    )


def signers(path: Path, *witnesses: Witness) -> tuple[VerifierKey, ...]:
    keys = [LOG.key, *(witness.cosigner.key for witness in witnesses)]
    return verify(SignedNote.parse(path.read_bytes()), keys)


def test_lines_are_kept_beside_the_checkpoint_as_they_come(tmp_path: Path) -> None:
    first, second = a_witness(1), a_witness(2)
    out = Out(second)

    async def go() -> None:
        sequencer = await grown(MemoryDisk().stores(), 8)
        witnesses = watching(sequencer, tmp_path, beside(first), out.client)
        await witnesses.collect()
        assert not witnesses.collected.lines, "nothing is published yet"
        size = (await sequencer.publish()).size
        await witnesses.collect()
        path = tmp_path / f"witnessed/{size}.note"
        both = (first, second)
        assert signers(path, *both) == (LOG.key, first.cosigner.key)
        assert "no reply" in witnesses.faults[second.cosigner.name]
        out.back()
        await witnesses.collect()
        keys = (LOG.key, first.cosigner.key, second.cosigner.key)
        assert signers(path, *both) == keys
        assert witnesses.faults[second.cosigner.name] == ""
        await sequencer.close()

    asyncio.run(go())


def test_a_question_that_was_given_up_and_the_next_do_not_meet(tmp_path: Path) -> None:
    # So it is when the gateway stops: its last question finds the former on its way.
    witness, under_way, go_on = a_witness(1), threading.Event(), threading.Event()
    client, asked_twice = beside(witness), []

    def slowly(body: bytes) -> Reply:
        asked_twice.append(under_way.is_set() and not go_on.is_set())
        under_way.set()
        assert go_on.wait(10)
        answer = witness.add_checkpoint(body)
        return Reply(status=answer.status, body=answer.body)

    slow = WitnessClient(client.witness, slowly)

    async def go() -> None:
        sequencer = await grown(MemoryDisk().stores(), 8)
        size = (await sequencer.publish()).size
        witnesses = watching(sequencer, tmp_path, slow)
        given_up = asyncio.create_task(witnesses.collect())
        await asyncio.to_thread(under_way.wait, 10)
        given_up.cancel()
        last = asyncio.create_task(witnesses.collect())
        await asyncio.sleep(0.05)
        go_on.set()
        await last
        path = tmp_path / f"witnessed/{size}.note"
        assert signers(path, witness) == (LOG.key, witness.cosigner.key)
        assert not any(asked_twice)
        await sequencer.close()

    asyncio.run(go())


def test_goes_on_as_the_log_grows(tmp_path: Path) -> None:
    witness = a_witness(1)

    async def go() -> None:
        disk = MemoryDisk()
        sequencer = await grown(disk.stores(), 4)
        await sequencer.publish()
        witnesses = watching(sequencer, tmp_path, beside(witness))
        await witnesses.collect()
        await sequencer.close()
        sequencer = await grown(disk.stores(), 9)
        witnesses.sequencer = sequencer
        size = (await sequencer.publish()).size
        path = tmp_path / f"witnessed/{size}.note"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(witnesses.collect_ever(), 0.1)
        assert signers(path, witness) == (LOG.key, witness.cosigner.key)
        await sequencer.close()

    asyncio.run(go())


def test_a_log_restored_from_an_old_copy_does_not_sign(tmp_path: Path) -> None:
    witness, old, new = a_witness(1), MemoryDisk(), MemoryDisk()
    published(old, 4)
    published(new, 9)

    async def go() -> None:
        sequencer = await opened(new.stores())
        await watching(sequencer, tmp_path, beside(witness)).require_behind()
        await sequencer.close()
        sequencer = await opened(old.stores())
        with pytest.raises(CorruptionError, match="not signed: witness w1"):
            await watching(sequencer, tmp_path, beside(witness)).require_behind()
        await sequencer.close()

    asyncio.run(go())


def test_a_witness_out_of_reach_does_not_keep_a_log_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = MemoryDisk()
    published(disk, 4)

    async def go() -> None:
        sequencer = await opened(disk.stores())
        out = Out(a_witness(1))
        witnesses = watching(sequencer, tmp_path, out.client)
        with caplog.at_level(logging.INFO, "kya.witnesses"):
            await witnesses.require_behind()
            await witnesses.collect()
            out.back()
            await witnesses.collect()
        said = [record.levelname for record in caplog.records]
        assert said == ["WARNING", "INFO"], "said when it changes"
        await sequencer.close()

    asyncio.run(go())


def test_is_asked_over_http_at_its_url(tmp_path: Path) -> None:
    witness = a_witness(1)
    with at_work(witness) as url:
        named = Named(name="first", key=witness.cosigner.key, url=url)
        policy = Policy(witnesses=(named,), quorum="first")
        (tmp_path / "policy.txt").write_bytes(policy.render())
        section = WitnessesSection(policy="policy.txt")

        async def go() -> None:
            sequencer = await grown(MemoryDisk().stores(), 8)
            size = (await sequencer.publish()).size
            with witnesses_of(section, tmp_path, sequencer) as witnesses:
                await witnesses.collect()
            path = tmp_path / f"log/witnessed/{size}.note"
            assert signers(path, witness) == (LOG.key, witness.cosigner.key)
            seen = newest_seen(LogDirectory(tmp_path / "log", policy))
            assert seen == Seen(size=size, names=("first",), at=NOON)
            path.write_bytes(sequencer.read("checkpoint"))
            assert newest_seen(LogDirectory(tmp_path / "log", policy)) is None
            await sequencer.close()

        asyncio.run(go())


def test_a_reply_has_an_end() -> None:
    witness = a_witness(1)
    with at_work(witness, bytes(REPLY_BYTES_MAX)) as url:
        connection = WitnessConnection(url, 5)
        with pytest.raises(TransientError, match="more than"):
            connection.post(b"old 0\n")
        connection.close()
    with pytest.raises(TransientError, match="no reply"):
        connection.post(b"old 0\n")


@pytest.mark.parametrize("url", ["ftp://w.example", "w.example", "http://"])
def test_a_witness_has_a_url_of_http(url: str) -> None:
    with pytest.raises(InputError, match="want an http"):
        WitnessConnection(url, 1)


def test_the_policy_must_be_there_and_say_where_witnesses_are(tmp_path: Path) -> None:
    assert witness_policy(WitnessesSection(), tmp_path) is None
    section = WitnessesSection(policy="policy.txt")
    with pytest.raises(InputError, match=r"policy\.txt"):
        witness_policy(section, tmp_path)
    key = a_cosigner().key
    policy = Policy(witnesses=(Named(name="first", key=key),), quorum="first")
    (tmp_path / "policy.txt").write_bytes(policy.render())

    async def go() -> None:
        sequencer = await grown(MemoryDisk().stores(), 1)
        with (
            pytest.raises(InputError, match="no URL for first"),
            witnesses_of(section, tmp_path, sequencer),
        ):
            pass
        await sequencer.close()

    asyncio.run(go())


def test_pauses_and_patience_have_limits() -> None:
    for bad in ({"every_ms": 0}, {"timeout_ms": 60_001}):
        with pytest.raises(ValueError, match="want 1 to 60000"):
            WitnessesSection(policy="policy.txt", **bad)
