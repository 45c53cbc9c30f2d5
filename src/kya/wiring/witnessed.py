"""What the witnesses of a data directory's log have seen, read from its files."""

from dataclasses import dataclass
from pathlib import Path

from kya.codec.cosignature import split_value
from kya.codec.note import SignedNote, VerifierKey
from kya.codec.package_layout import witnessed_path
from kya.config import read_config
from kya.config_outside import WitnessesSection
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.evidence.reader import LogDirectory
from kya.tlog.policy import Policy


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
    return LogDirectory(data / "log", policy or Policy())


def newest_seen(log: LogDirectory) -> Seen | None:
    """Return what has the quorum of the log's policy, None if nothing has."""
    keys = {witness.key: witness.name for witness in log.witnesses.witnesses}
    for size in sorted(log.witnessed_sizes(), reverse=True):
        times = _times(SignedNote.parse(log(witnessed_path(size))), frozenset(keys))
        if log.witnesses.quorum_is_met(times):
            names = tuple([name for key, name in keys.items() if key in times])
            return Seen(size=size, names=names, at=min(times.values()))
    return None


def _times(
    note: SignedNote, keys: frozenset[VerifierKey]
) -> dict[VerifierKey, Instant]:
    """Return which of the keys have signed, each with the time that it gives."""
    found: dict[VerifierKey, Instant] = {}
    for line in note.signatures:
        for key in keys:
            if (line.name, line.key_id) == (key.name, key.key_id) and key.verifies(
                note.text, line.value
            ):
                seconds, _ = split_value(line.value)
                found[key] = Instant(seconds * MICROS_PER_SECOND)
    return found
