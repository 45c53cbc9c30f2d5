"""A valid world, piece by piece: a test says only what differs from it.

Everything defaults to the morning of Friday, 15 May 2026: the agent `algo_trader_v2` of
CryptoEX AG sends its first live order, EUR/USD BUY EUR 20,000, at 09:15.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar, cast

from kya.codec.canonical import digest as sha256_of
from kya.codec.canonical import leaf_digest
from kya.codec.halts import render_halt
from kya.codec.mandates import render_mandate
from kya.codec.orders import render_order
from kya.codec.overlays import policy_of
from kya.codec.overrides import render_override
from kya.codec.place_limits import render_place_limits
from kya.codec.registrations import render_registration
from kya.codec.scopes import scope_digest
from kya.codec.sessions import render_anchor, render_session
from kya.core.baseline import Likeness
from kya.core.behaviour_score import NOTHING_UNUSUAL, Score
from kya.core.case import Case
from kya.core.case_of import Inputs, case_of
from kya.core.control import Reason
from kya.core.credential import (
    Credential,
    Grant,
    ReasonCode,
    Role,
    Standing,
    Withdrawal,
)
from kya.core.decision import Outcome
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.growing_set import GrowingSet
from kya.core.halt import Halt, HaltOrdered, Resume, TradingResumed, TradingState
from kya.core.incident_policy import IncidentPolicy, Trigger
from kya.core.incident_watch import Watch
from kya.core.instant import Instant, TimeOfDay
from kya.core.latch import Latch, LatchRearmed, Rearm
from kya.core.levels import FIRM, Place
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.money import Currency, Money, Price, Quantity
from kya.core.order import Action, Order, OrderType, Side, TimeInForce
from kya.core.order_events import (
    Equivocated,
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.overlay import (
    AskedOverlay,
    Engine,
    Overlay,
    OverlayAnswer,
    OverlayOrdered,
    Policy,
    Said,
    Verdict,
)
from kya.core.override import Override, OverrideGranted
from kya.core.past import Past
from kya.core.place_limits import LimitedPlace, PlaceLimited, PlaceLimits
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    ClockSource,
    EnrolmentRefused,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.price import ReferencePrice
from kya.core.registration import Attestor, Enrolment, Registration
from kya.core.reservation import Target
from kya.core.runtime import Runtime
from kya.core.scope import Calendar, DailyMaxPer, RegionEvidence, Scope, TradingWindow
from kya.core.scope_limits import ACTIONS_WITH_A_ROAD, Limits, SelfMatch
from kya.core.session import RegionAnchor, RegionSource, Session, Shown
from kya.core.state import AgentState, State
from kya.core.tokens import NO_DIGEST
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted

T = TypeVar("T")

EUR: Final = Currency("EUR")
GBP: Final = Currency("GBP")
BTC: Final = Currency("BTC")

AGENT: Final = "algo_trader_v2"
SERIAL: Final = 0xF1D4E8C7B2A9F3E6
ORIGIN: Final = "cryptoex.example/orders"


def eur(text: str) -> Money:
    """Euros as people write them: `25,000.00`, `25,000` or `0.01`."""
    plain = text.replace(",", "")
    return Money.parse(plain if "." in plain else f"{plain}.00", EUR)


def on(text: str) -> Instant:
    """The instant of `2026-05-15 09:15`, with as many digits after that as matter."""
    day, _, time = text.partition(" ")
    whole, _, fraction = time.partition(".")
    whole += ":00" * (2 - whole.count(":"))
    return Instant.parse(f"{day}T{whole}.{fraction.ljust(6, '0')}Z")


def a_digest(seed: object) -> str:
    """A SHA-256 that is different for every seed."""
    return sha256_of(repr(seed).encode())


FIRST_LIVE_ORDER_AT: Final = on("2026-05-15 09:15")


def a_scope(**overrides: object) -> Scope:
    """The board's scope: EUR 25,000 an order, EUR 500,000 a day, market and side."""
    return _made(_SCOPE, overrides)


def a_mandate(**overrides: object) -> Mandate:
    """The board's resolution of Friday, 24 April 2026."""
    return _made(_MANDATE, overrides)


