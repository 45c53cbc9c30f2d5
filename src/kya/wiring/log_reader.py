"""The published log of a data directory, read as anyone may read it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from kya.adapters.store_files import directory_stores
from kya.codec.baseline_locks import LOCK_TYPE
from kya.codec.decisions import DECISION_TYPE
from kya.codec.incidents import ALERT_TYPE, INCIDENT_TYPE
from kya.codec.note import VerifierKey
from kya.codec.orders import ORDER_TYPE
from kya.codec.overrides import OVERRIDE_TYPE
from kya.codec.reports import EQUIVOCATION_TYPE, REPORT_TYPE
from kya.codec.rolls import ROLL_TYPE
from kya.codec.standings import CRL_TYPE
from kya.core.baseline import BaselineLocked
from kya.core.errors import CorruptionError, InputError
from kya.core.fold import apply
from kya.core.power_events import RevocationListed
from kya.core.roll import LogRolled
from kya.core.state import State
from kya.pki.entries import Entry
from kya.sequencer.fsck import fsck
from kya.sequencer.rehash import Verdict
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.names import open_under_its_name
from kya.tlog.tree import entries
from kya.wiring.installation import LOG, Opened

_TRAFFIC: Final = tuple(
    f'{{"_type":"{kind}"'.encode()
    for kind in (
        ORDER_TYPE,
        DECISION_TYPE,
        REPORT_TYPE,
        EQUIVOCATION_TYPE,
        OVERRIDE_TYPE,
        LOCK_TYPE,
        INCIDENT_TYPE,
        ALERT_TYPE,
    )
)
"""How the entries begin that are about orders, and nobody's power."""

_ROLL: Final = f'{{"_type":"{ROLL_TYPE}"'.encode()

_LOCK: Final = f'{{"_type":"{LOCK_TYPE}"'.encode()

_PROGRESS_EVERY: Final = 1_000

_LIST: Final = f'{{"_type":"{CRL_TYPE}"'.encode()


def tile_reader(directory: Path) -> Callable[[str], bytes]:
    """Return the function from a path of the tile directory to its bytes."""

    def read(path: str) -> bytes:
        """Return the file's bytes; FileNotFoundError where there is none."""
        return (directory / path).read_bytes()

    return read


def published(directory: Path, key: VerifierKey) -> Checkpoint:
    """Return the newest checkpoint, signed by the log's key under its present name."""
    try:
        raw = (directory / "checkpoint").read_bytes()
    except FileNotFoundError as error:
        msg = f"{directory}: no checkpoint; want the log directory of a gateway"
        raise InputError(msg) from error
    return open_under_its_name(raw, [key])


def published_entries(directory: Path, size: int) -> Iterator[bytes]:
    """Return the first `size` entries, one by one."""
    return entries(tile_reader(directory), 0, size, size)


def published_power(directory: Path, size: int) -> State:
    """Return the fold of those of the first `size` entries that are about power.

    Orders and what became of them are passed over unread: they are nearly all there is,
    and nobody's power rests on them. The state therefore says nothing of agents' pasts.
    """
    entries = enumerate(published_entries(directory, size))
    return _folded(directory, ((i, raw) for i, raw in entries if not _is_traffic(raw)))


def published_state(
    directory: Path, size: int, progress: Callable[[str, int, int], None]
) -> State:
    """Return the fold of the first `size` entries: what the gateway had then in mind.

    Every order is read again, which takes about as long as a start of the gateway.
    """
    found = _folded(directory, _counted(directory, size, progress))
    progress("entries", size, size)
    return found


def _counted(
    directory: Path, size: int, progress: Callable[[str, int, int], None]
) -> Iterator[tuple[int, bytes]]:
    """Yield the entries with their index, and tell now and then how far it is."""
    for index, raw in enumerate(published_entries(directory, size)):
        if index % _PROGRESS_EVERY == 0:
            progress("entries", index, size)
        yield index, raw


def _is_traffic(raw: bytes) -> bool:
    return raw.startswith(_TRAFFIC)


def _folded(directory: Path, entries: Iterable[tuple[int, bytes]]) -> State:
    """Return the fold of these entries; CorruptionError, naming one that no log has."""
    state = State()
    for index, raw in entries:
        try:
            state = apply(state, Entry.read(raw).event)
        except InputError as error:
            msg = f"{directory}: entry {index}: {error}"
            raise CorruptionError(msg) from error
    return state


def published_lists(
    directory: Path, size: int
) -> Iterator[tuple[int, RevocationListed]]:
    """Yield every revocation list of the first `size` entries, and its entry."""
    for index, raw in enumerate(published_entries(directory, size)):
        if raw.startswith(_LIST):
            event = Entry.read(raw).event
            if isinstance(event, RevocationListed):
                yield index, event


def published_locks(directory: Path, size: int) -> Iterator[tuple[int, BaselineLocked]]:
    """Yield every lock of a baseline among the first `size` entries, and its entry."""
    for index, raw in enumerate(published_entries(directory, size)):
        if raw.startswith(_LOCK):
            event = Entry.read(raw).event
            if isinstance(event, BaselineLocked):
                yield index, event


def published_closings(directory: Path, size: int) -> Iterator[tuple[int, str]]:
    """Yield every entry by which the log ended under a name, and that name."""
    for index, raw in enumerate(published_entries(directory, size)):
        if raw.startswith(_ROLL):
            event = Entry.read(raw).event
            if isinstance(event, LogRolled):
                yield index, event.origin


def check_log(opened: Opened) -> Iterator[Verdict]:
    """Yield a verdict on every part of the stored log."""
    yield from fsck(directory_stores(opened.data), opened.note_signer(LOG).key)
