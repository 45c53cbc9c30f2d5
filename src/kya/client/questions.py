"""Every question of the API for programs as a value: what is sent, and what comes back.

Nothing here speaks HTTP, so that the two clients share all but the waiting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final, Generic, Self, TypeVar
from urllib.parse import quote

import msgspec

from kya.client import in_force, models
from kya.client.wishes import CheckTold, Recorded, Wish

T = TypeVar("T")

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """One request, and the kind of its answer."""

    path: str
    kind: type[T]
    method: str = "GET"
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """A list, whose pages follow one another."""

    first: Question[models.Page[T]]

    def after(self, cursor: str) -> Question[models.Page[T]]:
        """Return the question for the page that this cursor begins."""
        asked = {**self.first.parameters, "cursor": cursor}
        return replace(self.first, parameters=asked)

    def by(self, limit: int) -> Self:
        """Return the same list in pages of so many items."""
        asked = {**self.first.parameters, "limit": str(limit)}
        return replace(self, first=replace(self.first, parameters=asked))


def _listing(
    path: str, kind: type[models.Page[T]], **filters: str | None
) -> Listing[T]:
    """Return a list with these filters; a filter that is None is left out."""
    asked = {
        name.rstrip("_"): text for name, text in filters.items() if text is not None
    }
    return Listing(first=Question(path=path, kind=kind, parameters=asked))


def agents() -> Listing[models.AgentSummary]:
    """All agents, by name."""
    return _listing("/v1/agents", models.Page[models.AgentSummary])


def agent(name: str) -> Question[models.AgentTold]:
    """One agent: where it stands, its limits and what is used of them."""
    return Question(path=f"/v1/agents/{quote(name, safe='')}", kind=models.AgentTold)


def baselines() -> Listing[models.BaselineTold]:
    """The baselines in force, by agent."""
    return _listing("/v1/baselines", models.Page[models.BaselineTold])


def mandates() -> Listing[models.MandateTold]:
    """The mandates as the board wrote them, in the order of the log."""
    return _listing("/v1/mandates", models.Page[models.MandateTold])


def people(role: str | None = None) -> Listing[models.PersonTold]:
    """The newest certificate of everybody but agents."""
    return _listing("/v1/people", models.Page[models.PersonTold], role=role)


def orders(
    agent: str | None = None,
    outcome: str | None = None,
    *,
    received_from: str | None = None,
    received_before: str | None = None,
) -> Listing[models.OrderSummary]:
    """The newest orders, those first that came last."""
    return _listing(
        "/v1/orders",
        models.Page[models.OrderSummary],
        agent=agent,
        outcome=outcome,
        from_=received_from,
        to=received_before,
    )


def order(agent: str, seq: int) -> Question[models.OrderTold]:
    """The whole story of one order, with the proofs of its entries."""
    path = f"/v1/orders/{quote(agent, safe='')}/{seq}"
    return Question(path=path, kind=models.OrderTold)


def incidents(
    agent: str | None = None, state: str | None = None
) -> Listing[models.IncidentSummary]:
    """The incidents, the newest first."""
    kind = models.Page[models.IncidentSummary]
    return _listing("/v1/incidents", kind, agent=agent, state=state)


def incident(name: str) -> Question[models.IncidentTold]:
    """One incident, its story, and what people may do next."""
    path = f"/v1/incidents/{quote(name, safe='')}"
    return Question(path=path, kind=models.IncidentTold)


def halts() -> Listing[models.HaltTold]:
    """The halts in force, by place."""
    return _listing("/v1/halts", models.Page[models.HaltTold])


def overrides() -> Listing[in_force.OverrideTold]:
    """The overrides that no order has used, by the order line that each is for."""
    return _listing("/v1/overrides", models.Page[in_force.OverrideTold])


def place_limits() -> Listing[in_force.PlaceLimitsTold]:
    """The limits of places in force, by place."""
    return _listing("/v1/place-limits", models.Page[in_force.PlaceLimitsTold])


def overlays() -> Listing[in_force.OverlayTold]:
    """The overlays, the newest of each name; one without a policy is withdrawn."""
    return _listing("/v1/overlays", models.Page[in_force.OverlayTold])


def sessions() -> Listing[in_force.SessionTold]:
    """The newest session of each agent that has started one, by agent."""
    return _listing("/v1/sessions", models.Page[in_force.SessionTold])


def happenings() -> Listing[models.Happening]:
    """What people and the authority have done, the newest first."""
    return _listing("/v1/happenings", models.Page[models.Happening])


def needs() -> Question[list[models.Need]]:
    """What needs somebody now, the most urgent first."""
    return Question(path="/v1/needs", kind=list[models.Need])


def log() -> Question[models.LogTold]:
    """How far the log was read, and what speaks against it."""
    return Question(path="/v1/log", kind=models.LogTold)


def entry(index: int) -> Question[models.LoggedEntry]:
    """One entry of the log as it is stored, with its proof."""
    return Question(path=f"/v1/log/entries/{index}", kind=models.LoggedEntry)


def certificate(credential: str) -> Question[models.LoggedEntry]:
    """The entry that put a certificate on record."""
    path = f"/v1/certificates/{quote(credential, safe='')}"
    return Question(path=path, kind=models.LoggedEntry)


def witnesses() -> Question[models.WitnessesTold]:
    """Whom the policy names, and what enough of them have seen."""
    return Question(path="/v1/witnesses", kind=models.WitnessesTold)


def check(wish: Wish) -> Question[CheckTold]:
    """What would be decided of an order that nobody has signed; nothing is sent."""
    return Question(
        method="POST",
        path="/v1/checks",
        kind=CheckTold,
        headers={"content-type": _JSON},
        body=msgspec.json.encode(wish),
    )


def submit(note: bytes) -> Question[Recorded]:
    """Have a signed note passed on; its SHA-256 is the idempotency key."""
    return Question(
        method="POST",
        path="/v1/entries",
        kind=Recorded,
        headers={
            "content-type": "text/plain",
            "idempotency-key": sha256(note).hexdigest(),
        },
        body=note,
    )
