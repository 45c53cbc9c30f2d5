"""The gateway's answer to an order: allowed, denied or refused, and why, in words."""

from dataclasses import dataclass
from typing import Final

from kya.agent.chain import SignedOrder
from kya.agent.exchange import Reply
from kya.codec.control_fields import ControlFields
from kya.codec.decisions import (
    DecisionLine,
    parse_decision,
    read_outcome,
    read_reason,
)
from kya.codec.note import SignedNote, VerifierKey, verify
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, MalformedError
from kya.core.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A decision on one order, with every control's limit and measured value.

    `note` is what the gateway signed, `order_note` what the agent signed and sent;
    `signature_checked` tells whether we had the gateway's key.
    """

    order: Order
    outcome: Outcome
    decision: DecisionLine
    log_index: int | None
    note: bytes
    order_note: bytes
    signature_checked: bool

    @property
    def allowed(self) -> bool:
        """Whether the order was released to its venue."""
        return self.outcome is Outcome.ALLOWED

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason against the order, in the order of the controls."""
        return tuple(read_reason(reason) for reason in self.decision.reasons)

    @property
    def controls(self) -> tuple[ControlFields, ...]:
        """Every control with its limit, measured value, unit and outcome."""
        return tuple(self.decision.controls)

    def explain(self) -> str:
        """Return the answer as a sentence, each reason with its figures and code.

        What an override has set aside is said too, and that it was.
        """
        name = f"order {self.order.seq} {self.outcome.value}"
        against = [_in_words(c) for c in self.controls if isinstance(c.reason, str)]
        return f"{name}: {'; '.join(against)}" if against else name


def read_answer(signed: SignedOrder, reply: Reply, key: VerifierKey | None) -> Answer:
    """Return what the gateway decided; DistrustError if this is not its answer."""
    note = SignedNote.parse(reply.body)
    if key is not None:
        verify(note, [key])
    decision = parse_decision(note.text)
    order = signed.order
    named = (decision.agent, decision.seq, decision.order)
    if named != (order.agent, order.seq, signed.leaf):
        raise DistrustError(
            f"order {order.seq}: the answer is about {decision.agent} {decision.seq}, "
            f"entry {decision.order}"
        )
    return Answer(
        order=order,
        outcome=_outcome_of(decision),
        decision=decision,
        log_index=_index_in(reply),
        note=reply.body,
        order_note=signed.note,
        signature_checked=key is not None,
    )


def _outcome_of(decision: DecisionLine) -> Outcome:
    """Return the outcome; MalformedError if it contradicts the reasons."""
    outcome = read_outcome(decision.outcome)
    if (outcome is Outcome.ALLOWED) is bool(decision.reasons):
        raise MalformedError(
            f"decision: {outcome.value} with {len(decision.reasons)} reasons"
        )
    return outcome


def _index_in(reply: Reply) -> int | None:
    """Return the place in the log of the order's entry, if the gateway tells it."""
    index = reply.headers.get("kya-log-index", "")
    return int(index) if index.isascii() and index.isdecimal() else None


