"""The second, dumber check: the same questions by plain scanning of the log's JSON.

Re-execution shares the gateway's bugs; this shares none of its code. It believes
signatures and certificates as they stand (re-execution looks at them) and asks whether
the story that the lines tell is a lawful one.
"""

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Final

from kya.verify.finding import Findings
from kya.verify.plain_copies import COPY_KINDS, PlainCopies
from kya.verify.plain_decisions import objections
from kya.verify.plain_enrolments import PlainEnrolments
from kya.verify.plain_halts import HALT_KINDS, PlainHalts
from kya.verify.plain_overrides import PlainOverrides
from kya.verify.plain_places import PLACE_KINDS, Asked, PlainPlaces
from kya.verify.plain_prices import Fields, PlainPrices
from kya.verify.plain_rules import (
    PEOPLE_MIN,
    Around,
    PlainAgent,
    PlainCertificate,
    equivocates,
    seen_of,
    signers_in,
)
from kya.verify.plain_sessions import follow_session
from kya.verify.plain_working import (
    PlainWorking,
    WorkingOrder,
    added_by,
    is_final,
)

_STANDING: Final = {
    "suspend": "suspended",
    "revoke": "revoked",
    "reinstate": "active",
}
_ODD: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What odd JSON can raise: wrong syntax, missing member, other type, absurd number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """An order that waits for its decision."""

    order: Fields
    leaf: str
    line_digest: str


