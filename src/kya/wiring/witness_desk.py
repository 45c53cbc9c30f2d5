"""A witness's own folder: what it has cosigned last, and what contradicted itself.

<data>/witness.sqlite           the last checkpoint of each log
<data>/equivocation-<digest>/   held.note and offered.note: a log signed both
"""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kya.adapters.durable_files import make_folder, replace_file
from kya.adapters.log_http import HttpLog
from kya.adapters.store_sqlite import SqliteCheckpointStore
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.gateway.ports import Clock
from kya.pki.cosigner import Cosigner
from kya.tlog.policy import Policy
from kya.tlog.tree import Read
from kya.wiring.log_reader import tile_reader
from kya.witness.pull import EquivocationError, pull
from kya.witness.witness import Witness

STORE: Final = "witness.sqlite"
HELD: Final = "held.note"
OFFERED: Final = "offered.note"
_SECONDS: Final = 30
_LOG: Final = logging.getLogger("kya.witness")


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSettings:
    """Who witnesses, which logs (those of the policy), and where it is kept."""

    cosigner: Cosigner
    policy: Policy
    data: Path


@contextmanager
def open_witness(
    settings: WitnessSettings, now: Callable[[], Instant]
) -> Generator[Witness]:
    """Give the witness of a folder, which is made if it is not there."""
    make_folder(settings.data)
    store = SqliteCheckpointStore(settings.data / STORE)
    try:
        yield Witness(
            cosigner=settings.cosigner,
            logs=tuple([log.key for log in settings.policy.logs]),
            store=store,
            now=now,
            alarm=lambda held, offered: _keep(settings.data, held, offered),
        )
    finally:
        store.close()


def pull_once(settings: WitnessSettings, log: str, clock: Clock) -> bytes:
    """Return the line under the checkpoint of the log at this URL or in this folder.

    EquivocationError, and both notes kept, if it contradicts what is held.
    """
    web = HttpLog(log, _SECONDS) if log.startswith(("http://", "https://")) else None
    read: Read = tile_reader(Path(log)) if web is None else web
    try:
        with open_witness(settings, clock.now) as witness:
            line = pull(witness, read, read("checkpoint"))
    except EquivocationError as error:
        folder = keep_equivocation(settings.data, error.held, error.offered)
        raise DistrustError(f"{error}; both are in {folder}") from error
    except FileNotFoundError as error:
        raise InputError(f"{log}: no such file of a log: {error}") from error
    finally:
        if web is not None:
            web.close()
    return f"{line}\n".encode()


def keep_equivocation(data: Path, held: bytes, offered: bytes) -> Path:
    """Make both notes durable, and return the folder in which they are."""
    folder = data / f"equivocation-{sha256(offered).hexdigest()[:16]}"
    make_folder(folder)
    replace_file(folder / HELD, held)
    replace_file(folder / OFFERED, offered)
    return folder


def _keep(data: Path, held: bytes, offered: bytes) -> None:
    folder = keep_equivocation(data, held, offered)
    _LOG.error("a log has signed two trees of one size: evidence in %s", folder)
