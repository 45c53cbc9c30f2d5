from dataclasses import replace
from typing import Any

import pytest

from kya.authority import acts
from kya.authority.backtest import Backtest
from kya.authority.difference import Difference
from kya.authority.outcomes import outcomes_matter
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError, InputError
from kya.core.instant import Day
from kya.core.latch import Latch
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, OrderType
from kya.core.order_events import VenueStatus
from kya.core.price import ReferencePrice
from kya.core.scope import DailyMaxPer
from kya.core.scope_limits import Limits
from kya.pki.note_signer import NoteSigner
from tests.builders import place_limits
from tests.drop_copies import copy_list
from tests.halting import CARLA, enrol_supervisors, halt, rearm_note, resume
from tests.incidents import the_fridays_world, the_incident_in, world_breached
from tests.locking import SCORES, locked_world
from tests.world import (
    AGENT,
    MORNING,
    World,
    eur,
    signer_for,
    the_mandate,
    the_scope,
)

FRIDAY = MORNING.day
MONDAY = Day(FRIDAY.number + 3)
DAY_MICROS = 86_400_000_000


def a_world(*amounts: str) -> World:
    world = World()
    for number, amount in enumerate(amounts):
        at = MORNING.plus(seconds=number)
        world.trade(world.order(amount=eur(amount), created_at=at))
    return world


def judged(
    world: World, mandate: Mandate, first: Day = FRIDAY, last: Day = FRIDAY
) -> tuple[Backtest, list[Difference]]:
    test, differences = taken(Backtest(mandate, first, last), world)
    if not outcomes_matter(mandate.scope, world.entries):
        brief = Backtest(mandate, first, last, counts_outcomes=False)
        assert taken(brief, world)[1] == differences
        assert brief.found.moved == test.found.moved
    return test, differences


def taken(test: Backtest, world: World) -> tuple[Backtest, list[Difference]]:
    found = [test.take(index, raw) for index, raw in enumerate(world.entries)]
    return test, [difference for difference in found if difference is not None]


def test_the_same_scope_changes_nothing() -> None:
    world = a_world("20000.00", "180000.00", "25000.00")
    test, differences = judged(world, the_mandate())
    assert differences == []
    assert test.found.orders == 3
    assert test.found.moved == {
        (Outcome.ALLOWED, Outcome.ALLOWED): 2,
        (Outcome.DENIED, Outcome.DENIED): 1,
    }


def test_a_lower_maximum_stops_what_was_allowed_one_cent_above_it() -> None:
    world = a_world("20000.00", "20000.01")
    mandate = the_mandate(the_scope(order_max=eur("20000.00")))
    _, (only,) = judged(world, mandate)
    assert only.order.amount == eur("20000.01")
    assert only.logged.outcome is Outcome.ALLOWED
    assert only.changed.outcome is Outcome.DENIED
    assert only.changed.reasons == (Reason.ORDER_AMOUNT_MAX,)
    assert only.received_at == MORNING.plus(seconds=1)


def test_a_difference_names_the_orders_entry() -> None:
    world = a_world("20000.00", "180000.00")
    mandate = the_mandate(the_scope(order_max=eur("200000.00")))
    _, (only,) = judged(world, mandate)
    assert b'"amount":"180000.00"' in world.entries[only.index]
    assert (only.logged.outcome, only.changed.outcome) == (
        Outcome.DENIED,
        Outcome.ALLOWED,
    )


def test_daily_sums_are_those_of_the_changed_decisions() -> None:
    # Under the log's rules the large one is denied and leaves room for the last one.
    world = a_world("20000.00", "30000.00", "10000.00")
    mandate = the_mandate(
        the_scope(
            order_max=eur("30000.00"),
            daily_max=eur("50000.00"),
            daily_max_per=DailyMaxPer.AGENT,
        )
    )
    _, differences = judged(world, mandate)
    assert [(d.order.seq, d.changed.outcome) for d in differences] == [
        (2, Outcome.ALLOWED),
        (3, Outcome.DENIED),
    ]
    assert differences[1].changed.reasons == (Reason.DAILY_AMOUNT_MAX,)


def test_another_reason_for_the_same_outcome_is_a_difference() -> None:
    world = a_world("180000.00")
    mandate = the_mandate(
        the_scope(order_max=eur("200000.00"), daily_max=eur("100000.00"))
    )
    test, (only,) = judged(world, mandate)
    assert only.logged.outcome is only.changed.outcome is Outcome.DENIED
    assert only.changed.reasons == (Reason.DAILY_AMOUNT_MAX,)
    assert test.found.differing == 1


