"""Step 2, second half: who outside has seen this log, when, and is it enough.

A witness cosigns one tree of a log only, so if those that the verifier trusts have
cosigned this one, nobody who asks for the same was shown another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kya.codec.note import SignedNote, VerifierKey
from kya.codec.package_layout import (
    CHECKPOINT,
    CHECKPOINTS_MAX,
    POLICY,
    WITNESSED,
    witnessed_path,
)
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.cosigned import cosigned_by
from kya.tlog.policy import NONE, Policy
from kya.verify.brought import Brought
from kya.verify.finding import Findings
from kya.verify.package import Package
from kya.verify.sighting import Sighting
from kya.verify.steps.s1_log import Pass

SKEW_SECONDS: Final = 60
"""How far a witness's clock may be behind the gateway's before it is a finding."""


@dataclass(slots=True)
class Watching:
    """The policy that is asked, whose it is, and every sighting that verifies."""

    policy: Policy
    whose: str
    sightings: list[Sighting] = field(default_factory=list[Sighting])

    def take(self, path: str, note: SignedNote, findings: Findings) -> None:
        """Keep the lines of the policy's witnesses; report those that do not fit."""
        size = Checkpoint.from_note(note).size
        keys = [witness.key for witness in self.policy.witnesses]
        for key, at, fault in cosigned_by(note, keys):
            if at is None:
                findings.fails(8, path, fault)
            else:
                self.sightings.append(Sighting(key=key, size=size, at=at, path=path))

    def require_times(self, moments: dict[int, Instant], findings: Findings) -> None:
        """Report what was seen before it was there, and a witness that went back."""
        latest: dict[VerifierKey, Sighting] = {}
        for seen in sorted(self.sightings, key=lambda each: each.size):
            there = moments.get(seen.size)
            if there is not None and seen.at < there.plus(seconds=-SKEW_SECONDS):
                findings.fails(
                    8,
                    seen.path,
                    f"{seen.key.name} says to have seen {seen.size} entries at"
                    f" {seen.at}; the last of them is of {there}: back-dated",
                )
            before = latest.setdefault(seen.key, seen)
            if seen.at < before.at:
                findings.fails(
                    8,
                    seen.path,
                    f"{seen.key.name} says to have seen {seen.size} entries at"
                    f" {seen.at}, and {before.size} only later",
                )
            latest[seen.key] = max(before, seen, key=lambda each: each.at)

    def newest(self) -> int | None:
        """Return the size of the largest tree with the quorum, None if none has it."""
        sizes = sorted({each.size for each in self.sightings}, reverse=True)
        return next((n for n in sizes if self.policy.quorum_is_met(self.at(n))), None)

    def at(self, size: int) -> dict[VerifierKey, Instant]:
        """Return who has seen the tree of this size, each with the first time."""
        first: dict[VerifierKey, Instant] = {}
        for each in self.sightings:
            if each.size == size:
                first[each.key] = min(each.at, first.get(each.key, each.at))
        return first


def witness_policy(package: Package, brought: Brought) -> Watching | None:
    """Return whose witnesses are asked for; None if neither policy names a quorum."""
    if brought.policy is not None and brought.policy.quorum != NONE:
        return Watching(brought.policy, "your policy")
    try:
        policy = Policy.parse(package.read(POLICY))
    except (FileNotFoundError, InputError, DistrustError):
        return None  # The step before has reported it.
    return None if policy.quorum == NONE else Watching(policy, "the package's policy")


def cosigned_notes(
    package: Package, findings: Findings
) -> Iterator[tuple[str, SignedNote]]:
    """Yield the cosigned checkpoints, believed by nobody yet."""
    names = package.names(WITNESSED)
    if len(names) > CHECKPOINTS_MAX:
        findings.fails(8, f"{WITNESSED}/", f"want at most {CHECKPOINTS_MAX} files")
    for name in names[:CHECKPOINTS_MAX]:
        path = f"{WITNESSED}/{name}"
        try:
            note = SignedNote.parse(package.read(path))
            size = Checkpoint.from_note(note).size
        except (FileNotFoundError, InputError, DistrustError) as error:
            findings.fails(8, path, str(error))
            continue
        if path != witnessed_path(size):
            findings.fails(8, path, f"is the checkpoint of size {size}")
        yield path, note


def conclude_witnesses(
    watching: Watching | None, found: Pass, findings: Findings
) -> bool:
    """Say what the witnesses have seen; tell whether they vouch for the whole log."""
    if watching is None:
        return False
    watching.require_times(found.moments, findings)
    found.sightings.extend(watching.sightings)
    policy, whose, size = watching.policy, watching.whose, watching.newest()
    is_own = whose == "your policy"
    if size is None:
        sentence = f"no tree of this log has the quorum {policy.quorum!r} of {whose}"
        if is_own:
            findings.fails(8, CHECKPOINT, sentence)
        else:
            findings.unknown(8, sentence)
        return False
    if size < found.head.size:
        behind = found.head.size - size
        findings.unknown(
            8, f"the last {behind} entries have no quorum of {whose}; {size} have"
        )
        return False
    seen = watching.at(size)
    findings.holds(
        8,
        f"{len(seen)} of {len(policy.witnesses)} witnesses of {whose} have cosigned"
        f" these {size} entries, {_times(seen.values())}",
    )
    return is_own


def _times(instants: Iterable[Instant]) -> str:
    """Return from when to when, in one word if that is one time."""
    first, *rest = sorted(set(instants))
    return f"at {first}" + "".join(f" to {last}" for last in rest[-1:])
