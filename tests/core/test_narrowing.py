from dataclasses import fields, replace
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.core.control import Reason
from kya.core.counterexample import Counterexample, counterexample
from kya.core.decide import decide
from kya.core.errors import InputError
from kya.core.incident_policy import Trigger, policy_relation
from kya.core.instant import Day, Instant, TimeOfDay
from kya.core.mandate import Mandate
from kya.core.money import Currency, Money, Quantity
from kya.core.narrowing import (
    MANDATE_LIMITS,
    NO_LIMITS,
    SCOPE_LIMITS,
    comparisons,
    is_within,
)
from kya.core.narrowing_limits import LIMITS_LIMITS
from kya.core.order import Action, OrderType, Side, TimeInForce
from kya.core.relation import Relation
from kya.core.scope import (
    Calendar,
    DailyMaxPer,
    Mode,
    RegionEvidence,
    Scope,
    TradingWindow,
)
from kya.core.scope_limits import AMOUNTS, Limits, SelfMatch
from tests import strategies
from tests.builders import (
    EUR,
    a_case,
    a_credential,
    a_grant,
    a_mandate,
    a_past,
    a_scope,
    an_incident_policy,
    an_order,
    eur,
    on,
)

OLD: Final = a_mandate()


def changed(**scope: Any) -> Mandate:  # noqa: ANN401
    return a_mandate(scope=a_scope(**scope))


def window(opens: str, closes: str) -> TradingWindow:
    return TradingWindow(
        TimeOfDay.parse(f"{opens}:00.000000"), TimeOfDay.parse(f"{closes}:00.000000")
    )


def relation(old: Mandate, new: Mandate, limit: str) -> Relation:
    return dict(comparisons(old, new))[limit]


def limited(**limits: Any) -> Mandate:  # noqa: ANN401
    return changed(limits=Limits(**limits))


def priced(**limits: Any) -> Mandate:  # noqa: ANN401
    return limited(**{"price_age_millis": 500, **limits})


NEW, REPLACE, CANCEL = Action.NEW, Action.REPLACE, Action.CANCEL


def units(most: str) -> dict[str, Quantity]:
    return dict.fromkeys(("EUR/USD", "GBP/EUR"), Quantity.parse(most))


