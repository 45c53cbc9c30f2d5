"""Kakunin, and the figures of the case study that it is told by."""

from dataclasses import replace

import pytest

from kya.codec.orders import render_order
from kya.core.credential import Standing
from kya.core.decide import decide
from kya.core.errors import DistrustError
from kya.core.fold import apply
from kya.core.money import Currency, Money
from kya.core.order import Side
from kya.pki.note_signer import NoteSigner, sign_note
from tests.builders import (
    BTC,
    a_case,
    a_credential,
    a_past,
    a_scope,
    an_enrolled_state,
    an_order,
    an_order_submitted,
    eur,
    its_decision,
    on,
    the_case_in,
    the_next_order,
)
from tests.gateway.house import House, decision_in, in_house
from tests.story.others.telling import of, of_fields, of_making
from tests.world import eur as euros
from tests.world import signer_for

USD = Currency("USD")
SIZE = eur("18,500")


def test_kakunin_signs_180000_under_25000(here: str) -> None:
    assert of(a_case(an_order(amount=eur("180,000")))) == here


def test_kakunin_amount_under_another_name(here: str) -> None:
    assert of_fields("amount", amount_usd="180000.00") == here


def test_kakunin_amount_left_out(here: str) -> None:
    assert of_fields("amount") == here


def test_kakunin_amount_as_a_text(here: str) -> None:
    assert of_fields(amount=180000) == here


def test_kakunin_amount_not_a_number(here: str) -> None:
    assert of_fields(amount="NaN") == here


def test_kakunin_amount_below_zero(here: str) -> None:
    assert of_fields(amount="-180000.00") == here


def test_kakunin_daily_limit_is_never_read(here: str) -> None:
    used = {("EUR/USD", Side.BUY): 48_000_001}
    assert of(a_case(past=a_past(allowed=used))) == here


def test_kakunin_instruments_are_never_read(here: str) -> None:
    assert of(a_case(an_order(market="DOGE/EUR"))) == here


def test_kakunin_sum_sent_as_units_of_the_base(here: str) -> None:
    bitcoins = an_order(amount=Money.parse("25000.00000000", BTC))
    assert of(a_case(bitcoins)) == here


def test_kakunin_euros_compared_with_dollars(here: str) -> None:
    assert of(a_case(an_order(amount=Money.parse("24000.00", USD)))) == here


def test_kakunin_sunday_at_three(here: str) -> None:
    assert of(a_case(received_at=on("2026-05-17 03:00"))) == here


def test_kakunin_region_is_no_field(here: str) -> None:
    assert of(a_case(an_order(region="us-east-1"))) == here


def test_kakunin_part_of_an_action(here: str) -> None:
    assert of_fields(action="e") == here


def test_kakunin_limits_widened_by_the_bot(here: str) -> None:
    wide = a_scope(order_max=eur("1,000,000,000"))
    assert of_making(lambda: replace(a_case(), scope=wide)) == here


def test_kakunin_order_sent_again(here: str) -> None:
    state = an_enrolled_state()
    order = the_next_order(state)
    submitted = an_order_submitted(order)
    state = apply(apply(state, submitted), its_decision(submitted))
    assert of(the_case_in(state, order)) == here


def test_kakunin_order_of_another_time(here: str) -> None:
    order = an_order(created_at=on("2026-05-14 10:00"))
    assert of(a_case(order, received_at=on("2026-05-15 10:00"))) == here


def test_kakunin_suspended_agent_signs_on(here: str) -> None:
    assert of(a_case(credential=a_credential(standing=Standing.SUSPENDED))) == here


def test_kakunin_revoked_key_signs_on(here: str) -> None:
    assert of(a_case(credential=a_credential(standing=Standing.REVOKED))) == here


def test_kakunin_serial_number_as_a_password(here: str) -> None:
    """Who knows the certificate is not the agent: its key must sign."""

    @in_house()
    async def is_nobodys(house: House) -> None:
        stranger = NoteSigner(house.world.agent.name, signer_for("a stranger"))
        raw = sign_note(render_order(house.order()), stranger).render()
        with pytest.raises(DistrustError):
            await house.gateway.submit(raw)
        assert (house.kinds(), here) == ([], "nobody's order")

    is_nobodys()


def test_kakunin_judged_after_the_venue(here: str) -> None:
    @in_house()
    async def stays_here(house: House) -> None:
        answer = await house.submit(amount=euros("180000.00"))
        assert await house.arrivals() == []
        assert house.kinds() == ["order", "decision"]
        said = decision_in(answer)
        assert f"{said.outcome}: `{said.reasons[0]}`, and no venue sees it" == here

    stays_here()


def test_case_study_forty_eight_orders_a_day(here: str) -> None:
    """48 orders of the baseline's EUR 18,500 are EUR 888,000: 27 of them fit."""
    state, allowed = an_enrolled_state(), 0
    while decide(the_case_in(state, the_next_order(state, amount=SIZE))).allowed:
        submitted = an_order_submitted(the_next_order(state, amount=SIZE))
        state = apply(apply(state, submitted), its_decision(submitted))
        allowed += 1
    last = of(the_case_in(state, the_next_order(state, amount=SIZE)))
    assert f"allowed {allowed} times, then {last}" == here