def a_grant(scope: Scope | None = None, *, mandate: Mandate | None = None) -> Grant:
    """What the agent's certificate says, digests included."""
    if mandate is None:
        mandate = _MANDATE if scope is None else a_mandate(scope=scope)
    return Grant(
        mandate=sha256_of(render_mandate(mandate)),
        scope=mandate.scope,
        scope_digest=scope_digest(mandate.scope),
    )


def a_credential(*, scope: Scope | None = None, **overrides: object) -> Credential:
    """The agent's certificate of 25 April, in good standing; `scope` is for short.

    A revoked one is so from the day on which it was issued, unless told otherwise.
    """
    if scope is not None:
        overrides["grant"] = a_grant(scope)
    if overrides.get("standing") is Standing.REVOKED:
        ended = Withdrawal(_CREDENTIAL.not_before, ReasonCode.CESSATION_OF_OPERATION)
        overrides = {"withdrawal": ended, **overrides}
    return _made(_CREDENTIAL, overrides)


def an_order(**overrides: object) -> Order:
    """The first live order: EUR/USD BUY EUR 20,000 at SIMA."""
    return _made(_ORDER, overrides)


def a_past(
    *,
    allowed: Mapping[tuple[str, Side], int] | None = None,
    client_order_ids: Iterable[str] = (),
    **overrides: object,
) -> Past:
    """A past of the day of the first live order, in which nothing has happened yet.

    `allowed` is in cents; any of it sets the currency to EUR.
    """
    seen = GrowingSet()
    for client_order_id in client_order_ids:
        seen = seen.adding(client_order_id)
    if allowed:
        overrides = {"allowed": allowed, "currency": EUR, **overrides}
    day = FIRST_LIVE_ORDER_AT.day
    changes: dict[str, object] = {"client_order_ids": seen, **overrides}
    return Past(day=day)._replace(**changes)  # type: ignore[arg-type]


def a_price(**overrides: object) -> ReferencePrice:
    """A quote of EUR/USD at the time of the first live order."""
    return _made(_PRICE, overrides)


def every_limit(**overrides: object) -> Limits:
    """Every limit that a scope may set, wide enough for the first live order."""
    return _made(_EVERY_LIMIT, overrides)


UNWATCHED: Final[dict[str, object]] = {
    "baseline_days": None,
    "baseline_warn_days": None,
    "score_critical_bps": None,
    "score_warn_bps": None,
}
"""What a scope sets whose agent's behaviour nobody watches."""


def an_incident_policy(*triggers: Trigger, **overrides: object) -> IncidentPolicy:
    """One order that is too large opens an incident; somebody is told within 5 s."""
    if triggers:
        overrides["triggers"] = triggers
    return _made(_POLICY, overrides)


def an_armed_case(order: Order | None = None, **overrides: object) -> Case:
    """The first live order replaced, with every control armed, at that quote."""
    armed: dict[str, object] = {
        "scope": a_scope(limits=every_limit()),
        "price": a_price(),
        "likeness": a_likeness(),
        "place_limits": (LimitedPlace(every_place_limit(), allowed=0, open_orders=0),),
        "watch": Watch(_POLICY, grace_seconds=300, earlier=((),)),
    }
    if order is None:
        order = an_order(seq=2, action=Action.REPLACE, target=1)
        armed["target"] = Target(_ORDER, _ORDER.amount)
    return a_case(order, **{**armed, **overrides})  # type: ignore[arg-type]


def a_case(
    order: Order | None = None,
    *,
    received_at: Instant | None = None,
    credential: Credential | None = None,
    past: Past | None = None,
    scope: Scope | None = None,
    **overrides: object,
) -> Case:
    """The first live order, as the gateway receives it.

    What is not given follows from what is: the order is sent when it is received and
    names the credential, which grants the scope, and the past is of the same day.
    """
    credential = credential or a_credential(scope=scope)
    received_at = received_at or (order.created_at if order else FIRST_LIVE_ORDER_AT)
    if order is None:
        order = an_order(created_at=received_at, credential=credential.digest)
    if past is None:
        past = a_past(day=received_at.day, seq=order.seq - 1, prev=order.prev)
    default = Case(
        order=order,
        received_at=received_at,
        credential=credential,
        scope=credential.grant.scope if credential.grant else a_scope(),
        likeness=None,
        past=past,
        price=None,
        session=None,
        pinned=None,
    )
    return _made(default, overrides) if overrides else default