# Each pair: a narrower and a wider value of one limit, between which OLD lies.
AROUND: Final[dict[str, tuple[Mandate, Mandate]]] = {
    "markets": (
        changed(markets=frozenset({"EUR/USD"})),
        changed(markets=frozenset({"EUR/USD", "GBP/EUR", "USD/CHF"})),
    ),
    "venues": (
        changed(venues=frozenset({"SIMA"})),
        changed(venues=frozenset({"SIMA", "SIMB", "SIMC", "SIMD"})),
    ),
    "regions": (
        OLD,
        changed(regions=frozenset({"eu-west-1", "us-east-1"})),
    ),
    "region_evidence": (changed(region_evidence=RegionEvidence.ATTESTED), OLD),
    "order_max": (
        changed(order_max=eur("24,999.99")),
        changed(order_max=eur("25,000.01")),
    ),
    "daily_max": (
        changed(daily_max=eur("499,999.99")),
        changed(daily_max=eur("500,000.01")),
    ),
    "window": (
        changed(window=window("09:00", "17:00")),
        changed(window=window("08:00", "18:00")),
    ),
    "calendar": (OLD, changed(calendar=Calendar.EVERY_DAY)),
    "daily_max_per": (changed(daily_max_per=DailyMaxPer.AGENT), OLD),
    "live_from": (
        changed(live_from=on("2026-05-15 09:00:00.000001")),
        changed(live_from=on("2026-05-14 09:00")),
    ),
    "valid_from": (
        a_mandate(valid_from=on("2026-04-24 10:00:01")),
        a_mandate(
            resolved_at=on("2026-04-23 09:00"), valid_from=on("2026-04-23 09:00")
        ),
    ),
    "valid_until": (
        a_mandate(valid_until=on("2027-04-29 00:00")),
        a_mandate(valid_until=on("2027-05-04 00:00")),
    ),
    "limits.actions": (OLD, limited(actions=frozenset({NEW, REPLACE, CANCEL}))),
    "limits.desk": (limited(desk="fx"), OLD),
    "limits.order_types": (
        limited(order_types=frozenset({OrderType.MARKET})),
        limited(order_types=frozenset(OrderType)),
    ),
    "limits.times_in_force": (
        limited(times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC})),
        OLD,
    ),
    "limits.order_units_max": (
        limited(order_units_max=units("99.9")),
        limited(order_units_max=units("100")),
    ),
    "limits.price_age_millis": (priced(price_age_millis=499), priced()),
    "limits.price_buffer_bps": (priced(price_buffer_bps=10), priced()),
    "limits.price_collar_bps": (
        priced(price_collar_bps=99),
        priced(price_collar_bps=100),
    ),
    "limits.price_warn_bps": (
        priced(price_collar_bps=99, price_warn_bps=10),
        priced(price_collar_bps=99, price_warn_bps=11),
    ),
    "limits.duplicate_window_millis": (
        limited(duplicate_window_millis=1_001),
        limited(duplicate_window_millis=1_000),
    ),
    **{
        f"limits.{name}": (limited(**{name: 9}), limited(**{name: 10}))
        for name in (
            "executions_unreviewed",
            "messages_per_day",
            "messages_per_minute",
            "messages_per_second",
            "open_orders",
            "open_orders_per_market",
            "orders_per_day",
            "orders_per_fill",
            "rejects_in_a_row",
            "score_critical_bps",
        )
    },
    "limits.baseline_days": (
        limited(score_critical_bps=9, baseline_days=30),
        limited(score_critical_bps=9, baseline_days=31),
    ),
    "limits.baseline_warn_days": (
        limited(score_critical_bps=9, baseline_days=9, baseline_warn_days=1),
        limited(score_critical_bps=9, baseline_days=9, baseline_warn_days=2),
    ),
    "limits.score_warn_bps": (
        limited(score_critical_bps=9, score_warn_bps=1),
        limited(score_critical_bps=9, score_warn_bps=2),
    ),
    "limits.price_drift_bps": (
        priced(price_drift_bps=9, price_drift_seconds=60),
        priced(price_drift_bps=10, price_drift_seconds=60),
    ),
    "limits.price_drift_seconds": (
        priced(price_drift_bps=9, price_drift_seconds=60),
        priced(),
    ),
    **{
        f"limits.{name}": (limited(**{name: eur("9")}), limited(**{name: eur("10")}))
        for name in AMOUNTS
    },
    "limits.self_trade": (limited(self_trade=SelfMatch.DENY), OLD),
    "limits.spread_bps": (priced(spread_bps=5), priced()),
    "incidents": (a_mandate(incidents=an_incident_policy()), a_mandate()),
    "grace_seconds": (a_mandate(grace_seconds=299), a_mandate(grace_seconds=301)),
}


def test_every_field_of_a_scope_is_compared() -> None:
    assert {*SCOPE_LIMITS, "limits"} == {field.name for field in fields(Scope)}
    assert set(LIMITS_LIMITS) == {field.name for field in fields(Limits)}


def test_every_field_of_a_mandate_is_compared_or_is_no_limit() -> None:
    compared = set(MANDATE_LIMITS) | NO_LIMITS
    assert compared == {field.name for field in fields(Mandate)}
    assert set(MANDATE_LIMITS).isdisjoint(NO_LIMITS)


def test_a_mandate_is_within_itself() -> None:
    assert {found.relation for found in comparisons(OLD, OLD)} == {Relation.EQUAL}
    assert is_within(OLD, OLD)


def test_the_pairs_cover_every_limit_but_the_currency() -> None:
    limits = {f"limits.{name}" for name in LIMITS_LIMITS}
    known = set(SCOPE_LIMITS) | set(MANDATE_LIMITS) | limits
    assert {*AROUND, "currency"} == known


@pytest.mark.parametrize("limit", AROUND)
def test_the_narrower_is_within_the_wider_and_not_the_other_way_round(
    limit: str,
) -> None:
    narrow, wide = AROUND[limit]
    assert relation(wide, narrow, limit) is Relation.NARROWER
    assert relation(narrow, wide, limit) is Relation.WIDER
    assert is_within(wide, narrow)
    assert not is_within(narrow, wide)


