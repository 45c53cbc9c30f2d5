"""What a changed scope would have decided: the logged orders, judged again under it.

The flow of orders is taken as it was: what the bot would have sent instead, nobody
knows. Daily sums are those of the changed scope's own decisions; prices, overlays'
answers, baselines and what other agents used of places are those of the log. It is
believed; that it is whole, verifiers establish.
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from kya.authority.difference import Difference, Judgement
from kya.authority.likeness_again import (
    likeness_in,
    with_answer,
    with_attempt,
    with_lock,
)
from kya.authority.place_totals import PlaceTotals
from kya.codec import canonical
from kya.codec.baseline_locks import LOCK_TYPE
from kya.codec.decisions import DECISION_TYPE, inputs_of, read_outcome, read_reason
from kya.codec.logged_decision import LoggedDecision, logged_decision
from kya.codec.mandates import render_mandate
from kya.codec.orders import ORDER_TYPE, orders_of, parse_order
from kya.codec.overrides import OVERRIDE_TYPE
from kya.codec.price_fields import worth_from
from kya.codec.reports import EQUIVOCATION_TYPE, REPORT_TYPE, parse_report
from kya.codec.scopes import scope_digest
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
from kya.core.instant import Day, Instant
from kya.core.latch import LatchRearmed
from kya.core.mandate import Mandate
from kya.core.order import Action, Order
from kya.core.order_events import VenueReported
from kya.core.overlay import asked_of
from kya.core.override import OverrideGranted
from kya.core.past import Past
from kya.core.place_limits import limits_upon
from kya.core.reservation import Target
from kya.core.state import State
from kya.pki.entries import Entry

_FLOW: Final = frozenset({ORDER_TYPE, DECISION_TYPE, REPORT_TYPE, EQUIVOCATION_TYPE})
"""Kinds of entry that change no power; all others are folded."""


@dataclass(slots=True)
class Backtest:
    """Takes the entries of a log, from the first on, and judges one agent's orders.

    `moved` counts the orders by outcome in the log and under the changed scope. Where
    `outcomes_matter` says no, `counts_outcomes` may be off: what became of orders, and
    what other agents sent, is passed over then.
    """

    mandate: Mandate
    first: Day
    last: Day
    counts_outcomes: bool = True
    moved: Counter[tuple[Outcome, Outcome]] = field(
        default_factory=Counter[tuple[Outcome, Outcome]]
    )
    differing: int = 0
    _state: State = field(default_factory=State)
    _past: Past = field(default_factory=Past)
    _judging: Order | None = None
    _line: bytes = b""
    _credentials: dict[str, Credential] = field(default_factory=dict[str, Credential])
    _overrides: dict[str, OverrideGranted] = field(
        default_factory=dict[str, OverrideGranted]
    )
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
        self._order = orders_of(self.mandate.agent)

    @property
    def orders(self) -> int:
        """How many orders were judged again."""
        return self.moved.total()

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
            self._take_override(Entry.read(raw).event)
        elif kind == LOCK_TYPE:
            self._state = with_lock(self._state, Entry.read(raw).event)
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

    def _take_override(self, event: Event) -> None:
        """Keep an override for its order; it is not part of the changed scope."""
        if isinstance(event, OverrideGranted):
            self._overrides[event.override.order] = event

    def _override(self, inputs: Inputs) -> OverrideGranted | None:
        """Return the override for the order under way, unless it was over by then."""
        granted = self._overrides.pop(canonical.digest(self._line), None)
        serves = granted and granted.serves(self.mandate.agent, inputs.received_at)
        return granted if serves else None

    def _judge(self, index: int, order: Order, raw: bytes) -> Difference | None:
        """Judge an order again, beside the decision that the log has on it."""
        logged = logged_decision(raw)
        inputs = inputs_of(logged)
        self._past = self._past.on(inputs.received_at.day)
        credential, override = self._credential(order), self._override(inputs)
        was_sent = allowed = read_outcome(logged.outcome) is Outcome.ALLOWED
        reserved, worth, found = None, order.amount, None
        if self.first <= inputs.received_at.day <= self.last:
            decision = decide(self._case(order, inputs, credential, override))
            allowed, reserved = decision.allowed, decision.reserved
            worth = decision.case.worth or worth
            changed = Judgement(outcome=decision.outcome, reasons=decision.reasons)
            found = self._difference(index, order, inputs.received_at, logged, changed)
        self._state = with_attempt(self._state, order, inputs)
        digest = canonical.digest(self._line)
        if not self.counts_outcomes:
            self._past = self._past.including(order, digest, counted=reserved)
            return found
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
            likeness=likeness_in(self._state, order, inputs),
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
        working = self._working.get(report.seq)
        if working is None or report.agent != self.mandate.agent:
            return
        self._past = past_after_report(self._past, working.order, report)
        self._state = with_answer(self._state, working.order, report)
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

    def _difference(
        self,
        index: int,
        order: Order,
        received_at: Instant,
        logged: LoggedDecision,
        changed: Judgement,
    ) -> Difference | None:
        """Count the order, and say in what the two judgements differ."""
        was = Judgement(
            outcome=read_outcome(logged.outcome),
            reasons=tuple([read_reason(reason) for reason in logged.reasons]),
        )
        self.moved[was.outcome, changed.outcome] += 1
        if was == changed:
            return None
        self.differing += 1
        return Difference(
            index=index,
            order=order,
            received_at=received_at,
            logged=was,
            changed=changed,
        )
