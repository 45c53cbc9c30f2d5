"""Time stamps on tree heads: at the start, at the end, and every ten minutes between.

<data>/log/stamps/<size>.<authority>.tsr   over the bytes of checkpoints/<size>.note
"""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kya.adapters.stamp_http import Ask, asking
from kya.adapters.store_files import FileTileStore
from kya.codec.note import SignedNote
from kya.codec.package_layout import stamp_path
from kya.config_outside import StampAuthoritySection, TimeStampsSection
from kya.core.errors import InputError, KyaError
from kya.pki.stamp_authorities import Authorities
from kya.pki.time_stamps import stamp_query, stamped_at
from kya.sequencer.ports import TileStore
from kya.sequencer.publish import CHECKPOINT
from kya.sequencer.sequencer import Sequencer
from kya.tlog.checkpoint import Checkpoint

_LOG: Final = logging.getLogger("kya.stamps")
_AGAIN_SECONDS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class StampDesk:
    """One authority: its name in file names, how it is asked, and its roots."""

    name: str
    ask: Ask
    authorities: Authorities

    def stamp(self, note: bytes) -> bytes:
        """Return a time stamp over these bytes that has been checked."""
        query = stamp_query(note)
        answer = self.ask(query.body)
        stamped_at(answer, note, self.authorities, query.nonce)
        return answer


@dataclass(slots=True, kw_only=True)
class Stamping:
    """The authorities of one log at work, beside the road."""

    sequencer: Sequencer
    desks: tuple[StampDesk, ...]
    store: TileStore
    every_seconds: float
    stamped: dict[str, int] = field(default_factory=dict[str, int])

    async def stamp(self) -> bool:
        """Have every authority stamp the newest checkpoint; tell whether all did."""
        if self.sequencer.published is None:
            return True
        note = await asyncio.to_thread(self.sequencer.read, CHECKPOINT)
        size = Checkpoint.from_note(SignedNote.parse(note)).size
        asked = [desk for desk in self.desks if self.stamped.get(desk.name) != size]
        done = await asyncio.gather(
            *(asyncio.to_thread(self._stamp, desk, note, size) for desk in asked)
        )
        return all(done)

    async def stamp_ever(self) -> None:
        """Stamp again and again until cancelled, sooner after a failure."""
        while True:
            did = await self.stamp()
            pause = (
                self.every_seconds if did else min(self.every_seconds, _AGAIN_SECONDS)
            )
            await asyncio.sleep(pause)

    def _stamp(self, desk: StampDesk, note: bytes, size: int) -> bool:
        """Get and store one stamp; a failure is logged and stops nothing."""
        try:
            answer = desk.stamp(note)
        except KyaError as error:
            _LOG.warning("time stamp of %s on %d entries: %s", desk.name, size, error)
            return False
        self.store.replace(stamp_path(size, desk.name), answer)
        self.stamped[desk.name] = size
        return True


def stamping_of(
    section: TimeStampsSection, data: Path, sequencer: Sequencer
) -> Stamping:
    """Return the authorities of a log; InputError names a file that is no root."""
    return Stamping(
        sequencer=sequencer,
        desks=tuple(
            [_desk(name, each, data) for name, each in section.authorities.items()]
        ),
        store=FileTileStore(data / "log"),
        every_seconds=section.every_seconds,
    )


def _desk(name: str, section: StampAuthoritySection, data: Path) -> StampDesk:
    """Return one authority, asked over HTTP."""
    path = data / section.root_file
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    authorities = Authorities.read(pem, section.policy)
    return StampDesk(name=name, ask=asking(section.url), authorities=authorities)
