"""The witnesses of a log at work: asked after every publishing, never on the road.

<data>/log/witnessed/<size>.note   a checkpoint with its witnesses' lines
"""

import asyncio
import logging
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kya.adapters.store_files import FileTileStore
from kya.adapters.witness_http import WitnessConnection
from kya.codec.note import NoteSignature, SignedNote
from kya.codec.package_layout import witnessed_path
from kya.config_outside import WitnessesSection
from kya.core.errors import CorruptionError, InputError, KyaError
from kya.sequencer.ports import TileStore
from kya.sequencer.publish import CHECKPOINT
from kya.sequencer.sequencer import Sequencer
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.policy import Policy
from kya.wiring.witnessed import witness_policy
from kya.witness.client import WitnessClient

_LOG: Final = logging.getLogger("kya.witnesses")
_MILLIS: Final = 1_000


@dataclass(slots=True)
class Collected:
    """The lines under one checkpoint, by witness, as they came."""

    note: bytes = b""
    lines: dict[str, NoteSignature] = field(default_factory=dict[str, NoteSignature])


@dataclass(slots=True, kw_only=True)
class Witnesses:
    """All witnesses of one log, each with its own thread and connection."""

    sequencer: Sequencer
    clients: tuple[WitnessClient, ...]
    store: TileStore
    every_seconds: float
    threads: ThreadPoolExecutor
    policy: Policy = field(default_factory=Policy)
    collected: Collected = field(default_factory=Collected)
    faults: dict[str, str] = field(default_factory=dict[str, str])

    async def require_behind(self) -> None:
        """Raise CorruptionError if a witness holds more than the log that was opened.

        One that cannot be reached is passed over: trading does not hang on witnesses,
        and it is asked again after the next publishing.
        """
        if self.sequencer.published is not None:
            for client, error in (await self._ask_all(self.clients)).items():
                if isinstance(error, CorruptionError):
                    raise CorruptionError(f"not signed: {error}") from error
                self._say(client, error)

    async def collect(self) -> None:
        """Ask whoever has not cosigned the newest checkpoint, and store the lines."""
        asked = [
            client
            for client in self.clients
            if client.witness.name not in self._of_newest().lines
        ]
        if self.sequencer.published is not None:
            for client, error in (await self._ask_all(asked)).items():
                self._say(client, error)

    def have_quorum(self) -> bool:
        """Tell whether the quorum stands under what was collected last."""
        if self.sequencer.published is None:
            return True
        lines, named = self.collected.lines, self.policy.witnesses
        return self.policy.quorum_is_met(w.key for w in named if w.name in lines)

    async def collect_ever(self) -> None:
        """Ask again and again, with pauses, until cancelled."""
        while True:
            await self.collect()
            await asyncio.sleep(self.every_seconds)

    def _of_newest(self) -> Collected:
        """Return what was collected under the newest checkpoint."""
        if self.sequencer.published is not None:
            note = self.sequencer.read(CHECKPOINT)
            if note != self.collected.note:
                self.collected = Collected(note)
        return self.collected

    async def _ask_all(
        self, clients: Sequence[WitnessClient]
    ) -> dict[WitnessClient, KyaError | None]:
        """Ask these at once; store the lines, and return each one's fault."""
        collected, loop = self._of_newest(), asyncio.get_running_loop()
        read, before = self.sequencer.read, len(collected.lines)

        def published() -> int:
            newest = self.sequencer.published
            return 0 if newest is None else newest.size

        async def ask(client: WitnessClient) -> KyaError | None:
            size = published()
            try:
                line = await loop.run_in_executor(
                    self.threads, client.cosigned, collected.note, read, size
                )
            except KyaError as error:
                return error
            collected.lines[client.witness.name] = line
            return None

        faults = await asyncio.gather(*map(ask, clients))
        if len(collected.lines) > before:
            await asyncio.to_thread(self._store, collected)
        return dict(zip(clients, faults, strict=True))

    def _store(self, collected: Collected) -> None:
        """Make a checkpoint durable with the lines that it has by now."""
        note = SignedNote.parse(collected.note)
        names = [client.witness.name for client in self.clients]
        lines = [collected.lines[name] for name in names if name in collected.lines]
        cosigned = SignedNote(note.text, (*note.signatures, *lines)).render()
        path = witnessed_path(Checkpoint.from_note(note).size)
        self.store.replace(path, cosigned)

    def _say(self, client: WitnessClient, error: KyaError | None) -> None:
        """Log a witness's fault when it changes."""
        name, fault = client.witness.name, "" if error is None else str(error)
        if self.faults.get(name, "") == fault:
            return
        self.faults[name] = fault
        if isinstance(error, CorruptionError):
            _LOG.error("%s", fault)
        elif error is not None:
            _LOG.warning("witness %s: %s", name, fault)
        else:
            _LOG.info("witness %s: cosigns", name)


@contextmanager
def witnesses_of(
    section: WitnessesSection, data: Path, sequencer: Sequencer
) -> Generator[Witnesses]:
    """Give the witnesses of a log; nobody where the configuration names no policy."""
    policy = witness_policy(section, data) or Policy()
    if unreachable := [each.name for each in policy.witnesses if not each.url]:
        raise InputError(f"{section.policy}: no URL for {', '.join(unreachable)}")
    seconds = section.timeout_ms / _MILLIS
    lines = [(each, WitnessConnection(each.url, seconds)) for each in policy.witnesses]
    threads = ThreadPoolExecutor(max(1, len(lines)), "kya-witness")
    try:
        yield Witnesses(
            sequencer=sequencer,
            clients=tuple([WitnessClient(each, line.post) for each, line in lines]),
            store=FileTileStore(data / "log"),
            every_seconds=section.every_ms / _MILLIS,
            threads=threads,
            policy=policy,
        )
    finally:
        threads.shutdown()
        for _, line in lines:
            line.close()
