"""The month of May 2026, day by day.

CryptoEX AG runs a trading bot, `algo_trader_v2`. Its board allows it EUR/USD and
GBP/EUR, at most EUR 25,000 an order, at most EUR 500,000 a day for each side of each
market, Monday to Friday from 08:00 until 17:00 UTC. Read from top to bottom.
"""

from collections import defaultdict

import pytest

from kya.codec.decisions import parse_decision, render_decision
from kya.core.control import Reason
from kya.core.decide import decide
from kya.core.decision import Outcome
from kya.core.errors import InputError
from kya.core.fold import apply
from kya.core.instant import Day
from kya.core.lifecycle import Act
from kya.core.order import Side
from kya.core.order_events import OrderDecided
from kya.core.power_events import LogOpened
from kya.core.scope import Mode
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from tests.builders import (
    SERIAL,
    a_certificate_issued,
    a_mandate,
    a_mandate_granted,
    a_standing_changed,
    an_agent_registered,
    an_order_submitted,
    eur,
    on,
    the_agent_in,
)
from tests.story.month import (
    FIRST_CERTIFICATE,
    SECOND_CERTIFICATE,
    Judged,
    Month,
    the_month,
    weekdays,
)


def in_words(judged: Judged, control_id: str) -> str:
    """A control of the decision as it stands in the log: measured against limit."""
    [control] = [c for c in parse_decision(judged.line).controls if c.id == control_id]
    return f"{control.measured} against {control.limit} {control.unit}".rstrip()


# Friday, 24 April: the board resolves ---------------------------------------------


def test_the_board_grants_the_mandate_before_anything_else() -> None:
    opened, granted, registered, issued = the_month().log[:4]
    assert isinstance(opened, LogOpened)
    assert granted == a_mandate_granted()
    assert registered == an_agent_registered()
    assert issued == a_certificate_issued(FIRST_CERTIFICATE)


def test_the_mandate_says_what_the_board_resolved() -> None:
    mandate = a_mandate_granted().mandate
    scope = mandate.scope
    assert (mandate.operator, mandate.agent) == ("CryptoEX AG", "algo_trader_v2")
    assert scope.markets == {"EUR/USD", "GBP/EUR"}
    assert (str(scope.order_max), str(scope.daily_max)) == ("25000.00", "500000.00")
    assert str(scope.window) == "[08:00:00.000000, 17:00:00.000000)"
    assert mandate.grace_seconds == 5 * 60


# Saturday, 25 April: the authority issues the certificate -------------------------


def test_the_certificate_carries_the_scope_of_the_mandate_to_the_letter() -> None:
    grant = FIRST_CERTIFICATE.grant
    assert grant is not None
    assert grant.scope == a_mandate_granted().mandate.scope
    assert grant.mandate == a_mandate_granted().digest
    assert FIRST_CERTIFICATE.serial == SERIAL


# 1 to 14 May: paper trading ---------------------------------------------------------


def test_ten_weekdays_of_paper_trading_are_all_allowed() -> None:
    days = weekdays("2026-05-01", "2026-05-14")
    assert len(days) == 10
    for day in days:
        orders = the_month().of_day(day)
        assert len(orders) == 48
        assert all(o.decision.mode is Mode.PAPER for o in orders)
        assert all(o.decision.allowed for o in orders)


# Friday, 15 May: live --------------------------------------------------------------


def test_the_first_live_order_is_allowed_at_a_quarter_past_nine() -> None:
    first = the_month().live_order(1)
    assert str(first.order.created_at) == "2026-05-15T09:15:00.000000Z"
    assert (first.order.market, first.order.side) == ("EUR/USD", Side.BUY)
    assert str(first.order.amount) == "20000.00"
    assert first.decision.outcome is Outcome.ALLOWED
    assert first.order.seq == 481