def test_only_the_period_is_judged_and_days_begin_at_zero() -> None:
    world = a_world("20000.00")
    later = MORNING.plus(micros=3 * DAY_MICROS)
    world.trade(world.order(amount=eur("20000.00"), created_at=later))
    mandate = the_mandate(
        the_scope(daily_max=eur("20000.00"), daily_max_per=DailyMaxPer.AGENT)
    )
    test, differences = judged(world, mandate, MONDAY, MONDAY)
    assert (test.found.orders, differences) == (1, [])
    narrow = replace(mandate, scope=replace(mandate.scope, order_max=eur("1.00")))
    test, differences = judged(world, narrow, MONDAY, MONDAY)
    assert [d.order.seq for d in differences] == [2]


def test_a_standing_counts_as_it_was_when_the_order_came() -> None:
    world = a_world("20000.00")
    world.change_standing(Act.SUSPEND, MORNING.plus(seconds=10))
    world.trade(world.order(created_at=MORNING.plus(seconds=11)))
    test, differences = judged(world, the_mandate())
    assert differences == []
    assert test.found.moved[Outcome.REFUSED, Outcome.REFUSED] == 1


def test_venue_reports_make_no_difference() -> None:
    world = World()
    world.trade(world.order(created_at=MORNING))
    world.report(1)
    world.trade(world.order(created_at=MORNING.plus(seconds=1)))
    test, differences = judged(world, the_mandate())
    assert (test.found.orders, differences) == (2, [])


def test_a_log_with_an_incident_is_judged_as_if_none_were_opened() -> None:
    world = the_fridays_world()
    test, differences = judged(world, world.mandate)
    assert differences == []
    assert test.found.orders == 3
    wider = replace(world.mandate, scope=the_scope(order_max=eur("200000.00")))
    _, [breach] = judged(world, wider)
    assert breach.changed.outcome is Outcome.ALLOWED


def test_the_end_of_a_grace_stops_as_it_does_in_the_log() -> None:
    world = world_breached()
    ends = the_incident_in(world.state).grace_ends_at
    assert world.trade(world.order(created_at=ends)) == "denied"
    test, differences = judged(world, world.mandate)
    assert differences == []
    assert test.found.orders == 2


def test_another_agents_mandate_judges_nothing() -> None:
    test, differences = judged(a_world("20000.00"), the_mandate(agent="other"))
    assert (test.found.orders, differences) == (0, [])


def test_a_period_that_ends_before_it_begins_is_asked_wrongly() -> None:
    with pytest.raises(InputError, match="period: want a last day from"):
        Backtest(the_mandate(), MONDAY, FRIDAY)


def test_an_order_without_its_decision_is_no_log_of_ours() -> None:
    world = a_world("20000.00")
    order = world.entries[-2]
    test = Backtest(the_mandate(), FRIDAY, FRIDAY)
    for index, raw in enumerate(world.entries[:-1]):
        test.take(index, raw)
    with pytest.raises(CorruptionError, match="entry 99: want the decision"):
        test.take(99, order)


def test_an_override_counts_as_it_did() -> None:
    world = World()
    for seconds in (0, 31):  # in time for the first order, over before the second
        order = world.order(amount=eur("180000.00"), created_at=MORNING)
        world.set_aside(world.override(order))
        world.trade(order, MORNING.plus(seconds=seconds))
    test, differences = judged(world, the_mandate())
    assert differences == []
    assert test.found.moved == {
        (Outcome.ALLOWED, Outcome.ALLOWED): 1,
        (Outcome.DENIED, Outcome.DENIED): 1,
    }


ARMED = Limits(price_age_millis=1_000, price_collar_bps=100)
BTC_SCOPE = the_scope(
    markets=frozenset({"BTC/USD", "EUR/USD"}),
    order_max=eur("10000.00"),
    limits=ARMED,
)
HUNDRED_THOUSAND = "100000"


def a_price(market: str, price: str, age_millis: int = 0) -> ReferencePrice:
    return ReferencePrice(
        market=market,
        bid=Price.parse(price),
        ask=Price.parse(price),
        at=MORNING.plus(micros=-1_000 * age_millis),
        source="test",
    )


def a_priced_world() -> World:
    """Two limit orders, 0 and 99 bps from a market price that is 800 ms old."""
    world = World(scope=the_scope(limits=ARMED))
    for limit in ("1", "1.0099"):
        order = world.order(
            type=OrderType.LIMIT, limit_price=Price.parse(limit), created_at=MORNING
        )
        outcome = world.trade(order, price=a_price("EUR/USD", "1", age_millis=800))
        assert outcome == "allowed"
    return world


def test_a_changed_collar_is_measured_by_the_logged_prices() -> None:
    world = a_priced_world()
    for bps, stopped in ((99, []), (98, [2]), (1, [2])):
        limits = replace(ARMED, price_collar_bps=bps)
        _, differences = judged(world, the_mandate(the_scope(limits=limits)))
        assert [difference.order.seq for difference in differences] == stopped
        for difference in differences:
            assert difference.changed.reasons == (Reason.PRICE_COLLAR,)


