"""Agents and certificates of ours, in the fields that callers know.

An agent that is asked for and not enrolled has the status `suspended`: the SDK knows no
word for pending, and this one lets nobody pass. `metadata.kya` says what is so.
"""

from typing import Final, NamedTuple

from kya.console.standing import Authority, standing_of
from kya.core.credential import Credential, Standing
from kya.core.halt import HaltOrdered
from kya.core.instant import Instant
from kya.core.levels import Level
from kya.core.money import Money
from kya.core.scope import Scope
from kya.core.scope_limits import ACTIONS_UNLESS_LISTED
from kya.kakunin_api.drafting import drafted
from kya.kakunin_api.notebook import AgentAsked
from kya.kakunin_api.record import Issued, Record
from kya.pki.pem import CERTIFICATE, to_pem

_RESERVED: Final = frozenset({"kya", "permitted_actions", "scopes"})
_STATUSES: Final = {
    Authority.VALID: "active",
    Authority.EXPIRING: "active",
    Authority.GRACE: "active",
    Authority.SUSPENDED: "suspended",
    Authority.EXPIRED: "suspended",
    Authority.REVOKED: "retired",
}
_MODEL: Final = "model"


class Known(NamedTuple):
    """Where an agent stands here: its status, in our own word, and what comes next."""

    status: str
    standing: str
    next: tuple[str, ...]


def known_of(record: Record, agent: str, now: Instant) -> Known:
    """Return where an agent stands, enrolled or not."""
    state = record.state
    if agent in state.agents:
        return _enrolled(record, agent, now)
    mandated = any(mandate.agent == agent for mandate in state.mandates.values())
    registered = any(
        each.is_open
        and each.registration.agent == agent
        and now < each.registration.expires_at
        for each in state.registrations.values()
    )
    left = _COMMANDS[2:] if registered else _COMMANDS[1:] if mandated else _COMMANDS
    return Known("suspended", "pending", tuple(each.format(agent) for each in left))


_COMMANDS: Final = (
    "kya mandate sign MANDATE.json --resolution FILE --as DIRECTOR --as DIRECTOR",
    "kya agent register {} --as OPERATOR --as OPERATOR --attest token",
    "kya agent enrol {} --token-file FILE",
)
"""What people run until an agent may act; none of it can be done for them here."""


def _enrolled(record: Record, agent: str, now: Instant) -> Known:
    """Return where an enrolled agent stands; one that is halted is suspended."""
    found = standing_of(record, agent, now)
    status = _STATUSES[found.authority]
    if status == "active" and any(_stops_all(each) for each in found.halts):
        return Known("suspended", "halted", ())
    return Known(status, found.authority.value, ())


def _stops_all(ordered: HaltOrdered) -> bool:
    """Tell whether a halt stops every order of the agent that it touches."""
    return ordered.halt.place.level in {Level.FIRM, Level.AGENT, Level.DESK}


def agents_of(record: Record, asked: dict[str, AgentAsked]) -> list[str]:
    """Return every agent that anybody has spoken of, sorted."""
    state = record.state
    registered = {each.registration.agent for each in state.registrations.values()}
    return sorted({*state.agents, *registered, *asked})


def agent_shown(
    record: Record, agent: str, asked: AgentAsked | None, now: Instant
) -> dict[str, object]:
    """Return an agent as callers read it; what the log says comes before wishes."""
    known = known_of(record, agent, now)
    enrolled = record.state.agents.get(agent)
    credential = None
    if enrolled is not None:
        credential = record.state.credentials[enrolled.credential]
    actions = _actions(credential)
    kya: dict[str, object] = {"standing": known.standing, "next": known.next}
    if credential is None and asked is not None and asked.scope is not None:
        kya["mandate_draft"] = drafted(agent, asked.scope)
    labels = {} if asked is None else asked.labels
    metadata = {k: v for k, v in labels.items() if k not in _RESERVED}
    metadata |= {"scopes": actions, "permitted_actions": actions, "kya": kya}
    return {
        "id": agent,
        "name": agent,
        "model": "not stated" if asked is None else asked.model,
        "version": "not stated" if asked is None else asked.version,
        "status": known.status,
        "model_hash": _model_hash(record, agent, asked),
        "permitted_actions": actions,
        "financial_scope": None if credential is None else _scope(credential),
        "certificate_serial": None if credential is None else serial_of(credential),
        "metadata": metadata,
        "created_at": str(_since(record, agent, asked)),
    }


