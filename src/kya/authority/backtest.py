"""What a changed scope would have decided: the logged orders, judged again under it.

The flow of orders is taken as it was: what the bot would have sent instead of an order
that is now stopped, nobody knows. Daily sums are those of the changed scope's own
decisions, and prices those that the log has. The log is believed; that it is whole and
well signed, verifiers establish.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from kya.codec import canonical
from kya.codec.decisions import (
    DECISION_TYPE,
    inputs_of,
    read_outcome,
    read_reason,
)
from kya.codec.mandates import render_mandate
from kya.codec.orders import ORDER_TYPE, parse_order
from kya.codec.overrides import OVERRIDE_TYPE
from kya.codec.price_fields import PriceFields
from kya.codec.reports import EQUIVOCATION_TYPE, REPORT_TYPE
from kya.codec.scopes import scope_digest
from kya.core.case import Case
from kya.core.control import Reason
from kya.core.credential import Credential, Grant
from kya.core.decide import decide
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError, InputError, MalformedError
from kya.core.events import Event
from kya.core.flow import Decided, after_decision, after_report
from kya.core.fold import apply
from kya.core.instant import Day, Instant
from kya.core.mandate import Mandate
from kya.core.money import Money
from kya.core.order import Order
from kya.core.order_events import VenueReported
from kya.core.override import OverrideGranted
from kya.core.past import Past
from kya.core.scope_limits import NO_LIMITS
from kya.core.state import State
from kya.pki.entries import Entry

_FLOW: Final = frozenset({ORDER_TYPE, DECISION_TYPE, REPORT_TYPE, EQUIVOCATION_TYPE})
"""Kinds of entry that change no power; all others are folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came of an order, and why."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An order that the changed scope would have judged otherwise.

    `index` is the order's entry in the log.
    """

    index: int
    order: Order
    received_at: Instant
    logged: Judgement
    changed: Judgement


@dataclass(slots=True)
class Backtest:
    """Takes the entries of a log, from the first on, and judges one agent's orders.

    `moved` counts the orders by outcome in the log and under the changed scope.
    """

    mandate: Mandate
    first: Day
    last: Day
    moved: Counter[tuple[Outcome, Outcome]] = field(
        default_factory=Counter[tuple[Outcome, Outcome]]
    )
    differing: int = 0
    _state: State = field(default_factory=State)
    _past: Past = field(default_factory=Past)
    _order: Order | None = None
    _line: bytes = b""
    _credentials: dict[str, Credential] = field(default_factory=dict[str, Credential])
    _overrides: dict[str, OverrideGranted] = field(
        default_factory=dict[str, OverrideGranted]
    )
    _grant: Grant = field(init=False)
    _allowed: set[int] = field(default_factory=set[int])
    _needs_reports: bool = field(init=False)
    _order_prefix: bytes = field(init=False)
    _report_prefix: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last < self.first:
            raise InputError(f"period: want a last day from {self.first} on")
        self._grant = Grant(
            mandate=canonical.digest(render_mandate(self.mandate)),
            scope=self.mandate.scope,
            scope_digest=scope_digest(self.mandate.scope),
        )
        self._needs_reports = self.mandate.scope.limits != NO_LIMITS
        self._order_prefix, self._report_prefix = (
            f'{{"_type":"{kind}","agent":"{self.mandate.agent}",'.encode("ascii")
            for kind in (ORDER_TYPE, REPORT_TYPE)
        )

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
        if self._order is not None:
            order, self._order = self._order, None
            return self._judge(index - 1, order, raw)
        kind = canonical.type_of(raw)
        if self._needs_reports and raw.startswith(self._report_prefix):
            self._take_report(raw)
        elif kind == OVERRIDE_TYPE:
            self._take_override(Entry.read(raw).event)
        elif kind not in _FLOW:
            self._state = apply(self._state, Entry.read(raw).event)
            self._credentials.clear()
        elif raw.startswith(self._order_prefix):
            self._line = raw[: raw.index(b"\n") + 1]
            self._order = parse_order(self._line)
        return None

    def _take_override(self, event: Event) -> None:
        """Keep an override for its order; it is not part of the changed scope."""
        if isinstance(event, OverrideGranted):
            self._overrides[event.override.order] = event

    def _override(self, received_at: Instant) -> OverrideGranted | None:
        """Return the override for the order under way, unless it was over by then."""
        granted = self._overrides.pop(canonical.digest(self._line), None)
        if granted is None or not granted.serves(self.mandate.agent, received_at):
            return None
        return granted

    def _judge(self, index: int, order: Order, raw: bytes) -> Difference | None:
        """Judge an order again, beside the decision that the log has on it."""
        logged = _decided(raw)
        inputs = inputs_of(logged)
        received_at = inputs.received_at
        day = received_at.day
        past = self._past.on(day)
        counted: Money | None = None
        found = None
        credential = self._credential(order)
        agent = self._state.agents[order.agent]
        override = self._override(received_at)
        if self.first <= day <= self.last:
            decision = decide(
                Case(
                    order=order,
                    received_at=received_at,
                    credential=credential,
                    scope=self.mandate.scope,
                    baseline=None,
                    past=past,
                    price=inputs.price,
                    conversion=inputs.conversion,
                    session=agent.session_under(order.credential),
                    pinned=agent.pinned,
                    override=override,
                )
            )
            counted = decision.reserved
            changed = Judgement(outcome=decision.outcome, reasons=decision.reasons)
            found = self._difference(index, order, received_at, logged, changed)
        decided = Decided(
            order=order,
            line_digest=canonical.digest(self._line),
            received_at=received_at,
            reserved=counted,
            price=inputs.price,
        )
        self._past = after_decision(past, decided)
        if counted is not None and self._needs_reports:
            self._allowed.add(order.seq)
        return found

    def _take_report(self, raw: bytes) -> None:
        """Take what became of an order, if the changed scope allowed it as well."""
        event = Entry.read(raw).event
        if not isinstance(event, VenueReported) or event.seq not in self._allowed:
            return
        if event.status.is_final:
            self._allowed.remove(event.seq)
            self._past = after_report(self._past, event)

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
        logged: "_Decided",
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


class _Decided(msgspec.Struct, frozen=True):
    """What the log says came of an order."""

    outcome: str
    reasons: list[str]
    received_at: str
    price: PriceFields | None
    conversion: PriceFields | msgspec.UnsetType = msgspec.UNSET


_DECIDED: Final = msgspec.json.Decoder(_Decided)


def _decided(raw: bytes) -> _Decided:
    """Return the part of a decision that counts here; MalformedError if it is none."""
    line = raw[: raw.index(b"\n")]
    if canonical.type_of(line) != DECISION_TYPE:
        raise MalformedError("want the decision on the order before it")
    try:
        return _DECIDED.decode(line)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MalformedError(f"decision: {error}") from error