def a_score(**overrides: object) -> Score:
    """The score of an order that is like those before it."""
    ordinary = NOTHING_UNUSUAL._replace(value=90, low=80, evidence=312, peak=3_072)
    return ordinary._replace(**overrides)  # type: ignore[arg-type]


def a_likeness(value: int = 90, **overrides: object) -> Likeness:
    """An order of this score, like those before it unless changed."""
    score = a_score(value=value)
    likeness = Likeness(a_digest("baseline"), FIRST_LIVE_ORDER_AT, score)
    return likeness._replace(**overrides)  # type: ignore[arg-type]


def a_runtime(model: str = "model") -> Runtime:
    """The container image and the model that the agent is made of."""
    return Runtime.of({"image": a_digest("image"), "model": a_digest(model)})


def a_session(**overrides: object) -> Session:
    """The agent's first session, an hour before the first live order."""
    return _made(_SESSION, overrides)


def some_evidence(anchor: str | None = None) -> Shown:
    """Evidence that needs no document: the anchor says the region."""
    return Shown(anchor=anchor or a_digest("anchor"), document=b"", signature=b"")


def an_override(**overrides: object) -> Override:
    """Two people let the first live order be larger, a minute before it, for five."""
    default = Override(
        agent=AGENT,
        order=sha256_of(render_order(_ORDER)),
        controls=("order.amount",),
        reason="hedge of the month's end",
        at=FIRST_LIVE_ORDER_AT.plus(seconds=-60),
        expires_at=FIRST_LIVE_ORDER_AT.plus(seconds=240),
    )
    return _made(default, overrides)


def an_override_granted(
    ahead_of: Order | None = None, *, leaf: str | None = None, **overrides: object
) -> OverrideGranted:
    """The override on record for this order, signed by two people."""
    if ahead_of is not None:
        overrides["order"] = sha256_of(render_order(ahead_of))
    override = an_override(**overrides)
    return OverrideGranted(
        leaf=leaf or leaf_digest(render_override(override)),
        signed_by=("olga", "rita"),
        override=override,
    )


def a_halt(place: Place = FIRM, **overrides: object) -> Halt:
    """Somebody halts the firm, a minute before the first live order."""
    default = Halt(
        place=place,
        state=TradingState.HALTED,
        reason="prices look wrong",
        at=FIRST_LIVE_ORDER_AT.plus(seconds=-60),
    )
    return _made(default, overrides)


# ------------------------------------------------------------------------- events


def a_halt_ordered(place: Place = FIRM, **overrides: object) -> HaltOrdered:
    """The halt on record, signed by one person."""
    halt = a_halt(place, **overrides)
    return HaltOrdered(
        leaf=leaf_digest(render_halt(halt)), signed_by=("olga",), halt=halt
    )


def a_trading_resumed(lifts: HaltOrdered, **overrides: object) -> TradingResumed:
    """The resume that lifts this halt half a minute later, signed by two people."""
    default = Resume(
        halt=lifts.leaf, reason="checked", at=lifts.halt.at.plus(seconds=30)
    )
    return TradingResumed(signed_by=("olga", "rita"), resume=_made(default, overrides))


def place_limits(place: Place = FIRM, **overrides: object) -> PlaceLimits:
    """Two people limit the firm's day, a minute before the first live order."""
    default = PlaceLimits(
        place=place,
        currency=EUR,
        daily_max=eur("1000000.00"),
        reason="resolved for May",
        at=FIRST_LIVE_ORDER_AT.plus(seconds=-60),
    )
    return _made(default, overrides)


def every_place_limit() -> PlaceLimits:
    """Every limit that a place may have, wide enough for the first live order."""
    return place_limits(order_max=eur("50,000"), open_orders=50)


def a_place_limited(place: Place = FIRM, **overrides: object) -> PlaceLimited:
    """The limits on record, signed by two people."""
    limits = place_limits(place, **overrides)
    return PlaceLimited(
        leaf=leaf_digest(render_place_limits(limits)),
        signed_by=("carla", "rita"),
        limits=limits,
    )