@dataclass(slots=True)
class PlainScan:
    """Takes entries one by one. `stopped` names the entry that it could not read."""

    findings: Findings
    first_day: str
    last_day: str
    stopped: str = ""
    counted: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    agents: dict[str, PlainAgent] = field(default_factory=dict[str, PlainAgent])
    _index: int = -1
    _mandates: dict[str, Fields] = field(default_factory=dict[str, Fields])
    _certificates: dict[str, PlainCertificate] = field(
        default_factory=dict[str, PlainCertificate]
    )
    _anchors: dict[str, Fields] = field(default_factory=dict[str, Fields])
    _enrolments: PlainEnrolments = field(default_factory=PlainEnrolments)
    _pending: _Pending | None = None
    _revoked: bool = False
    _overrides: PlainOverrides = field(default_factory=PlainOverrides)
    _working: PlainWorking = field(default_factory=PlainWorking)
    _halts: PlainHalts = field(default_factory=PlainHalts)
    _copies: PlainCopies = field(default_factory=PlainCopies)
    _places: PlainPlaces = field(default_factory=PlainPlaces)

    def take(self, raw: bytes) -> None:
        """Look at the next entry."""
        self._index += 1
        if self.stopped:
            return
        line = raw.partition(b"\n")[0] + b"\n"
        try:
            self._take(json.loads(line.decode("utf-8")), line, raw)
        except _ODD as error:
            sentence = f"plain scan: not to be understood: {type(error).__name__}"
            self._fail(10, f"{sentence} {str(error)[:80]}")
            self.stopped = f"entry {self._index}"

    def _take(self, said: Fields, line: bytes, raw: bytes) -> None:
        """Tell the statements apart by their type."""
        kind = said["_type"]
        if self._pending is not None and kind != "kya/decision/v1":
            self._fail(5, "plain scan: want the decision of the order before it")
            self._pending = None
        if self._revoked and kind != "kya/crl/v1":
            self._fail(1, "plain scan: want the list of the revocation before it")
        self._revoked = kind == "kya/standing/v1" and said["act"] == "revoke"
        if kind == "kya/order/v1":
            leaf = sha256(b"\x00" + raw).hexdigest()
            self._take_order(said, leaf, sha256(line).hexdigest())
        elif kind == "kya/decision/v1":
            self._take_decision(said)
        elif kind == "kya/report/v1":
            self._take_report(said)
        elif kind == "kya/mandate/v1":
            self._mandates[sha256(line).hexdigest()] = said
        elif kind == "kya/registration/v1":
            self._take_note_of(1, self._enrolments.register(said, line, raw))
        elif kind == "kya/certificate/v1":
            self._take_certificate(said)
        elif kind == "kya/schedule/v1":
            self._take_schedule(said)
        elif kind == "kya/standing/v1":
            self._take_standing(said, raw)
        elif kind == "kya/equivocation/v1":
            self._take_equivocation(said)
        elif kind == "kya/override/v1":
            self._take_note_of(4, self._overrides.take(said, raw))
        elif kind in HALT_KINDS | PLACE_KINDS | COPY_KINDS:
            self._take_halt(said, raw)
        else:
            self._take_workload(kind, said, line)

    def _take_note_of(self, question: int, wrong: Iterable[str]) -> None:
        """Report whatever is wrong with what people said."""
        for sentence in wrong:
            self._fail(question, f"plain scan: {sentence}")

    def _take_halt(self, said: Fields, raw: bytes) -> None:
        """Follow what stops or limits trading, what starts it again, and why."""
        if said["_type"] in COPY_KINDS:
            self._take_note_of(9, self._copies.take(said, self._halts.halted()))
            return
        if said["_type"] in PLACE_KINDS:
            self._take_note_of(4, self._places.take(said, len(signers_in(raw))))
            return
        self._take_note_of(4, self._halts.take(said, raw))
        if said["_type"] == "kya/rearm/v1":
            agent = self.agents.setdefault(said["agent"], PlainAgent())
            agent.conduct.rearm(said["latch"])

    def _take_workload(self, kind: str, said: Fields, line: bytes) -> None:
        """Remember what runs, and by what a region is shown."""
        if kind == "kya/runtime/v1":
            self.agents.setdefault(said["agent"], PlainAgent()).pinned = said["runtime"]
        elif kind == "kya/region-anchor/v1":
            self._anchors[sha256(line).hexdigest()] = said
        elif kind == "kya/session-start/v1":
            agent = json.loads(b64decode(said["note"]).partition(b"\n")[0])["agent"]
            known = self.agents.setdefault(agent, PlainAgent())
            self._take_note_of(5, follow_session(said, known, self._anchors))

    def _take_schedule(self, said: Fields) -> None:
        """Note when a certificate will end."""
        certificate = self._certificates.get(said["credential"])
        if certificate is not None:
            certificate.revoked_from = said["due"]

    def _take_certificate(self, said: Fields) -> None:
        """Find mandate and scope in the bytes of an agent's certificate."""
        der = b64decode(said["certificate"], validate=True)
        if b"/agent/" not in der:
            return
        for digest, mandate in self._mandates.items():
            uri = f"/agent/{mandate['agent']}".encode()
            if bytes.fromhex(digest) in der and uri in der:
                break
        else:
            self._fail(
                3, "plain scan: an agent's certificate, but no mandate before it"
            )
            return
        used = self._enrolments.use_up(said, mandate["agent"], digest)
        self._take_note_of(1, used)
        scope = json.dumps(mandate["scope"], sort_keys=True, separators=(",", ":"))
        if scope.encode() not in der:
            self._fail(3, "plain scan: the certificate's scope is not the mandate's")
        self._certificates[sha256(der).hexdigest()] = PlainCertificate(
            mandate["agent"], mandate["scope"], self._index
        )

    def _take_standing(self, said: Fields, raw: bytes) -> None:
        """Follow an act upon a certificate; two names lift a suspension."""
        if said["act"] == "reinstate" and len(signers_in(raw)) < PEOPLE_MIN:
            self._fail(1, "plain scan: reinstated by less than two people")
        certificate = self._certificates.get(said["credential"])
        if certificate is None:
            return
        if said["act"] == "reinstate" and said["at"] <= certificate.since:
            self._fail(1, "plain scan: reinstated before it was suspended")
        certificate.standing = _STANDING[said["act"]]
        certificate.since = said["at"]

    def _take_order(self, order: Fields, leaf: str, line_digest: str) -> None:
        """Check the agent's sequence and the certificate that the order names."""
        agent = self.agents.setdefault(order["agent"], PlainAgent())
        if order["seq"] != agent.seq + 1:
            self._fail(10, f"plain scan: seq {order['seq']} after {agent.seq}")
        if order["prev"] != agent.prev:
            self.findings.unknown(
                10,
                f"plain scan: order {order['agent']} {order['seq']} names a predecessor"
                " that is not in the log",
                f"entry {self._index}",
            )
        certificate = self._certificates.get(order["credential"])
        if certificate is None or certificate.agent != order["agent"]:
            self._fail(2, "plain scan: the order names no certificate of its agent")
        self._pending = _Pending(order=order, leaf=leaf, line_digest=line_digest)

    def _take_decision(self, said: Fields) -> None:
        """Check a decision against what a plain reading of the scope says."""
        pending, self._pending = self._pending, None
        if pending is None or said["order"] != pending.leaf:
            self._fail(5, "plain scan: a decision that does not follow its order")
            return
        order, received_at = pending.order, said["received_at"]
        agent = self.agents[order["agent"]]
        agent.turn_to(received_at[:10])
        override = self._overrides.used_by(order, pending.line_digest, received_at)
        if said["override"] != (None if override is None else override.leaf):
            self._fail(5, "plain scan: another override than the one on record for it")
        worth, currency = order["amount"], order["currency"]
        target = self._working.target_of(order)
        added = added_by(order, None, currency, target)
        certificate = self._certificates.get(order["credential"])
        if certificate is not None:
            halted = self._halts.reasons_upon(order, certificate.scope)
            prices = PlainPrices(order, said, certificate.scope)
            around = Around(target, halted, self._working, self._places)
            seen = seen_of(prices, certificate, agent, around)
            aside = set[str]() if override is None else override.sets_aside(seen)
            for question, sentence in objections(prices, seen, aside):
                self._fail(question, sentence)
            added = seen.added
            if seen.worth is not None:
                worth, currency = seen.worth, certificate.scope["currency"]
        agent.take(order, pending.line_digest)
        agent.conduct.take_order(order, said)
        if said["outcome"] == "allowed":
            agent.count(order, added, currency)
            scope = {} if certificate is None else certificate.scope
            used = Asked(order, scope, received_at[:10], worth, added)
            self._places.count(used, currency)
            allowed = WorkingOrder(order, pending.leaf, Decimal(worth), currency)
            self._working.add(allowed)
            self._copies.allow(order, pending.leaf, received_at)
        if self.first_day <= received_at[:10] <= self.last_day:
            self.counted[order["agent"], said["outcome"]] += 1

    def _take_report(self, said: Fields) -> None:
        """Hold a report against its order and against the reports before it."""
        found = self._working.named_in(said)
        if found is not None and is_final(said):
            self.agents[said["agent"]].conduct.take_last_report(found.order, said)
        self._take_note_of(9, self._working.objections(said))
        self._take_note_of(9, self._copies.report(said))

    def _take_equivocation(self, said: Fields) -> None:
        """Check that the other order has the same place and is another one."""
        if not equivocates(said) or said["seq"] > self.agents[said["agent"]].seq:
            self._fail(10, "plain scan: an equivocation that is none")
            return
        self.findings.holds(
            10,
            f"remark: {said['agent']} signed two orders under seq {said['seq']}; the"
            f" one that did not count stands in entry {self._index}",
        )

    def conclude(self) -> None:
        """Say what no entry has explained by the end of the log."""
        if self.stopped:
            return
        try:
            for wrong in self._copies.overdue():
                self.findings.fails(9, "the end of the log", f"plain scan: {wrong}")
        except _ODD as error:
            self._fail(9, f"plain scan: not to be understood: {type(error).__name__}")

    def _fail(self, question: int, sentence: str) -> None:
        self.findings.fails(question, f"entry {self._index}", sentence)
