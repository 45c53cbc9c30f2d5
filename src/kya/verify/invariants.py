"""The second, dumber check: the same questions by plain scanning of the log's JSON.

Re-execution shares the gateway's bugs; this shares none of its code. It believes
signatures and certificates as they stand (re-execution looks at them) and asks whether
the story that the lines tell is a lawful one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Final

from kya.verify.finding import Findings
from kya.verify.plain_behaviour import (
    LOCK_KIND,
    locked,
    objections_of,
    objections_to,
)
from kya.verify.plain_certificates import POWER_KINDS, PlainCertificates
from kya.verify.plain_clocks import CLOCK_KIND, wrong_comparison
from kya.verify.plain_copies import COPY_KINDS, PlainCopies
from kya.verify.plain_fields import fields_of
from kya.verify.plain_halts import HALT_KINDS, PlainHalts
from kya.verify.plain_incidents import INCIDENT_KINDS, PlainIncidents
from kya.verify.plain_overlays import OVERLAY_KINDS, PlainOverlays
from kya.verify.plain_overrides import PlainOverrides
from kya.verify.plain_places import PLACE_KINDS, Asked, PlainPlaces
from kya.verify.plain_prices import Fields, PlainPrices
from kya.verify.plain_rolls import PlainRolls
from kya.verify.plain_rules import (
    Around,
    PlainAgent,
    PlainCertificate,
    equivocates,
    seen_of,
    signers_in,
)
from kya.verify.plain_working import (
    PlainWorking,
    WorkingOrder,
    added_by,
    is_final,
)
from kya.verify.plain_workloads import WORKLOAD_KINDS, PlainWorkloads

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
    _certificates: PlainCertificates = field(default_factory=PlainCertificates)
    _workloads: PlainWorkloads = field(default_factory=PlainWorkloads)
    _pending: _Pending | None = None
    _revoked: bool = False
    _overrides: PlainOverrides = field(default_factory=PlainOverrides)
    _working: PlainWorking = field(default_factory=PlainWorking)
    _halts: PlainHalts = field(default_factory=PlainHalts)
    _copies: PlainCopies = field(default_factory=PlainCopies)
    _places: PlainPlaces = field(default_factory=PlainPlaces)
    _overlays: PlainOverlays = field(default_factory=PlainOverlays)
    _incidents: PlainIncidents = field(default_factory=PlainIncidents)
    _rolls: PlainRolls = field(default_factory=PlainRolls)

    def take(self, raw: bytes) -> None:
        """Look at the next entry."""
        self._index += 1
        if self.stopped:
            return
        line = raw.partition(b"\n")[0] + b"\n"
        try:
            self._take(fields_of(line), line, raw)
        except _ODD as error:
            sentence = f"plain scan: not to be understood: {type(error).__name__}"
            self._fail(10, f"{sentence} {str(error)[:80]}")
            self.stopped = f"entry {self._index}"

    def _take(self, said: Fields, line: bytes, raw: bytes) -> None:
        """Tell the statements apart by their type."""
        kind = said["_type"]
        self._take_note_of(8, self._rolls.take(said, raw, self._index))
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
        elif kind == "kya/equivocation/v1":
            self._take_equivocation(said)
        elif kind in POWER_KINDS:
            changed = self._certificates.take(said, (line, raw), self.agents)
            for question, sentence in changed:
                self._fail(question, f"plain scan: {sentence}")
            if kind == "kya/standing/v1":
                self._incidents.take_standing(said)
        else:
            self._take_people(kind, said, line, raw)

    def _take_people(self, kind: str, said: Fields, line: bytes, raw: bytes) -> None:
        """Tell apart what people say of trading, and what shows a workload."""
        if kind == "kya/override/v1":
            self._take_note_of(4, self._overrides.take(said, raw))
        elif kind == LOCK_KIND:
            self._take_lock(said, raw)
        elif kind in INCIDENT_KINDS:
            self._take_note_of(7, self._incidents.take(said, raw))
            self._certificates.end(self._incidents.revoked)
        elif kind in HALT_KINDS | PLACE_KINDS | OVERLAY_KINDS | COPY_KINDS:
            self._take_halt(said, raw)
        elif kind == "kya/erasure/v1" and len(signers_in(raw)) < 2:  # noqa: PLR2004
            self._fail(8, "plain scan: an erasure takes two people")
        elif kind == CLOCK_KIND:
            self._take_note_of(8, wrong_comparison(said))
        elif kind in WORKLOAD_KINDS:
            self._take_note_of(5, self._workloads.take(said, line, self.agents))

    def _take_note_of(self, question: int, wrong: Iterable[str]) -> None:
        """Report whatever is wrong with what people said."""
        for sentence in wrong:
            self._fail(question, f"plain scan: {sentence}")

    def _take_halt(self, said: Fields, raw: bytes) -> None:
        """Follow what stops or limits trading, what starts it again, and why."""
        if said["_type"] in COPY_KINDS:
            self._take_note_of(9, self._copies.take(said, self._halts.halted()))
            return
        if said["_type"] in PLACE_KINDS | OVERLAY_KINDS:
            limits = self._places if said["_type"] in PLACE_KINDS else self._overlays
            self._take_note_of(4, limits.take(said, len(signers_in(raw))))
            return
        self._take_note_of(4, self._halts.take(said, raw))
        if said["_type"] == "kya/rearm/v1":
            agent = self._agent(said["agent"])
            agent.conduct.rearm(said["latch"])

    def _take_lock(self, said: Fields, raw: bytes) -> None:
        """Put an agent's baseline in force."""
        agent = self._agent(said["agent"])
        signers, former = len(signers_in(raw)), agent.baseline
        self._take_note_of(6, objections_to(said, former, agent.seq, signers))
        agent.baseline = locked(said, agent.baseline, agent.pinned)

    def _take_order(self, order: Fields, leaf: str, line_digest: str) -> None:
        """Check the agent's sequence and the certificate that the order names."""
        agent = self._agent(order["agent"])
        if order["seq"] != agent.seq + 1:
            self._fail(10, f"plain scan: seq {order['seq']} after {agent.seq}")
        if order["prev"] != agent.prev:
            self.findings.unknown(
                10,
                f"plain scan: order {order['agent']} {order['seq']} names a predecessor"
                " that is not in the log",
                f"entry {self._index}",
            )
        certificate = self._certificates.by_digest.get(order["credential"])
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
        certificate = self._certificates.by_digest.get(order["credential"])
        if certificate is not None:
            halted = self._halts.reasons_upon(order, certificate.scope)
            prices = PlainPrices(order, said, certificate.scope)
            grace = self._incidents.results(order, received_at, certificate)
            around = Around(target, halted, self._working, self._places, grace)
            seen = seen_of(prices, certificate, agent, around)
            aside = set[str]() if override is None else override.sets_aside(seen)
            for wrong in self._overlays.objections(prices, seen, aside):
                self._fail(*wrong)
            added = seen.added
            if seen.worth is not None:
                worth, currency = seen.worth, certificate.scope["currency"]
        self._take_behaviour(said, order, agent)
        self._take_opening(said, pending, certificate)
        agent.take(order, pending.line_digest)
        agent.conduct.take_order(order, said)
        if said["outcome"] == "allowed":
            agent.count(order, added, currency)
            scope = {} if certificate is None else certificate.scope
            used = Asked(order, scope, received_at[:10], worth, added)
            self._places.count(used, currency)
            allowed = WorkingOrder(order, pending.leaf, Decimal(worth), currency)
            self._working.add(allowed)
            self._copies.allow(PlainPrices(order, said, scope), pending.leaf)
        if self.first_day <= received_at[:10] <= self.last_day:
            self.counted[order["agent"], said["outcome"]] += 1

    def _take_opening(
        self, said: Fields, pending: _Pending, certificate: PlainCertificate | None
    ) -> None:
        """Hold the incident that a decision opens, or none, against the mandate."""
        what = f"order {pending.order['agent']} {pending.order['seq']}"
        wrong = self._incidents.take_decision(said, pending.leaf, certificate)
        self._take_note_of(7, (f"{what} {sentence}" for sentence in wrong))

    def _take_behaviour(self, said: Fields, order: Fields, agent: PlainAgent) -> None:
        """Hold what a decision says of behaviour against the locks before it."""
        what = f"order {order['agent']} {order['seq']}"
        wrong = objections_of(said, order, agent.baseline)
        self._take_note_of(5, (f"{what} {sentence}" for sentence in wrong))
        if agent.baseline is not None and order.get("action") != "cancel":
            agent.baseline.take_order(said["received_at"])

    def _take_report(self, said: Fields) -> None:
        """Hold a report against its order and against the reports before it."""
        self._incidents.now = max(self._incidents.now, said["at"])
        found = self._working.named_in(said)
        if (has_ended := found is not None and is_final(said)) and found is not None:
            self.agents[said["agent"]].conduct.take_last_report(found.order, said)
        self._take_note_of(9, self._working.objections(said))
        if has_ended:
            self._places.settle(said)
        self._take_note_of(9, self._copies.report(said))

    def _take_equivocation(self, said: Fields) -> None:
        """Check that the other order has the same place and is another one."""
        if not equivocates(said) or said["seq"] > self.agents[said["agent"]].seq:
            self._fail(10, "plain scan: an equivocation that is none")
            return
        two = f"{said['agent']} signed two orders under seq {said['seq']}"
        one = f"the one that did not count stands in entry {self._index}"
        self.findings.holds(10, f"remark: {two}; {one}")

    def conclude(self) -> None:
        """Say what no entry has explained by the end of the log."""
        if self.stopped:
            return
        try:
            for wrong in self._copies.overdue():
                self.findings.fails(9, "the end of the log", f"plain scan: {wrong}")
        except _ODD as error:
            self._fail(9, f"plain scan: not to be understood: {type(error).__name__}")

    def conclude_incidents(self) -> None:
        """Say what about incidents was not done in time by the end of the log."""
        try:
            for wrong in self._incidents.conclude():
                self.findings.fails(7, "the end of the log", f"plain scan: {wrong}")
        except _ODD as error:
            self._fail(7, f"plain scan: not to be understood: {type(error).__name__}")

    def _agent(self, name: str) -> PlainAgent:
        """Return the agent, a new one at first sight alone: making one is dear."""
        if name not in self.agents:
            self.agents[name] = PlainAgent()
        return self.agents[name]

    def _fail(self, question: int, sentence: str) -> None:
        self.findings.fails(question, f"entry {self._index}", sentence)
