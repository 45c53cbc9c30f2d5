"""Each control at its limit, one unit above it, and one microsecond around it."""

import pytest

from kya.core import checks
from kya.core.checks import CANCEL_CHECKS, CHECKS
from kya.core.conduct import Conduct
from kya.core.control import ControlOutcome, ControlResult, Reason
from kya.core.credential import Standing
from kya.core.crossing import Facing
from kya.core.decide import decide
from kya.core.decision import Decision, Outcome
from kya.core.exposure import Exposure, Working
from kya.core.incident_watch import Watch
from kya.core.instant import Instant, TimeOfDay, Weekday
from kya.core.limits import CLOCK_SKEW_MICROS_MAX
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, OrderType, Side, TimeInForce
from kya.core.place_limits import LimitedPlace
from kya.core.scope import Calendar, DailyMaxPer, RegionEvidence, Scope, TradingWindow
from kya.core.sent import Message, Sent, asked_in
from kya.core.tokens import NO_DIGEST
from tests.builders import (
    BTC,
    FIRST_LIVE_ORDER_AT,
    GBP,
    a_case,
    a_credential,
    a_digest,
    a_halt_ordered,
    a_likeness,
    a_past,
    a_runtime,
    a_scope,
    an_armed_case,
    an_order,
    eur,
    every_limit,
    on,
    place_limits,
)
from tests.incidents import an_open_incident, the_incident_in

CENTS_500_000 = 50_000_000
EVERY_DAY = a_scope(calendar=Calendar.EVERY_DAY)
PER_AGENT = a_scope(daily_max_per=DailyMaxPer.AGENT)


def reasons(decision: Decision) -> list[Reason]:
    return list(decision.reasons)


def the_result(decision: Decision, control_id: str) -> ControlResult:
    [result] = [r for r in decision.results if r.control.id == control_id]
    return result


def test_the_first_live_order_passes_every_control() -> None:
    decision = decide(a_case())
    assert decision.outcome is Outcome.ALLOWED
    assert {r.outcome for r in decision.results} == {ControlOutcome.PASSED}


def test_every_control_is_asked_once_and_in_the_listed_order() -> None:
    armed = decide(an_armed_case())
    assert {r.outcome for r in armed.results} == {ControlOutcome.PASSED}
    asked = [result.control for result in armed.results]
    assert asked == [check.control for check in CHECKS]
    assert len({control.id for control in asked}) == len(CHECKS)


def test_every_control_cites_what_it_answers_to() -> None:
    assert all(check.control.source for check in CHECKS)
    assert {check.control.version for check in CHECKS} == {1}


# --------------------------------------------------------------------- credential


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing.SUSPENDED, Reason.CREDENTIAL_SUSPENDED),
        (Standing.REVOKED, Reason.CREDENTIAL_REVOKED),
    ],
)
def test_refuses_an_order_under_a_credential_that_is_not_active(
    standing: Standing, reason: Reason
) -> None:
    decision = decide(a_case(credential=a_credential(standing=standing)))
    assert (decision.outcome, reasons(decision)) == (Outcome.REFUSED, [reason])
    result = the_result(decision, "credential.standing")
    assert (result.limit, result.measured) == ("active", standing.value)


VALIDITY = (on("2026-05-15 09:15"), on("2026-05-15 09:15:01"))


@pytest.mark.parametrize(
    ("received_at", "expected"),
    [
        ("2026-05-15 09:14:59.999999", [Reason.CREDENTIAL_NOT_YET_VALID]),
        ("2026-05-15 09:15:00.000000", []),
        ("2026-05-15 09:15:01.000000", []),
        ("2026-05-15 09:15:01.000001", [Reason.CREDENTIAL_EXPIRED]),
    ],
)
def test_a_certificate_is_valid_at_both_its_ends(
    received_at: str, expected: list[Reason]
) -> None:
    not_before, not_after = VALIDITY
    credential = a_credential(not_before=not_before, not_after=not_after)
    decision = decide(a_case(received_at=on(received_at), credential=credential))
    assert reasons(decision) == expected
    assert decision.outcome is (Outcome.REFUSED if expected else Outcome.ALLOWED)


# ----------------------------------------------------------------------- sequence


@pytest.mark.parametrize("seq", [1, 6, 8, 9])
def test_denies_an_order_out_of_turn(seq: int) -> None:
    decision = decide(a_case(an_order(seq=seq), past=a_past(seq=6)))
    result = the_result(decision, "sequence.seq")
    assert (result.limit, result.measured) == (7, seq)
    assert reasons(decision) == [Reason.SEQUENCE_GAP]


def test_allows_the_next_order() -> None:
    assert decide(a_case(an_order(seq=7), past=a_past(seq=6))).allowed