def test_the_second_live_order_is_allowed_at_a_quarter_to_eleven() -> None:
    second = the_month().live_order(2)
    assert str(second.order.created_at) == "2026-05-15T10:45:00.000000Z"
    assert (second.order.market, second.order.side) == ("GBP/EUR", Side.SELL)
    assert str(second.order.amount) == "15000.00"
    assert second.decision.outcome is Outcome.ALLOWED


# 15 to 21 May: the first live week ----------------------------------------------------


def test_five_weekdays_of_live_trading_are_all_allowed() -> None:
    days = weekdays("2026-05-15", "2026-05-21")
    assert len(days) == 5
    for day in days:
        orders = the_month().of_day(day)
        assert len(orders) == 64
        assert all(o.decision.mode is Mode.LIVE for o in orders)
        assert all(o.decision.allowed for o in orders)


# Friday, 22 May: order #321 -----------------------------------------------------------


def test_order_321_is_denied_because_it_is_above_the_order_maximum() -> None:
    order_321 = the_month().live_order(321)
    assert order_321.order.seq == 801
    assert order_321.decision.outcome is Outcome.DENIED
    assert order_321.decision.reasons == (Reason.ORDER_AMOUNT_MAX,)
    assert in_words(order_321, "order.amount") == "180000.00 against 25000.00 EUR"


def test_order_321_reserves_nothing_and_never_reaches_a_venue() -> None:
    order_321 = the_month().live_order(321)
    assert order_321.decision.counted == 0
    assert 801 not in the_month().reported()
    assert len(the_month().reported()) == 1_020


def test_at_10_35_the_certificate_is_suspended() -> None:
    suspension = a_standing_changed(Act.SUSPEND, at=on("2026-05-22 10:35"))
    assert suspension in the_month().log
    before = the_month().log[the_month().log.index(suspension) - 1]
    assert isinstance(before, OrderDecided)
    assert before.seq == 801


def test_no_order_comes_between_suspension_and_revocation() -> None:
    assert [o.order.seq for o in the_month().of_day("2026-05-22")] == [801]


# Saturday, 23 May: revocation, order #322, replacement --------------------------------


def test_the_certificate_is_revoked_for_good() -> None:
    assert a_standing_changed(Act.REVOKE, at=on("2026-05-23 11:00")) in the_month().log
    assert the_month().standing_at_the_end(FIRST_CERTIFICATE) == "revoked"
    with pytest.raises(InputError, match="reinstate: the certificate is revoked"):
        apply(the_month().state, a_standing_changed(Act.REINSTATE))


def test_order_322_is_refused_for_two_reasons_and_both_are_kept() -> None:
    order_322 = the_month().live_order(322)
    assert order_322.order.seq == 802
    assert order_322.decision.outcome is Outcome.REFUSED
    assert order_322.decision.reasons == (
        Reason.CREDENTIAL_REVOKED,
        Reason.CALENDAR_CLOSED,
    )
    assert in_words(order_322, "credential.standing") == "revoked against active"
    weekday = in_words(order_322, "hours.calendar")
    assert weekday == "saturday against monday_to_friday"


def test_order_322_is_within_every_other_limit_and_reserves_nothing() -> None:
    order_322 = the_month().live_order(322)
    assert str(order_322.order.amount) == "22000.00"
    assert order_322.decision.counted == 0


def test_at_noon_a_new_certificate_with_a_new_key_replaces_the_revoked_one() -> None:
    first, second = FIRST_CERTIFICATE, SECOND_CERTIFICATE
    assert second.serial != first.serial
    assert second.spki != first.spki
    assert second.grant == first.grant
    assert the_agent_in(the_month().state).credential == second.digest
    assert the_month().standing_at_the_end(second) == "active"


# 25 to 29 May: under the new certificate ----------------------------------------------


def test_five_weekdays_under_the_new_certificate_are_all_allowed() -> None:
    days = weekdays("2026-05-25", "2026-05-29")
    assert len(days) == 5
    for day in days:
        orders = the_month().of_day(day)
        assert len(orders) == 44
        assert all(o.order.credential == SECOND_CERTIFICATE.digest for o in orders)
        assert all(o.decision.allowed for o in orders)


