"""The tools: each asks the API with a token that reads, and says it in sentences.

Sentences are made by code from what was asked; nothing that an agent, a venue or a
person has written stands in them, but for names whose alphabet leaves no room.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from kya.assistant.asked import (
    AboutAgent,
    AboutIncidents,
    AboutOrder,
    ControlShown,
    DryRun,
    Explanation,
    HaltShown,
    IncidentsShown,
    StandingShown,
    Verification,
)
from kya.assistant.quoting import plain, quoted
from kya.assistant.verifying import Evidence, verified
from kya.client import questions
from kya.client.http import AsyncClient
from kya.client.models import (
    ControlTold,
    HaltTold,
    IncidentSummary,
    LoggedEntry,
    OrderTold,
)
from kya.client.wishes import Wish
from kya.codec.note import SignedNote
from kya.codec.orders import parse_order
from kya.core.incident import OVER
from kya.tlog.policy import Policy

_INCIDENTS_MAX: Final = 50
_REPORTS_MAX: Final = 10
_OVER: Final = frozenset(state.value for state in OVER)


class Tools:
    """What an assistant can ask of one console, under one policy."""

    def __init__(self, client: AsyncClient, policy: Policy) -> None:
        """Ask with this client; verify under this policy."""
        self._client = client
        self._policy = policy

    async def explain_decision(self, about: AboutOrder) -> Explanation:
        """Explain why an order was allowed, denied or refused, control by control."""
        told = await self._client.ask(questions.order(about.agent, about.seq))
        controls = _not_passed(told.controls)
        passed = len(told.controls) - len(controls)
        return Explanation(
            said=_sentence(
                f"Order {about.seq} of {about.agent} was {told.outcome}", controls
            ),
            outcome=told.outcome,
            received_at=told.received_at,
            reasons=told.reasons,
            controls=controls,
            controls_passed=passed,
            score=told.score,
            score_made_of=[f"{c.feature}: {c.bits} bits" for c in told.contributions],
            incident=told.incident,
            order_entry=told.order.index,
            decision_entry=told.decision.index,
            order=quoted(told.order.entry, f"agent {about.agent}"),
            venue_said=[
                quoted(report.entry, "the venue, as the gateway has logged it")
                for report in told.reports[-_REPORTS_MAX:]
            ],
        )

    async def check_order(self, wish: Wish) -> DryRun:
        """Judge an order by the gateway's own function, and neither send nor log it."""
        told = await self._client.ask(questions.check(wish))
        controls = _not_passed(told.controls)
        return DryRun(
            said=_sentence(
                f"This order of {wish.agent} would be {told.outcome} now", controls
            ),
            outcome=told.outcome,
            reasons=told.reasons,
            controls=controls,
            controls_passed=len(told.controls) - len(controls),
            score=told.score,
            log_size=told.size,
            not_known=told.not_known,
        )

    async def verify_decision(self, about: AboutOrder) -> Verification:
        """Check signatures and log proofs of an order here, under our own policy."""
        told = await self._client.ask(questions.order(about.agent, about.seq))
        credential = parse_order(SignedNote.parse(told.order.entry.encode()).text)
        holder = await self._client.ask(questions.certificate(credential.credential))
        evidence = Evidence(
            agent=about.agent,
            seq=about.seq,
            told=told,
            holder=holder,
            gateway=await self._gateway_of(told),
        )
        return verified(evidence, self._policy)

    async def agent_standing(self, about: AboutAgent) -> StandingShown:
        """Tell whether an agent may act, acts as ever, and how much of its limits."""
        told = await self._client.ask(questions.agent(about.agent))
        summary = told.summary
        return StandingShown(
            said=(
                f"{about.agent}: authority {summary.authority},"
                f" behaviour {summary.behaviour}, {len(summary.halts)} halts."
            ),
            agent=summary.agent,
            authority=summary.authority,
            behaviour=summary.behaviour,
            certificate_ends=summary.not_after,
            incident=summary.incident,
            orders=summary.orders,
            limits_used=[
                f"{each.name}: {each.used} of {each.limit} {each.unit}".rstrip()
                for each in told.counters
            ],
            scope_differs=[
                f"{line.name}: mandate {line.mandate}, certificate {line.certificate}"
                for line in told.scope
                if line.mandate != line.certificate
            ],
            halts=[_halt(each) for each in summary.halts],
        )

    async def list_incidents(self, about: AboutIncidents) -> IncidentsShown:
        """List incidents, the newest first; those that are over only on demand."""
        found: list[IncidentSummary] = []
        async for each in self._client.each(questions.incidents(agent=about.agent)):
            if about.with_those_over or each.state not in _OVER:
                found.append(each)
            if len(found) > _INCIDENTS_MAX:
                break
        shown = list(islice(found, _INCIDENTS_MAX))
        kind = "" if about.with_those_over else " that are not over"
        return IncidentsShown(
            said=f"{len(shown)} incidents{kind}.",
            incidents=shown,
            is_cut=len(found) > len(shown),
        )

    async def _gateway_of(self, told: OrderTold) -> LoggedEntry | None:
        """Return the entry of the certificate that the decision's signer names."""
        note = SignedNote.parse(told.decision.entry.encode())
        async for each in self._client.each(questions.people(role="gateway")):
            if each.name == note.signatures[0].name:
                return await self._client.ask(questions.certificate(each.credential))
        return None


def _not_passed(controls: Iterable[ControlTold]) -> list[ControlShown]:
    """Return the controls that did not simply pass, each in a sentence."""
    return [
        ControlShown(
            id=each.id,
            outcome=each.outcome,
            said=(
                f"{each.id} {each.outcome}: measured {plain(each.measured)},"
                f" limit {plain(each.limit)} {each.unit}".rstrip()
            ),
            reason=each.reason,
            source=each.source,
        )
        for each in controls
        if each.outcome != "passed"
    ]


def _sentence(begin: str, controls: list[ControlShown]) -> str:
    """Return the verdict, and what spoke against it."""
    if not controls:
        return f"{begin}: every control passed."
    return f"{begin}: {'; '.join(each.said for each in controls)}."


def _halt(told: HaltTold) -> HaltShown:
    """Return a halt, its reason as a quotation."""
    return HaltShown(
        place=told.place,
        state=told.state,
        signed_by=told.signed_by,
        reason=quoted(told.reason, "whoever halted"),
    )