CEDAR_TEXT: Final = """\
permit (principal, action, resource);

@id("large")
forbid (principal, action, resource)
when { context.figures.worth > 1500000 };
"""


def a_policy(text: str = CEDAR_TEXT, **overrides: object) -> Policy:
    """A policy that lets no order pass that is worth more than EUR 15,000."""
    return _made(policy_of(Engine.CEDAR, "4.12.2", text), overrides)


def an_overlay(**overrides: object) -> Overlay:
    """Somebody puts that policy in force, a minute before the first live order."""
    default = Overlay(
        name="house",
        policy=a_policy(),
        reason="resolved for May",
        at=FIRST_LIVE_ORDER_AT.plus(seconds=-60),
    )
    return _made(default, overrides)


def an_overlay_ordered(*signers: str, **overrides: object) -> OverlayOrdered:
    """The overlay on record, signed by one person unless others are named."""
    return OverlayOrdered(
        signed_by=signers or ("rita",), overlay=an_overlay(**overrides)
    )


def an_asked_overlay(
    verdict: Verdict | None = Verdict.ALLOW, *policies: str, name: str = "house"
) -> AskedOverlay:
    """The overlay in force, and what it says of an order; nothing without a verdict."""
    if verdict is None:
        return AskedOverlay(name, a_policy())
    said = Said(verdict, policies)
    return AskedOverlay(name, a_policy(), OverlayAnswer.of(name, a_policy(), said))


def a_latch_rearmed(latch: Latch = Latch.REJECTS, **overrides: object) -> LatchRearmed:
    """Two people set a latch back, a minute before the first live order."""
    default = Rearm(
        agent=AGENT,
        latch=latch,
        reason="the venue was down",
        at=FIRST_LIVE_ORDER_AT.plus(seconds=-60),
    )
    return LatchRearmed(signed_by=("olga", "rita"), rearm=_made(default, overrides))


def a_runtime_pinned(
    runtime: Runtime | None = None, **overrides: object
) -> RuntimePinned:
    """The runtime that two operators let run, two hours before the first live order."""
    default = RuntimePinned(
        agent=AGENT,
        runtime=runtime or a_runtime(),
        at=FIRST_LIVE_ORDER_AT.plus(seconds=-7200),
    )
    return _made(default, overrides)


def a_region_anchor(**overrides: object) -> RegionAnchor:
    """What the authority has looked up: the key of the agent lies in eu-west-1."""
    default = RegionAnchor(
        credential=_CREDENTIAL.digest,
        source=RegionSource.KMS_KEY,
        subject="arn:aws:kms:eu-west-1:111122223333:key/1",
        region="eu-west-1",
        certificate=b"",
        at=FIRST_LIVE_ORDER_AT.plus(seconds=-7200),
    )
    return _made(default, overrides)


def a_region_anchored(anchor: RegionAnchor | None = None) -> RegionAnchored:
    """A region anchor on record, under the digest of its own line."""
    anchor = anchor or a_region_anchor()
    return RegionAnchored(digest=sha256_of(render_anchor(anchor)), anchor=anchor)


def a_session_started(
    session: Session | None = None, **overrides: object
) -> SessionStarted:
    """The session in force from the instant at which it was made."""
    session = session or _SESSION
    default = SessionStarted(
        session=session,
        line_digest=sha256_of(render_session(session)),
        note=b"the agent's note",
        source="agent" if session.evidence is None else "kms-key",
        at=session.created_at,
    )
    return _made(default, overrides)


def the_log_opened(**overrides: object) -> LogOpened:
    """The opening of the log on Friday, 24 April 2026."""
    return _made(_LOG_OPENED, overrides)


def a_mandate_granted(mandate: Mandate | None = None) -> MandateGranted:
    """The mandate on record, under the digest of its own line."""
    mandate = mandate or _MANDATE
    return MandateGranted(digest=sha256_of(render_mandate(mandate)), mandate=mandate)


