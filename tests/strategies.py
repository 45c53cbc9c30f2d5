"""Any value that can be: what hypothesis draws from, type by type."""

import string
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from kya.codec.overlays import policy_of
from kya.codec.scopes import scope_digest
from kya.core import tokens
from kya.core.baseline import Likeness
from kya.core.behaviour_score import excess_of
from kya.core.case import Case
from kya.core.conduct import Conduct
from kya.core.control import Reason
from kya.core.credential import (
    Credential,
    Grant,
    ReasonCode,
    Standing,
    Withdrawal,
)
from kya.core.crossing import Facing
from kya.core.currencies import DECIMALS
from kya.core.exact_fill import exact_units
from kya.core.exposure import (
    NO_EXPOSURE,
    AtRisk,
    Exposure,
    Move,
    Working,
    counted_for,
)
from kya.core.features import FEATURES
from kya.core.halt import Halt, HaltOrdered, Resume, TradingState
from kya.core.incident import Incident, IncidentState
from kya.core.incident_policy import (
    OPENS_NOTHING,
    IncidentPolicy,
    Opening,
    Trigger,
)
from kya.core.incident_watch import Watch
from kya.core.instant import MICROS_PER_DAY, Day, Instant, TimeOfDay
from kya.core.integer_log import BIT
from kya.core.latch import Latch, Rearm
from kya.core.levels import FIRM, Level, Place, places_of
from kya.core.lifecycle import Act
from kya.core.limits import (
    ALERT_SECONDS_MAX,
    COUNT_MAX,
    MINOR_UNITS_MAX,
    OVERRIDE_CONTROLS_MAX,
    OVERRIDE_MICROS_MAX,
    SEQ_MAX,
    TEXT_CHARS_MAX,
    TRIGGER_COUNT_MAX,
    TRIGGER_SECONDS_MAX,
)
from kya.core.mandate import Mandate
from kya.core.money import Currency, Money, Price, Quantity
from kya.core.order import (
    ACTS_ON_TARGET,
    Action,
    Order,
    OrderType,
    Side,
    TimeInForce,
)
from kya.core.order_events import Equivocated, VenueReported, VenueStatus
from kya.core.overlay import AskedOverlay, Engine, Overlay, Verdict
from kya.core.override import Override, OverrideGranted
from kya.core.override_admission import OVERRIDABLE
from kya.core.past import Past
from kya.core.place_limits import LimitedPlace, PlaceLimits
from kya.core.power_events import (
    IssuerRenewed,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.price import MarketState, ReferencePrice
from kya.core.profit import Profit
from kya.core.reservation import Target
from kya.core.runtime import Runtime
from kya.core.scope import Calendar, DailyMaxPer, RegionEvidence, Scope, TradingWindow
from kya.core.scope_limits import AMOUNTS, NO_LIMITS, Limits, SelfMatch
from kya.core.sent import Message, Sent, asked_in
from kya.core.session import RegionAnchor, RegionSource, Session, Shown
from kya.core.workload_events import RegionAnchored, RuntimePinned
from tests import builders

LAST: Final = Instant.parse("9999-12-31T23:59:59.999999Z")

ALNUM: Final = string.ascii_letters + string.digits
CAPITALS: Final = string.ascii_uppercase + string.digits
SMALL: Final = string.ascii_lowercase + string.digits


def _words(first: str, rest: str, chars_max: int) -> st.SearchStrategy[str]:
    """Words of an alphabet that begin with a letter or digit of another."""
    return st.tuples(st.sampled_from(first), st.text(rest, max_size=chars_max - 1)).map(
        "".join
    )


digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
names = _words(ALNUM, ALNUM + "._-", 64)
ids = _words(ALNUM, ALNUM + "._:-", 64)
assets = st.text(CAPITALS, min_size=2, max_size=12)
markets = st.tuples(assets, assets).map("/".join)
venues = st.text(CAPITALS, min_size=1, max_size=12)
regions = _words(SMALL, SMALL + "-", 32).filter(lambda region: region[-1] != "-")
remarks = st.text(max_size=TEXT_CHARS_MAX).filter(str.isprintable)
texts = remarks.filter(bool)
counts = st.integers(1, SEQ_MAX)
codes = st.sampled_from(ReasonCode)
sides = st.sampled_from(Side)
flags = st.booleans()

instants = st.integers(0, LAST.micros).map(Instant)
days = st.integers(0, LAST.micros // MICROS_PER_DAY).map(Day)
times_of_day = st.integers(0, MICROS_PER_DAY).map(TimeOfDay)
windows = (
    st.lists(times_of_day, min_size=2, max_size=2, unique=True)
    .map(sorted)
    .map(lambda pair: TradingWindow(*pair))
)

currencies = st.sampled_from(sorted(DECIMALS)).map(Currency)
minor_units = st.one_of(st.integers(1, 10**8), st.integers(1, MINOR_UNITS_MAX))
amounts = st.builds(Money, minor_units, currencies)
prices = st.integers(1, 10**28 - 1).map(Price)
quantities = st.integers(1, 10**36 - 1).map(Quantity)


# A strategy that is the same for every draw is made once: making it costs hypothesis
# more than drawing from it.
_few = st.none() | st.integers(1, 4)
_some_bps = st.none() | st.integers(1, 9_999)
_free_limits = st.fixed_dictionaries(
    {
        "actions": st.none()
        | st.sets(st.sampled_from([Action.NEW, Action.REPLACE])).map(
            lambda some: frozenset({*some, Action.CANCEL})
        ),
        "desk": st.none() | names,
        "order_types": st.none()
        | st.frozensets(st.sampled_from(OrderType), min_size=1),
        "times_in_force": st.none()
        | st.frozensets(st.sampled_from(TimeInForce), min_size=1),
        "duplicate_window_millis": st.none() | st.sampled_from([1, 1_000, 60_000]),
        "executions_unreviewed": _few,
        "messages_per_day": _few,
        "messages_per_minute": _few,
        "messages_per_second": _few,
        "orders_per_day": _few,
        "orders_per_fill": _few,
        "rejects_in_a_row": _few,
        "open_orders": _few,
        "open_orders_per_market": _few,
        "self_trade": st.none() | st.sampled_from(SelfMatch),
    }
)
_free_amounts = st.fixed_dictionaries(
    dict.fromkeys(AMOUNTS, st.none() | st.integers(1, 9_000_000))
)
_score_limits = st.sampled_from([(None, None), (8_500, None), (8_500, 7_500)])
_baseline_limits = st.sampled_from([(None, None), (1, None), (60, 30)])
_price_ages = st.none() | st.sampled_from([1, 500, 60_000])
_collars = st.none() | st.integers(2, 9_999)
_drifts = st.none() | st.tuples(st.integers(1, 300), st.integers(1, 3_600))


@st.composite
def limits(draw: st.DrawFn, listed: frozenset[str], currency: Currency) -> Limits:
    """Any limits of a scope for these markets, none among them."""
    fresh = draw(_price_ages)
    drift = draw(_drifts) if fresh else None
    collar = draw(_collars) if fresh else None
    critical, warn = draw(_score_limits)
    days, renewal = draw(_baseline_limits) if critical else (None, None)
    free: dict[str, Any] = draw(_free_limits)
    sums: dict[str, Any] = {
        name: Money(n, currency)
        for name, n in draw(_free_amounts).items()
        if n is not None
    }
    return Limits(
        order_units_max={name: draw(quantities) for name in sorted(listed)}
        if draw(flags)
        else {},
        price_age_millis=fresh,
        price_buffer_bps=draw(_some_bps) if fresh else None,
        price_collar_bps=collar,
        price_warn_bps=draw(st.none() | st.integers(1, collar - 1)) if collar else None,
        spread_bps=draw(_some_bps) if fresh else None,
        price_drift_bps=drift[0] if drift else None,
        price_drift_seconds=drift[1] if drift else None,
        baseline_days=days,
        baseline_warn_days=renewal,
        score_critical_bps=critical,
        score_warn_bps=warn,
        **free,
        **sums,
    )


_free_of_scopes = st.fixed_dictionaries(
    {
        "venues": st.frozensets(venues, min_size=1, max_size=4),
        "regions": st.frozensets(regions, min_size=1, max_size=2),
        "daily_max_per": st.sampled_from(DailyMaxPer),
        "window": windows,
        "calendar": st.sampled_from(Calendar),
        "region_evidence": st.sampled_from(RegionEvidence),
        "live_from": instants,
    }
)
_market_sets = st.frozensets(markets, min_size=1, max_size=4)


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    currency, listed = draw(currencies), draw(_market_sets)
    free: dict[str, Any] = draw(_free_of_scopes)
    return Scope(
        currency=currency,
        markets=listed,
        order_max=Money(draw(minor_units), currency),
        daily_max=Money(draw(minor_units), currency),
        limits=draw(limits(listed, currency)) if draw(flags) else NO_LIMITS,
        **free,
    )


triggers = st.builds(
    Trigger,
    reasons=st.frozensets(
        st.sampled_from(sorted(set(Reason) - OPENS_NOTHING, key=lambda r: r.value)),
        min_size=1,
        max_size=4,
    ),
    count=st.integers(1, TRIGGER_COUNT_MAX),
    within_seconds=st.integers(1, TRIGGER_SECONDS_MAX),
)
incident_policies = st.builds(
    IncidentPolicy,
    triggers=st.lists(triggers, min_size=1, max_size=3).map(tuple),
    alert_seconds=st.none() | st.integers(1, ALERT_SECONDS_MAX),
)


@st.composite
def mandates(draw: st.DrawFn) -> Mandate:
    resolved_at, valid_from, valid_until = sorted(
        draw(st.lists(instants, min_size=3, max_size=3, unique=True))
    )
    return Mandate(
        operator=draw(texts),
        agent=draw(names),
        scope=draw(scopes()),
        resolved_at=resolved_at,
        valid_from=valid_from,
        valid_until=valid_until,
        resolution=draw(digests),
        grace_seconds=draw(st.integers(0, 86_400)),
        incidents=draw(st.none() | incident_policies),
    )


@st.composite
def orders(draw: st.DrawFn) -> Order:
    order_type = draw(st.sampled_from(OrderType))
    action = draw(st.sampled_from(Action))
    return Order(
        agent=draw(names),
        credential=draw(digests),
        seq=draw(counts),
        prev=draw(digests),
        client_order_id=draw(ids),
        market=draw(markets),
        side=draw(st.sampled_from(Side)),
        type=order_type,
        amount=draw(amounts),
        limit_price=draw(prices) if order_type is OrderType.LIMIT else None,
        time_in_force=draw(st.sampled_from(TimeInForce)),
        venue=draw(venues),
        region=draw(regions),
        created_at=draw(instants),
        action=action,
        target=draw(counts) if action in ACTS_ON_TARGET else None,
    )


@st.composite
def reference_prices(draw: st.DrawFn) -> ReferencePrice:
    bid, ask = draw(st.tuples(prices, prices))
    return ReferencePrice(
        market=draw(markets),
        bid=bid,
        ask=ask,
        at=draw(instants),
        source=draw(texts),
        state=draw(st.sampled_from(MarketState)),
    )


# ------------------------------------------------------------------------- workload

components = _words(string.ascii_lowercase, SMALL + "_", 16)
runtimes = st.dictionaries(components, digests, max_size=8).map(Runtime.of)
evidence = st.builds(
    Shown,
    anchor=digests,
    document=st.just(b""),
    signature=st.just(b""),
) | st.builds(
    Shown,
    anchor=digests,
    document=st.binary(min_size=1),
    signature=st.binary(min_size=1),
)
sessions = st.builds(
    Session,
    agent=names,
    credential=digests,
    seq=counts,
    prev=digests,
    runtime=runtimes,
    region=regions,
    evidence=st.none() | evidence,
    created_at=instants,
)


@st.composite
def region_anchors(draw: st.DrawFn) -> RegionAnchor:
    source = draw(st.sampled_from(RegionSource))
    return RegionAnchor(
        credential=draw(digests),
        source=source,
        subject=draw(texts),
        region=draw(regions),
        certificate=draw(st.binary(min_size=1)) if source.has_document else b"",
        at=draw(instants),
    )


limit_ids = st.sets(
    st.sampled_from(sorted(OVERRIDABLE)), min_size=1, max_size=OVERRIDE_CONTROLS_MAX
)


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    at = draw(st.integers(0, LAST.micros - OVERRIDE_MICROS_MAX).map(Instant))
    lasting = draw(st.integers(1, OVERRIDE_MICROS_MAX))
    return Override(
        agent=draw(names),
        order=draw(digests),
        controls=tuple(sorted(draw(limit_ids))),
        reason=draw(texts),
        at=at,
        expires_at=Instant(at.micros + lasting),
    )


# ------------------------------------------------------------------------ stopping

places = st.one_of(
    st.just(FIRM),
    st.builds(Place, st.sampled_from([Level.AGENT, Level.DESK]), names),
    st.builds(Place, st.just(Level.MARKET), markets),
    st.builds(Place, st.just(Level.VENUE), venues),
)
stopped_states = st.sampled_from([TradingState.REDUCING, TradingState.HALTED])
halts = st.builds(Halt, place=places, state=stopped_states, reason=texts, at=instants)
resumes = st.builds(Resume, halt=digests, reason=texts, at=instants)
rearms = st.builds(
    Rearm, agent=names, latch=st.sampled_from(Latch), reason=texts, at=instants
)


policies = st.builds(
    policy_of,
    st.sampled_from(Engine),
    st.sampled_from(["4.12.2", "1.5.2"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)
    | st.sampled_from(["\t\n", builders.CEDAR_TEXT]),
)
overlays = st.builds(
    Overlay,
    name=st.from_regex(tokens.OVERLAY, fullmatch=True),
    policy=st.none() | policies,
    reason=texts,
    at=instants,
)


@st.composite
def place_limits(draw: st.DrawFn) -> PlaceLimits:
    """Limits of any place, at least one of them set."""
    currency = draw(currencies)
    money = st.none() | st.builds(Money, minor_units, st.just(currency))
    order_max, daily_max = draw(money), draw(money)
    count = st.integers(1, COUNT_MAX)
    none_yet = order_max is None and daily_max is None
    return PlaceLimits(
        place=draw(places),
        currency=currency,
        order_max=order_max,
        daily_max=daily_max,
        open_orders=draw(count if none_yet else st.none() | count),
        reason=draw(texts),
        at=draw(instants),
    )


# ------------------------------------------------------------------------- judging

# Near the limits, where rules differ; anywhere, where nobody looked.
_NEAR: Final = builders.FIRST_LIVE_ORDER_AT.day.start.micros
moments = st.one_of(
    st.integers(_NEAR, _NEAR + 14 * MICROS_PER_DAY).map(Instant),
    st.sampled_from([
        builders.on("2026-05-15 07:59:59.999999"),
        builders.on("2026-05-15 08:00"),
        builders.on("2026-05-15 16:59:59.999999"),
        builders.on("2026-05-15 17:00"),
        builders.on("2026-05-16 12:00"),
    ]),
    instants,
)  # fmt: skip
sums = st.dictionaries(
    st.tuples(st.sampled_from(["EUR/USD", "GBP/EUR"]), st.sampled_from(Side)),
    st.integers(0, 60_000_000),
)
_plain_scopes = st.builds(
    builders.a_scope,
    order_max=st.integers(1, 4_000_000).map(lambda n: Money(n, builders.EUR)),
    daily_max=st.integers(1, 60_000_000).map(lambda n: Money(n, builders.EUR)),
    daily_max_per=st.sampled_from(DailyMaxPer),
    calendar=st.sampled_from(Calendar),
    region_evidence=st.sampled_from(RegionEvidence),
    window=windows,
    markets=st.sampled_from(
        [frozenset({"EUR/USD"}), frozenset({"EUR/USD", "GBP/EUR"})]
    ),
)
story_scopes = _plain_scopes.flatmap(
    lambda scope: (
        st.just(scope)
        | limits(scope.markets, scope.currency).map(
            lambda found: replace(scope, limits=found)
        )
    )
)


_story_markets = st.sampled_from(["EUR/USD", "GBP/EUR"])
_story_venues = st.sampled_from(["SIMA", "SIMB"])
_five_counts = st.tuples(*[st.integers(0, 5)] * 5)
_sent_amounts = st.sampled_from([1, 2_000_000])
_sent_prices = st.none() | st.integers(9_800_000_000, 10_200_000_000)
_sent_ages = st.lists(
    st.integers(0, 70_000_000)
    | st.sampled_from([0, 1, 999_999, 1_000_000, 1_000_001, 59_999_999]),
    max_size=6,
)


@st.composite
def conducts(draw: st.DrawFn, received_at: Instant) -> Conduct:
    """What an agent may have sent before, up to a few minutes ago."""
    sent = (
        Message(
            max(received_at.micros - age, 0),
            asked_in(
                builders.an_order(
                    amount=Money(draw(_sent_amounts), builders.EUR), side=draw(sides)
                )
            ),
            draw(_story_markets),
            draw(_sent_prices),
        )
        for age in sorted(draw(_sent_ages), reverse=True)
    )
    messages, orders, fills, rejects, executions = draw(_five_counts)
    return Conduct(
        sent=Sent.of(*sent),
        messages=messages,
        orders=orders,
        fills=fills,
        rejects_worst=rejects,
        executions=executions,
    )


_small_sums = st.integers(1, 3_000_000)
# A working order in the story's markets.
workings = st.builds(
    Working,
    market=_story_markets,
    side=sides,
    venue=_story_venues,
    worth=_small_sums,
    amount=_small_sums,
    filled=st.just(0),
    limit=st.none() | st.integers(1, 10**11),
    target=st.none() | st.integers(1, 3),
).flatmap(
    lambda order: st.integers(0, order.amount).map(
        lambda filled: order._replace(filled=filled)
    )
)
_nets = st.integers(-5_000_000, 5_000_000).map(AtRisk)
_exposed = st.builds(
    Exposure,
    currency=st.sampled_from([builders.EUR, builders.EUR, builders.GBP]),
    is_mixed=st.sampled_from([False, False, True]),
    working=st.dictionaries(st.integers(1, 3), workings, max_size=3),
    markets=st.dictionaries(_story_markets, _nets),
    venues=st.dictionaries(_story_venues, _nets),
)


def _with_what_works(exposure: Exposure) -> Exposure:
    """The exposure after the orders that work in it have moved it."""
    working = exposure.working
    moves = (Move(each, 0, counted_for(each, working)) for each in working.values())
    return exposure.moved(*moves)


# What may be at risk of the story's agent.
exposures = _exposed.map(_with_what_works)


profits = st.tuples(
    st.none() | st.just(0), st.integers(0, 9_000_000), st.integers(0, 9_000_000)
).map(lambda found: Profit(now=found[0], loss=found[1], drawdown=found[2]))


_free_of_pasts = st.fixed_dictionaries(
    {
        "exposure": st.just(NO_EXPOSURE) | exposures,
        "profit": profits,
        "by_venue": st.dictionaries(_story_venues, st.integers(0, 10**7)),
        "seq": st.integers(0, 3),
        "prev": st.sampled_from([tokens.NO_DIGEST, builders.a_digest("other")]),
        "client_order_ids": st.sets(st.sampled_from(["order-1", "order-2", "x"])),
        "allowed": sums,
    }
)


@st.composite
def pasts(draw: st.DrawFn, received_at: Instant) -> Past:
    free: dict[str, Any] = draw(_free_of_pasts)
    conduct = draw(conducts(received_at)) if draw(flags) else Conduct()
    return builders.a_past(day=received_at.day, conduct=conduct, **free)


_scopes_near_and_far = st.one_of(story_scopes, story_scopes, scopes())
_standings = st.sampled_from(Standing)
_ends = st.builds(Withdrawal, moments, codes)
_ends_or_none = st.none() | _ends


@st.composite
def credentials(draw: st.DrawFn) -> Credential:
    scope = draw(_scopes_near_and_far)
    standing = draw(_standings)
    return builders.a_credential(
        standing=standing,
        withdrawal=draw(_ends if standing is Standing.REVOKED else _ends_or_none),
        grant=Grant(
            mandate=draw(digests), scope=scope, scope_digest=scope_digest(scope)
        ),
    )


story_runtimes = st.sampled_from(
    [
        builders.a_runtime(),
        builders.a_runtime("another model"),
        Runtime(()),
    ]
)
pins = story_runtimes.filter(lambda runtime: bool(runtime.components))
strays: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"amount": amounts}),
    st.fixed_dictionaries({"market": markets, "venue": venues, "region": regions}),
    st.fixed_dictionaries({"seq": counts, "prev": digests, "client_order_id": ids}),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any valid case: most of the story's world, some from anywhere at all."""
    received_at = draw(moments)
    credential = draw(_any_credential)
    free: dict[str, Any] = draw(_free_of_story_orders)
    created_at = draw(moments) if draw(flags) else received_at
    story_order = builders.an_order(created_at=created_at, **free)
    order = replace(
        story_order,
        **draw(strays),
        agent=credential.name,
        credential=credential.digest,
    )
    order, target = draw(acting(order))
    session = builders.a_session(
        runtime=draw(story_runtimes),
        region=draw(_session_regions) or order.region,
        evidence=draw(_any_evidence),
        agent=order.agent,
        credential=order.credential,
    )
    return builders.a_case(
        order,
        received_at=received_at,
        credential=credential,
        past=draw(pasts(received_at)),
        likeness=draw(_any_likeness),
        price=draw(quotes(order.market, received_at))
        if draw(flags)
        else draw(_any_price),
        conversion=draw(quotes("BTC/EUR", received_at)) if draw(flags) else None,
        session=session if draw(flags) else None,
        pinned=draw(_any_pin),
        override=draw(overrides_of(order, received_at)) if draw(flags) else None,
        target=target,
        facing=draw(facings(order)) if draw(flags) else None,
        halts=draw(halts_of(order, credential)) if draw(flags) else (),
        place_limits=draw(limits_of(order, credential)) if draw(flags) else (),
        overlays=draw(_any_overlays),
        watch=draw(watches(order.agent, received_at)) if draw(flags) else None,
    )


_any_credential = credentials()
_free_of_story_orders = st.fixed_dictionaries(
    {
        "seq": st.integers(1, 3),
        "amount": st.integers(1, 5_000_000).map(lambda n: Money(n, builders.EUR)),
        "side": sides,
        "market": _story_markets,
    }
)
# The empty one stands for that of the order.
_session_regions = st.sampled_from(["", "eu-west-1", "us-east-1"])
_any_evidence = st.none() | evidence
_any_price = st.none() | reference_prices()
_any_pin = st.none() | pins


surprisals = st.tuples(
    *[st.integers(0, 30 * BIT) for _ in FEATURES],
)
_around_scores = st.sampled_from([0, 7_499, 7_500, 8_500, 9_200])
# How like its agent's past an order may be.
likenesses = st.builds(
    Likeness,
    digests,
    instants,
    st.builds(builders.a_score, value=_around_scores, surprisals=surprisals).map(
        lambda score: score._replace(excess=excess_of(score.surprisals))
    ),
    _around_scores,
    st.sampled_from(["", "orders"]),
    on_probation=flags,
    is_of_the_release=flags,
)
_any_likeness = st.none() | likenesses


@st.composite
def limits_of(
    draw: st.DrawFn, order: Order, credential: Credential
) -> tuple[LimitedPlace, ...]:
    """Limits in force of some of the places that the order touches, partly used up."""
    if credential.grant is None:
        return ()
    scope, near = credential.grant.scope, order.amount.minor_units
    touched = places_of(order, scope)
    limited = draw(st.sets(st.sampled_from(touched)))
    own = [scope.currency, scope.currency, Currency("GBP"), Currency("JPY")]
    found: list[LimitedPlace] = []
    for place in (place for place in touched if place in limited):
        currency = draw(st.sampled_from(own))
        most = st.sampled_from([near, near + 1, 3 * near]).map(
            lambda units: min(units, MINOR_UNITS_MAX)
        )
        money = st.builds(Money, most, st.just(currency))
        figures = {
            "order_max": money,
            "daily_max": money,
            "open_orders": st.integers(1, 3),
        }
        named = draw(st.sets(st.sampled_from(sorted(figures)), min_size=1))
        chosen = {name: draw(figures[name]) for name in sorted(named)}
        limits = builders.place_limits(
            place, **{"daily_max": None, "currency": currency, **chosen}
        )
        used = draw(st.sampled_from([0, 1, near, 2 * near, 2 * near + 1]))
        found.append(LimitedPlace(limits, used, draw(st.integers(0, 3))))
    return tuple(found)


@st.composite
def halts_of(
    draw: st.DrawFn, order: Order, credential: Credential
) -> tuple[HaltOrdered, ...]:
    """Halts in force of some of the places that the order touches."""
    if credential.grant is None:
        return ()
    touched = places_of(order, credential.grant.scope)
    stopped = draw(st.sets(st.sampled_from(touched)))
    return tuple(
        builders.a_halt_ordered(place, state=draw(stopped_states))
        for place in touched
        if place in stopped
    )


@st.composite
def watches(draw: st.DrawFn, agent: str, received_at: Instant) -> Watch:
    """What is known of incidents: one trigger or none, breaches, one that runs."""
    near = received_at.micros + draw(_few_micros)
    running = Incident(
        id="1" * 64,
        agent=agent,
        seq=1,
        credential="2" * 64,
        mandate="3" * 64,
        opened_at=received_at,
        opening=Opening(1, (Reason.ORDER_AMOUNT_MAX,), received_at),
        grace_ends_at=Instant(min(max(near, 0), LAST.micros)),
        state=draw(_running_states),
    )
    if draw(flags):
        return Watch(None, 0, (), running)
    trigger = Trigger(
        reasons=draw(_watched_reasons),
        count=draw(_trigger_counts),
        within_seconds=60,
    )
    policy = IncidentPolicy(triggers=(trigger,), alert_seconds=5)
    then = (received_at.micros - old for old in sorted(draw(_breach_ages))[::-1])
    earlier = tuple(micros for micros in then if micros >= 0)
    kept = earlier[1 - trigger.count :] if trigger.count > 1 else ()
    incident = running if draw(flags) else None
    return Watch(policy, draw(_graces), (kept,), incident)


_few_micros = st.integers(-2, 2)
_running_states = st.sampled_from([IncidentState.OPEN, IncidentState.SUSPENDED])
_watched_reasons = st.frozensets(
    st.sampled_from(
        [
            Reason.ORDER_AMOUNT_MAX,
            Reason.MARKET_NOT_ALLOWED,
            Reason.CLOCK_SKEW,
            Reason.BEHAVIOUR_UNUSUAL,
        ]
    ),
    min_size=1,
    max_size=3,
)
_trigger_counts = st.integers(1, 3)
_breach_ages = st.lists(st.integers(59_999_999, 60_000_001), max_size=2)
_graces = st.integers(0, 86_400)


_overlay_names = st.sets(st.sampled_from(["a", "house", "market_risk"]))
_verdicts = st.none() | st.sampled_from(Verdict)
_policy_ids = st.sets(st.sampled_from(["large", "p1"]))


@st.composite
def asked_overlays(draw: st.DrawFn) -> tuple[AskedOverlay, ...]:
    """Overlays in force, with what they say of an order, or with no answer to it."""
    found: list[AskedOverlay] = []
    for name in sorted(draw(_overlay_names)):
        verdict, ids = draw(_verdicts), draw(_policy_ids)
        named = sorted(ids) if verdict is Verdict.DENY else []
        asked = builders.an_asked_overlay(verdict, *named, name=name)
        if draw(flags):
            asked = asked._replace(policy=draw(policies))
        found.append(asked)
    return tuple(found)


_any_overlays = st.just(()) | asked_overlays()


def facings(order: Order) -> st.SearchStrategy[Facing]:
    """A working order of the firm that this one would meet."""
    limit = order.limit_price
    meets = (
        st.integers(1, 10**11)
        if limit is None
        else st.integers(1, limit.units)
        if order.side is Side.BUY
        else st.integers(limit.units, 10**28 - 1)
    )
    return st.builds(
        Facing, agent=st.just("another"), seq=counts, price=st.none() | meets
    )


@st.composite
def acting(draw: st.DrawFn, order: Order) -> tuple[Order, Target | None]:
    """The order as a message of any action, and what it acts on, if that is working."""
    action = draw(st.sampled_from([Action.NEW, Action.NEW, *Action]))
    if action not in ACTS_ON_TARGET:
        return replace(order, action=action), None
    message = replace(order, action=action, target=draw(st.integers(1, 3)))
    if draw(flags):
        return message, None
    changes: dict[str, Any] = draw(strays)
    changes = {name: changes[name] for name in changes if name != "seq"}
    target = replace(order, seq=message.target or 1, **changes)
    worth = Money(
        draw(st.integers(1, 5_000_000)),
        draw(st.sampled_from([builders.EUR, builders.GBP])),
    )
    return message, Target(target, worth)


@st.composite
def quotes(draw: st.DrawFn, market: str, received_at: Instant) -> ReferencePrice:
    """A price that a market may have had when the order was received."""
    bid, age, spread, state = draw(_quoted)
    return ReferencePrice(
        market=market,
        bid=Price(bid),
        ask=Price(bid + spread),
        at=Instant(max(received_at.micros - age, 0)),
        source="drawn",
        state=state,
    )


_quoted = st.tuples(
    st.integers(9_900_000_000, 10_100_000_000),
    st.sampled_from([0, 1_000, 500_000, 500_001, 60_000_000]),
    st.sampled_from([0, 1, 10_000_000, 100_000_000, -1]),
    st.sampled_from([MarketState.OPEN, *MarketState]),
)


def overrides_of(
    order: Order, received_at: Instant
) -> st.SearchStrategy[OverrideGranted]:
    """An override in force when the order is received, of some limits."""
    began = Instant(max(received_at.micros - 60_000_000, 0))
    return limit_ids.map(
        lambda ids: builders.an_override_granted(
            order,
            agent=order.agent,
            controls=tuple(sorted(ids)),
            at=began,
            expires_at=Instant(max(received_at.micros, began.micros + 1)),
        )
    )


# ------------------------------------------------------------------------- events


@st.composite
def reports(draw: st.DrawFn) -> VenueReported:
    status = draw(st.sampled_from(VenueStatus))
    filled = draw(st.sampled_from([None, draw(amounts)]).filter(status.may_have))
    exact = None
    if filled is not None and filled.minor_units and draw(flags):
        exact = Quantity(exact_units(filled, None) - 1)
    return VenueReported(
        agent=draw(names),
        seq=draw(counts),
        order=draw(digests),
        venue=draw(venues),
        status=status,
        filled=filled,
        exact=exact,
        price=draw(st.none() | prices),
        price_source=draw(remarks),
        detail=draw(remarks),
        at=draw(instants),
    )


equivocations = st.builds(
    Equivocated,
    agent=names,
    seq=counts,
    order=digests,
    conflicting=st.binary(),
    at=instants,
)


@st.composite
def standings(draw: st.DrawFn) -> StandingChanged:
    act = draw(st.sampled_from(Act))
    return StandingChanged(
        credential=draw(digests),
        act=act,
        code=draw(codes) if act is Act.REVOKE else None,
        reason=draw(texts),
        at=draw(instants),
    )


@st.composite
def schedules(draw: st.DrawFn) -> RevocationScheduled:
    at, due = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    return RevocationScheduled(
        credential=draw(digests), code=draw(codes), reason=draw(texts), due=due, at=at
    )


renewals = st.builds(IssuerRenewed, issuer=st.binary(), at=instants)
revocation_lists = st.builds(
    RevocationListed, number=counts, crl=st.binary(), at=instants
)
pinned_runtimes = st.builds(
    RuntimePinned,
    agent=names,
    runtime=runtimes.filter(lambda runtime: bool(runtime.components)),
    at=instants,
)
anchored_regions = st.builds(RegionAnchored, digest=digests, anchor=region_anchors())
