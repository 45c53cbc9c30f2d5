"""Checks one order's evidence here, under a policy of our own: no server is believed.

The server gives entries and proofs; whether these hold is computed from their bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kya.assistant.asked import Finding, Verification
from kya.client.models import LoggedEntry, OrderTold
from kya.codec import canonical
from kya.codec.decisions import DecisionLine, parse_decision
from kya.codec.note import SignedNote
from kya.codec.orders import parse_order
from kya.core.credential import Credential, Role
from kya.core.errors import DistrustError, InputError
from kya.core.power_events import CertificateIssued
from kya.pki.entries import Entry
from kya.pki.holders import require_signature, verifier_key
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.policy import Policy
from kya.tlog.proof import Proof

HOLDS: Final = "HOLDS"
FAILS: Final = "FAILS"
UNKNOWN: Final = "UNKNOWN"
_SAID: Final = {
    HOLDS: "Everything that was checked holds; what is UNKNOWN was not checked here.",
    FAILS: "Something does not hold: believe nothing of this order, and tell somebody.",
}
_OTHER_KEY: Final = "the newest certificate of a gateway is another key's"
_NOT_HERE: Final = Finding(
    question="Are certificates valid under the root, and have witnesses seen the log?",
    verdict=UNKNOWN,
    detail="not asked here; `kya verify` answers it from an evidence package",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a server has given of one order: its story, and the signers' certificates.

    `gateway` is None where the server names no certificate of a gateway.
    """

    agent: str
    seq: int
    told: OrderTold
    holder: LoggedEntry
    gateway: LoggedEntry | None


def verified(evidence: Evidence, policy: Policy) -> Verification:
    """Return a finding on each question; none is left out because another failed."""
    questions: tuple[tuple[str, Callable[[Evidence, Policy], str]], ...] = (
        ("Are order and decision in the log that the policy names?", _in_the_log),
        ("Is this the order that was asked about?", _the_same),
        ("Has its agent signed it, under a certificate on record?", _agent_signed),
        ("Has the gateway signed the decision on this very order?", _gateway_signed),
        ("Does the decision say what the server told of it?", _told_truly),
    )
    findings = [_found(question, ask, evidence, policy) for question, ask in questions]
    verdicts = {finding.verdict for finding in findings}
    verdict = next(v for v in (FAILS, UNKNOWN, HOLDS) if v in verdicts)
    return Verification(
        said=_SAID.get(verdict, "Something could not be checked; see the findings."),
        verdict=verdict,
        findings=[*findings, _NOT_HERE],
        log=policy.logs[0].key.name,
        log_size=_size_of(evidence) if findings[0].verdict == HOLDS else 0,
    )


def _size_of(evidence: Evidence) -> int:
    """Return the size of the log under which the order was proven."""
    proof = Proof.parse(evidence.told.order.proof.encode())
    return Checkpoint.from_note(proof.checkpoint).size


class _UnknownError(Exception):
    """The evidence is not enough to tell."""


def _found(
    question: str,
    ask: Callable[[Evidence, Policy], str],
    evidence: Evidence,
    policy: Policy,
) -> Finding:
    """Return what the evidence says to one question."""
    try:
        verdict, detail = HOLDS, ask(evidence, policy)
    except _UnknownError as unknown:
        verdict, detail = UNKNOWN, str(unknown)
    except (DistrustError, InputError) as fault:
        verdict, detail = FAILS, str(fault)
    return Finding(question=question, verdict=verdict, detail=detail)


def _in_the_log(evidence: Evidence, policy: Policy) -> str:
    """Check that the log's key covers both entries, as neighbours."""
    order, decision = evidence.told.order, evidence.told.decision
    for entry in (order, decision):
        _require_logged(entry, policy)
    if decision.index != order.index + 1:
        raise DistrustError(f"entry {decision.index}: not the one after {order.index}")
    return f"entries {order.index} and {decision.index}"


def _the_same(evidence: Evidence, _policy: Policy) -> str:
    """Check that the order is of the agent and number that were asked for."""
    order = parse_order(_note(evidence.told.order).text)
    if (order.agent, order.seq) != (evidence.agent, evidence.seq):
        raise DistrustError(f"it is order {order.seq} of {order.agent}")
    return f"order {order.seq} of {order.agent}"


def _agent_signed(evidence: Evidence, policy: Policy) -> str:
    """Check the agent's signature under the certificate that the order names."""
    note = _note(evidence.told.order)
    order, held = parse_order(note.text), _credential(evidence.holder, policy)
    if (held.digest, held.name, held.role) != (
        order.credential,
        order.agent,
        Role.AGENT,
    ):
        raise DistrustError(f"certificate {held.digest}: not the one the order names")
    _require_signed(note, held)
    return f"certificate {held.digest}, entry {evidence.holder.index}"


def _gateway_signed(evidence: Evidence, policy: Policy) -> str:
    """Check the gateway's signature, and that it is about this order."""
    note = _note(evidence.told.decision)
    line = _decision(evidence)
    leaf = canonical.leaf_digest(evidence.told.order.entry.encode())
    if (line.order, line.agent, line.seq) != (leaf, evidence.agent, evidence.seq):
        raise DistrustError("decision: it is about another order")
    if evidence.gateway is None:
        raise _UnknownError(_OTHER_KEY)
    held = _credential(evidence.gateway, policy)
    if held.role is not Role.GATEWAY:
        raise DistrustError(f"certificate {held.digest}: {held.role.value}'s")
    if note.signatures[0].key_id != verifier_key(held.name, held.spki).key_id:
        raise _UnknownError(_OTHER_KEY)
    _require_signed(note, held)
    return f"certificate {held.digest}, entry {evidence.gateway.index}"


def _told_truly(evidence: Evidence, _policy: Policy) -> str:
    """Check that outcome, reasons and controls are those of the signed decision."""
    told, line = evidence.told, _decision(evidence)
    if (told.outcome, told.reasons) != (line.outcome, line.reasons):
        raise DistrustError(f"told {told.outcome}, decided {line.outcome}")
    said = {(c.id, c.outcome, c.limit, c.measured) for c in told.controls}
    if said != {(c.id, c.outcome, c.limit, c.measured) for c in line.controls}:
        raise DistrustError("told other controls than those of the decision")
    return f"{line.outcome}, {len(line.controls)} controls"


def _require_logged(entry: LoggedEntry, policy: Policy) -> None:
    """Raise unless the policy's log covers the entry at its index."""
    proof, key = Proof.parse(entry.proof.encode()), policy.logs[0].key
    if proof.index != entry.index:
        raise DistrustError(f"entry {entry.index}: the proof is of {proof.index}")
    proof.verify(entry.entry.encode(), key.name, [key])


def _credential(entry: LoggedEntry, policy: Policy) -> Credential:
    """Return the certificate that a covered entry has put on record."""
    _require_logged(entry, policy)
    event = Entry.read(entry.entry.encode()).event
    if not isinstance(event, CertificateIssued):
        raise DistrustError(f"entry {entry.index}: it puts no certificate on record")
    return event.credential


def _require_signed(note: SignedNote, held: Credential) -> None:
    """Raise unless the note has the holder's one signature."""
    if len(note.signatures) != 1:
        raise DistrustError(f"want one signature, got {len(note.signatures)}")
    require_signature(note, note.signatures[0], held)


def _note(entry: LoggedEntry) -> SignedNote:
    """Return the entry as a note."""
    return SignedNote.parse(entry.entry.encode())


def _decision(evidence: Evidence) -> DecisionLine:
    """Return the decision's line."""
    return parse_decision(_note(evidence.told.decision).text)
