"""What people have set beside mandates, and what agents run, as programs are told."""

from kya.client.models import Told


class OverrideTold(Told, frozen=True, kw_only=True):
    """Controls that people have set aside for one order line, which none has used."""

    order: str
    agent: str
    controls: list[str]
    reason: str
    signed_by: list[str]
    at: str
    expires_at: str
    is_over: bool


class PlaceLimitsTold(Told, frozen=True, kw_only=True):
    """What the orders of all agents at one place may come to; null is no limit."""

    place: str
    currency: str
    order_max: str | None
    daily_max: str | None
    open_orders: int | None
    reason: str
    signed_by: list[str]
    at: str


class OverlayTold(Told, frozen=True, kw_only=True):
    """A policy of the firm's own by its SHA-256; all null once it is withdrawn."""

    name: str
    engine: str | None
    version: str | None
    policy: str | None
    reason: str
    signed_by: list[str]
    at: str


class ComponentTold(Told, frozen=True, kw_only=True):
    """One part of what an agent runs."""

    component: str
    sha256: str


class SessionTold(Told, frozen=True, kw_only=True):
    """An agent's newest session; `source` vouches for the region."""

    agent: str
    seq: int
    credential: str
    is_of_newest_certificate: bool
    is_pinned: bool
    region: str
    region_evidence: str
    source: str
    runtime: list[ComponentTold]
    at: str