# What nobody can show by an order alone.
SHOWN: Final = {"limits.actions", "limits.order_types", "limits.times_in_force"}
UNSHOWN: Final = {"grace_seconds", "incidents"} | (
    {limit for limit in AROUND if limit.startswith("limits.")} - SHOWN
)


@pytest.mark.parametrize("limit", sorted(set(AROUND) - UNSHOWN))
def test_an_order_shows_what_is_wider(limit: str) -> None:
    narrow, wide = AROUND[limit]
    assert_it_shows(counterexample(narrow, wide, limit), narrow, wide)
    assert counterexample(wide, narrow, limit) is None


def test_a_new_order_shows_what_a_scope_that_only_cancels_does_not_allow() -> None:
    narrow = limited(actions=frozenset({CANCEL}))
    found = assert_it_shows(counterexample(narrow, OLD, "limits.actions"), narrow, OLD)
    assert found.case.order.action is NEW
    assert counterexample(OLD, narrow, "limits.actions") is None


@pytest.mark.parametrize("limit", sorted(UNSHOWN))
def test_no_order_shows_what_needs_more_than_an_order(limit: str) -> None:
    assert counterexample(*AROUND[limit], limit) is None


def assert_it_shows(
    found: Counterexample | None, old: Mandate, new: Mandate
) -> Counterexample:
    """Judge the found order again, by nothing but `decide`."""
    assert found is not None
    case = found.case
    assert case.scope == new.scope
    under_old = decide(replace(case, **under(case.credential, old)))
    under_new = decide(case)
    assert (under_old, under_new) == (found.under_old, found.under_new)
    assert under_new.allowed
    if found.reason is None:
        assert (under_old.mode, under_new.mode) == (Mode.PAPER, Mode.LIVE)
    else:
        assert found.reason in under_old.reasons
    return found


def under(credential: Any, mandate: Mandate) -> dict[str, Any]:  # noqa: ANN401
    grant = replace(credential.grant, scope=mandate.scope)
    start = mandate.valid_from
    return {
        "scope": mandate.scope,
        "credential": replace(
            credential,
            grant=grant,
            not_before=start,
            not_after=mandate.valid_until,
            since=start,
        ),
    }


def test_one_cent_above_the_old_maximum_is_the_example() -> None:
    found = counterexample(OLD, changed(order_max=eur("30,000")), "order_max")
    assert found is not None
    assert found.case.order.amount == eur("25,000.01")
    assert found.under_old.reasons == (Reason.ORDER_AMOUNT_MAX,)


def test_the_other_side_counts_in_a_sum_of_the_agent() -> None:
    narrow = changed(daily_max_per=DailyMaxPer.AGENT)
    found = counterexample(narrow, OLD, "daily_max_per")
    assert found is not None
    assert found.case.past.allowed == {("EUR/USD", Side.SELL): 50_000_000}
    assert found.case.order.side is Side.BUY


def test_the_example_breaks_no_other_limit_where_it_need_not() -> None:
    wide = a_mandate(
        scope=a_scope(
            markets=frozenset({"EUR/USD", "USD/CHF"}), calendar=Calendar.EVERY_DAY
        )
    )
    found = counterexample(OLD, wide, "markets")
    assert found is not None
    assert found.under_old.reasons == (Reason.MARKET_NOT_ALLOWED,)


def test_a_wider_limit_that_another_one_hides_is_wider_all_the_same() -> None:
    hidden = changed(order_max=eur("30,000"), daily_max=eur("20,000"))
    assert relation(OLD, hidden, "order_max") is Relation.WIDER
    assert not is_within(OLD, hidden)
    assert counterexample(OLD, hidden, "order_max") is None


def test_lists_and_windows_that_only_overlap_are_incomparable() -> None:
    shifted = changed(
        window=window("09:00", "18:00"), markets=frozenset({"EUR/USD", "USD/CHF"})
    )
    for limit in ("window", "markets"):
        assert relation(OLD, shifted, limit) is Relation.INCOMPARABLE
        assert_it_shows(counterexample(OLD, shifted, limit), OLD, shifted)
        assert_it_shows(counterexample(shifted, OLD, limit), shifted, OLD)


