"""`agents`: asked for here, started by two people, and shown as the log has them."""

import re
from typing import Final

from starlette.responses import Response

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import MICROS_PER_DAY, Instant
from kya.kakunin_api.asking import Asking
from kya.kakunin_api.drafting import drafted
from kya.kakunin_api.envelope import (
    RefusedError,
    answered,
    limit_in,
    listed,
    not_found,
    whole_in,
)
from kya.kakunin_api.limits import WINDOW_DAYS_MAX
from kya.kakunin_api.notebook import AgentAsked
from kya.kakunin_api.record import Record
from kya.kakunin_api.risk import Window, risk_shown
from kya.kakunin_api.shown import (
    agent_shown,
    agents_of,
    certificate_shown,
    known_of,
)
from kya.kakunin_api.spelling import Fields, object_in, plain_object

_MODEL_HASH: Final = re.compile(r"(?:sha256:)?[0-9a-fA-F]{64}", re.ASCII)
_STATUSES: Final = {
    "active": "kya agent reinstate {} --reason WHY --as OPERATOR --as OPERATOR",
    "suspended": "kya agent suspend {} --reason WHY",
    "retired": "kya agent revoke {} --reason WHY",
}
"""Who changes an agent's standing: people, by these commands, and nobody by token."""

_PIN: Final = "kya agent pin {} --runtime model=sha256:HEX --as OPERATOR --as OPERATOR"


async def create(asking: Asking) -> Response:
    """Keep the wish for an agent; it can do nothing until two people register it."""
    fields = await asking.fields()
    agent = asking.permitted(_name(fields))
    scope = fields.take("financial_scope")
    wanted = AgentAsked(
        agent=agent,
        model=fields.needed("model"),
        version=fields.needed("version"),
        model_hash=_model_hash(fields),
        scope=None if scope is None else _scope(agent, scope),
        labels=fields.labels("metadata"),
        at=str(asking.now),
    )
    fields.require_none_left()
    if agent in agents_of(asking.record, asking.service.notebook.agents):
        raise RefusedError(409, f"agent {agent}: there is one already")
    asking.service.notebook.add(wanted)
    return answered(_shown(asking, agent), 201)


async def show(asking: Asking) -> Response:
    """Show one agent."""
    return answered(_shown(asking, _require_known(asking)))


async def list_agents(asking: Asking) -> Response:
    """List agents by name; `before` is the last name that was seen."""
    limit, seen = limit_in(asking.request), asking.request.query_params.get("before")
    status = asking.request.query_params.get("status")
    names = agents_of(asking.record, asking.service.notebook.agents)
    found = [
        name
        for name in names
        if asking.token.is_for(name)
        and (seen is None or name > seen)
        and status in {None, known_of(asking.record, name, asking.now).status}
    ]
    rows = [_shown(asking, name) for name in found[:limit]]
    return listed(rows, limit, found[limit - 1] if len(found) > limit else None)


async def update(asking: Asking) -> Response:
    """Change labels, and before registration what is asked for; power, never."""
    agent, fields = _require_known(asking), await asking.fields()
    status, name = fields.text("status"), fields.text("name")
    if status is not None:
        raise _peoples(_STATUSES.get(status, ""), agent, f"status {status!a}")
    if name not in {None, agent}:
        raise RefusedError(422, f"name: {agent} is in every order; it stays")
    model_hash, labels = _model_hash(fields), fields.labels("metadata")
    fields.require_none_left()
    if model_hash is not None and agent in asking.record.state.agents:
        raise _peoples(_PIN, agent, "model_hash")
    before = asking.service.notebook.agents.get(agent) or _unasked(asking, agent)
    asking.service.notebook.add(
        AgentAsked(
            agent=agent,
            model=before.model,
            version=before.version,
            model_hash=model_hash or before.model_hash,
            scope=before.scope,
            labels=labels or before.labels,
            at=before.at,
        )
    )
    return answered(_shown(asking, agent))


