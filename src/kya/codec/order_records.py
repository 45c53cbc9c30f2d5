"""An order record, `kya/order-record/v1`: one event of one order, on one line.

A record is derived from the log and holds null for what the log does not know. Records
are only added: a later one of the same order names the one before it.
"""

from enum import Enum
from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.control_fields import ControlFields
from kya.codec.decisions import CountersFields
from kya.codec.enums import by_value
from kya.codec.scopes import ScopeFields
from kya.core import tokens
from kya.core.instant import Instant
from kya.core.order import Action
from kya.core.order_events import VenueStatus

RECORD_TYPE: Final = "kya/order-record/v1"


class RecordEvent(Enum):
    """What happened to the order; the field table says which codes are our own."""

    NEW = "NEWO"
    REPLACE_ASKED = "REME"
    CANCEL_ASKED = "CAME"
    BLOCKED = "BLKG"
    ACKNOWLEDGED = "ACKN"
    FILLED = "FILL"
    PARTIALLY_FILLED = "PARF"
    CANCELLED = "CNCL"
    REJECTED = "REMO"
    NOT_RECEIVED = "NRCV"
    UNKNOWN = "UNKN"

    @property
    def is_first(self) -> bool:
        """Whether an order's records begin with this event, so that it counts one."""
        return self is RecordEvent.BLOCKED or self in BEGUN_WITH.values()


BEGUN_WITH: Final = {
    Action.NEW: RecordEvent.NEW,
    Action.REPLACE: RecordEvent.REPLACE_ASKED,
    Action.CANCEL: RecordEvent.CANCEL_ASKED,
}
"""The record's event for what was allowed; nothing else is ever allowed."""

EVENT_OF: Final = {
    VenueStatus.ACKNOWLEDGED: RecordEvent.ACKNOWLEDGED,
    VenueStatus.CANCELLED: RecordEvent.CANCELLED,
    VenueStatus.FILLED: RecordEvent.FILLED,
    VenueStatus.PARTIALLY_FILLED: RecordEvent.PARTIALLY_FILLED,
    VenueStatus.REJECTED: RecordEvent.REJECTED,
    VenueStatus.NOT_RECEIVED: RecordEvent.NOT_RECEIVED,
    VenueStatus.UNKNOWN: RecordEvent.UNKNOWN,
}
"""The record's event for what a venue has said."""


class OrderRecord(canonical.Statement, frozen=True, kw_only=True):
    """One record; spec/order-record.md says what each field means."""

    type_: Literal["kya/order-record/v1"] = msgspec.field(name="_type")
    log: str
    entry: int
    leaf: str
    order_entry: int
    order_leaf: str
    previous: str | None = None
    mode: str
    agent: str
    agent_seq: int
    target_seq: int | None = None
    region: str
    event: str
    event_at: str
    created_at: str
    received_at: str
    decided_at: str | None = None
    sent_at: str | None = None
    answered_at: str | None = None
    clock_source: str
    clock_offset_us: int | None = None
    firm_lei: str | None = None
    client_id: str | None = None
    investment_decision: str
    execution_within_firm: str
    responsible_person: str | None = None
    capacity: str | None = None
    validity: str
    restriction: str | None = None
    valid_until: str | None = None
    venue: str
    segment_mic: str | None = None
    market: str
    base: str
    quote: str
    instrument_dti: str | None = None
    classification: str | None = None
    client_order_id: str
    venue_order_id: str | None = None
    trade_id: str | None = None
    order_type: str
    order_type_class: str | None = None
    limit_price: str | None = None
    stop_price: str | None = None
    price: str | None = None
    price_source: str | None = None
    price_currency: str | None = None
    price_notation: str | None = None
    side: str
    order_status: str | None = None
    quantity: str
    quantity_notation: str | None = None
    quantity_currency: str
    quantity_remaining: str | None = None
    quantity_executed: str | None = None
    passive_only: str | None = None
    aggressor: str | None = None
    self_trade_prevention: str | None = None
    onchain: str | None = None
    detail: str | None = None
    outcome: str
    primary_reason: str | None = None
    reasons: list[str]
    controls: list[ControlFields]
    counters: CountersFields
    credential: str
    certificate_serial: str
    issuer: str
    mandate: str
    resolution: str
    scope: str
    limits: ScopeFields
    runtime: str | None = None
    baseline: str | None = None
    anomaly: str | None = None
    override: str | None = None
    reference_bid: str | None = None
    reference_ask: str | None = None
    reference_at: str | None = None
    reference_source: str | None = None
    agent_key_id: str
    agent_signature: str
    gateway_key_id: str
    gateway_signature: str


_DECODER: Final = msgspec.json.Decoder(OrderRecord)
_EVENT: Final = by_value("event", RecordEvent)


def event_of(record: OrderRecord) -> RecordEvent:
    """Return what the record says happened."""
    return _EVENT(record.event)


def render_record(record: OrderRecord) -> bytes:
    """Return the record's line, LF included."""
    return canonical.encode_line(record)


def parse_record(line: bytes) -> OrderRecord:
    """Return the record that a line holds; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "order record", _checked)


def _checked(record: OrderRecord) -> OrderRecord:
    """Return the record if its event, instants and digests can be what they say."""
    event_of(record)
    for field, digest in (
        ("leaf", record.leaf),
        ("order_leaf", record.order_leaf),
        ("previous", record.previous or tokens.NO_DIGEST),
    ):
        tokens.require(tokens.DIGEST, field, digest)
    for instant in (record.event_at, record.created_at, record.received_at):
        Instant.parse(instant)
    return record