@pytest.mark.parametrize("limit", ["currency", "order_max", "daily_max"])
def test_another_currency_is_incomparable(limit: str) -> None:
    usd = Currency("USD")
    cheap = Money(1, usd)
    other = changed(currency=usd, order_max=cheap, daily_max=cheap)
    assert relation(OLD, other, limit) is Relation.INCOMPARABLE
    assert_it_shows(counterexample(OLD, other, limit), OLD, other)


SIX, TARGET, NYSE, UK = (
    changed(calendar=calendar)
    for calendar in (
        Calendar.CH_SIX,
        Calendar.TARGET,
        Calendar.US_NYSE,
        Calendar.UK_ENGLAND_WALES,
    )
)
EVERY_DAY = changed(calendar=Calendar.EVERY_DAY)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [(SIX, TARGET), *product((SIX, TARGET, NYSE, UK), (OLD, EVERY_DAY))],
)
def test_a_calendar_with_more_closing_days_is_narrower(
    narrow: Mandate, wide: Mandate
) -> None:
    assert relation(wide, narrow, "calendar") is Relation.NARROWER
    assert relation(narrow, wide, "calendar") is Relation.WIDER
    assert_it_shows(counterexample(narrow, wide, "calendar"), narrow, wide)
    assert counterexample(wide, narrow, "calendar") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [(TARGET, NYSE), (TARGET, UK), (NYSE, UK), (NYSE, SIX), (UK, SIX)],
)
def test_two_exchanges_that_close_on_different_days_are_incomparable(
    one: Mandate, other: Mandate
) -> None:
    for old, new in ((one, other), (other, one)):
        assert relation(old, new, "calendar") is Relation.INCOMPARABLE
        found = assert_it_shows(counterexample(old, new, "calendar"), old, new)
        assert found.reason is Reason.CALENDAR_CLOSED
        assert found.under_old.reasons == (Reason.CALENDAR_CLOSED,)


def test_a_year_that_an_exchange_does_not_list_shows_it_too() -> None:
    late = {"valid_from": on("2036-03-01 10:00"), "valid_until": on("2037-03-01 10:00")}
    old, new = (
        a_mandate(scope=a_scope(calendar=calendar), **late)
        for calendar in (Calendar.TARGET, Calendar.MONDAY_TO_FRIDAY)
    )
    found = assert_it_shows(counterexample(old, new, "calendar"), old, new)
    assert found.under_old.reasons == (Reason.CALENDAR_CLOSED,)
    both = changed(calendar=Calendar.TARGET)
    early = replace(both, resolved_at=on("2020-03-01 10:00"))
    earlier = replace(early, valid_from=on("2020-03-01 10:00"))
    # Its first four years let nothing pass; the fifth one does.
    found = assert_it_shows(counterexample(both, earlier, "valid_from"), both, earlier)
    assert found.case.received_at.day == on("2024-01-02 10:00").day


@given(st.sampled_from(Calendar), st.sampled_from(Calendar), strategies.days)
def test_a_day_that_only_the_new_calendar_has_open_makes_it_wider(
    old: Calendar, new: Calendar, day: Day
) -> None:
    if new.is_open(day) and not old.is_open(day):
        found = relation(changed(calendar=old), changed(calendar=new), "calendar")
        assert not found.is_within


def test_every_pair_of_calendars_is_compared_by_all_days() -> None:
    first = Day.parse("2023-12-01").number
    days = [Day(first + ahead) for ahead in range(4500)]
    opened = {each: {d for d in days if each.is_open(d)} for each in Calendar}
    for old, new in product(Calendar, Calendar):
        found = relation(changed(calendar=old), changed(calendar=new), "calendar")
        assert found.is_within is (opened[new] <= opened[old]), (old, new)


def test_mandates_of_two_agents_are_not_compared() -> None:
    with pytest.raises(InputError, match=r"algo_trader_v2's and other's"):
        comparisons(OLD, a_mandate(agent="other"))


# ----------------------------------------------------------------------------- laws

