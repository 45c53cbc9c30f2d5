"""The state: everything the log has said so far, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kya.core.credential import Credential
from kya.core.events import LogOpened, OrderSubmitted
from kya.core.instant import Instant
from kya.core.mandate import Mandate
from kya.core.past import Past
from kya.core.registration import Registration

BEFORE_ALL: Final = Instant(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """One agent's chain head, counters and open questions.

    `credential` is the digest of the certificate issued last. `unanswered` holds, by
    `seq`, the allowed orders whose final outcome at the venue is not on record.
    `equivocated` holds each `seq` under which the agent has signed two orders.
    """

    credential: str
    past: Past = field(default_factory=Past)
    unanswered: Mapping[int, OrderSubmitted] = field(
        default_factory=lambda: MappingProxyType({})
    )
    equivocated: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationState:
    """A registration, whether it can still be used, and its refusals on record.

    It is used once, and closed by a newer one of the same agent.
    """

    registration: Registration
    is_open: bool = True
    refusals: int = 0
    refused_at: Instant = BEFORE_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The fold of the log.

    `now` is the latest instant that the gateway has put on record; its clock must not
    be behind it. `issued_to` lists, by name, the digests of its certificates in order.
    `registrations` are by the digest of their line. `crl` is the newest revocation
    list in DER. `undecided` is an order whose decision is the next entry.
    """

    opened: LogOpened | None = None
    now: Instant = BEFORE_ALL
    mandates: Mapping[str, Mandate] = field(
        default_factory=lambda: MappingProxyType({})
    )
    credentials: Mapping[str, Credential] = field(
        default_factory=lambda: MappingProxyType({})
    )
    agents: Mapping[str, AgentState] = field(
        default_factory=lambda: MappingProxyType({})
    )
    issued_to: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    registrations: Mapping[str, RegistrationState] = field(
        default_factory=lambda: MappingProxyType({})
    )
    crl_number: int = 0
    crl: bytes = b""
    undecided: OrderSubmitted | None = None
