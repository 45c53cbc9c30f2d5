"""Step 2: who signed the tree head, and whether it fits every other that is known."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from kya.codec.note import SignedNote, VerifierKey
from kya.codec.package_layout import (
    CHECKPOINT,
    CHECKPOINTS_MAX,
    POLICY,
    checkpoint_path,
)
from kya.core.errors import DistrustError, InputError
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.names import Names
from kya.tlog.policy import NONE, Log, Policy
from kya.tlog.tree import Tree
from kya.verify.brought import Brought
from kya.verify.finding import Findings
from kya.verify.package import Package
from kya.verify.steps.s1_log import LogFiles, Pass
from kya.verify.steps.s2_witnesses import (
    Watching,
    conclude_witnesses,
    cosigned_notes,
    witness_policy,
)

_REMARK = (
    "not shown: that everyone was given this same log (no witness of a policy of yours"
    " is asked for)"
)
_TAIL = "a tail cut back to an earlier checkpoint shows only with --checkpoint"


def examine_head(
    package: Package, found: Pass, brought: Brought, findings: Findings
) -> None:
    """Check the signature under the head, the policy file and all other checkpoints."""
    keys = Keys.of(found, brought)
    _examine_signature(found, brought, keys, findings)
    _examine_policy(package, found, keys.present, findings)
    tree = Tree(LogFiles(package), found.head.size)
    found.reexecution.succession.examine(keys.names, keys.named, tree, findings)
    for path, note in _former(package, findings):
        size = Checkpoint.from_note(note).size
        if path != checkpoint_path(size):
            findings.fails(8, path, f"is the checkpoint of size {size}")
        if against := _against(note, found, keys, tree):
            findings.fails(8, path, against)
    watching = _watching(package, found, brought, findings)
    for path, note in cosigned_notes(package, findings):
        if against := _against(note, found, keys, tree):
            findings.fails(8, path, against)
        elif watching is not None:
            watching.take(path, note, findings)
    if brought.held is not None:
        _examine_held(brought.held, found, keys, tree, findings)
    vouched = conclude_witnesses(watching, found, findings)
    if brought.policy is None and brought.held is None:
        findings.unknown(
            8,
            "no policy and no checkpoint of the verifier's own: the log's key is only"
            " known from a certificate inside the package",
        )
    elif not findings.failed(8):
        remarks = ([] if vouched else [_REMARK]) + ([] if brought.held else [_TAIL])
        if remarks:
            findings.holds(8, "; ".join(remarks))


def _watching(
    package: Package, found: Pass, brought: Brought, findings: Findings
) -> Watching | None:
    """Return the witnesses that are asked for, with what they say under the head."""
    watching = witness_policy(package, brought)
    if watching is not None:
        watching.take(CHECKPOINT, found.note, findings)
    return watching


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that may sign for this log: certified, or of the verifier's policy."""

    spkis: tuple[bytes, ...]
    names: Names

    @classmethod
    def of(cls, found: Pass, brought: Brought) -> Self:
        """Return what the log's entries, and the verifier, say of its keys."""
        opened = found.reexecution.state.opened
        first = found.head.origin if opened is None else opened.origin
        names = found.reexecution.succession.names(first)
        logs = () if brought.policy is None else brought.policy.logs
        own = [log.key.spki for log in logs if log.key.name in names.every]
        return cls((*found.reexecution.log_credentials(), *own), names)

    def named(self, origin: str) -> list[VerifierKey]:
        """Return the keys as they sign under this name."""
        keys: dict[bytes, VerifierKey] = {}
        for spki in self.spkis:
            try:
                keys[spki] = VerifierKey.from_spki(origin, spki)
            except InputError:
                continue  # An origin that no key can be called after signs nothing.
        return list(keys.values())

    @property
    def present(self) -> list[VerifierKey]:
        """The keys as they sign now."""
        return self.named(self.names.present)