def a_certificate_issued(
    credential: Credential | None = None, **overrides: object
) -> CertificateIssued:
    """The agent's first certificate on record."""
    credential = credential or _CREDENTIAL
    default = CertificateIssued(
        credential=credential,
        replaces=None,
        at=on("2026-04-25 10:00"),
        enrolment=an_enrolment() if credential.role is Role.AGENT else None,
    )
    return _made(default, overrides)


def a_registration(**overrides: object) -> Registration:
    """Two operators register the agent on 25 April, an hour before its certificate."""
    return _made(_REGISTRATION, overrides)


def an_agent_registered(
    registration: Registration | None = None, **overrides: object
) -> AgentRegistered:
    """The registration on record, under the digest of its own line."""
    registration = registration or a_registration(**overrides)
    digest = sha256_of(render_registration(registration))
    return AgentRegistered(digest=digest, registration=registration)


def registered_anew(at: Instant, **overrides: object) -> AgentRegistered:
    """The agent registered once more, with a token of its own, for an hour."""
    fresh = {"at": at, "expires_at": at.plus(seconds=3_600), "token": a_digest(at)}
    return an_agent_registered(a_registration(**{**fresh, **overrides}))


def an_enrolment(
    registration: Registration | None = None, **overrides: object
) -> Enrolment:
    """What a certificate is issued upon: all was shown that was asked for."""
    registration = registration or _REGISTRATION
    default = Enrolment(
        registration=sha256_of(render_registration(registration)),
        attestor=registration.attestor,
        shown=registration.selectors,
    )
    return _made(default, overrides)


def a_refusal(**overrides: object) -> EnrolmentRefused:
    """A request under the agent's registration that got nothing."""
    default = EnrolmentRefused(
        agent=AGENT,
        registration=an_enrolment().registration,
        rule="mandate_is_in_force",
        at=on("2026-04-25 10:30"),
    )
    return _made(default, overrides)


def an_issuer_renewed(**overrides: object) -> IssuerRenewed:
    """The issuing CA's second certificate, on the day after the first one's use."""
    default = IssuerRenewed(issuer=b"renewed certificate", at=on("2026-04-26 10:00"))
    return _made(default, overrides)


def a_standing_changed(act: Act = Act.SUSPEND, **overrides: object) -> StandingChanged:
    """An act upon the agent's certificate, just after the first live order."""
    default = StandingChanged(
        credential=_CREDENTIAL.digest,
        act=act,
        code=ReasonCode.CESSATION_OF_OPERATION if act is Act.REVOKE else None,
        reason="a person said so",
        at=FIRST_LIVE_ORDER_AT.plus(seconds=2 if act is Act.REINSTATE else 1),
    )
    return _made(default, overrides)


def a_revocation_scheduled(**overrides: object) -> RevocationScheduled:
    """The end of the agent's certificate, two hours after the first live order."""
    default = RevocationScheduled(
        credential=_CREDENTIAL.digest,
        code=ReasonCode.SUPERSEDED,
        reason="a person said so",
        due=FIRST_LIVE_ORDER_AT.plus(seconds=7_200),
        at=FIRST_LIVE_ORDER_AT.plus(seconds=1),
    )
    return _made(default, overrides)


def a_list_published(**overrides: object) -> RevocationListed:
    """The first revocation list."""
    default = RevocationListed(number=1, crl=b"crl", at=on("2026-04-25 10:00"))
    return _made(default, overrides)


def a_revocation(
    number: int = 1, **overrides: object
) -> tuple[StandingChanged, RevocationListed]:
    """The agent's certificate is revoked, and the list of that number says so."""
    act = a_standing_changed(Act.REVOKE, **overrides)
    return act, a_list_published(number=number, at=act.at)


def an_order_submitted(order: Order | None = None) -> OrderSubmitted:
    """The order on record; its digests follow from its line."""
    order = order or _ORDER
    line = render_order(order)
    return OrderSubmitted(
        order=order, line_digest=sha256_of(line), leaf=leaf_digest(line)
    )


def its_decision(
    submitted: OrderSubmitted,
    outcome: Outcome = Outcome.ALLOWED,
    received_at: Instant | None = None,
) -> OrderDecided:
    """The decision on an order that was received when it was sent."""
    return OrderDecided(
        agent=submitted.order.agent,
        seq=submitted.order.seq,
        order=submitted.leaf,
        outcome=outcome,
        received_at=received_at or submitted.order.created_at,
    )


