import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec import mandate_faults
from kya.codec.canonical import encode_line
from kya.codec.mandate_faults import field_faults
from kya.codec.mandates import parse_mandate, render_mandate
from kya.core.errors import InputError
from tests import strategies
from tests.builders import a_mandate

GOOD: Final[dict[str, Any]] = json.loads(render_mandate(a_mandate()))


def draft(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return GOOD | changes


def scope(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return draft(scope=GOOD["scope"] | changes)


def test_a_mandate_that_reads_has_no_fault() -> None:
    assert field_faults(GOOD) == ()


def test_every_fault_is_named_and_not_only_the_first() -> None:
    bad = scope(order_max="25000", currency="EUR", markets=["b", "a"], window=[])
    bad |= {"agent": "../bot", "grace_seconds": "300", "valid_until": "soon"}
    bad |= {"mood": "good"}
    del bad["resolution"]
    names = [fault.partition(":")[0] for fault in field_faults(bad)]
    assert names == [
        *("agent", "grace_seconds", "mood", "resolution", "valid_until"),
        *("scope.markets", "scope.order_max", "scope.window"),
    ]


@pytest.mark.parametrize(
    ("bad", "wanted"),
    [
        (draft(_type="kya/order/v1"), "_type: "),
        (draft(operator=""), "operator: "),
        (draft(resolution="none"), "resolution: "),
        (draft(resolved_at=5), "resolved_at: instant: want the form"),
        (
            draft(valid_until="2020-01-01T00:00:00.000000Z"),
            "resolved_at, valid_from, valid_until: ",
        ),
        (scope(currency="EURO"), "scope.currency: currency: want an ISO 4217"),
        (scope(currency=5), "scope.currency: "),
        (scope(daily_max="0.00"), "scope.daily_max: "),
        (scope(calendar="never"), "scope.calendar: "),
        (scope(live_from=None), "scope.live_from: "),
        (scope(venues=["sima"]), "scope.venues: "),
        (scope(mood="good"), "scope.mood: unknown"),
        (scope(daily_max_per="day"), "scope.daily_max_per: "),
    ],
)
def test_a_single_fault_stands_alone_under_its_name(
    bad: dict[str, Any], wanted: str
) -> None:
    (fault,) = field_faults(bad)
    assert fault.startswith(wanted)


def test_amounts_are_read_with_the_decimals_of_their_currency() -> None:
    assert field_faults(scope(currency="JPY", order_max="5", daily_max="5")) == ()
    names = field_faults(scope(currency="JPY", order_max="5", daily_max="5.00"))
    assert [name.partition(":")[0] for name in names] == ["scope.daily_max"]


def test_a_scope_that_no_certificate_can_carry_is_told_by_its_size() -> None:
    markets = sorted(f"{n:012}/{n:012}" for n in range(200))
    (fault,) = field_faults(scope(markets=markets))
    assert "want a scope of at most 4096 bytes, got " in fault


def test_the_mandate_in_which_all_else_is_right_reads() -> None:
    assert parse_mandate(encode_line(mandate_faults.RIGHT)).agent == "agent"


def test_it_has_every_field_that_there_is() -> None:
    assert set(mandate_faults.RIGHT) == set(GOOD)
    assert set(mandate_faults.RIGHT_SCOPE) == set(GOOD["scope"])


junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text(max_size=3))
)


@given(strategies.mandates(), st.data())
def test_there_is_a_fault_exactly_where_the_reader_refuses(
    mandate: Any,  # noqa: ANN401
    draws: st.DataObject,
) -> None:
    fields = json.loads(render_mandate(mandate))
    for place in (fields, fields["scope"]):
        for name in draws.draw(
            st.sets(st.sampled_from(sorted(set(place) - {"scope"})))
        ):
            place[name] = draws.draw(junk)
    faults = field_faults(fields)
    try:
        parse_mandate(encode_line(fields))
    except InputError:
        assert faults
    else:
        assert faults == ()


@pytest.mark.parametrize(
    ("currency", "amount", "faults"),
    [("JPY", "5", 0), ("JPY", "5.00", 1), ("EUR", "5.00", 0), ("QQQ", "5.00", 1)],
)
def test_amounts_among_the_limits_have_the_decimals_of_the_currency(
    currency: str, amount: str, faults: int
) -> None:
    scope = {
        **mandate_faults.RIGHT_SCOPE,
        "currency": currency,
        "order_max": "1" if currency == "JPY" else "1.00",
        "daily_max": "1" if currency == "JPY" else "1.00",
        "limits": {"position_max": amount},
    }
    found = field_faults({**mandate_faults.RIGHT, "scope": scope})
    named = [each for each in found if "order_max" not in each and "daily" not in each]
    assert len(named) == faults
