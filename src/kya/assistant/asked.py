"""What the tools take, and what they answer; others are refused."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kya.assistant.quoting import Quoted
from kya.client.models import IncidentSummary
from kya.core import tokens
from kya.core.limits import SEQ_MAX

AgentName = Annotated[str, Meta(pattern=f"^{tokens.NAME.pattern}$")]
Seq = Annotated[int, Meta(ge=1, le=SEQ_MAX)]


class AboutOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which order: of this agent, under this number."""

    agent: AgentName
    seq: Seq


class AboutAgent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which agent."""

    agent: AgentName


class AboutIncidents(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Which incidents: of one agent or of all, and those that are over on demand."""

    agent: AgentName | None = None
    with_those_over: bool = False


class ControlShown(msgspec.Struct, frozen=True, kw_only=True):
    """A control that did not simply pass, in a sentence and in its parts."""

    id: str
    outcome: str
    said: str
    reason: str | None
    source: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order was decided as it was; `order` is what the agent wrote."""

    said: str
    outcome: str
    received_at: str
    reasons: list[str]
    controls: list[ControlShown]
    controls_passed: int
    score: str | None
    score_made_of: list[str]
    incident: str | None
    order_entry: int
    decision_entry: int
    order: Quoted
    venue_said: list[Quoted]


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What would be decided now; nothing was sent, reserved or written."""

    said: str
    outcome: str
    reasons: list[str]
    controls: list[ControlShown]
    controls_passed: int
    score: str | None
    log_size: int
    not_known: list[str]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One question, and whether it HOLDS, FAILS or is UNKNOWN."""

    question: str
    verdict: str
    detail: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked here, by this process, under its own policy."""

    said: str
    verdict: str
    findings: list[Finding]
    log: str
    log_size: int


class HaltShown(msgspec.Struct, frozen=True, kw_only=True):
    """A halt that touches an agent."""

    place: str
    state: str
    signed_by: list[str]
    reason: Quoted


class StandingShown(msgspec.Struct, frozen=True, kw_only=True):
    """Where an agent stands on its two axes, and what is used of its limits."""

    said: str
    agent: str
    authority: str
    behaviour: str
    certificate_ends: str
    incident: str | None
    orders: int
    limits_used: list[str]
    scope_differs: list[str]
    halts: list[HaltShown]


class IncidentsShown(msgspec.Struct, frozen=True, kw_only=True):
    """The newest incidents first; `is_cut` where there are more."""

    said: str
    incidents: list[IncidentSummary]
    is_cut: bool
