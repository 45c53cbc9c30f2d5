"""A session: what an agent says, once at its start, of what runs and where."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.runtime import Runtime
from kya.core.scope import RegionEvidence

SELF_ASSERTED_SOURCE: Final = "agent"
"""Who vouches for a region that nobody but the agent names."""


class RegionSource(Enum):
    """Who, besides the agent, can say where it runs, and so by what it is shown.

    `AWS_INSTANCE_IDENTITY` is a document that the cloud signs for one instance. The
    other two the authority has looked up itself and put on record.
    """

    AWS_INSTANCE_IDENTITY = "aws-instance-identity"
    KMS_KEY = "kms-key"
    KUBERNETES_NODE = "kubernetes-node"

    @property
    def has_document(self) -> bool:
        """Whether a session must bring a signed document of this source."""
        return self is RegionSource.AWS_INSTANCE_IDENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAnchor:
    """What may show a region for the holder of one certificate.

    `subject` is what the source speaks of: the account of an instance, a key, a node.
    `certificate` is the one in DER that documents are checked against, empty where the
    source has none.
    """

    credential: str
    source: RegionSource
    subject: str
    region: str
    certificate: bytes
    at: Instant

    def __post_init__(self) -> None:
        """Refuse an anchor for nobody, and a document nobody could check."""
        tokens.require(tokens.DIGEST, "credential", self.credential)
        tokens.require_text("subject", self.subject)
        tokens.require(tokens.REGION, "region", self.region)
        if bool(self.certificate) is not self.source.has_document:
            msg = (
                f"region anchor: {self.source.value} with"
                f" {'a' if self.certificate else 'no'} certificate"
            )
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown for a region: the anchor's digest, and its signed document.

    Document and signature are empty where the anchor says the region itself.
    """

    anchor: str
    document: bytes
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse a document without its signature."""
        tokens.require(tokens.DIGEST, "anchor", self.anchor)
        if bool(self.document) is not bool(self.signature):
            msg = "evidence: want document and signature together"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the agent signs at its start; `seq` counts its sessions from 1.

    `prev` is the SHA-256 of its previous session line, so that none can be played
    again. It speaks for the certificate that it names, and for no later one.
    """

    agent: str
    credential: str
    seq: int
    prev: str
    runtime: Runtime
    region: str
    evidence: Shown | None
    created_at: Instant

    def __post_init__(self) -> None:
        """Refuse what cannot be a session."""
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require(tokens.DIGEST, "credential", self.credential)
        tokens.require(tokens.DIGEST, "prev", self.prev)
        tokens.require(tokens.REGION, "region", self.region)
        tokens.require_count("seq", self.seq)

    @property
    def region_evidence(self) -> RegionEvidence:
        """Whether somebody besides the agent has shown the region.

        A session whose evidence does not hold never comes on record.
        """
        if self.evidence is None:
            return RegionEvidence.SELF_ASSERTED
        return RegionEvidence.ATTESTED