def _examine_signature(
    found: Pass, brought: Brought, keys: Keys, findings: Findings
) -> None:
    """Check who signed the head, under the verifier's own policy if there is one."""
    head, present = found.head, keys.names.present
    if present != head.origin:
        was = "goes on" if keys.names.later else "was opened"
        sentence = f"is of {head.origin!r}, the log {was} as {present!r}"
        findings.fails(8, CHECKPOINT, sentence)
    try:
        if brought.policy is not None:
            own = brought.policy.after_roll(keys.names.every, head.origin)
            replace(own, quorum=NONE).open(found.note.render())
            findings.holds(
                8, "the log's signature is by a key of the verifier's policy"
            )
        else:
            open_checkpoint(found.note.render(), head.origin, keys.named(head.origin))
            findings.holds(8, "the log's key has a certificate under the root")
    except (InputError, DistrustError) as error:
        findings.fails(8, CHECKPOINT, str(error))


def _examine_policy(
    package: Package, found: Pass, keys: list[VerifierKey], findings: Findings
) -> None:
    """Check that policy.txt names a key that counts, and expect it in one spelling."""
    try:
        policy = Policy.parse(package.read(POLICY))
    except (FileNotFoundError, InputError, DistrustError) as error:
        missing = isinstance(error, FileNotFoundError)
        findings.fails(8, POLICY, "missing" if missing else str(error))
        return
    for log in policy.logs:
        if log.key not in keys:
            findings.fails(
                8,
                POLICY,
                f"names the key {log.key}, which no certificate under the root and no"
                " policy of the verifier's own names",
            )
    signed = {signature.key_id for signature in found.note.signatures}
    named = [log.key for log in policy.logs if log.key.key_id in signed]
    wanted = replace(policy, logs=tuple(Log(key=key) for key in named[:1]))
    found.reexecution.expected.put(POLICY, wanted.render())


def _former(package: Package, findings: Findings) -> Iterator[tuple[str, SignedNote]]:
    """Yield the package's former checkpoints, believed by nobody yet."""
    names = package.names("checkpoints")
    if len(names) > CHECKPOINTS_MAX:
        findings.fails(8, "checkpoints/", f"want at most {CHECKPOINTS_MAX} files")
    for name in names[:CHECKPOINTS_MAX]:
        path = f"checkpoints/{name}"
        try:
            raw = package.read(path)
            note = SignedNote.parse(raw)
            Checkpoint.from_note(note)
        except (FileNotFoundError, InputError, DistrustError) as error:
            findings.fails(8, path, str(error))
        else:
            yield path, note


def _against(note: SignedNote, found: Pass, keys: Keys, tree: Tree) -> str | None:
    """Return what speaks against a checkpoint of this log, signature or root."""
    try:
        origin = keys.names.at(Checkpoint.from_note(note).size)
        checkpoint = open_checkpoint(note.render(), origin, keys.named(origin))
        if checkpoint.size > found.head.size:
            return (
                f"the log had {checkpoint.size} entries and is shown with"
                f" {found.head.size}: its tail is cut back"
            )
        root = tree.root_over(0, checkpoint.size)
    except (InputError, DistrustError) as error:
        return str(error)
    if root != checkpoint.root:
        return (
            f"the first {checkpoint.size} entries are not those it was signed over: the"
            " log was rewritten"
        )
    return None


def _examine_held(
    held: SignedNote,
    found: Pass,
    keys: Keys,
    tree: Tree,
    findings: Findings,
) -> None:
    """Check that the log still begins with what the verifier has seen before."""
    against = _against(held, found, keys, tree)
    yours = Checkpoint.from_note(held)
    if against:
        findings.fails(
            8,
            CHECKPOINT,
            f"of {found.head.size} entries with the root {found.head.root.hex()},"
            f" against the checkpoint you hold, of {yours.size} with the root"
            f" {yours.root.hex()}: {against}",
        )
    else:
        sentence = f"the log begins with the {yours.size} entries of your checkpoint"
        findings.holds(8, sentence)