HOURS: Final = ("07:00", "08:00", "12:30")
near = st.sampled_from([
    *[on(f"2026-05-{day} {hour}") for day in (14, 15, 16) for hour in HOURS],
    on("2026-04-24 10:00"),
    on("2027-04-30 00:00"),
])  # fmt: skip
minor_units = st.integers(1, 6)
day_times = st.sampled_from(["00:00", "07:00", "08:00", "12:00", "17:00", "23:00"])
few_markets = st.frozensets(
    st.sampled_from(["EUR/USD", "GBP/EUR", "USD/CHF"]), min_size=1
)


@st.composite
def close_mandates(draw: st.DrawFn) -> Mandate:
    """Mandates of one agent that differ in little, so that either may be within."""
    opens, closes = sorted(draw(st.sets(day_times, min_size=2, max_size=2)))
    currency = draw(st.sampled_from([EUR, EUR, EUR, EUR, Currency("USD")]))
    valid_from, valid_until = sorted(draw(st.sets(near, min_size=2, max_size=2)))
    return a_mandate(
        resolved_at=valid_from,
        valid_from=valid_from,
        valid_until=valid_until,
        grace_seconds=draw(st.integers(299, 301)),
        scope=a_scope(
            currency=currency,
            markets=draw(few_markets),
            venues=draw(st.frozensets(st.sampled_from(["A", "B"]), min_size=1)),
            regions=draw(st.frozensets(st.sampled_from(["a", "b"]), min_size=1)),
            order_max=Money(draw(minor_units), currency),
            daily_max=Money(draw(minor_units), currency),
            daily_max_per=draw(st.sampled_from(DailyMaxPer)),
            window=window(opens, closes),
            calendar=draw(st.sampled_from(Calendar)),
            live_from=draw(near),
        ),
    )


def narrowed(draw: st.DrawFn, old: Mandate, other: Mandate) -> Mandate:
    """What both allow, limit by limit, as far as that can be said in a mandate."""
    a, b = old.scope, other.scope
    opens = max(a.window.opens, b.window.opens)
    closes = min(a.window.closes, b.window.closes)
    return replace(
        old,
        valid_until=max(
            min(old.valid_until, other.valid_until), old.valid_from.plus(micros=1)
        ),
        grace_seconds=min(old.grace_seconds, other.grace_seconds),
        scope=replace(
            a,
            markets=a.markets & b.markets or a.markets,
            venues=a.venues & b.venues or a.venues,
            order_max=Money(draw(st.integers(1, a.order_max.minor_units)), a.currency),
            daily_max=Money(draw(st.integers(1, a.daily_max.minor_units)), a.currency),
            daily_max_per=draw(st.sampled_from([a.daily_max_per, DailyMaxPer.AGENT])),
            window=TradingWindow(opens, closes) if opens < closes else a.window,
            live_from=max(a.live_from, b.live_from),
        ),
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Mandate, Mandate]:
    """An old and a new mandate; every second new one is made of narrower limits."""
    old, other = draw(close_mandates()), draw(close_mandates())
    return (old, narrowed(draw, old, other) if draw(st.booleans()) else other)


@st.composite
def asked(draw: st.DrawFn, mandate: Mandate) -> tuple[Any, Instant, Any]:
    """An order, when it comes, and what was allowed before it on that day."""
    at = draw(near | st.just(mandate.valid_from) | st.just(mandate.valid_until))
    order = an_order(
        market=draw(st.sampled_from(sorted(mandate.scope.markets))),
        side=draw(st.sampled_from(Side)),
        amount=Money(draw(minor_units), mandate.scope.currency),
        venue=draw(st.sampled_from(["A", "B"])),
        region=draw(st.sampled_from(["a", "b"])),
        created_at=at,
    )
    cells = st.tuples(st.sampled_from(["EUR/USD", "GBP/EUR"]), st.sampled_from(Side))
    past = a_past(day=at.day, allowed=draw(st.dictionaries(cells, minor_units)))
    return order, at, past


def judged(mandate: Mandate, ask: tuple[Any, Instant, Any]) -> Any:  # noqa: ANN401
    order, at, past = ask
    credential = a_credential(
        not_before=mandate.valid_from,
        not_after=mandate.valid_until,
        grant=a_grant(mandate=mandate),
    )
    order = replace(order, credential=credential.digest)
    return decide(a_case(order, received_at=at, credential=credential, past=past))


