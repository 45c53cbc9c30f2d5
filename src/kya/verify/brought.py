"""What the verifier brings: the only things that are believed."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from kya.codec.note import SignedNote
from kya.core.overlay import Ask
from kya.pki.certificate import parse_certificate
from kya.pki.pem import CERTIFICATE, from_pem
from kya.pki.stamp_authorities import Authorities
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.policy import Policy
from kya.verify.brought_list import BroughtList


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The verifier's own root in DER, and what else it has.

    A policy, a checkpoint, the venues' lists of executions, and the authorities whose
    time stamps count. `ask` puts questions to the engines of overlays that are
    installed here. With `continues`, the log was verified up to that checkpoint before,
    and what lies below it is not examined in full again.
    """

    root: bytes
    policy: Policy | None
    held: SignedNote | None
    executions: BroughtList
    continues: bool = False
    ask: Ask | None = None
    authorities: Authorities | None = None

    @classmethod
    def read(
        cls,
        root_pem: bytes,
        policy: bytes | None,
        held_checkpoint: bytes | None,
        executions: bytes | None = None,
    ) -> Self:
        """Read the four files; MalformedError if one is not what it should be."""
        root = from_pem(CERTIFICATE, root_pem)
        parse_certificate(root)
        held = None if held_checkpoint is None else SignedNote.parse(held_checkpoint)
        if held is not None:
            Checkpoint.from_note(held)
        return cls(
            root=root,
            policy=None if policy is None else Policy.parse(policy),
            held=held,
            executions=BroughtList.read(executions),
        )

    @property
    def root_digest(self) -> str:
        """SHA-256 of the root."""
        return sha256(self.root).hexdigest()
