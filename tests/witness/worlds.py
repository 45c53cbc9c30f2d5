"""Witnesses for tests, of the logs that `tests.tlog.builders` makes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kya.adapters.kms_memory import MemorySigner
from kya.adapters.store_memory import MemoryCheckpointStore, MemoryDisk
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.pki.cosigner import Cosigner
from kya.pki.keys import KeyAlgorithm
from kya.sequencer.ports import CheckpointStore
from kya.tlog.growth import Edge
from kya.tlog.policy import Witness as Named
from kya.tlog.tree import consistency_proof
from kya.witness.client import Reply, WitnessClient
from kya.witness.request import AddCheckpoint
from kya.witness.witness import Witness
from tests.tlog.builders import LOG, Files, a_checkpoint, a_log, signed

NOON = Instant.parse("2026-05-22T12:00:00.000000Z")
NOON_SECONDS = 1_779_451_200


def a_cosigner(number: int = 1) -> Cosigner:
    """A witness's name and key."""
    signer = MemorySigner.from_seed(KeyAlgorithm.ED25519, bytes([number] * 32))
    return Cosigner(f"w{number}.example", signer)


@dataclass
class Watched:
    """A log of 300 entries, a witness of it, and what the witness was alarmed by."""

    store: CheckpointStore = field(
        default_factory=lambda: MemoryCheckpointStore(MemoryDisk())
    )
    now: Callable[[], Instant] = lambda: NOON
    alarms: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])

    def __post_init__(self) -> None:
        self.witness = Witness(
            cosigner=a_cosigner(),
            logs=(LOG,),
            store=self.store,
            now=self.now,
            alarm=lambda held, offered: self.alarms.append((held, offered)),
        )
        files, edges = Files(), {}
        for size in (1, 3, 300):
            files, edges[size] = a_log(size)
        self.files: Files = files
        self.edges: dict[int, Edge] = edges

    def note(self, size: int) -> bytes:
        """The log's checkpoint of this size."""
        return signed(a_checkpoint(size, self.edges[size].root))

    def request(self, old: int, size: int) -> bytes:
        """What the log would send."""
        files, _ = a_log(size)
        proof = consistency_proof(files.read, old, size)
        return AddCheckpoint.of(self.note(size), old, proof).render()


def beside(witness: Witness) -> WitnessClient:
    """A client of this witness, without a network."""

    def ask(body: bytes) -> Reply:
        answer = witness.add_checkpoint(body)
        return Reply(status=answer.status, body=answer.body)

    name = witness.cosigner.name
    return WitnessClient(Named(name=name, key=witness.cosigner.key), ask)


class Out:
    """A witness that cannot be reached, until it is back."""

    def __init__(self, witness: Witness) -> None:
        self.client = beside(witness)
        self.ask, self.client._ask = self.client._ask, self.refuse  # noqa: SLF001

    def refuse(self, body: bytes) -> Reply:
        raise TransientError(f"no reply to {len(body)} bytes")

    def back(self) -> None:
        self.client._ask = self.ask  # noqa: SLF001
