"""What the witnesses of a data directory's log have seen, read from its files."""

from dataclasses import dataclass
from pathlib import Path

from kya.codec.note import SignedNote
from kya.codec.package_layout import witnessed_path
from kya.config import read_config
from kya.config_outside import WitnessesSection
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.evidence.reader import LogDirectory
from kya.tlog.cosigned import cosigned_by
from kya.tlog.policy import Policy
from kya.wiring.texts import FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The largest tree with the quorum: its size, by whom, and since when."""

    size: int
    names: tuple[str, ...]
    at: Instant


def witness_policy(section: WitnessesSection, data: Path) -> Policy | None:
    """Return the policy that names the witnesses, None where none is set."""
    if not section.policy:
        return None
    path = data / section.policy
    try:
        return Policy.parse(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def log_directory(data: Path) -> LogDirectory:
    """Return a data directory's published log, with the witnesses that it names."""
    policy = witness_policy(read_config(data).witnesses, data)
    return LogDirectory(data / "log", policy or Policy(), data / FOLDER)


def newest_witnessed(directory: Path) -> bytes:
    """Return the largest checkpoint that any witness has cosigned.

    FileNotFoundError if there is none.
    """
    log = LogDirectory(directory)
    sizes = log.witnessed_sizes()
    if not sizes:
        raise FileNotFoundError(directory / "witnessed")
    return log(witnessed_path(max(sizes)))


def newest_seen(log: LogDirectory) -> Seen | None:
    """Return what has the quorum of the log's policy, None if nothing has."""
    keys = {witness.key: witness.name for witness in log.witnesses.witnesses}
    for size in sorted(log.witnessed_sizes(), reverse=True):
        note = SignedNote.parse(log(witnessed_path(size)))
        times = {key: at for key, at, _ in cosigned_by(note, keys) if at is not None}
        if log.witnesses.quorum_is_met(times):
            names = tuple([name for key, name in keys.items() if key in times])
            return Seen(size=size, names=names, at=min(times.values()))
    return None
