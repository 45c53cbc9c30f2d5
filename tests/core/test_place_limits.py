"""Limits of places: what all agents share, who decides, and what is counted."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.case import Case
from kya.core.control import ControlOutcome, ControlResult, Reason
from kya.core.decide import decide
from kya.core.decision import Decision, Outcome
from kya.core.errors import CorruptionError, InputError, MalformedError
from kya.core.fold import apply
from kya.core.levels import FIRM, Level, Place
from kya.core.limits import PLACES_LIMITED_MAX
from kya.core.money import Currency, Money
from kya.core.order import Action
from kya.core.order_events import VenueStatus
from kya.core.place_limits import LimitedPlace
from kya.core.place_use import UNUSED
from kya.core.reservation import Target
from tests import builders
from tests.builders import (
    AGENT,
    FIRST_LIVE_ORDER_AT,
    a_case,
    a_digest,
    a_past,
    a_place_limited,
    an_enrolled_state,
    an_order,
    an_order_submitted,
    an_override_granted,
    eur,
    its_decision,
    its_report,
    on,
    the_agent_in,
    the_case_in,
    the_next_order,
    the_state_after,
)
from tests.strategies import cases, limits_of

AT = FIRST_LIVE_ORDER_AT
MARKET = Place(Level.MARKET, "EUR/USD")
VENUE = Place(Level.VENUE, "SIMA")
ASKED = an_order().amount
PLACE_CONTROLS = ("place.order_amount", "place.daily_amount", "place.open_orders")


def limited(
    place: Place = FIRM, allowed: str = "0.00", waiting: int = 0, **figures: object
) -> LimitedPlace:
    """A place with these limits and no other, of which so much is used."""
    limits = builders.place_limits(place, **{"daily_max": None, **figures})
    return LimitedPlace(limits, eur(allowed).minor_units, waiting)


def found_in(decision: Decision) -> dict[str, ControlResult]:
    return {
        result.control.id: result
        for result in decision.results
        if result.control.id in PLACE_CONTROLS
    }


# ------------------------------------------------------------------------- the value


def test_refuses_limits_that_limit_nothing() -> None:
    with pytest.raises(MalformedError, match="want order_max, daily_max or open_ord"):
        builders.place_limits(daily_max=None)


@pytest.mark.parametrize("name", ["order_max", "daily_max"])
def test_refuses_a_limit_in_another_currency(name: str) -> None:
    pounds: dict[str, Any] = {name: Money(1, Currency("GBP"))}
    with pytest.raises(MalformedError, match=f"{name}: want an amount in EUR"):
        builders.place_limits(**pounds)


@pytest.mark.parametrize("count", [0, -1, 10**9 + 1, True, 1.0])
def test_refuses_a_number_of_open_orders_that_is_none(count: object) -> None:
    with pytest.raises(MalformedError, match="open_orders: want 1 to"):
        builders.place_limits(open_orders=count)


def test_refuses_limits_without_a_reason_and_a_leaf_that_is_none() -> None:
    with pytest.raises(MalformedError, match="reason"):
        builders.place_limits(reason="")
    with pytest.raises(MalformedError, match="leaf"):
        replace(a_place_limited(), leaf="none")


FORMER = builders.place_limits(order_max=eur("5.00"), open_orders=3)


@pytest.mark.parametrize(
    ("changes", "tightens"),
    [
        ({}, True),
        ({"order_max": eur("4.99")}, True),
        ({"open_orders": 2, "daily_max": eur("0.00")}, True),
        ({"order_max": eur("5.01")}, False),
        ({"daily_max": eur("1000000.01"), "open_orders": 1}, False),
        ({"open_orders": 4}, False),
        ({"order_max": None}, False),
        ({"daily_max": None}, False),
        ({"open_orders": None}, False),
        (
            {
                "currency": Currency("GBP"),
                "order_max": Money(1, Currency("GBP")),
                "daily_max": Money(1, Currency("GBP")),
            },
            False,
        ),
    ],
)
def test_tightening_leaves_every_limit_there_and_none_higher(
    changes: dict[str, object], *, tightens: bool
) -> None:
    changed = replace(FORMER, **changes)  # type: ignore[arg-type]
    assert changed.only_tighten(FORMER) is tightens


def test_a_first_or_a_further_limit_is_no_tightening() -> None:
    assert not FORMER.only_tighten(None)
    assert not FORMER.only_tighten(replace(FORMER, open_orders=None))


# ---------------------------------------------------------------------- the controls


def test_without_limits_of_places_no_decision_lists_them() -> None:
    assert found_in(decide(a_case())) == {}


def test_each_control_is_armed_by_its_own_limit_alone() -> None:
    for name, most, control in (
        ("order_max", ASKED, "place.order_amount"),
        ("daily_max", ASKED, "place.daily_amount"),
        ("open_orders", 1, "place.open_orders"),
    ):
        figures: dict[str, Any] = {name: most}
        decision = decide(a_case(place_limits=(limited(**figures),)))
        assert decision.allowed
        assert list(found_in(decision)) == [control]


def test_one_cent_above_what_is_left_of_a_place_denies() -> None:
    left = limited(daily_max=eur("100000.00"), allowed="80000.00")
    assert decide(a_case(place_limits=(left,))).allowed
    gone = limited(daily_max=eur("100000.00"), allowed="80000.01")
    decision = decide(a_case(place_limits=(gone,)))
    assert decision.reasons == (Reason.PLACE_DAILY_AMOUNT_MAX,)
    result = found_in(decision)["place.daily_amount"]
    assert result.limit == "100000.00 EUR at firm"
    assert result.measured == "100000.01 EUR at firm"


def test_one_order_above_the_open_ones_of_a_place_denies() -> None:
    assert decide(a_case(place_limits=(limited(open_orders=3, waiting=2),))).allowed
    decision = decide(a_case(place_limits=(limited(open_orders=3, waiting=3),)))
    assert decision.reasons == (Reason.PLACE_OPEN_ORDERS_MAX,)
    result = found_in(decision)["place.open_orders"]
    assert (result.limit, result.measured) == ("3 at firm", "4 at firm")


def test_the_first_place_that_fails_is_named_else_the_tightest() -> None:
    market = limited(MARKET, order_max=eur("30000.00"))
    venue = limited(VENUE, order_max=eur("25000.00"))
    firm = limited(order_max=eur("26000.00"))
    passed = found_in(decide(a_case(place_limits=(market, venue, firm))))
    assert passed["place.order_amount"].limit == "25000.00 EUR at venue SIMA"
    tight = limited(order_max=eur("0.01"))
    first = limited(MARKET, order_max=eur("19999.99"))
    failed = found_in(decide(a_case(place_limits=(first, venue, tight))))
    assert failed["place.order_amount"].limit == "19999.99 EUR at market EUR/USD"


@pytest.mark.parametrize("name", ["order_max", "daily_max"])
def test_a_place_of_another_currency_blocks_whatever_people_set_aside(
    name: str,
) -> None:
    pounds = Currency("GBP")
    most: dict[str, Any] = {name: Money(10**9, pounds)}
    little: dict[str, Any] = {name: eur("1.00")}
    foreign, below = limited(currency=pounds, **most), limited(MARKET, **little)
    override = an_override_granted(controls=PLACE_CONTROLS[1::-1])
    case = a_case(place_limits=(below, foreign), override=override)
    [result] = found_in(decide(case)).values()
    assert result.outcome is ControlOutcome.CANNOT_EVALUATE
    assert result.measured == "20000.00 EUR at firm"
    assert not decide(case).allowed


def test_an_order_of_unknown_worth_is_denied_where_a_place_is_limited() -> None:
    order = an_order(amount=Money(1, Currency("BTC")), market="BTC/EUR")
    case = a_case(order, place_limits=(limited(order_max=eur("1.00")),))
    result = found_in(decide(case))["place.order_amount"]
    assert result.outcome is ControlOutcome.CANNOT_EVALUATE
    assert result.measured == "0.00000001 BTC at firm"


def a_replace_case(was: str, **figures: object) -> Case:
    """The order as a replace of one that was worth so much."""
    target = an_order(amount=eur(was))
    limits: dict[str, Any] = figures
    order = an_order(
        action=Action.REPLACE, seq=2, target=1, prev=a_digest("1"), client_order_id="2"
    )
    return a_case(
        order,
        past=a_past(seq=1, prev=a_digest("1")),
        target=Target(target, target.amount),
        place_limits=(limited(allowed=was, waiting=1, **limits),),
    )


def test_a_replace_counts_what_it_adds_and_is_not_one_more() -> None:
    case = a_replace_case("15000.00", daily_max=eur("20000.00"), open_orders=1)
    found = found_in(decide(case))
    assert found["place.daily_amount"].measured == "20000.00 EUR at firm"
    assert found["place.open_orders"].measured == "1 at firm"
    assert {each.outcome for each in found.values()} == {ControlOutcome.PASSED}


def test_a_cancel_asks_nothing_of_places() -> None:
    case = a_replace_case("15000.00", order_max=eur("0.01"), open_orders=1)
    cancel = replace(case.order, action=Action.CANCEL, amount=eur("15000.00"))
    decision = decide(replace(case, order=cancel))
    assert decision.allowed
    assert found_in(decision) == {}


@pytest.mark.parametrize(
    ("control", "figures"),
    [
        ("place.order_amount", {"order_max": eur("1.00")}),
        ("place.daily_amount", {"daily_max": eur("1.00")}),
        ("place.open_orders", {"open_orders": 1, "waiting": 1}),
    ],
)
def test_two_people_set_a_limit_of_places_aside_for_one_order(
    control: str, figures: dict[str, Any]
) -> None:
    override = an_override_granted(controls=(control,))
    at_place = limited(**figures)
    decision = decide(a_case(place_limits=(at_place,), override=override))
    assert decision.allowed
    assert found_in(decision)[control].outcome is ControlOutcome.OVERRIDDEN


@pytest.mark.parametrize(
    "stray",
    [
        (limited(Place(Level.VENUE, "SIMB"), open_orders=1),),
        (limited(open_orders=1), limited(open_orders=1)),
        (limited(open_orders=1), limited(MARKET, open_orders=1)),
    ],
    ids=["elsewhere", "twice", "out of order"],
)
def test_refuses_a_case_with_limits_that_are_not_its(
    stray: tuple[LimitedPlace, ...],
) -> None:
    with pytest.raises(CorruptionError, match="case: limits of"):
        a_case(place_limits=stray)


@given(cases(), st.data())
def test_limits_of_places_only_ever_take_away(case: Case, data: st.DataObject) -> None:
    limits = data.draw(limits_of(case.order, case.credential))
    plain, bound = (decide(replace(case, place_limits=each)) for each in ((), limits))
    assert plain.allowed or not bound.allowed
    others = [r for r in bound.results if r.control.id not in PLACE_CONTROLS]
    assert others == list(plain.results)


# ------------------------------------------------------------- admission and the fold


def test_the_newest_limits_of_a_place_are_in_force() -> None:
    first, market = a_place_limited(), a_place_limited(MARKET)
    later = a_place_limited(at=AT, daily_max=eur("1.00"))
    state = the_state_after(first, market, later, start=an_enrolled_state())
    assert state.place_limits == {FIRM: later, MARKET: market}
    denied = decide(the_case_in(state, the_next_order(state)))
    assert denied.reasons == (Reason.PLACE_DAILY_AMOUNT_MAX,)


@pytest.mark.parametrize("micros", [0, -1])
def test_no_kept_note_limits_a_second_time(micros: int) -> None:
    first = a_place_limited()
    state = apply(an_enrolled_state(), first)
    again = a_place_limited(at=first.limits.at.plus(micros=micros))
    with pytest.raises(InputError, match="want it after those on record"):
        apply(state, again)
    assert MARKET in apply(state, a_place_limited(MARKET)).place_limits


def test_refuses_limits_dated_long_before_the_log() -> None:
    start = an_enrolled_state()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    with pytest.raises(InputError, match="but the log is at"):
        apply(state, a_place_limited(at=AT.plus(seconds=-301)))


def test_refuses_to_limit_an_agent_that_nobody_enrolled() -> None:
    nobody = a_place_limited(Place(Level.AGENT, "nobody"))
    with pytest.raises(InputError, match="no such agent is on record"):
        apply(an_enrolled_state(), nobody)
    place = Place(Level.AGENT, AGENT)
    assert place in apply(an_enrolled_state(), a_place_limited(place)).place_limits


def test_as_many_places_are_limited_as_the_limit_says_and_then_the_firm() -> None:
    places = [Place(Level.VENUE, f"V{n}") for n in range(PLACES_LIMITED_MAX)]
    known = {place: a_place_limited(place) for place in places}
    full = an_enrolled_state()._replace(place_limits=known)
    with pytest.raises(InputError, match="places are limited; want the firm"):
        apply(full, a_place_limited(MARKET))
    assert FIRM in apply(full, a_place_limited()).place_limits
    renewed = a_place_limited(places[0], at=AT)
    assert apply(full, renewed).place_limits[places[0]] == renewed


def test_a_place_counts_before_anybody_limits_it() -> None:
    start = an_enrolled_state()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    for place in (FIRM, MARKET, VENUE, Place(Level.AGENT, AGENT)):
        use = state.place_use[place]
        assert (use.allowed, use.open_orders) == ({"EUR": ASKED.minor_units}, 1)
    state = apply(state, a_place_limited(at=AT, open_orders=1))
    decision = decide(the_case_in(state, the_next_order(state)))
    assert decision.reasons == (Reason.PLACE_OPEN_ORDERS_MAX,)
    settled = apply(state, its_report(submitted, VenueStatus.REJECTED))
    assert settled.place_use[FIRM].open_orders == 0
    assert settled.place_use[FIRM].allowed == {"EUR": ASKED.minor_units}


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.REFUSED])
def test_what_is_not_allowed_uses_no_place(outcome: Outcome) -> None:
    start = an_enrolled_state()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted, outcome), start=start)
    assert state.place_use == {}


def test_the_sum_of_a_place_is_of_one_day_and_open_orders_stay() -> None:
    start = an_enrolled_state()
    submitted = an_order_submitted(the_next_order(start))
    state = the_state_after(submitted, its_decision(submitted), start=start)
    state = apply(state, a_place_limited(open_orders=9))
    tomorrow = the_next_order(state, created_at=on("2026-05-18 09:00"))
    [bound] = the_case_in(state, tomorrow).place_limits
    assert (bound.allowed, bound.open_orders) == (0, 1)


def test_a_place_where_no_order_went_is_unused() -> None:
    assert (UNUSED.allowed, UNUSED.open_orders) == ({}, 0)
    state = apply(an_enrolled_state(), a_place_limited())
    [bound] = the_case_in(state, the_next_order(state)).place_limits
    assert bound == LimitedPlace(state.place_limits[FIRM].limits, 0, 0)


def test_limits_elsewhere_change_no_case() -> None:
    start = an_enrolled_state()
    order = the_next_order(start)
    state = apply(start, a_place_limited(Place(Level.DESK, "fx")))
    assert the_case_in(state, order) == the_case_in(start, order)
    assert the_agent_in(state) == the_agent_in(start)