def its_report(
    submitted: OrderSubmitted,
    status: VenueStatus = VenueStatus.FILLED,
    at: Instant | None = None,
) -> VenueReported:
    """The venue's answer to a released order, one second later."""
    order, is_filled = submitted.order, status is VenueStatus.FILLED
    return VenueReported(
        agent=order.agent,
        seq=order.seq,
        order=submitted.leaf,
        venue=order.venue,
        status=status,
        filled=order.amount if is_filled else None,
        price=Price.parse("1.1721") if is_filled else None,
        price_source="simulated",
        detail="",
        at=at or order.created_at.plus(seconds=1),
    )


def an_equivocation(submitted: OrderSubmitted, **overrides: object) -> Equivocated:
    """A second order under the same `seq`, one second later."""
    default = Equivocated(
        agent=submitted.order.agent,
        seq=submitted.order.seq,
        order=submitted.leaf,
        conflicting=b"another note",
        at=submitted.order.created_at.plus(seconds=1),
    )
    return _made(default, overrides)


def the_state_after(*events: Event, start: State | None = None) -> State:
    """The fold of the events."""
    state = start or State()
    for event in events:
        state = apply(state, event)
    return state


def the_opening_events() -> tuple[Event, ...]:
    """What must be on record before the agent's first order."""
    return (
        the_log_opened(),
        a_mandate_granted(),
        an_agent_registered(),
        a_certificate_issued(),
    )


def an_enrolled_state() -> State:
    """The log is open, the mandate granted, the agent enrolled; no order yet."""
    return the_state_after(*the_opening_events())


def an_enrolled_state_under(mandate: Mandate) -> State:
    """The same under this mandate."""
    registered = an_agent_registered(
        a_registration(mandate=a_mandate_granted(mandate).digest)
    )
    return the_state_after(
        the_log_opened(),
        a_mandate_granted(mandate),
        registered,
        a_certificate_issued(
            a_credential(grant=a_grant(mandate=mandate)),
            enrolment=an_enrolment(registered.registration),
        ),
    )


def the_agent_in(state: State) -> AgentState:
    """What the state knows of the agent."""
    return state.agents[AGENT]


def the_next_order(state: State, **overrides: object) -> Order:
    """An order that continues the agent's chain as the state has it."""
    agent = the_agent_in(state)
    chained = {
        "credential": agent.credential,
        "seq": agent.past.seq + 1,
        "prev": agent.past.prev,
        "client_order_id": f"order-{agent.past.seq + 1}",
    }
    return an_order(**{**chained, **overrides})


def the_case_in(state: State, order: Order, received_at: Instant | None = None) -> Case:
    """The case that a gateway with this state makes of the order."""
    inputs = Inputs(received_at=received_at or order.created_at)
    return case_of(state, an_order_submitted(order), inputs)


# ------------------------------------------------------------------------ defaults


def _made(default: T, overrides: Mapping[str, object]) -> T:
    """The default with some of its fields replaced."""
    remake = cast("Callable[..., T]", replace)
    return remake(default, **overrides)


