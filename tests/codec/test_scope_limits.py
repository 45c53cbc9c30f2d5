"""The `limits` of a scope on the wire: one spelling, and nothing that means nothing."""

import json
from typing import Any

import pytest
from hypothesis import given

from kya.codec import canonical
from kya.codec.scopes import parse_scope, render_scope
from kya.core.errors import MalformedError
from kya.core.scope import Scope
from tests.builders import a_scope, every_limit
from tests.strategies import scopes

PLAIN = json.loads(render_scope(a_scope()))


def scope_with(limits: object) -> bytes:
    return canonical.encode({**PLAIN, "limits": limits})


@given(scopes())
def test_what_is_written_is_read_again(scope: Scope) -> None:
    try:
        raw = render_scope(scope)
    except MalformedError as error:
        assert "at most 4096 bytes" in str(error)  # noqa: PT017
        return
    assert parse_scope(raw) == scope
    assert render_scope(parse_scope(raw)) == raw


def test_a_scope_without_limits_is_spelt_as_it_always_was() -> None:
    assert b"limits" not in render_scope(a_scope())


def test_every_limit_stands_under_its_own_name() -> None:
    wire = json.loads(render_scope(a_scope(limits=every_limit())))["limits"]
    assert sorted(wire) == list(wire)
    assert set(wire) == set(every_limit().__dataclass_fields__)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({}, "limits: want at least one"),
        (None, "Expected `object`"),
        ({"spread": 5}, "unknown field"),
        ({"actions": ["new"]}, "actions: want cancel"),
        ({"actions": []}, "actions: want cancel"),
        ({"actions": ["cancel", "withdraw"]}, "no venue has a road"),
        ({"actions": ["new", "cancel"]}, "actions: want a sorted list"),
        ({"actions": ["sell"]}, "actions: want one of new, replace, cancel"),
        ({"desk": None}, "Expected `str`"),
        ({"order_types": []}, "order_types: want at least one"),
        ({"order_types": ["MARKET", "LIMIT"]}, "order_types: want a sorted list"),
        ({"order_types": ["LIMIT", "LIMIT"]}, "order_types: want a sorted list"),
        ({"order_types": ["STOP"]}, "order_types: want one of MARKET, LIMIT"),
        ({"times_in_force": ["day"]}, "times_in_force: want one of"),
        ({"order_units_max": {}}, "order_units_max: want at least one"),
        ({"order_units_max": {"EUR/USD": "1"}}, "want one for each of the markets"),
        ({"order_units_max": {"EUR/USD": "1", "GBP/EUR": "-1"}}, "want a decimal"),
        ({"order_units_max": {"EUR/USD": "1", "GBP/EUR": "0"}}, "more than 0"),
        ({"order_units_max": {"EUR/USD": "1", "GBP/EUR": "1e3"}}, "want a decimal"),
        ({"order_units_max": {"EUR/USD": "1", "GBP/EUR": "1.0"}}, "trailing zero"),
        ({"order_units_max": {"EUR/USD": 1, "GBP/EUR": 1}}, "Expected `str`"),
        ({"price_age_millis": "500"}, "Expected `int`"),
        ({"price_age_millis": 500.0}, "Expected `int`|canonical"),
        ({"price_age_millis": True}, "Expected `int`"),
        ({"price_age_millis": 0}, "want 1 to 60000"),
        ({"spread_bps": 5}, "want price_age_millis beside it"),
    ],
)
def test_refuses_limits_that_are_none(limits: Any, why: str) -> None:  # noqa: ANN401
    with pytest.raises(MalformedError, match=why):
        parse_scope(scope_with(limits))