def _actions(credential: Credential | None) -> list[str]:
    """Return what the certificate lets the agent ask for; nothing without one."""
    if credential is None:
        return []
    actions = credential.granted.scope.limits.actions or ACTIONS_UNLESS_LISTED
    return sorted(f"order.{action.value}" for action in actions)


def _model_hash(record: Record, agent: str, asked: AgentAsked | None) -> str | None:
    """Return the digest that two operators have pinned, or else what a caller says."""
    enrolled = record.state.agents.get(agent)
    pinned = None if enrolled is None else enrolled.pinned
    components = {} if pinned is None else dict(pinned.components)
    if _MODEL in components:
        return f"sha256:{components[_MODEL]}"
    return None if asked is None else asked.model_hash


def _scope(credential: Credential) -> dict[str, object]:
    """Return the limits that callers know, in the currency that the board chose.

    The names that end in `_usd` are filled where that is the dollar, and null else.
    """
    scope = credential.granted.scope
    return {
        "currency": scope.currency.code,
        "order_max": str(scope.order_max),
        "daily_max": str(scope.daily_max),
        "max_single_trade_usd": _dollars(scope, scope.order_max),
        "daily_limit_usd": _dollars(scope, scope.daily_max),
        "permitted_instruments": sorted(scope.markets),
        "permitted_venues": sorted(scope.venues),
        "leverage_permitted": False,
        "max_leverage_ratio": None,
    }


def _dollars(scope: Scope, amount: Money) -> float | None:
    """Return an amount as a number of dollars, None in any other currency."""
    return float(str(amount)) if scope.currency.code == "USD" else None


def _since(record: Record, agent: str, asked: AgentAsked | None) -> Instant:
    """Return when anybody spoke of the agent first, as far as is known."""
    if asked is not None:
        return Instant.parse(asked.at)
    digests = record.state.issued_to.get(agent, ())
    if digests:
        return record.state.credentials[digests[0]].not_before
    return min(
        each.registration.at
        for each in record.state.registrations.values()
        if each.registration.agent == agent
    )


def serial_of(credential: Credential) -> str:
    """Return a serial as certificates of ours are shown: hexadecimal, upper case."""
    return f"{credential.serial:X}"


def certificate_shown(
    credential: Credential, issued: Issued | None, now: Instant
) -> dict[str, object]:
    """Return a certificate as callers read it; suspended counts as revoked."""
    status = certificate_status(credential, now)
    withdrawal = credential.withdrawal
    pem = None if issued is None else to_pem(CERTIFICATE, issued.certificate).decode()
    return {
        "id": credential.digest,
        "agent_id": credential.name,
        "serial_number": serial_of(credential),
        "status": status,
        "standing": credential.standing_at(now).value,
        "pem": pem,
        "certificate_pem": pem,
        "issued_at": str(credential.not_before),
        "expires_at": str(credential.not_after),
        "revoked_at": None if withdrawal is None else str(withdrawal.due),
        "revocation_reason": None if withdrawal is None else withdrawal.code.value,
        "financial_scope": _scope(credential),
    }


def certificate_status(credential: Credential, now: Instant) -> str:
    """Return active, revoked or expired: of three words the one that lets less pass."""
    if credential.standing_at(now) is not Standing.ACTIVE:
        return "revoked"
    valid = credential.not_before <= now <= credential.not_after
    return "active" if valid else "expired"