def test_denies_an_order_that_forgets_the_one_before_it() -> None:
    past = a_past(prev=a_digest("the order before"))
    decision = decide(a_case(an_order(prev=NO_DIGEST), past=past))
    assert reasons(decision) == [Reason.SEQUENCE_PREV]


@pytest.mark.parametrize("seen", [["order-1"], ["a", "b", "order-1", "c"]])
def test_denies_a_client_order_id_used_today(seen: list[str]) -> None:
    decision = decide(a_case(past=a_past(client_order_ids=seen)))
    assert reasons(decision) == [Reason.CLIENT_ORDER_ID_DUPLICATE]


@pytest.mark.parametrize("seen", [[], ["order-2"], ["Order-1"], ["order-1x"]])
def test_allows_a_client_order_id_not_used_today(seen: list[str]) -> None:
    assert decide(a_case(past=a_past(client_order_ids=seen))).allowed


def test_a_client_order_id_may_come_again_tomorrow() -> None:
    monday = on("2026-05-18 09:15")
    past = a_past(client_order_ids=["order-1"], seq=0).on(monday.day)
    assert decide(a_case(received_at=monday, past=past)).allowed


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(
    ("skew", "expected"),
    [
        (0, []),
        (CLOCK_SKEW_MICROS_MAX, []),
        (CLOCK_SKEW_MICROS_MAX + 1, [Reason.CLOCK_SKEW]),
        (86_400_000_000, [Reason.CLOCK_SKEW]),
    ],
)
def test_clocks_may_differ_by_two_seconds_either_way(
    sign: int, skew: int, expected: list[Reason]
) -> None:
    created_at = FIRST_LIVE_ORDER_AT.plus(micros=sign * skew)
    order = an_order(created_at=created_at)
    decision = decide(a_case(order, received_at=FIRST_LIVE_ORDER_AT))
    assert reasons(decision) == expected
    assert the_result(decision, "clock.skew").measured == skew


# --------------------------------------------------------------------- allow-lists


@pytest.mark.parametrize("market", ["USD/EUR", "EUR/US", "EUR/USDT", "BTC/EUR"])
def test_denies_a_market_that_the_scope_does_not_list(market: str) -> None:
    decision = decide(a_case(an_order(market=market)))
    assert reasons(decision) == [Reason.MARKET_NOT_ALLOWED]


@pytest.mark.parametrize("market", ["EUR/USD", "GBP/EUR"])
def test_allows_the_listed_markets(market: str) -> None:
    assert decide(a_case(an_order(market=market))).allowed


@pytest.mark.parametrize("venue", ["SIMD", "SIM", "SIMAA"])
def test_denies_a_venue_that_the_scope_does_not_list(venue: str) -> None:
    decision = decide(a_case(an_order(venue=venue)))
    assert reasons(decision) == [Reason.VENUE_NOT_ALLOWED]


@pytest.mark.parametrize("region", ["eu-west-2", "us-east-1", "eu"])
def test_denies_a_region_that_the_scope_does_not_list(region: str) -> None:
    decision = decide(a_case(an_order(region=region)))
    assert reasons(decision) == [Reason.REGION_NOT_ALLOWED]


# ------------------------------------------------------------------------ amounts


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.01", []),
        ("24,999.99", []),
        ("25,000.00", []),
        ("25,000.01", [Reason.ORDER_AMOUNT_MAX]),
        ("180,000.00", [Reason.ORDER_AMOUNT_MAX]),
    ],
)
def test_the_order_maximum_is_inclusive_to_the_cent(
    amount: str, expected: list[Reason]
) -> None:
    decision = decide(a_case(an_order(amount=eur(amount))))
    assert reasons(decision) == expected
    result = the_result(decision, "order.amount")
    assert (result.limit, result.measured) == (eur("25,000"), eur(amount))


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (0, []),
        (CENTS_500_000 - 2_000_001, []),
        (CENTS_500_000 - 2_000_000, []),
        (CENTS_500_000 - 1_999_999, [Reason.DAILY_AMOUNT_MAX]),
        (CENTS_500_000, [Reason.DAILY_AMOUNT_MAX]),
    ],
)
@pytest.mark.parametrize("scope", [a_scope(), PER_AGENT], ids=["side", "agent"])
def test_the_daily_maximum_is_inclusive_to_the_cent(
    scope: Scope, before: int, expected: list[Reason]
) -> None:
    past = a_past(allowed={("EUR/USD", Side.BUY): before})
    decision = decide(a_case(scope=scope, past=past))
    assert reasons(decision) == expected
    assert the_result(decision, "daily.amount").measured == before + 2_000_000


