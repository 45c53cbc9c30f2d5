"""C2SP tlog-policy: which logs and witnesses a verifier believes, and how many.

For example:

    log log.example/2026+1f2e3d4c+AT…
    witness regulator w.regulator.example+5a6b7c8d+BF…
    quorum regulator

Source: c2sp.org/tlog-policy (main, 2026-06). A policy is written by people, so blanks
and comments are free; what is read is rendered back without them.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Self

from kya.codec.note import Algorithm, SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.tlog.checkpoint import Checkpoint, is_log_key

# The specification asks for 32 of each; more than that nobody reviews by eye.
LOGS_MAX: Final = 32
WITNESSES_MAX: Final = 32
GROUPS_MAX: Final = 32
# 96 lines with long names and URLs, and as much again in comments.
POLICY_BYTES_MAX: Final = 65_535
NONE: Final = "none"

_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK: Final = re.compile(r"[ \t]+")
_THRESHOLD: Final = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log that may sign; its key is named after its origin."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness that may cosign, under a name that means nothing outside the policy."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Members of whom `threshold` must have cosigned."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a checkpoint needs before this verifier believes it."""

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a policy file; an error names the line at fault."""
        if len(raw) > POLICY_BYTES_MAX:
            raise MalformedError(
                f"policy: {len(raw)} bytes; at most {POLICY_BYTES_MAX}"
            )
        if raw and not raw.endswith(b"\n"):
            raise MalformedError("policy: the last line must end in a newline")
        draft = _Draft()
        for number, line in enumerate(raw.split(b"\n"), start=1):
            try:
                draft.take(line)
            except InputError as error:
                raise MalformedError(f"policy line {number}: {error}") from error
        if draft.quorum is None:
            raise MalformedError("policy: no quorum line; write `quorum none` for none")
        return cls(
            logs=tuple(draft.logs),
            witnesses=tuple(draft.witnesses),
            groups=tuple(draft.groups),
            quorum=draft.quorum,
        )

    def render(self) -> bytes:
        """Return the file without comments; raise if it would not read back."""
        lines = [_line("log", log.key, log.url) for log in self.logs]
        lines += [_line("witness", w.name, w.key, w.url) for w in self.witnesses]
        lines += [_line("group", g.name, g.threshold, *g.members) for g in self.groups]
        lines.append(_line("quorum", self.quorum))
        raw = "".join(lines).encode("utf-8", "surrogateescape")
        if type(self).parse(raw) != self:
            raise MalformedError("policy: would not read back as itself")
        return raw

    def open(self, raw: bytes) -> Checkpoint:
        """Return the checkpoint if a listed log signed it and the quorum is met."""
        note = SignedNote.parse(raw)
        checkpoint = Checkpoint.from_note(note)
        keys = [log.key for log in self.logs] + [w.key for w in self.witnesses]
        signers = verify(note, keys)
        if not any(is_log_key(key, checkpoint.origin) for key in signers):
            raise DistrustError(
                f"checkpoint of {checkpoint.origin!r}: signed by no log of the policy"
            )
        if not self.quorum_is_met(signers):
            raise DistrustError(
                f"checkpoint of {checkpoint.origin!r}: no quorum {self.quorum!r}"
            )
        return checkpoint

    def after_roll(self, names: Collection[str], present: str) -> Self:
        """Return the policy for a log of these names, whose keys sign as the present.

        A key that was trusted under one of them is trusted under each: that they are
        names of one log, its entries have to show.
        """
        logs = [
            replace(log, key=VerifierKey.from_spki(present, log.key.spki))
            if log.key.name in names
            else log
            for log in self.logs
        ]
        return replace(self, logs=tuple(logs))

    def quorum_is_met(self, signers: Iterable[VerifierKey]) -> bool:
        """Tell whether these keys, all found to have signed, are enough witnesses."""
        signed = set(signers)
        met = {NONE} | {w.name for w in self.witnesses if w.key in signed}
        for group in self.groups:  # members come before the groups that name them
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(group.name)
        return self.quorum in met


@dataclass(slots=True)
class _Draft:
    """What the lines so far have said."""

    logs: list[Log] = field(default_factory=list[Log])
    witnesses: list[Witness] = field(default_factory=list[Witness])
    groups: list[Group] = field(default_factory=list[Group])
    quorum: str | None = None
    names: set[str] = field(default_factory=lambda: {NONE})
    grouped: set[str] = field(default_factory=lambda: {NONE})

    def take(self, line: bytes) -> None:
        """Read one line."""
        if _FORBIDDEN.search(line):
            raise MalformedError("control characters other than tab are banned")
        # Octets above 0x7F are opaque: kept as they are, whatever they encode.
        words = _BLANK.split(line.decode("utf-8", "surrogateescape").strip(" \t"))
        match words:
            case [""]:
                pass
            case [first, *_] if first.startswith("#"):
                pass
            case ["log", vkey, *url] if len(url) <= 1:
                self._log(vkey, "".join(url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._witness(name, vkey, "".join(url))
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, members)
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise MalformedError(
                    "want `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, "
                    "`group <name> all|any|<k> <member>...` or `quorum <name>|none`"
                )

    def _log(self, vkey: str, url: str) -> None:
        key = VerifierKey.parse(vkey)
        if key.algorithm is Algorithm.ED25519_COSIGNATURE:
            raise MalformedError(f"{key.name}: a log does not sign as a witness (0x04)")
        if key.spki in {log.key.spki for log in self.logs}:
            raise MalformedError(f"{key.name}: this public key is listed already")
        if len(self.logs) == LOGS_MAX:
            raise MalformedError(f"at most {LOGS_MAX} logs")
        self.logs.append(Log(key=key, url=url))

    def _witness(self, name: str, vkey: str, url: str) -> None:
        key = VerifierKey.parse(vkey)
        if key.algorithm is not Algorithm.ED25519_COSIGNATURE:
            raise MalformedError(f"{name}: a witness key has type 0x04")
        if key.spki in {witness.key.spki for witness in self.witnesses}:
            raise MalformedError(f"{name}: this public key is listed already")
        if len(self.witnesses) == WITNESSES_MAX:
            raise MalformedError(f"at most {WITNESSES_MAX} witnesses")
        self._define(name)
        self.witnesses.append(Witness(name=name, key=key, url=url))

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            if member not in self.names or member == NONE:
                raise MalformedError(f"{name}: no witness or group {member!r} above")
            if member in self.grouped:
                raise MalformedError(f"{name}: {member!r} is in a group already")
            self.grouped.add(member)
        if len(self.groups) == GROUPS_MAX:
            raise MalformedError(f"at most {GROUPS_MAX} groups")
        count = _count(threshold, len(members))
        self._define(name)
        self.groups.append(Group(name=name, threshold=count, members=tuple(members)))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise MalformedError("a second quorum line")
        if name not in self.names:
            raise MalformedError(f"no witness or group {name!r} above")
        self.quorum = name

    def _define(self, name: str) -> None:
        if name in self.names:
            raise MalformedError(f"the name {name!r} is taken")
        self.names.add(name)


def _count(threshold: str, members: int) -> int:
    match threshold:
        case "all":
            return members
        case "any":
            return 1
        case digits if _THRESHOLD.fullmatch(digits) and int(digits) <= members:
            return int(digits)
        case _:
            raise MalformedError(
                f"threshold {threshold!r}: want all, any or 1 to {members}"
            )


def _line(*words: object) -> str:
    return " ".join(filter(None, map(str, words))) + "\n"
