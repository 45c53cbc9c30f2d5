"""What a changed scope would have decided: the logged orders, judged again under it.

The flow of orders is taken as it was: what the bot would have sent instead of an order
that is now stopped, nobody knows. Daily sums are those of the changed scope's own
decisions; prices and what overlays said are those of the log, and other agents use
what they used of places. The log is believed; that it is whole, verifiers establish.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from kya.authority.difference import Difference, Differences, Judgement
from kya.authority.incidents import watch_as_logged
from kya.authority.place_totals import PlaceTotals
from kya.authority.waiting_overrides import WaitingOverrides
from kya.authority.watched import Watched
from kya.codec import canonical
from kya.codec.baseline_locks import LOCK_TYPE
from kya.codec.decisions import (
    DECISION_TYPE,
    inputs_of,
    read_outcome,
)
from kya.codec.drop_copies import DROP_COPY_TYPE, UNEXPLAINED_TYPE
from kya.codec.incidents import ALERT_TYPE, INCIDENT_TYPE
from kya.codec.logged_decision import logged_decision
from kya.codec.mandates import render_mandate
from kya.codec.orders import ORDER_TYPE, parse_order
from kya.codec.overrides import OVERRIDE_TYPE
from kya.codec.price_fields import worth_from
from kya.codec.reports import EQUIVOCATION_TYPE, REPORT_TYPE, parse_report
from kya.codec.scopes import scope_digest
from kya.core.baseline import BaselineLocked
from kya.core.case import Case
from kya.core.case_of import Inputs
from kya.core.credential import Credential, Grant
from kya.core.crossing import facing
from kya.core.decide import decide
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError, InputError, MalformedError
from kya.core.events import Event
from kya.core.flow import (
    Decided,
    past_after_decision,
    past_after_rearming,
    past_after_report,
)
from kya.core.fold import apply
from kya.core.halt import halts_upon
from kya.core.instant import Day
from kya.core.latch import Latch, LatchRearmed
from kya.core.mandate import Mandate
from kya.core.order import Action, Order
from kya.core.order_events import VenueReported
from kya.core.overlay import asked_of
from kya.core.override import OverrideGranted
from kya.core.past import Past
from kya.core.place_limits import limits_upon
from kya.core.power_events import CertificateIssued
from kya.core.reservation import Target
from kya.core.state import State
from kya.pki.entries import Entry

_FLOW: Final = frozenset(
    {
        ORDER_TYPE,
        DECISION_TYPE,
        REPORT_TYPE,
        EQUIVOCATION_TYPE,
        DROP_COPY_TYPE,
        UNEXPLAINED_TYPE,
        INCIDENT_TYPE,
        ALERT_TYPE,
    }
)
"""Kinds of entry that change no power here; all others are folded."""


@dataclass(slots=True)
class Backtest:
    """Takes the entries of a log, from the first on, and judges one agent's orders.

    `found` counts what came of them. Where `outcomes_matter` says no, `counts_outcomes`
    may be off: what became of orders, and what other agents sent, is passed over then.
    """

    mandate: Mandate
    first: Day
    last: Day
    counts_outcomes: bool = True
    found: Differences = field(default_factory=Differences)
    _state: State = field(default_factory=State)
    _past: Past = field(default_factory=Past)
    _judging: Order | None = None
    _line: bytes = b""
    _credentials: dict[str, Credential] = field(default_factory=dict[str, Credential])
    _overrides: WaitingOverrides = field(default_factory=WaitingOverrides)
    _watched: Watched = field(default_factory=Watched)
    _working: dict[int, Target] = field(default_factory=dict[int, Target])
    _places: PlaceTotals = field(default_factory=PlaceTotals)
    _of_another: Order | None = None
    _grant: Grant = field(init=False)
    _order: "re.Pattern[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last < self.first:
            raise InputError(f"period: want a last day from {self.first} on")
        self._grant = Grant(
            mandate=canonical.digest(render_mandate(self.mandate)),
            scope=self.mandate.scope,
            scope_digest=scope_digest(self.mandate.scope),
        )
        named = f'"agent":"{self.mandate.agent}",'
        begun = f'{{"_type":"{ORDER_TYPE}",'
        self._order = re.compile(
            re.escape(begun.encode()) + rb'(?:"action":"[a-z]+",)?' + named.encode()
        )

    @property
    def _watches(self) -> bool:
        """Whether the changed scope asks how like its past an order is."""
        return self.mandate.scope.limits.score_critical_bps is not None

    def take(self, index: int, raw: bytes) -> Difference | None:
        """Return in what the order that this entry decides would differ, if it would.

        CorruptionError for an entry that no log of ours holds.
        """
        try:
            return self._take(index, raw)
        except InputError as error:
            raise CorruptionError(f"entry {index}: {error}") from error

    def _take(self, index: int, raw: bytes) -> Difference | None:
        if self._judging is not None:
            order, self._judging = self._judging, None
            return self._judge(index - 1, order, raw)
        kind = canonical.type_of(raw)
        if kind == OVERRIDE_TYPE:
            self._overrides.take(Entry.read(raw).event)
        elif kind == LOCK_TYPE:
            self._take_lock(Entry.read(raw).event)
        elif kind not in _FLOW:
            self._take_power(Entry.read(raw).event)
        elif self._order.match(raw) is not None:
            self._line = raw[: raw.index(b"\n") + 1]
            self._judging = parse_order(self._line)
        else:
            self._take_traffic(kind, raw)
        return None

    def _take_traffic(self, kind: str, raw: bytes) -> None:
        """Count what other agents use of places, and what becomes of any order."""
        if not self.counts_outcomes:
            return
        line = raw[: raw.index(b"\n") + 1]
        if kind == ORDER_TYPE:
            self._of_another = parse_order(line)
        elif kind == DECISION_TYPE and self._of_another is not None:
            order, self._of_another = self._of_another, None
            said = logged_decision(raw)
            held = self._state.credentials.get(order.credential)
            if held is None:
                raise MalformedError(f"order {order.seq}: no agent's certificate")
            if read_outcome(said.outcome) is Outcome.ALLOWED:
                worth = worth_from(said.worth) or order.amount
                day = inputs_of(said).received_at.day
                self._places.take_allowed(order, held, worth, day)
        elif kind == REPORT_TYPE:
            self._take_report(parse_report(line))

    def _take_power(self, event: Event) -> None:
        """Fold what changes power, or where trading is stopped."""
        self._state = apply(self._state, event)
        self._credentials.clear()
        if isinstance(event, LatchRearmed) and event.rearm.agent == self.mandate.agent:
            self._past = past_after_rearming(self._past, event.rearm.latch)
            if event.rearm.latch is Latch.BEHAVIOUR:
                self._watched.begin_anew()
        elif isinstance(event, CertificateIssued) and self._is_ours(event):
            self._watched.go_on()

    def _is_ours(self, event: CertificateIssued) -> bool:
        return event.credential.name == self.mandate.agent

    def _take_lock(self, event: Event) -> None:
        """Put the agent's baseline in force; those of others change nothing here."""
        if isinstance(event, BaselineLocked) and event.lock.agent == self.mandate.agent:
            self._watched.lock(event, self._state.agents[event.lock.agent].pinned)

    def _judge(self, index: int, order: Order, raw: bytes) -> Difference | None:
        """Judge an order again, beside the decision that the log has on it."""
        logged = logged_decision(raw)
        inputs = inputs_of(logged)
        self._past = self._past.on(inputs.received_at.day)
        digest, received_at = canonical.digest(self._line), inputs.received_at
        override = self._overrides.used_by(digest, self.mandate.agent, received_at)
        credential = self._credential(order)
        was_sent = allowed = read_outcome(logged.outcome) is Outcome.ALLOWED
        reserved, worth, found = None, order.amount, None
        if self.first <= inputs.received_at.day <= self.last:
            case = self._case(order, inputs, credential, override)
            watch = watch_as_logged(order, logged.reasons, received_at)
            decision = decide(case if watch is None else replace(case, watch=watch))
            allowed, reserved = decision.allowed, decision.reserved
            worth = decision.case.worth or worth
            changed = Judgement(outcome=decision.outcome, reasons=decision.reasons)
            found = self.found.compare(index, order, received_at, logged, changed)
        if not self.counts_outcomes:
            self._past = self._past.including(order, digest, counted=reserved)
            return found
        if self._watches:
            self._watched.take_order(order, inputs)
        decided = Decided(
            order=order,
            line_digest=digest,
            received_at=inputs.received_at,
            allowed=was_sent and allowed,
            worth=worth,
            reserved=reserved,
            price=inputs.price,
        )
        self._past = past_after_decision(self._past, decided)
        if was_sent and allowed:
            self._working[order.seq] = Target(order, worth)
            self._places.take_allowed(order, credential, worth, self._past.day)
        elif allowed:
            self._places.take_unsent(order, credential, reserved, self._past.day)
        return found

    def _case(
        self,
        order: Order,
        inputs: Inputs,
        credential: Credential,
        override: OverrideGranted | None,
    ) -> Case:
        """Return the case as the changed scope and its own past make it."""
        agent = self._state.agents[order.agent]
        return Case(
            order=order,
            received_at=inputs.received_at,
            credential=credential,
            scope=self.mandate.scope,
            likeness=(
                self._watched.likeness(order, inputs, agent.pinned)
                if self._watches
                else None
            ),
            past=self._past,
            price=inputs.price,
            conversion=inputs.conversion,
            session=agent.session_under(order.credential),
            pinned=agent.pinned,
            override=override,
            target=self._target_of(order),
            halts=halts_upon(self._state.halts, order, self.mandate.scope),
            place_limits=limits_upon(
                self._state.place_limits,
                self._places.used,
                (order, self.mandate.scope),
                inputs.received_at.day,
            ),
            facing=facing(
                order, self.mandate.scope, ((order.agent, self._past.exposure),)
            ),
            overlays=asked_of(self._state.overlays, inputs.answers),
        )

    def _take_report(self, report: VenueReported) -> None:
        """Take what became of an order, if the changed scope allowed it as well."""
        self._places.take_report(report)
        if self._watches and report.agent == self.mandate.agent:
            self._watched.take_report(report)
        working = self._working.get(report.seq)
        if working is None or report.agent != self.mandate.agent:
            return
        self._past = past_after_report(self._past, working.order, report)
        if report.status.is_final:
            del self._working[report.seq]

    def _target_of(self, order: Order) -> Target | None:
        """Return the working order that this one acts on; none that would not go."""
        target = None if order.target is None else self._working.get(order.target)
        is_one = target is not None and target.order.action is not Action.CANCEL
        return target if is_one else None

    def _credential(self, order: Order) -> Credential:
        """Return the credential as it stood, with the changed scope in it."""
        known = self._credentials.get(order.credential)
        if known is None:
            held = self._state.credentials.get(order.credential)
            if held is None or held.grant is None:
                raise MalformedError(f"order {order.seq}: no agent's certificate")
            known = replace(held, grant=self._grant)
            self._credentials[order.credential] = known
        return known