@pytest.mark.parametrize(
    "elsewhere", [("EUR/USD", Side.SELL), ("GBP/EUR", Side.BUY), ("GBP/EUR", Side.SELL)]
)
def test_only_an_agent_wide_maximum_counts_other_markets_and_sides(
    elsewhere: tuple[str, Side],
) -> None:
    past = a_past(allowed={elsewhere: CENTS_500_000})
    assert decide(a_case(past=past)).allowed
    decision = decide(a_case(past=past, scope=PER_AGENT))
    assert reasons(decision) == [Reason.DAILY_AMOUNT_MAX]


@pytest.mark.parametrize("currency", [BTC, GBP, Currency("JPY")])
@pytest.mark.parametrize(
    "price", [{}, {"type": OrderType.LIMIT, "limit_price": Price.parse("1")}], ids=str
)
def test_denies_an_amount_that_cannot_be_valued(
    currency: Currency, price: dict[str, object]
) -> None:
    # The agent's own limit price values nothing: it would be the agent's word.
    order = an_order(amount=Money(1, currency), **price)
    decision = decide(a_case(order))
    assert decision.outcome is Outcome.DENIED
    assert reasons(decision) == [
        Reason.PRICE_MISSING,
        Reason.ORDER_AMOUNT_MAX,
        Reason.DAILY_AMOUNT_MAX,
    ]
    for control_id in ("order.amount", "daily.amount"):
        outcome = the_result(decision, control_id).outcome
        assert outcome is ControlOutcome.CANNOT_EVALUATE


def test_twenty_five_thousand_euros_never_become_twenty_five_thousand_bitcoin() -> None:
    amount = Money.parse("25000.00000000", BTC)
    decision = decide(a_case(an_order(market="BTC/EUR", amount=amount)))
    assert decision.outcome is Outcome.DENIED
    assert Reason.PRICE_MISSING in decision.reasons
    assert decision.counted == 0


def test_sums_in_another_currency_cannot_be_compared() -> None:
    past = a_past(allowed={("EUR/USD", Side.BUY): 1}, currency=GBP)
    decision = decide(a_case(past=past))
    assert reasons(decision) == [Reason.DAILY_AMOUNT_MAX]
    assert (
        the_result(decision, "daily.amount").outcome is ControlOutcome.CANNOT_EVALUATE
    )


# -------------------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("00:00", [Reason.HOURS_CLOSED]),
        ("07:59:59.999999", [Reason.HOURS_CLOSED]),
        ("08:00:00.000000", []),
        ("08:00:00.000001", []),
        ("16:59:59.999999", []),
        ("17:00:00.000000", [Reason.HOURS_CLOSED]),
        ("23:59:59.999999", [Reason.HOURS_CLOSED]),
    ],
)
def test_hours_open_at_their_first_microsecond_and_close_before_their_last(
    time: str, expected: list[Reason]
) -> None:
    decision = decide(a_case(received_at=on(f"2026-05-15 {time}")))
    assert reasons(decision) == expected


@pytest.mark.parametrize("time", ["00:00", "23:59:59.999999"])
def test_a_window_of_a_whole_day_has_no_gap(time: str) -> None:
    window = TradingWindow(TimeOfDay(0), TimeOfDay.parse("24:00:00.000000"))
    case = a_case(received_at=on(f"2026-05-15 {time}"), scope=a_scope(window=window))
    assert decide(case).allowed


@pytest.mark.parametrize(
    ("received_at", "weekday", "expected"),
    [
        ("2026-05-15 16:59:59.999999", Weekday.FRIDAY, []),
        ("2026-05-16 12:00", Weekday.SATURDAY, [Reason.CALENDAR_CLOSED]),
        ("2026-05-17 12:00", Weekday.SUNDAY, [Reason.CALENDAR_CLOSED]),
        ("2026-05-18 08:00", Weekday.MONDAY, []),
    ],
)
def test_the_weekend_is_closed(
    received_at: str, weekday: Weekday, expected: list[Reason]
) -> None:
    decision = decide(a_case(received_at=on(received_at)))
    assert reasons(decision) == expected
    assert the_result(decision, "hours.calendar").measured is weekday
    everyday = decide(a_case(received_at=on(received_at), scope=EVERY_DAY))
    assert reasons(everyday) == []


@pytest.mark.parametrize(
    ("received_at", "outcome", "measured"),
    [
        ("2026-05-14 12:00", "passed", "thursday 2026-05-14"),
        ("2026-12-25 12:00", "failed", "friday 2026-12-25"),
        ("2026-12-24 23:59:59.999999", "passed", "thursday 2026-12-24"),
        ("2026-12-26 00:00", "failed", "saturday 2026-12-26"),
        ("2023-12-29 12:00", "cannot_evaluate", "friday 2023-12-29"),
        ("2036-01-05 12:00", "cannot_evaluate", "saturday 2036-01-05"),
    ],
)
def test_an_exchange_is_measured_by_weekday_and_date(
    received_at: str, outcome: str, measured: str
) -> None:
    scope = a_scope(calendar=Calendar.TARGET)
    decision = decide(a_case(received_at=on(received_at), scope=scope))
    result = the_result(decision, "hours.calendar")
    assert (result.outcome.value, result.measured) == (outcome, measured)
    assert result.limit is Calendar.TARGET
    assert (result.reason is Reason.CALENDAR_CLOSED) is (outcome != "passed")