_POLICY: Final = IncidentPolicy(
    triggers=(
        Trigger(
            reasons=frozenset({Reason.ORDER_AMOUNT_MAX}), count=1, within_seconds=3_600
        ),
    ),
    alert_seconds=5,
)
_SCOPE: Final = Scope(
    currency=EUR,
    markets=frozenset({"EUR/USD", "GBP/EUR"}),
    venues=frozenset({"SIMA", "SIMB", "SIMC"}),
    regions=frozenset({"eu-west-1"}),
    order_max=eur("25,000"),
    daily_max=eur("500,000"),
    daily_max_per=DailyMaxPer.MARKET_AND_SIDE,
    window=TradingWindow(
        TimeOfDay.parse("08:00:00.000000"), TimeOfDay.parse("17:00:00.000000")
    ),
    calendar=Calendar.MONDAY_TO_FRIDAY,
    region_evidence=RegionEvidence.SELF_ASSERTED,
    live_from=on("2026-05-15 09:00"),
)
_MANDATE: Final = Mandate(
    operator="CryptoEX AG",
    agent=AGENT,
    scope=_SCOPE,
    resolved_at=on("2026-04-24 10:00"),
    valid_from=on("2026-04-24 10:00"),
    valid_until=on("2027-04-30 00:00"),
    resolution=a_digest("resolution"),
    grace_seconds=300,
)
_CREDENTIAL: Final = Credential(
    digest=a_digest("certificate"),
    role=Role.AGENT,
    name=AGENT,
    serial=SERIAL,
    spki=b"spki of the first key",
    not_before=on("2026-04-25 10:00"),
    not_after=on("2027-04-25 10:00"),
    standing=Standing.ACTIVE,
    since=on("2026-04-25 10:00"),
    grant=a_grant(),
)
_REGISTRATION: Final = Registration(
    agent=AGENT,
    mandate=sha256_of(render_mandate(_MANDATE)),
    attestor=Attestor.KUBERNETES,
    selectors=("namespace=trading", "service_account=algo-trader"),
    token=a_digest("token"),
    at=on("2026-04-25 09:00"),
    expires_at=on("2026-04-25 21:00"),
)
_AUTHORITY: Final = Credential(
    digest=a_digest("authority"),
    role=Role.AUTHORITY,
    name="authority",
    serial=1,
    spki=b"spki of the authority",
    not_before=on("2026-04-20 10:00"),
    not_after=on("2028-04-20 10:00"),
    standing=Standing.ACTIVE,
    since=on("2026-04-20 10:00"),
    grant=None,
)
_LOG_OPENED: Final = LogOpened(
    origin=ORIGIN,
    root=a_digest("root"),
    issuer=b"issuing certificate",
    authority=_AUTHORITY,
    clock=ClockSource.VIRTUAL,
    at=on("2026-04-24 09:00"),
)
_ORDER: Final = Order(
    agent=AGENT,
    credential=_CREDENTIAL.digest,
    seq=1,
    prev=NO_DIGEST,
    client_order_id="order-1",
    market="EUR/USD",
    side=Side.BUY,
    type=OrderType.MARKET,
    amount=eur("20,000"),
    limit_price=None,
    time_in_force=TimeInForce.DAY,
    venue="SIMA",
    region="eu-west-1",
    created_at=FIRST_LIVE_ORDER_AT,
)
_SESSION: Final = Session(
    agent=AGENT,
    credential=_CREDENTIAL.digest,
    seq=1,
    prev=NO_DIGEST,
    runtime=a_runtime(),
    region="eu-west-1",
    evidence=None,
    created_at=FIRST_LIVE_ORDER_AT.plus(seconds=-3600),
)
_EVERY_LIMIT: Final = Limits(
    actions=ACTIONS_WITH_A_ROAD,
    desk="fx",
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    order_units_max={
        "EUR/USD": Quantity.parse("1000000"),
        "GBP/EUR": Quantity.parse("1000000"),
    },
    price_age_millis=1_000,
    price_buffer_bps=10,
    price_collar_bps=100,
    price_warn_bps=50,
    spread_bps=50,
    duplicate_window_millis=1_000,
    executions_unreviewed=100,
    messages_per_day=10_000,
    messages_per_minute=500,
    messages_per_second=50,
    orders_per_day=1_000,
    orders_per_fill=100,
    price_drift_bps=200,
    price_drift_seconds=60,
    rejects_in_a_row=5,
    baseline_days=60,
    baseline_warn_days=45,
    score_critical_bps=8_500,
    score_warn_bps=7_500,
    open_orders=20,
    open_orders_per_market=10,
    position_max=eur("300,000"),
    gross_max=eur("400,000"),
    net_max=eur("300,000"),
    venue_daily_max=eur("500,000"),
    venue_credit_max=eur("300,000"),
    daily_loss_max=eur("5,000"),
    drawdown_max=eur("5,000"),
    self_trade=SelfMatch.DENY,
)
_PRICE: Final = ReferencePrice(
    market="EUR/USD",
    bid=Price.parse("1.1719"),
    ask=Price.parse("1.1721"),
    at=FIRST_LIVE_ORDER_AT,
    source="simulated",
)
