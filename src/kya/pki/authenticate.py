"""Whose statement is this, and may they make it? Asked of every entry before it counts.

An order counts under the certificate it names; every other statement counts when it is
signed by the holder of a certificate with the right role, on record before it, under
the root that the log was opened with.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import assert_never

from kya.codec.statements import parse_certificate, parse_log
from kya.core.baseline import BaselineLocked
from kya.core.credential import Credential, Role
from kya.core.erasure import TextErased
from kya.core.errors import DistrustError
from kya.core.events import SaidByGateway
from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.incident import IncidentActed
from kya.core.instant import Instant
from kya.core.latch import LatchRearmed
from kya.core.lifecycle import Act
from kya.core.limits import MANDATE_DIRECTORS_MIN, OPERATORS_MIN
from kya.core.order_events import (
    OrderDecided,
    OrderSubmitted,
)
from kya.core.overlay import OverlayOrdered
from kya.core.override import OverrideGranted
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    EnrolmentRefused,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.roll import LogRolled
from kya.core.state import State
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted
from kya.pki.entries import Entry
from kya.pki.holders import agents_credential, require_signature, signers_under
from kya.pki.instance_identity import document_key
from kya.pki.overriding import AUTHORISING, require_overriding
from kya.pki.path import verify_chain, verify_under_one
from kya.pki.renewal import verify_renewal
from kya.pki.root_list import require_root_list
from kya.pki.session import require_session
from kya.pki.stopping import (
    STOPPING,
    SUPERVISING,
    only_tightens,
    require_erasing,
    require_incident_act,
    require_limiting,
    require_locking,
    require_people,
    require_rearming,
    require_resuming,
    require_rolling,
)

Stopping = (
    HaltOrdered | TradingResumed | LatchRearmed | IncidentActed | TextErased | LogRolled
)
"""What those say who may stop trading."""


@dataclass(frozen=True, slots=True)
class AuthenticEntry:
    """An entry whose signatures were checked against the state before it.

    Minted only in `kya.pki.authenticate.authenticate`.
    """

    entry: Entry
    signers: tuple[Credential, ...]


def authenticate(entry: Entry, state: State, root: bytes) -> AuthenticEntry:
    """Return the entry with its signers; DistrustError, naming the rule, otherwise.

    `root` is the root certificate in DER that the caller trusts; `state` is the fold of
    all entries before this one. An order under a suspended, revoked or expired
    certificate is authentic: whether it may go is decided, and put on record.
    """
    return AuthenticEntry(entry, _signers(entry, state, root))


def _signers(  # noqa: C901, PLR0911, PLR0912  one branch for each kind
    entry: Entry, state: State, root: bytes
) -> tuple[Credential, ...]:
    """Return who signed, by the rule for this kind of statement."""
    if isinstance(entry.event, SaidByGateway):
        return _gateway(entry, entry.event, state)
    match entry.event:
        case OrderSubmitted() as event:
            return (_agent(entry, event, state),)
        case RuntimePinned(at=at) | StandingChanged(act=Act.REINSTATE, at=at):
            return _operators(entry, state, at)
        case AgentRegistered(registration=registration):
            return _operators(entry, state, registration.at)
        case RegionAnchored(anchor=anchor):
            if anchor.source.has_document:
                document_key(anchor, anchor.at)
            return _holders(entry, state, anchor.at, Role.AUTHORITY)
        case (
            StandingChanged(at=at)
            | RevocationListed(at=at)
            | RevocationScheduled(at=at)
            | EnrolmentRefused(at=at)
        ):
            return _holders(entry, state, at, Role.AUTHORITY)
        case CertificateIssued(at=at) as event:
            _require_chain(entry, event, state, root)
            return _holders(entry, state, at, Role.AUTHORITY)
        case IssuerRenewed(issuer=issuer, at=at):
            verify_renewal(issuer, state.issuers, root, at)
            return _holders(entry, state, at, Role.AUTHORITY)
        case MandateGranted() | OverrideGranted() | BaselineLocked() as event:
            return _allowing(entry, event, state)
        case HaltOrdered() | TradingResumed() | LatchRearmed() as event:
            return _stopping(entry, event, state)
        case IncidentActed() | TextErased() | LogRolled() as event:
            return _stopping(entry, event, state)
        case PlaceLimited() | OverlayOrdered() as event:
            return _limiting(entry, event, state)
        case LogOpened() as event:
            return (_opening_authority(entry, event, root),)
        case _ as never:
            assert_never(never)


def _gateway(
    entry: Entry, event: SaidByGateway, state: State
) -> tuple[Credential, ...]:
    """Return the gateway that puts on record what it has done or heard."""
    if isinstance(event, SessionStarted):
        require_session(event, state)
    at = event.received_at if isinstance(event, OrderDecided) else event.at
    return _holders(entry, state, at, Role.GATEWAY)


def _agent(entry: Entry, event: OrderSubmitted, state: State) -> Credential:
    """Return the credential the order names, if its holder alone signed the order."""
    order = event.order
    credential = agents_credential(state, order.credential, order.agent, "order")
    if len(entry.note.signatures) != 1:
        msg = f"order: want the signature of {order.agent} alone"
        raise DistrustError(msg)
    require_signature(entry.note, entry.note.signatures[0], credential)
    return credential


def _holders(
    entry: Entry, state: State, at: Instant, *roles: Role
) -> tuple[Credential, ...]:
    """Return the signers; each must hold one of the roles, valid at the instant."""
    return signers_under(entry.note, state, at, roles)


def _require_chain(
    entry: Entry, event: CertificateIssued, state: State, root: bytes
) -> None:
    """Raise unless the certificate chains to the root from its first valid instant."""
    if state.opened is None:
        msg = "certificate: the log is not open"
        raise DistrustError(msg)
    said = parse_certificate(entry.note.text)
    start = max(event.at, event.credential.not_before)
    leaf = verify_under_one(said.certificate, state.issuers, root, start)
    leaf.require_custody(said.custody)


def _allowing(
    entry: Entry, event: MandateGranted | OverrideGranted | BaselineLocked, state: State
) -> tuple[Credential, ...]:
    """Return the people who allow an agent a scope, a past, or an order its excess."""
    if isinstance(event, MandateGranted):
        signers = _holders(entry, state, event.mandate.resolved_at, Role.DIRECTOR)
        require_people(signers, Role.DIRECTOR, MANDATE_DIRECTORS_MIN)
        return signers
    if isinstance(event, BaselineLocked):
        signers = _holders(entry, state, event.at, *SUPERVISING)
        require_locking(signers)
        return signers
    signers = _holders(entry, state, event.override.at, Role.RISK, *AUTHORISING)
    require_overriding(signers)
    return signers


def _stopping(
    entry: Entry,
    event: Stopping,
    state: State,
) -> tuple[Credential, ...]:
    """Return the people who stop trading, or who start or let it go on together."""
    # The gateway stops trading by itself where a venue's list is not explained.
    may = (*STOPPING, Role.GATEWAY) if isinstance(event, HaltOrdered) else STOPPING
    signers = _holders(entry, state, event.at, *may)
    if isinstance(event, TradingResumed):
        require_resuming(signers)
    elif isinstance(event, LatchRearmed):
        require_rearming(signers)
    elif isinstance(event, IncidentActed):
        require_incident_act(signers, event.act.step)
    elif isinstance(event, TextErased):
        require_erasing(signers)
    elif isinstance(event, LogRolled):
        require_rolling(signers)
    return signers


def _limiting(
    entry: Entry, event: PlaceLimited | OverlayOrdered, state: State
) -> tuple[Credential, ...]:
    """Return those of risk and compliance who limit; only to tighten takes one."""
    signers = _holders(entry, state, event.at, *SUPERVISING)
    if not only_tightens(event, state):
        require_limiting(signers)
    return signers


def _operators(entry: Entry, state: State, at: Instant) -> tuple[Credential, ...]:
    """Return the operators who signed; starting an agent takes two of them."""
    signers = _holders(entry, state, at, Role.OPERATOR)
    require_people(signers, Role.OPERATOR, OPERATORS_MIN)
    return signers


def _opening_authority(entry: Entry, event: LogOpened, root: bytes) -> Credential:
    """Return the authority that opened the log, under the root it names."""
    if event.root != sha256(root).hexdigest():
        msg = f"log: opened under root {event.root}, not the one given"
        raise DistrustError(msg)
    opening = parse_log(entry.note.text)
    verify_chain(opening.authority, [event.issuer], root, event.at)
    require_root_list(opening.root_crl, root, event.at)
    if len(entry.note.signatures) != 1:
        msg = "log: want the signature of the opening authority alone"
        raise DistrustError(msg)
    require_signature(entry.note, entry.note.signatures[0], event.authority)
    return event.authority