def test_hours_are_judged_by_our_clock_and_not_by_the_agents() -> None:
    closing = on("2026-05-15 17:00")
    early = an_order(created_at=closing.plus(micros=-1))
    assert reasons(decide(a_case(early, received_at=closing))) == [Reason.HOURS_CLOSED]
    late = an_order(created_at=closing)
    received_at = closing.plus(micros=-1)
    assert decide(a_case(late, received_at=received_at)).allowed


# ---------------------------------------------------------------------- everything


def test_every_violation_is_kept() -> None:
    saturday = on("2026-05-16 03:00")
    order = an_order(
        seq=3,
        prev=a_digest("elsewhere"),
        market="XRP/EUR",
        venue="NOWHERE",
        region="mars",
        amount=eur("600,000"),
        created_at=saturday.plus(seconds=3),
        action=Action.REPLACE,
        target=1,
    )
    credential = a_credential(
        standing=Standing.REVOKED,
        not_after=saturday.plus(micros=-1),
        scope=a_scope(
            region_evidence=RegionEvidence.ATTESTED,
            limits=every_limit(
                actions=frozenset({Action.CANCEL}),
                order_types=frozenset({OrderType.LIMIT}),
                times_in_force=frozenset({TimeInForce.IOC}),
                messages_per_day=1,
                messages_per_minute=1,
                messages_per_second=1,
                orders_per_day=1,
                orders_per_fill=1,
                executions_unreviewed=1,
                rejects_in_a_row=1,
                open_orders=1,
                open_orders_per_market=1,
            ),
        ),
    )
    same = Message(saturday.micros, asked_in(order), order.market, None)
    conduct = Conduct(
        sent=Sent.of(same), messages=1, orders=1, rejects_worst=2, executions=1
    )
    working = Working("XRP/EUR", Side.BUY, "NOWHERE", 1, 1, None, None)
    past = a_past(
        day=saturday.day,
        client_order_ids=["order-1"],
        conduct=conduct,
        exposure=Exposure(currency=GBP, working={1: working, 2: working}),
    )
    cent = eur("0.01")
    tight = place_limits(order_max=cent, daily_max=cent, open_orders=1)
    case = a_case(
        order,
        received_at=saturday,
        credential=credential,
        past=past,
        facing=Facing("another", 1, None),
        likeness=a_likeness(
            9_200, as_of=Instant(0), sequence=9_200, is_of_the_release=False
        ),
        pinned=a_runtime(),
        halts=(a_halt_ordered(),),
        place_limits=(LimitedPlace(tight, allowed=1, open_orders=2),),
        watch=Watch(None, 300, (), the_incident_in(an_open_incident())),
    )
    decision = decide(case)
    never_together = {
        Reason.HALT_REDUCING,
        Reason.CREDENTIAL_SUSPENDED,
        Reason.CREDENTIAL_NOT_YET_VALID,
        Reason.BEHAVIOUR_RENEWAL_DUE,
        Reason.BEHAVIOUR_UNUSUAL,
        Reason.PRICE_MISSING,
        Reason.TARGET_DIFFERS,
        Reason.OVERLAY_FORBIDS,
        Reason.OVERLAY_UNANSWERED,
        Reason.CONTROL_FAULTED,
    }
    assert decision.outcome is Outcome.REFUSED
    assert set(decision.reasons) == set(Reason) - never_together
    assert [v.reason for v in decision.violations] == list(decision.reasons)


def test_a_revoked_key_cannot_date_its_order_before_the_revocation() -> None:
    received_at = on("2026-05-25 11:00")
    before_revocation = on("2026-05-22 10:00")
    order = an_order(created_at=before_revocation)
    revoked = a_credential(standing=Standing.REVOKED)
    case = a_case(order, received_at=received_at, credential=revoked)
    assert reasons(decide(case)) == [Reason.CREDENTIAL_REVOKED, Reason.CLOCK_SKEW]


def test_every_check_is_named_for_what_must_hold() -> None:
    asked = {check.evaluate for check in (*CHECKS, *CANCEL_CHECKS)}
    names = {evaluate.__name__ for evaluate in asked}
    assert len(names) == len(asked)
    assert all(hasattr(checks, name) for name in names)


@pytest.mark.parametrize("instant", [Instant(0), on("9999-12-31 23:59:59.999999")])
def test_judges_at_the_ends_of_time(instant: Instant) -> None:
    decision = decide(a_case(received_at=instant))
    assert decision.outcome is Outcome.REFUSED
