"""What people have set beside mandates, and what agents say that they are running."""

from kya.client.in_force import (
    ComponentTold,
    OverlayTold,
    OverrideTold,
    PlaceLimitsTold,
    SessionTold,
)
from kya.client.models import Page
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.state import AgentState
from kya.core.workload_events import SessionStarted
from kya.programs.asking import Question
from kya.programs.told import text_or_none


async def overrides(question: Question) -> Page[OverrideTold]:
    """The overrides that no order has used, by the order line that each is for."""
    after = question.position() or ""
    granted = question.reading.state.overrides.values()
    rows = sorted((each for each in granted if _order(each) > after), key=_order)
    return question.page(rows, _order, lambda each: _override(question, each))


async def place_limits(question: Question) -> Page[PlaceLimitsTold]:
    """The limits of places in force, by place."""
    after = question.position() or ""
    limited = question.reading.state.place_limits.values()
    rows = sorted((each for each in limited if _place(each) > after), key=_place)
    return question.page(rows, _place, _place_limits)


async def overlays(question: Question) -> Page[OverlayTold]:
    """The overlays, the newest of each name; one without a policy is withdrawn."""
    after = question.position() or ""
    ordered = question.reading.state.overlays.values()
    rows = sorted((each for each in ordered if _name(each) > after), key=_name)
    return question.page(rows, _name, _overlay)


async def sessions(question: Question) -> Page[SessionTold]:
    """The newest session of each agent that has started one, by agent."""
    after = question.position() or ""
    found = (
        _session(agent, agent.session_started)
        for name, agent in sorted(question.reading.state.agents.items())
        if name > after and agent.session_started is not None
    )
    return question.page(found, lambda told: told.agent, lambda told: told)


def _order(granted: OverrideGranted) -> str:
    return granted.override.order


def _place(limited: PlaceLimited) -> str:
    return str(limited.limits.place)


def _name(ordered: OverlayOrdered) -> str:
    return ordered.overlay.name


def _override(question: Question, granted: OverrideGranted) -> OverrideTold:
    """Return what is set aside for one order, and whether it is too late for it."""
    override = granted.override
    return OverrideTold(
        order=override.order,
        agent=override.agent,
        controls=list(override.controls),
        reason=override.reason,
        signed_by=list(granted.signed_by),
        at=str(override.at),
        expires_at=str(override.expires_at),
        is_over=question.now > override.expires_at,
    )


def _place_limits(limited: PlaceLimited) -> PlaceLimitsTold:
    """Return what all agents may come to at one place."""
    limits = limited.limits
    return PlaceLimitsTold(
        place=str(limits.place),
        currency=limits.currency.code,
        order_max=text_or_none(limits.order_max),
        daily_max=text_or_none(limits.daily_max),
        open_orders=limits.open_orders,
        reason=limits.reason,
        signed_by=list(limited.signed_by),
        at=str(limits.at),
    )


def _overlay(ordered: OverlayOrdered) -> OverlayTold:
    """Return one overlay, without the text of its policy, which is in the entry."""
    overlay, policy = ordered.overlay, ordered.overlay.policy
    return OverlayTold(
        name=overlay.name,
        engine=None if policy is None else policy.engine.value,
        version=None if policy is None else policy.version,
        policy=None if policy is None else policy.digest,
        reason=overlay.reason,
        signed_by=list(ordered.signed_by),
        at=str(overlay.at),
    )


def _session(agent: AgentState, started: SessionStarted) -> SessionTold:
    """Return what an agent says it is made of and where it runs, and who vouches."""
    session = started.session
    return SessionTold(
        agent=session.agent,
        seq=session.seq,
        credential=session.credential,
        is_of_newest_certificate=session.credential == agent.credential,
        is_pinned=agent.pinned == session.runtime,
        region=session.region,
        region_evidence=session.region_evidence.value,
        source=started.source,
        runtime=[
            ComponentTold(component=name, sha256=digest)
            for name, digest in session.runtime.components
        ],
        at=str(started.at),
    )
