"""The decision line, `kya/decision/v1`: exactly what the gateway signs.

The line holds every input that is not in the log already and every control's result, so
that whoever runs `decide` again over the logged inputs must get the same bytes.
"""

from typing import Final, Literal, Protocol

import msgspec

from kya.codec import canonical
from kya.codec.behaviour_fields import (
    BehaviourFields,
    behaviour_fields,
    require_behaviour,
)
from kya.codec.control_fields import ControlFields, control_fields, text_kept
from kya.codec.enums import by_value
from kya.codec.incident_fields import OpeningFields, opening_fields, opening_from
from kya.codec.overlays import AnswerFields, answer_fields, answers_from
from kya.codec.price_fields import (
    PriceFields,
    WorthFields,
    price_fields,
    price_from,
    worth_fields,
    worth_from,
)
from kya.core import tokens
from kya.core.case_of import Inputs
from kya.core.control import (
    LETS_PASS,
    ControlOutcome,
    Reason,
)
from kya.core.decision import Counters, Decision, Outcome, outcome_of
from kya.core.errors import MalformedError, shown
from kya.core.fixed_point import parse_padded, render_padded
from kya.core.instant import Instant
from kya.core.money import Currency
from kya.core.order_events import OrderDecided
from kya.core.scope import Mode

DECISION_TYPE: Final = "kya/decision/v1"


class CounterFields(canonical.Statement, frozen=True, kw_only=True):
    """Sums of allowed orders on the wire, in the scope's currency."""

    agent: str
    market_and_side: str


class CountersFields(canonical.Statement, frozen=True, kw_only=True):
    """The counters that the decision found and left."""

    after: CounterFields
    before: CounterFields
    currency: str
    day: str


class DecisionLine(canonical.Statement, frozen=True, kw_only=True):
    """The decision on the wire; `order` and `override` are leaf hashes of entries.

    `conversion` and `worth` stand where the amount is not in the scope's currency,
    `overlays` where any was asked, `behaviour` where the agent's baseline is locked,
    `incident` where the decision opens one.
    """

    type_: Literal["kya/decision/v1"] = msgspec.field(name="_type")
    agent: str
    baseline: str | None
    controls: list[ControlFields]
    counters: CountersFields
    credential: str
    mandate: str
    mode: str
    order: str
    outcome: str
    override: str | None
    price: PriceFields | None
    reasons: list[str]
    received_at: str
    scope: str
    seq: int
    behaviour: BehaviourFields | msgspec.UnsetType = msgspec.UNSET
    conversion: PriceFields | msgspec.UnsetType = msgspec.UNSET
    incident: OpeningFields | msgspec.UnsetType = msgspec.UNSET
    overlays: list[AnswerFields] | msgspec.UnsetType = msgspec.UNSET
    worth: WorthFields | msgspec.UnsetType = msgspec.UNSET


_DECODER: Final = msgspec.json.Decoder(DecisionLine)
read_outcome: Final = by_value("outcome", Outcome)
read_reason: Final = by_value("reason", Reason)
_CONTROL_OUTCOME: Final = by_value("outcome", ControlOutcome)
_MODE: Final = by_value("mode", Mode)


def parse_decision(line: bytes) -> DecisionLine:
    """Return the fields of a decision line that does not contradict itself.

    MalformedError otherwise. Whether it is the right decision, only `decide` can say.
    """
    return canonical.read_line(line, _DECODER, "decision", _checked)


class Taken(Protocol):
    """The fields of a decision that say what it took from outside the log."""

    @property
    def received_at(self) -> str:
        """When the gateway took up the order."""
        ...

    @property
    def price(self) -> PriceFields | None:
        """The price of the order's market."""
        ...

    @property
    def conversion(self) -> PriceFields | msgspec.UnsetType:
        """The price that leads on to the scope's currency."""
        ...

    @property
    def overlays(self) -> list[AnswerFields] | msgspec.UnsetType:
        """What overlays said."""
        ...


def inputs_of(line: Taken) -> Inputs:
    """Return what the decision says it took from outside the log."""
    conversion = line.conversion
    return Inputs(
        received_at=Instant.parse(line.received_at),
        price=None if line.price is None else price_from(line.price),
        conversion=None if conversion is msgspec.UNSET else price_from(conversion),
        answers=answers_from(line.overlays),
    )


_ASIDE: Final = ControlOutcome.OVERRIDDEN.value


def event_of(line: DecisionLine) -> OrderDecided:
    """Return what the decision changes."""
    return OrderDecided(
        agent=line.agent,
        seq=line.seq,
        order=line.order,
        outcome=read_outcome(line.outcome),
        breaches=_breaches(line),
        opening=opening_from(line.incident),
        aside=tuple([each.id for each in line.controls if each.outcome == _ASIDE]),
        received_at=Instant.parse(line.received_at),
        worth=worth_from(line.worth),
        price=None if line.price is None else price_from(line.price),
    )