def test_a_changed_age_is_that_of_the_logged_prices() -> None:
    world = a_priced_world()
    for millis, stopped in ((800, []), (799, [1, 2])):
        limits = replace(ARMED, price_age_millis=millis)
        _, differences = judged(world, the_mandate(the_scope(limits=limits)))
        assert [difference.order.seq for difference in differences] == stopped
        for difference in differences:
            assert Reason.PRICE_STALE in difference.changed.reasons


def test_an_amount_is_valued_again_by_the_logged_conversion() -> None:
    world = World(scope=BTC_SCOPE)
    order = world.order(
        market="BTC/USD", amount=Money.parse("0.10000000", Currency("BTC"))
    )
    outcome = world.trade(
        order,
        price=a_price("BTC/USD", HUNDRED_THOUSAND),
        conversion=a_price("EUR/USD", "1.25"),
    )
    assert outcome == "allowed"  # Worth EUR 8,000.00.
    for order_max, stopped in (("8000.00", []), ("7999.99", [1])):
        scope = replace(BTC_SCOPE, order_max=eur(order_max))
        _, differences = judged(world, the_mandate(scope))
        assert [difference.order.seq for difference in differences] == stopped


def test_where_the_log_has_no_price_a_scope_that_wants_one_denies() -> None:
    world = a_world("20000.00", "180000.00")
    _, differences = judged(world, the_mandate(the_scope(limits=ARMED)))
    assert [difference.order.seq for difference in differences] == [1, 2]
    for difference in differences:
        assert difference.changed.outcome is Outcome.DENIED
        assert Reason.PRICE_STALE in difference.changed.reasons
        assert Reason.PRICE_COLLAR in difference.changed.reasons


def test_a_scope_without_price_limits_needs_no_logged_price() -> None:
    _, differences = judged(a_priced_world(), the_mandate(the_scope()))
    assert differences == []


# ----------------------------------------------------------------- working orders


def with_a_cancel(*, settled: bool = False) -> World:
    """An order of EUR 20,000, and its cancel; the first may be settled before that."""
    world = a_world("20000.00")
    if settled:
        world.report(1)
    at = MORNING.plus(seconds=60)
    world.trade(world.order(action=Action.CANCEL, target=1, created_at=at))
    return world


def test_a_cancel_is_judged_again_with_its_target() -> None:
    for settled in (False, True):
        test, differences = judged(with_a_cancel(settled=settled), the_mandate())
        assert (test.found.orders, differences) == (2, [])


def test_a_cancel_of_what_would_never_have_gone_has_no_target() -> None:
    mandate = the_mandate(the_scope(order_max=eur("19999.99")))
    _, (first, cancel) = judged(with_a_cancel(), mandate)
    assert first.changed.reasons == (Reason.ORDER_AMOUNT_MAX,)
    assert cancel.changed.reasons == (Reason.TARGET_UNKNOWN,)


def test_halts_stop_as_they_did() -> None:
    world = World()
    world.now = MORNING
    ordered = halt(world)
    world.trade(world.order(created_at=world.now))
    resume(world, ordered)
    world.trade(world.order(created_at=world.now))
    test, differences = judged(world, the_mandate())
    assert differences == []
    assert test.found.moved == {
        (Outcome.ALLOWED, Outcome.ALLOWED): 1,
        (Outcome.DENIED, Outcome.DENIED): 1,
    }


def limited(world: World, **figures: object) -> None:
    """Put limits of the firm on record, after what the world has seen."""
    enrol_supervisors(world)
    world.now = world.now.plus(micros=1)
    wanted: dict[str, Any] = {"daily_max": None, "at": world.now, **figures}
    limits = place_limits(**wanted)
    world.append(acts.limit(limits, world.risk, CARLA))


def test_limits_of_places_count_again_with_what_the_changed_scope_allows() -> None:
    world = a_world("10000.00")
    limited(world, daily_max=eur("40000.00"))
    for amount in ("30000.00", "20000.00"):
        at = world.now.plus(seconds=1)
        world.trade(world.order(amount=eur(amount), created_at=at))
    test, differences = judged(world, the_mandate())
    assert differences == []
    assert test.found.orders == 3
    # The order that the log has denied is allowed now, and uses up what there is.
    mandate = the_mandate(the_scope(order_max=eur("30000.00")))
    _, (second, last) = judged(world, mandate)
    assert second.changed.outcome is Outcome.ALLOWED
    assert last.logged.outcome is Outcome.ALLOWED
    assert last.changed.reasons == (Reason.PLACE_DAILY_AMOUNT_MAX,)