_SENTENCES: Final = {
    Reason.CREDENTIAL_SUSPENDED: "the credential is {measured}",
    Reason.CREDENTIAL_REVOKED: "the credential is {measured}",
    Reason.CREDENTIAL_NOT_YET_VALID: (
        "the credential is valid from {limit}, the order came at {measured}"
    ),
    Reason.CREDENTIAL_EXPIRED: (
        "the credential was valid until {limit}, the order came at {measured}"
    ),
    Reason.HALT_HALTED: "trading is stopped: {measured}",
    Reason.HALT_REDUCING: "only what reduces a position may go: {measured}",
    Reason.INCIDENT_GRACE_OVER: (
        "an incident ran past its grace and nobody decided: {measured}"
    ),
    Reason.SEQUENCE_GAP: "seq is {measured}, {limit} is expected",
    Reason.SEQUENCE_PREV: "prev is {measured}, {limit} is expected",
    Reason.CLIENT_ORDER_ID_DUPLICATE: (
        "the client order id {measured} was used already today"
    ),
    Reason.CLOCK_SKEW: "the clocks are {measured} us apart, {limit} us at most",
    Reason.ACTION_NOT_ALLOWED: "{measured} is not among the actions {limit}",
    Reason.TARGET_UNKNOWN: "order {measured} is no working order of this agent",
    Reason.TARGET_DIFFERS: "the order is for {measured}, its target for {limit}",
    Reason.MARKET_NOT_ALLOWED: "{measured} is not among the markets {limit}",
    Reason.VENUE_NOT_ALLOWED: "{measured} is not among the venues {limit}",
    Reason.REGION_NOT_ALLOWED: "{measured} is not among the regions {limit}",
    Reason.REGION_EVIDENCE: ("the region is {measured}, the mandate wants it {limit}"),
    Reason.RUNTIME_DIGEST: "running is {measured}, pinned is {limit}",
    Reason.ORDER_TYPE_NOT_ALLOWED: "{measured} is not among the order types {limit}",
    Reason.TIME_IN_FORCE_NOT_ALLOWED: (
        "{measured} is not among the times in force {limit}"
    ),
    Reason.PRICE_STALE: ("the market's price is {measured} us old, {limit} us at most"),
    Reason.PRICE_BOOK: "the market is {measured}, it must be {limit}",
    Reason.PRICE_SPREAD: "bid and ask are {measured} bps apart, {limit} bps at most",
    Reason.PRICE_BAND: (
        "the limit price is {measured} bps from the market, people are warned from"
        " {limit} bps on"
    ),
    Reason.PRICE_COLLAR: (
        "the limit price is {measured} bps from the market, {limit} bps at most"
    ),
    Reason.PRICE_DRIFT: (
        "the price has moved by {measured} bps since the agent's earlier message,"
        " {limit} bps at most"
    ),
    Reason.PRICE_MISSING: (
        "an amount in {measured} cannot be valued in {limit} without a price"
    ),
    Reason.ORDER_AMOUNT_MAX: (
        "{unit} {measured} is above the order maximum of {unit} {limit}"
    ),
    Reason.ORDER_UNITS_MAX: "{measured} units are above the maximum of {limit}",
    Reason.PLACE_ORDER_AMOUNT_MAX: (
        "an order of {measured} is above the maximum of {limit}"
    ),
    Reason.PLACE_DAILY_AMOUNT_MAX: (
        "all agents' day of {measured} is above the maximum of {limit}"
    ),
    Reason.PLACE_OPEN_ORDERS_MAX: (
        "open orders of all agents would be {measured}, the maximum is {limit}"
    ),
    Reason.ORDER_DUPLICATE: (
        "the same was asked for {measured} us ago, {limit} us must lie between"
    ),
    Reason.RATE_SECOND: "message {measured} of this second, {limit} at most",
    Reason.RATE_MINUTE: "message {measured} of this minute, {limit} at most",
    Reason.RATE_DAY: "message {measured} of this day, {limit} at most",
    Reason.DAILY_ORDERS: "order {measured} of this day, {limit} at most",
    Reason.ORDERS_PER_FILL: "{measured} orders for each fill, {limit} at most",
    Reason.LATCH_REJECTS: (
        "the venue rejected {measured} orders in a row, {limit} at most until people"
        " have looked"
    ),
    Reason.LATCH_EXECUTIONS: (
        "execution {measured} since people looked, {limit} at most"
    ),
    Reason.DAILY_AMOUNT_MAX: (
        "{unit} {measured} is above the daily maximum of {unit} {limit}"
    ),
    Reason.OPEN_ORDERS: "working order {measured} of the agent, {limit} at most",
    Reason.OPEN_IN_MARKET: "working order {measured} of the market, {limit} at most",
    Reason.POSITION: "the position would be {unit} {measured}, {limit} at most",
    Reason.GROSS: "the gross exposure would be {unit} {measured}, {limit} at most",
    Reason.NET: "the net exposure would be {unit} {measured}, {limit} at most",
    Reason.VENUE_DAILY: "the venue would see {unit} {measured} today, {limit} at most",
    Reason.VENUE_CREDIT: (
        "{unit} {measured} would be used of the venue's credit of {unit} {limit}"
    ),
    Reason.SELF_TRADE: "it would meet the firm's own order {measured}",
    Reason.LATCH_LOSS: (
        "a day's loss was {unit} {measured}, {limit} at most until people have looked"
    ),
    Reason.LATCH_DRAWDOWN: (
        "the loss from the peak was {unit} {measured}, {limit} at most until people"
        " have looked"
    ),
    Reason.BEHAVIOUR_UNKNOWN: "no baseline counts for this agent: {measured}",
    Reason.BEHAVIOUR_EXPIRED: (
        "at {measured} the agent's baseline has expired, since {limit}: two people must"
        " lock a newer one"
    ),
    Reason.BEHAVIOUR_RENEWAL_DUE: (
        "at {measured} the agent's baseline is old, since {limit}: have it renewed"
    ),
    Reason.BEHAVIOUR_UNUSUAL: "scores {measured} of 10000, unlike the agent's past",
    Reason.BEHAVIOUR_CRITICAL: (
        "scores {measured} of 10000, too unlike its past: below {limit} passes"
    ),
    Reason.BEHAVIOUR_SEQUENCE: (
        "the orders before it score {measured} of 10000: below {limit} passes"
    ),
    Reason.HOURS_CLOSED: "{measured} is outside the trading window {limit}",
    Reason.CALENDAR_CLOSED: "{measured} is outside the trading calendar {limit}",
    Reason.OVERLAY_FORBIDS: "{id} says {measured}",
    Reason.OVERLAY_UNANSWERED: "{id} gave no answer that counts: {measured}",
    Reason.CONTROL_FAULTED: "the control {id} could not be evaluated: {measured}",
}

_NOT_COMPARED: Final = "{measured} cannot be compared with {unit} {limit}"
_NO_PRICE: Final = "{id} cannot be evaluated: {measured} that can be used"
_NOT_EVALUATED: Final = {
    Reason.PRICE_STALE: _NO_PRICE,
    Reason.PRICE_BOOK: _NO_PRICE,
    Reason.PRICE_SPREAD: _NO_PRICE,
    Reason.PRICE_BAND: _NO_PRICE,
    Reason.PRICE_COLLAR: _NO_PRICE,
    Reason.PRICE_DRIFT: _NO_PRICE,
    Reason.CALENDAR_CLOSED: (
        "the calendar {limit} does not list the year of {measured}"
    ),
    Reason.BEHAVIOUR_EXPIRED: _SENTENCES[Reason.BEHAVIOUR_EXPIRED],
    Reason.OVERLAY_UNANSWERED: _SENTENCES[Reason.OVERLAY_UNANSWERED],
    Reason.CONTROL_FAULTED: _SENTENCES[Reason.CONTROL_FAULTED],
}


def _in_words(control: ControlFields) -> str:
    """Return one reason in words, with its code."""
    reason = read_reason(str(control.reason))
    sentence = _SENTENCES[reason]
    if control.outcome == "cannot_evaluate":
        sentence = _NOT_EVALUATED.get(reason, _NOT_COMPARED)
    words = sentence.format(
        id=control.id, limit=control.limit, measured=control.measured, unit=control.unit
    )
    aside = ", set aside" if control.outcome == "overridden" else ""
    return f"{words} ({reason.value}{aside})"