def render_decision(decision: Decision, order_leaf: str) -> bytes:
    """Return the decision's line, LF included."""
    case = decision.case
    likeness = case.likeness
    return canonical.encode_line(
        DecisionLine(
            type_=DECISION_TYPE,
            agent=case.order.agent,
            baseline=None if likeness is None else likeness.baseline,
            behaviour=behaviour_fields(likeness),
            controls=[control_fields(result) for result in decision.results],
            counters=_counters_fields(decision),
            credential=case.credential.digest,
            mandate=case.grant.mandate,
            mode=decision.mode.value,
            order=order_leaf,
            outcome=decision.outcome.value,
            override=None if case.override is None else case.override.leaf,
            price=price_fields(case.price),
            reasons=[reason.value for reason in decision.reasons],
            received_at=text_kept(case.received_at),
            scope=case.grant.scope_digest,
            seq=case.order.seq,
            conversion=price_fields(case.conversion) or msgspec.UNSET,
            incident=opening_fields(decision.opening),
            overlays=answer_fields(decision.answers),
            worth=worth_fields(decision.worth_shown),
        )
    )


def _breaches(line: DecisionLine) -> tuple[Reason, ...]:
    """Return what counts against the agent's conduct; nothing of a refused order."""
    if line.outcome == Outcome.REFUSED.value:
        return ()
    return tuple(
        [
            read_reason(each.reason)
            for each in line.controls
            if each.reason is not msgspec.UNSET
            and each.outcome != ControlOutcome.OVERRIDDEN.value
        ]
    )


def _counters_fields(decision: Decision) -> CountersFields:
    """Return the counters before and after, as decimal strings."""
    before, counted = decision.counters_before, decision.counted
    fields = _counter_fields(before)
    return CountersFields(
        after=_counter_fields(before.plus(counted)) if counted else fields,
        before=fields,
        currency=before.currency.code,
        day=str(before.day),
    )


def _counter_fields(counters: Counters) -> CounterFields:
    """Return one set of counters."""
    decimals = counters.currency.decimals
    return CounterFields(
        agent=render_padded(counters.agent, decimals),
        market_and_side=render_padded(counters.market_and_side, decimals),
    )


def _checked(wire: DecisionLine) -> DecisionLine:
    """Return the fields if each can be what it is called; MalformedError otherwise."""
    baseline, override = wire.baseline, wire.override
    tokens.require(tokens.NAME, "agent", wire.agent)
    for field, digest in (
        ("credential", wire.credential),
        ("mandate", wire.mandate),
        ("order", wire.order),
        ("scope", wire.scope),
        ("baseline", tokens.NO_DIGEST if baseline is None else baseline),
        ("override", tokens.NO_DIGEST if override is None else override),
    ):
        tokens.require(tokens.DIGEST, field, digest)
    tokens.require_count("seq", wire.seq)
    _MODE(wire.mode)
    _require_counters(wire)
    require_behaviour(wire.behaviour, baseline)
    inputs_of(wire)
    worth_from(wire.worth)
    _require_agreement(wire)
    return wire


def _require_counters(wire: DecisionLine) -> None:
    """Raise unless the counters are amounts of the day of receipt."""
    counters = wire.counters
    decimals = Currency(counters.currency).decimals
    for counted in (counters.before, counters.after):
        parse_padded(counted.agent, decimals)
        parse_padded(counted.market_and_side, decimals)
    # A day is how an instant begins, so one comparison also checks its spelling.
    day, _, _ = str(Instant.parse(wire.received_at)).partition("T")
    if counters.day != day:
        msg = f"counters: want those of {day}, got those of {shown(counters.day)}"
        raise MalformedError(msg)


def _require_agreement(wire: DecisionLine) -> None:
    """Raise unless reasons follow from the controls, and the outcome from them."""
    reasons: list[str] = []
    for control in wire.controls:
        reason, came_of_it = control.reason, _CONTROL_OUTCOME(control.outcome)
        if (came_of_it is ControlOutcome.PASSED) is not (reason is msgspec.UNSET):
            msg = f"{control.id}: want a reason unless it passed"
            raise MalformedError(msg)
        if came_of_it is ControlOutcome.OVERRIDDEN and wire.override is None:
            msg = f"{control.id}: overridden, but the decision names no override"
            raise MalformedError(msg)
        if reason is not msgspec.UNSET and came_of_it not in LETS_PASS:
            reasons.append(reason)
    if reasons != wire.reasons:
        msg = "reasons: want those of the controls, in their order"
        raise MalformedError(msg)
    outcome = outcome_of([read_reason(reason) for reason in reasons])
    if not wire.controls or wire.outcome != outcome.value:
        msg = f"outcome: want {outcome.value} for these controls, got {wire.outcome}"
        raise MalformedError(msg)
    opening = opening_from(wire.incident)
    if opening is not None and not set(opening.reasons) <= set(_breaches(wire)):
        msg = "incident: want it opened by reasons of this decision"
        raise MalformedError(msg)