def test_an_order_that_the_changed_scope_stops_leaves_a_place_open() -> None:
    world = a_world()
    world.now = MORNING
    limited(world, open_orders=1)
    first = world.order(amount=eur("20000.01"), created_at=world.now.plus(seconds=1))
    assert world.trade(first) == "allowed"
    second = world.order(amount=eur("20000.00"), created_at=world.now.plus(seconds=1))
    assert world.trade(second) == "denied"
    world.report(1)
    third = world.order(amount=eur("20000.00"), created_at=world.now.plus(seconds=1))
    assert world.trade(third) == "allowed"
    assert judged(world, the_mandate())[1] == []
    mandate = the_mandate(the_scope(order_max=eur("20000.00")))
    _, (one, two) = judged(world, mandate)
    assert one.changed.reasons == (Reason.ORDER_AMOUNT_MAX,)
    assert two.logged.reasons == (Reason.PLACE_OPEN_ORDERS_MAX,)
    assert two.changed.outcome is Outcome.ALLOWED


def test_other_agents_use_what_they_used_of_a_place() -> None:
    world = a_world("20000.00")
    limited(world, daily_max=eur("40000.00"), open_orders=2)
    other = Backtest(the_mandate(agent="nobody"), FRIDAY, FRIDAY)
    for index, raw in enumerate(world.entries):
        assert other.take(index, raw) is None
    assert other.found.orders == 0
    used = other._places.used  # noqa: SLF001  what a second agent would find
    assert used == world.state.place_use
    world.report(1)
    other.take(len(world.entries) - 1, world.entries[-1])
    assert other._places.used == world.state.place_use  # noqa: SLF001


# ---------------------------------------------------------------------- behaviour


def watched_world() -> World:
    """A live day under a locked baseline, with a failure, a list and a re-arming."""
    world = locked_world()
    copy_list(world)
    for number, amount in enumerate(("19000.00", "17500.00", "2000.00", "180000.00")):
        at = MORNING.plus(seconds=700 * number)
        world.trade(world.order(amount=eur(amount), created_at=at))
    world.report(world.state.agents[AGENT].past.seq - 3, VenueStatus.REJECTED)
    world.append(rearm_note(world, Latch.BEHAVIOUR))
    at = MORNING.plus(seconds=4_000)
    world.trade(world.order(amount=eur("19000.00"), created_at=at))
    return world


def test_behaviour_is_held_against_the_baseline_that_was_locked_then() -> None:
    world = watched_world()
    first = Day.parse("2026-05-01")
    same, differences = judged(world, the_mandate(the_scope(limits=SCORES)), first)
    assert differences == []
    assert same.found.orders > 400


def test_a_stricter_score_would_have_denied_more() -> None:
    strict = Limits(score_critical_bps=2, score_warn_bps=1)
    test, differences = judged(watched_world(), the_mandate(the_scope(limits=strict)))
    assert differences
    assert test.found.orders == 5
    assert differences[0].changed.reasons == (Reason.BEHAVIOUR_CRITICAL,)


def test_a_scope_that_asks_for_no_likeness_lets_pass_what_is_unlike() -> None:
    world = watched_world()
    unlike = [raw for raw in world.entries if b"behaviour.critical" in raw]
    assert unlike
    _, differences = judged(world, the_mandate(the_scope(order_max=eur("200000.00"))))
    assert {each.changed.outcome for each in differences} == {Outcome.ALLOWED}


def test_a_replacement_is_on_probation_again() -> None:
    world = locked_world()
    world.change_standing(Act.REVOKE, MORNING)
    world.now = MORNING.plus(seconds=60)
    world.agent = NoteSigner(AGENT, signer_for("second key"))
    world.issue_agent(world.agent, world.credential)
    for number, euros in enumerate(range(9_000, 12_001, 250)):
        at = MORNING.plus(seconds=600 * (number + 1))
        world.trade(world.order(amount=eur(f"{euros}.00"), created_at=at))
    _, differences = judged(world, the_mandate(the_scope(limits=SCORES)))
    assert differences == []
    # A warning was enough to deny some of them, and none of them was critical.
    loose = replace(SCORES, score_warn_bps=None)
    _, differences = judged(world, the_mandate(the_scope(limits=loose)))
    assert any(
        each.logged.reasons == (Reason.BEHAVIOUR_CRITICAL,)
        and each.changed.outcome is Outcome.ALLOWED
        for each in differences
    )


def test_a_scope_that_asks_for_likeness_needs_a_baseline_to_go_live() -> None:
    mandate = the_mandate(the_scope(limits=SCORES))
    _, (only,) = judged(a_world("19000.00"), mandate)
    assert only.logged.outcome is Outcome.ALLOWED
    assert only.changed.reasons == (Reason.BEHAVIOUR_UNKNOWN,)
