"""What programs are told, as the server writes it and the client reads it.

Instants, amounts and scores are texts in the spelling of the log (spec/order.md §1), so
that no program's numbers round them. Texts of agents, venues and people are quoted as
they stand in the log: whoever shows them treats them as somebody else's words.
"""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is told: a client passes over what it does not know."""


class Page(Told, Generic[T], frozen=True, kw_only=True):
    """Some of a list; `next` is the cursor of what follows, null at the end."""

    items: list[T]
    next: str | None = None


class HaltTold(Told, frozen=True, kw_only=True):
    """A halt in force, and who has signed it; `halt` is what a resume names."""

    halt: str
    place: str
    state: str
    reason: str
    signed_by: list[str]
    at: str


class AgentSummary(Told, frozen=True, kw_only=True):
    """An agent on its two axes: whether it may act, and whether it acts as ever."""

    agent: str
    authority: str
    behaviour: str
    credential: str
    serial: str
    not_after: str
    orders: int
    incident: str | None
    halts: list[HaltTold]


class Counter(Told, frozen=True, kw_only=True):
    """How much of a limit is used; `unit` is a currency, or empty for a count."""

    name: str
    used: str
    limit: str
    unit: str
    permille: int


class ScopeLine(Told, frozen=True, kw_only=True):
    """One limit: as the board wrote it, and as it stands in the certificate."""

    name: str
    mandate: str
    certificate: str


class BaselineTold(Told, frozen=True, kw_only=True):
    """The baseline in force for an agent, and what its newest orders score by it.

    `expires_at` is not there where the mandate lets a baseline become of any age.
    `on_probation` is how many more orders are; until `watched_until`, all are.
    """

    agent: str
    baseline: str
    since: str
    expires_at: str | None
    on_probation: int
    watched_until: str | None
    sequence_score: str
    newest_score: str | None


class AgentTold(Told, frozen=True, kw_only=True):
    """An agent in full."""

    summary: AgentSummary
    mandate: str
    seq: int
    counters: list[Counter]
    scope: list[ScopeLine]
    baseline: BaselineTold | None


class OrderSummary(Told, frozen=True, kw_only=True):
    """One order as lists show it; `venue_status` is the venue's newest word, if any."""

    index: int
    agent: str
    seq: int
    client_order_id: str
    action: str
    market: str
    side: str
    type: str
    amount: str
    currency: str
    venue: str
    received_at: str
    outcome: str
    reasons: list[str]
    warnings: list[str]
    score: str | None
    venue_status: str | None


class ControlTold(Told, frozen=True, kw_only=True):
    """What one control found; `source` is the rule that it answers to."""

    id: str
    outcome: str
    limit: str
    measured: str
    unit: str
    reason: str | None
    source: str


class Contribution(Told, frozen=True, kw_only=True):
    """What a feature adds to an order's score, in bits above the ordinary."""

    feature: str
    bits: str


class LoggedEntry(Told, frozen=True, kw_only=True):
    """An entry as it is stored, and the proof that a signed checkpoint covers it."""

    index: int
    kind: str
    leaf: str
    entry: str
    proof: str


class ReportEntry(Told, frozen=True, kw_only=True):
    """What a venue has said of an order, as the entry is stored."""

    index: int
    entry: str


class OrderTold(Told, frozen=True, kw_only=True):
    """The whole story of one order; whoever doubts it checks `order` and `decision`."""

    agent: str
    seq: int
    outcome: str
    received_at: str
    reasons: list[str]
    controls: list[ControlTold]
    score: str | None
    sequence_score: str | None
    contributions: list[Contribution]
    incident: str | None
    order: LoggedEntry
    decision: LoggedEntry
    reports: list[ReportEntry]


class Happening(Told, frozen=True, kw_only=True):
    """One thing that happened: its entry, when, and in words."""

    entry: int
    at: str
    said: str


class IncidentSummary(Told, frozen=True, kw_only=True):
    """One incident; instants that have not come are null."""

    incident: str
    agent: str
    order_seq: int
    state: str
    opened_at: str
    grace_ends_at: str
    is_due: bool
    reasons: list[str]
    repeats: int
    told: int
    suspended_at: str | None
    over_at: str | None
    is_concluded: bool


class IncidentTold(Told, frozen=True, kw_only=True):
    """An incident, what has happened since, and what people may do next."""

    summary: IncidentSummary
    story: list[Happening]
    next_steps: list[str]


class InEffect(Told, frozen=True, kw_only=True):
    """A certificate that carries a scope of this mandate, and where the two differ."""

    credential: str
    standing: str
    differences: list[ScopeLine]


class MandateTold(Told, frozen=True, kw_only=True):
    """A mandate as the board wrote it, and the certificates that carry it.

    `scope` is the canonical scope (spec/mandate.md), as text.
    """

    mandate: str
    agent: str
    operator: str
    resolved_at: str
    valid_from: str
    valid_until: str
    resolution: str
    grace_seconds: int
    scope: str
    in_effect: list[InEffect]


class PersonTold(Told, frozen=True, kw_only=True):
    """The newest certificate of a person or a service, and its role."""

    name: str
    role: str
    credential: str
    standing: str
    not_after: str


class WitnessesTold(Told, frozen=True, kw_only=True):
    """Whom the policy names, and the largest tree that enough of them have seen."""

    named: list[str]
    size: int | None
    seen_by: list[str]
    at: str | None


class LogTold(Told, frozen=True, kw_only=True):
    """How far the log was read; `fault` says why nothing newer is known."""

    origin: str
    size: int
    checkpoint: str
    read_at: str
    is_late: bool
    fault: str


class Need(Told, frozen=True, kw_only=True):
    """One thing that needs somebody, and until when."""

    urgency: str
    what: str
    why: str
    until: str | None