async def certify(asking: Asking) -> Response:
    """Give out the certificate that the agent has; it is issued to its host alone."""
    agent = _require_known(asking)
    enrolled = asking.record.state.agents.get(agent)
    if enrolled is None:
        left = known_of(asking.record, agent, asking.now).next
        msg = f"agent {agent}: no certificate yet; run: {'; '.join(left)}"
        raise RefusedError(422, msg, code="not_enrolled", more={"next": left})
    credential = asking.record.state.credentials[enrolled.credential]
    issued = asking.record.issued.get(credential.digest)
    return answered(certificate_shown(credential, issued, asking.now))


async def risk(asking: Asking) -> Response:
    """Show the anomaly score, and beside it what the scope has made of orders."""
    agent = asking.agent
    known = asking.record.state.agents.get(agent)
    if known is None:
        raise not_found(f"no agent {agent[:80]!a} is enrolled")
    days = whole_in(asking.request, "window_days", 7, WINDOW_DAYS_MAX)
    since = max(0, asking.now.micros - days * MICROS_PER_DAY)
    found = [
        row
        for row in asking.record.newest(agent, None, None)
        if row.received_at >= Instant(since)
    ]
    newest = asking.record.scores.get(agent)
    window = Window(days=days, now=asking.now, newest=newest)
    return answered(risk_shown(agent, known, found, window))


async def revoke(asking: Asking) -> Response:
    """Refuse: to revoke takes the authority's key, which is not here."""
    record, wanted = asking.record, str(asking.request.path_params["certificate"])
    credential = record.state.credentials.get(wanted) or record.of_serial(wanted)
    if credential is None or credential.grant is None:
        raise not_found(f"no certificate {wanted[:80]!a}")
    agent = asking.permitted(credential.name)
    raise _peoples(_STATUSES["retired"], agent, "a revocation")


def _shown(asking: Asking, agent: str) -> dict[str, object]:
    """Return an agent's fields."""
    asked = asking.service.notebook.agents.get(agent)
    return agent_shown(asking.record, agent, asked, asking.now)


def _require_known(asking: Asking) -> str:
    """Return the agent of the path; RefusedError if nobody has spoken of it."""
    agent = asking.agent
    if not _is_known(asking.record, asking.service.notebook.agents, agent):
        raise not_found(f"no agent {agent[:80]!a}")
    return agent


def _is_known(record: Record, asked: dict[str, AgentAsked], agent: str) -> bool:
    """Tell whether anybody has spoken of the agent."""
    return agent in agents_of(record, asked)


def _unasked(asking: Asking, agent: str) -> AgentAsked:
    """Return a wish that says no more of an agent than the log does."""
    shown = agent_shown(asking.record, agent, None, asking.now)
    return AgentAsked(
        agent=agent,
        model="not stated",
        version="not stated",
        model_hash=None,
        scope=None,
        labels={},
        at=str(shown["created_at"]),
    )


def _peoples(command: str, agent: str, what: str) -> RefusedError:
    """Return the refusal of what people do, with the command that does it."""
    then = f"run: {command.format(agent)}" if command else "nobody does this here"
    msg = f"{what}: no token changes this; {then}"
    return RefusedError(422, msg, code="people_only")


def _name(fields: Fields) -> str:
    """Return the name, which is the agent's identity and stands in its orders."""
    name = fields.needed("name")
    tokens.require(tokens.NAME, "name", name)
    return name


def _model_hash(fields: Fields) -> str | None:
    """Return the digest of a model as a caller says it; nobody has compared it."""
    text = fields.text("model_hash")
    if text is not None and _MODEL_HASH.fullmatch(text) is None:
        raise MalformedError(f"model_hash: want sha256:HEX, got {text[:80]!a}")
    return None if text is None else f"sha256:{text[-64:].lower()}"


def _scope(agent: str, scope: object) -> dict[str, object]:
    """Return a financial scope that a draft can be made of."""
    drafted(agent, scope)
    return plain_object(object_in(scope) or {})
