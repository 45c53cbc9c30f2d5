"""The desk where runtimes are pinned, and regions anchored, for agents on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from kya.agent.runtime import component
from kya.authority.workload import anchor_region, pin_runtime, region_of_key
from kya.codec.canonical import digest
from kya.codec.sessions import render_anchor
from kya.core.credential import Credential
from kya.core.errors import InputError
from kya.core.runtime import Runtime
from kya.core.session import RegionAnchor, RegionSource
from kya.core.workload_events import RuntimePinned
from kya.pki.instance_identity import document_key
from kya.pki.signer import Signer
from kya.wiring.desk import Desk
from kya.wiring.installation import AUTHORITY


@runtime_checkable
class Located(Protocol):
    """A signer whose key has a full name at its service, the place in it."""

    @property
    def resource(self) -> str:
        """The name, as the service gave it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry that was made: its index, and the digest of its line."""

    digest: str
    index: int


def runtime_of(components: Sequence[str]) -> Runtime:
    """Return the runtime of `image=sha256:…` and `model=PATH`; InputError otherwise."""
    digests: dict[str, str] = {}
    for text in components:
        name, is_given, value = text.partition("=")
        if not is_given or name in digests:
            msg = f"runtime: want NAME=sha256:… or NAME=PATH, each once, got {text!r}"
            raise InputError(msg)
        digests[name] = component(value)
    return Runtime.of(digests)


def pin(desk: Desk, agent: str, runtime: Runtime, operators: Sequence[str]) -> int:
    """Return the entry by which these operators let the agent run this runtime."""
    desk.credential_of(agent)  # Nobody is enrolled for an agent that is not there.
    signers = [desk.operator(name) for name in operators]
    event = RuntimePinned(agent=agent, runtime=runtime, at=desk.clock())
    return desk.remote.append(pin_runtime(event, *signers))


def anchor_key(desk: Desk, agent: str, signer: Signer) -> Recorded:
    """Anchor the region of the agent's own key, by the name its service gives it.

    InputError unless the key is the one in the agent's newest certificate.
    """
    credential = desk.credential_of(agent)
    if signer.public_key() != credential.spki:
        raise InputError(f"{agent}: its certificate is for another key than this one")
    if not isinstance(signer, Located):
        raise InputError(f"{agent}: the service of its key names no region")
    facts = {"subject": signer.resource, "region": region_of_key(signer.resource)}
    return _anchor(desk, credential, RegionSource.KMS_KEY, facts)


def anchor_source(
    desk: Desk, agent: str, source: RegionSource, facts: Mapping[str, str], der: bytes
) -> Recorded:
    """Anchor a region by what people have looked up: `subject` and `region`.

    `der` is the certificate that documents are checked against, or empty.
    """
    return _anchor(desk, desk.credential_of(agent), source, facts, der)


def _anchor(
    desk: Desk,
    credential: Credential,
    source: RegionSource,
    facts: Mapping[str, str],
    certificate: bytes = b"",
) -> Recorded:
    """Put the anchor on record."""
    anchor = RegionAnchor(
        credential=credential.digest,
        source=source,
        subject=facts["subject"],
        region=facts["region"],
        certificate=certificate,
        at=desk.clock(),
    )
    if certificate:
        document_key(anchor, anchor.at)
    note = anchor_region(desk.opened.note_signer(AUTHORITY), anchor)
    index = desk.remote.append(note)
    return Recorded(digest=digest(render_anchor(anchor)), index=index)