@settings(max_examples=30)
@given(pairs(), st.data())
def test_what_is_within_allows_nothing_that_the_old_mandate_does_not(
    pair: tuple[Mandate, Mandate], draws: st.DataObject
) -> None:
    old, new = pair
    ask = draws.draw(asked(new))
    under_old, under_new = judged(old, ask), judged(new, ask)
    if not under_new.allowed or not is_within(old, new):
        return
    assert under_old.allowed
    assert (under_old.mode, under_new.mode) != (Mode.PAPER, Mode.LIVE)


@settings(max_examples=30)
@given(pairs(), st.data())
def test_where_an_order_shows_it_some_limit_is_not_within(
    pair: tuple[Mandate, Mandate], draws: st.DataObject
) -> None:
    old, new = pair
    ask = draws.draw(asked(new))
    under_old, under_new = judged(old, ask), judged(new, ask)
    if under_new.allowed and not under_old.allowed:
        wider = [each.limit for each in comparisons(old, new) if not each[1].is_within]
        assert wider
        # And the search finds one, too: another may be in the way of a single limit.
        assert any(counterexample(old, new, limit) for limit in wider)


@settings(max_examples=30)
@given(pairs())
def test_every_example_found_is_one(pair: tuple[Mandate, Mandate]) -> None:
    old, new = pair
    for limit, found in comparisons(old, new):
        example = counterexample(old, new, limit)
        if found.is_within:
            assert example is None
        elif example is not None:
            assert_it_shows(example, old, new)


@settings(max_examples=30)
@given(strategies.mandates(), strategies.mandates())
def test_any_two_mandates_are_compared_without_a_fault(
    old: Mandate, new: Mandate
) -> None:
    new = replace(new, agent=old.agent)
    for limit, found in comparisons(old, new):
        example = counterexample(old, new, limit)
        assert example is None or not found.is_within


@settings(max_examples=30)
@given(strategies.mandates(), strategies.mandates())
def test_turning_the_pair_round_turns_the_relation_round(
    old: Mandate, new: Mandate
) -> None:
    new = replace(new, agent=old.agent)
    turned = {Relation.NARROWER: Relation.WIDER, Relation.WIDER: Relation.NARROWER}
    there, back = comparisons(old, new), comparisons(new, old)
    assert [turned.get(a.relation, a.relation) for a in there] == [
        b.relation for b in back
    ]


# ------------------------------------------------------------------------- incidents

AMOUNT, MARKET = Reason.ORDER_AMOUNT_MAX, Reason.MARKET_NOT_ALLOWED


def trigger(*reasons: Reason, count: int = 1, within_seconds: int = 60) -> Trigger:
    return Trigger(
        reasons=frozenset(reasons), count=count, within_seconds=within_seconds
    )


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        (trigger(AMOUNT), trigger(AMOUNT, within_seconds=1), Relation.EQUAL),
        (trigger(AMOUNT), trigger(AMOUNT, MARKET), Relation.NARROWER),
        (trigger(AMOUNT, count=2), trigger(AMOUNT), Relation.NARROWER),
        (
            trigger(AMOUNT, count=2),
            trigger(AMOUNT, count=2, within_seconds=61),
            Relation.NARROWER,
        ),
        (trigger(AMOUNT), trigger(MARKET), Relation.INCOMPARABLE),
        (trigger(AMOUNT, MARKET), trigger(MARKET), Relation.WIDER),
    ],
)
def test_the_more_opens_an_incident_the_narrower(
    old: Trigger, new: Trigger, relation: Relation
) -> None:
    policies = an_incident_policy(old), an_incident_policy(new)
    assert policy_relation(*policies) is relation


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        (5, 5, Relation.EQUAL),
        (5, 4, Relation.NARROWER),
        (5, None, Relation.WIDER),
        (None, 3_600, Relation.NARROWER),
    ],
)
def test_the_sooner_people_must_know_the_narrower(
    old: int | None, new: int | None, relation: Relation
) -> None:
    policies = [an_incident_policy(alert_seconds=each) for each in (old, new)]
    assert policy_relation(*policies) is relation