# Saturday, 30 May: what the regulator counts ----------------------------------------


def test_the_totals_are_those_that_everybody_quotes() -> None:
    assert len(the_month().orders) == 1_022
    assert the_month().count(Outcome.ALLOWED) == 1_020
    assert the_month().count(Outcome.DENIED) == 1
    assert the_month().count(Outcome.REFUSED) == 1
    refused = the_month().count(Outcome.REFUSED)
    under_a_valid_certificate = len(the_month().orders) - refused
    assert under_a_valid_certificate == 1_021
    assert the_month().reasons() == {
        Reason.ORDER_AMOUNT_MAX: 1,
        Reason.CREDENTIAL_REVOKED: 1,
        Reason.CALENDAR_CLOSED: 1,
    }


def test_two_certificates_account_for_every_order() -> None:
    assert len(the_month().under(FIRST_CERTIFICATE)) == 801 + 1
    assert len(the_month().under(SECOND_CERTIFICATE)) == 220


def test_no_order_is_missing_and_each_names_the_one_before_it() -> None:
    assert [o.order.seq for o in the_month().orders] == list(range(1, 1_023))
    prev = NO_DIGEST
    for judged in the_month().orders:
        assert judged.order.prev == prev
        prev = an_order_submitted(judged.order).line_digest


def test_no_allowed_order_left_the_scope() -> None:
    for judged in the_month().orders:
        if not judged.decision.allowed:
            continue
        order, received_at = judged.order, judged.decision.case.received_at
        assert order.amount.minor_units <= eur("25,000").minor_units
        assert order.market in {"EUR/USD", "GBP/EUR"}
        assert received_at.day.weekday.value <= 5
        assert "08:00:00" <= str(received_at.time_of_day) < "17:00:00"


def test_no_side_of_any_market_went_above_the_daily_maximum() -> None:
    sums: dict[tuple[Day, str, Side], int] = defaultdict(int)
    for judged in the_month().orders:
        key = (judged.order.created_at.day, judged.order.market, judged.order.side)
        sums[key] += judged.decision.counted
    assert max(sums.values()) <= eur("500,000").minor_units
    assert len(sums) == 20 * 4 + 2


def test_whoever_judges_every_order_again_gets_the_same_bytes() -> None:
    for judged in the_month().orders:
        leaf = an_order_submitted(judged.order).leaf
        again = decide(judged.decision.case)
        assert render_decision(again, leaf) == judged.line


def test_whoever_reads_the_log_from_the_start_knows_what_the_gateway_knew() -> None:
    state = State()
    for event in the_month().log:
        state = apply(state, event)
    assert state == the_month().state
    assert the_agent_in(state).unanswered == {}


# What did not happen, and would have been stopped -------------------------------------


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-05-22 10:34:59.999999", None),
        ("2026-05-22 10:35:00.000000", Reason.CREDENTIAL_SUSPENDED),
    ],
)
def test_after_the_suspension_the_smallest_order_is_refused(
    at: str, reason: Reason | None
) -> None:
    twin = Month()
    for event in the_month().log:
        if event == a_standing_changed(Act.SUSPEND, at=on("2026-05-22 10:35")):
            break
        twin.record(event)
    if reason is not None:
        twin.act(Act.SUSPEND, "2026-05-22 10:35", FIRST_CERTIFICATE)
    judged = twin.send(on(at), amount=eur("0.01"))
    assert judged.decision.reasons == (() if reason is None else (reason,))


def test_a_mandate_dated_back_into_april_is_not_taken_in_may() -> None:
    back_dated = a_mandate_granted(a_mandate(grace_seconds=3_600))
    with pytest.raises(InputError, match="mandate: dated 2026-04-24"):
        apply(the_month().state, back_dated)
