"""The state: everything the log has said so far, as one value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from kya.core.baseline import Baseline
from kya.core.behaviour import UNSEEN, Behaviour
from kya.core.copied import CopiedList
from kya.core.credential import Credential
from kya.core.halt import HaltOrdered
from kya.core.incident import Incident
from kya.core.incident_policy import NO_BREACHES, Breaches
from kya.core.instant import Instant
from kya.core.latch import Latch
from kya.core.levels import Place
from kya.core.limits import CANCELS_UNANSWERED_MAX, UNANSWERED_MAX
from kya.core.mandate import Mandate
from kya.core.money import Money, Quantity
from kya.core.order import Action, Order
from kya.core.order_events import OrderSubmitted
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.past import NO_PAST, Past
from kya.core.place_limits import PlaceLimited
from kya.core.place_use import PlaceUse
from kya.core.power_events import LogOpened
from kya.core.price import ReferencePrice
from kya.core.registration import Registration
from kya.core.reservation import Target
from kya.core.roll import LogRolled
from kya.core.runtime import Runtime
from kya.core.session import RegionAnchor, Session
from kya.core.workload_events import RuntimePinned, SessionStarted

BEFORE_ALL: Final = Instant(0)


class Progress(NamedTuple):
    """How far a working order has come at its venue, in minor units of its amount.

    `filled_before` is what was filled of the orders in whose place it stands, `worth`
    what the order is worth in the scope's currency, if its amount is in another. It was
    judged by `price`, and with the controls `aside` that people had overridden. `exact`
    is what was filled, where a venue counts finer than the currency.
    """

    is_acknowledged: bool = False
    filled: int = 0
    filled_before: int = 0
    worth: Money | None = None
    price: ReferencePrice | None = None
    aside: tuple[str, ...] = ()
    exact: Quantity | None = None


NO_PROGRESS: Final = Progress()


class AgentState(NamedTuple):
    """One agent's chain head, counters and open questions.

    `credential` is the digest of the certificate issued last. `unanswered` holds, by
    `seq`, the allowed orders whose final outcome at the venue is not on record, and
    `progress` what the venue has said of them so far, if it has said anything.
    `equivocated` holds each `seq` under which the agent has signed two orders.
    `session_started` and `runtime_pinned` are the newest of their kind, if any.
    `rearmed` says when people last set back each of the agent's latches. `baseline` is
    the one locked last, `behaviour` what the agent has tried so far. `incident` is the
    id of the one that is not over, `breaches` count toward the next.
    """

    credential: str
    past: Past = NO_PAST
    unanswered: Mapping[int, OrderSubmitted] = MappingProxyType({})
    progress: Mapping[int, Progress] = MappingProxyType({})
    equivocated: frozenset[int] = frozenset()
    session_started: SessionStarted | None = None
    runtime_pinned: RuntimePinned | None = None
    rearmed: Mapping[Latch, Instant] = MappingProxyType({})
    baseline: Baseline | None = None
    behaviour: Behaviour = UNSEEN
    incident: str | None = None
    breaches: Breaches = NO_BREACHES

    def working(self, seq: int | None) -> Order | None:
        """Return the order that the venue may still fill under this `seq`, if any."""
        submitted = None if seq is None else self.unanswered.get(seq)
        if submitted is None or submitted.order.action is Action.CANCEL:
            return None
        return submitted.order

    def target(self, seq: int | None) -> Target | None:
        """Return the working order under this `seq`, with what it counted for."""
        order = self.working(seq)
        if order is None:
            return None
        worth = self.progress.get(order.seq, Progress()).worth
        return Target(order, worth or order.amount)

    def acting_on(self, seq: int) -> Iterator[OrderSubmitted]:
        """Yield the orders under way that are to replace or cancel this one."""
        for submitted in self.unanswered.values():
            if submitted.order.target == seq:
                yield submitted

    def has_room_for(self, order: Order) -> bool:
        """Tell whether one more may wait for its venue; a cancel finds room longer."""
        room = UNANSWERED_MAX
        if order.action is Action.CANCEL:
            room += CANCELS_UNANSWERED_MAX
        return len(self.unanswered) < room

    def session_under(self, credential: str) -> Session | None:
        """Return the newest session if it was started under this credential."""
        started = self.session_started
        if started is None or started.session.credential != credential:
            return None
        return started.session

    @property
    def pinned(self) -> Runtime | None:
        """The runtime that the agent may run, if people have said which."""
        return None if self.runtime_pinned is None else self.runtime_pinned.runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationState:
    """A registration, whether it can still be used, and its refusals on record.

    It is used once, and closed by a newer one of the same agent.
    """

    registration: Registration
    is_open: bool = True
    refusals: int = 0
    refused_at: Instant = BEFORE_ALL


class State(NamedTuple):
    """The fold of the log.

    `now` is the latest instant that the gateway has put on record; its clock must not
    be behind it. `issuers` are the certificates of the issuing CA in DER, all of one
    key, the newest last. `issued_to` lists, by name, the digests of its certificates in
    order. `registrations` are by the digest of their line. `crl` is the newest
    revocation list in DER. `overrides` are those that no decision has used, by the
    digest of the order line that each is for. `halts` are in force; `resumed` says when
    places were last started again, as far as that keeps out a halt. `place_limits` are
    in force, `place_use` is what all agents have used where any order went. `overlays`
    are the newest of each name, withdrawn ones too. `incidents` are all that were ever
    opened, by id. `undecided` is an order whose
    decision is the next entry, `unlisted` a revoked credential whose list is the next
    entry. `origins` are the names that the log has had, the present one last; `rolled`
    says that it has ended, and the next entry goes on under the next one.
    """

    opened: LogOpened | None = None
    issuers: tuple[bytes, ...] = ()
    now: Instant = BEFORE_ALL
    mandates: Mapping[str, Mandate] = MappingProxyType({})
    credentials: Mapping[str, Credential] = MappingProxyType({})
    agents: Mapping[str, AgentState] = MappingProxyType({})
    issued_to: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    region_anchors: Mapping[str, RegionAnchor] = MappingProxyType({})
    registrations: Mapping[str, RegistrationState] = MappingProxyType({})
    overrides: Mapping[str, OverrideGranted] = MappingProxyType({})
    halts: Mapping[Place, HaltOrdered] = MappingProxyType({})
    resumed: Mapping[Place, Instant] = MappingProxyType({})
    place_limits: Mapping[Place, PlaceLimited] = MappingProxyType({})
    place_use: Mapping[Place, PlaceUse] = MappingProxyType({})
    copies: Mapping[str, CopiedList] = MappingProxyType({})
    overlays: Mapping[str, OverlayOrdered] = MappingProxyType({})
    incidents: Mapping[str, Incident] = MappingProxyType({})
    crl_number: int = 0
    crl: bytes = b""
    undecided: OrderSubmitted | None = None
    unlisted: str | None = None
    origins: tuple[str, ...] = ()
    rolled: LogRolled | None = None

    @property
    def origin(self) -> str:
        """The log's present name; empty before it is opened."""
        return self.origins[-1] if self.origins else ""
