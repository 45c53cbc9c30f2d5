import json

import pytest
from hypothesis import given

from kya.codec.canonical import encode, encode_line
from kya.codec.mandates import parse_mandate, render_mandate
from kya.codec.scopes import parse_scope, render_scope, scope_digest
from kya.core.errors import MalformedError
from kya.core.limits import SCOPE_BYTES_MAX
from kya.core.mandate import Mandate
from kya.core.scope import Scope
from tests.builders import a_mandate, a_scope, eur
from tests.strategies import mandates, scopes

RAW = render_scope(a_scope())
TOO_MANY = frozenset(f"A{number:05}/B{number:05}" for number in range(256))


def scope_with(**fields: object) -> bytes:
    return encode({**json.loads(RAW), **fields})


@given(scopes())
def test_a_scope_is_read_as_it_is_written(scope: Scope) -> None:
    assert parse_scope(render_scope(scope)) == scope


@given(mandates())
def test_a_mandate_is_read_as_it_is_written(mandate: Mandate) -> None:
    assert parse_mandate(render_mandate(mandate)) == mandate


def test_the_boards_scope_is_this_text() -> None:
    assert RAW.decode() == (
        '{"_type":"kya/scope/v1","calendar":"monday_to_friday","currency":"EUR",'
        '"daily_max":"500000.00","daily_max_per":"market_and_side",'
        '"live_from":"2026-05-15T09:00:00.000000Z","markets":["EUR/USD","GBP/EUR"],'
        '"order_max":"25000.00","region_evidence":"self_asserted","regions":["eu-west-1"],'
        '"venues":["SIMA","SIMB","SIMC"],'
        '"window":{"closes":"17:00:00.000000","opens":"08:00:00.000000"}}'
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"markets": []}, "markets: want 1 to 256 items, got 0"),
        ({"markets": ["GBP/EUR", "EUR/USD"]}, "markets: want a sorted list"),
        ({"markets": ["EUR/USD", "EUR/USD"]}, "markets: want a sorted list"),
        ({"venues": ["sima"]}, "venues: want"),
        ({"regions": "eu-west-1"}, "Expected `array`, got `str`"),
        ({"order_max": "0.00"}, "want both more than zero"),
        ({"order_max": "25000"}, "amount in EUR"),
        ({"order_max": 25000}, "Expected `str`"),
        ({"currency": "GBX"}, "currency: want"),
        ({"calendar": "weekdays"}, "calendar: want one of every_day, monday_to_fri"),
        ({"region_evidence": "claimed"}, "region_evidence: want one of self_asserted,"),
        ({"daily_max_per": "firm"}, "daily_max_per: want one of agent, market_and"),
        ({"live_from": "2026-05-15"}, "instant: want the form"),
        ({"window": {"opens": "08:00:00.000000"}}, "missing required field `closes`"),
        (
            {"window": {"closes": "08:00:00.000000", "opens": "08:00:00.000000"}},
            "want opens before closes",
        ),
        (
            {"window": {"closes": "17:00", "opens": "08:00:00.000000"}},
            "time of day: want the form",
        ),
        (
            {
                "window": {
                    "closes": "17:00:00.000000",
                    "opens": "08:00:00.000000",
                    "z": 1,
                }
            },
            "unknown field `z`",
        ),
        ({"_type": "kya/scope/v2"}, "Invalid enum value"),
        ({"weekly_max": "1.00"}, "unknown field"),
        ({"markets": sorted(TOO_MANY)}, f"want a scope of at most {SCOPE_BYTES_MAX}"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_says_what_it_wanted_instead(fields: dict[str, object], why: str) -> None:
    with pytest.raises(MalformedError, match=f"scope: .*{why}"):
        parse_scope(scope_with(**fields))


def test_a_scope_that_no_certificate_can_carry_is_never_written() -> None:
    scope = a_scope(markets=TOO_MANY)
    with pytest.raises(MalformedError, match="want a scope of at most"):
        render_scope(scope)
    with pytest.raises(MalformedError, match="want a scope of at most"):
        render_mandate(a_mandate(scope=scope))


def test_a_mandate_with_a_scope_that_is_too_large_is_not_read() -> None:
    fields = json.loads(render_mandate(a_mandate()))
    fields["scope"]["markets"] = sorted(TOO_MANY)
    with pytest.raises(MalformedError, match="mandate: want a scope of at most"):
        parse_mandate(encode_line(fields))


def test_a_scope_of_just_the_size_is_read() -> None:
    room = SCOPE_BYTES_MAX - len(RAW)
    longest = len('"AAAAAAAAAAAA/BBBBBBBBBBBB",')
    count = room // longest
    many = {f"A{number:011}/B{number:011}" for number in range(count)}
    scope = a_scope(markets=frozenset(many | {"EUR/USD", "GBP/EUR"}))
    raw = render_scope(scope)
    assert SCOPE_BYTES_MAX - longest < len(raw) <= SCOPE_BYTES_MAX
    assert parse_scope(raw) == scope


def test_a_scope_is_named_by_the_digest_of_its_text() -> None:
    assert scope_digest(a_scope()) == scope_digest(parse_scope(RAW))
    assert scope_digest(a_scope()) != scope_digest(a_scope(order_max=eur("25,000.01")))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"grace_seconds": 86_401}, "grace_seconds: want 0 to 86400"),
        ({"grace_seconds": "300"}, "Expected `int`"),
        ({"operator": ""}, "operator: want 1 to 512"),
        ({"valid_until": "2026-04-24T10:00:00.000000Z"}, "in this order"),
        ({"resolution": None}, "Expected `str`"),
        ({"scope": None}, "Expected `object`"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_mandate_says_what_it_wanted_instead(
    fields: dict[str, object], why: str
) -> None:
    line = {**json.loads(render_mandate(a_mandate())), **fields}
    with pytest.raises(MalformedError, match=f"mandate: .*{why}"):
        parse_mandate(encode_line(line))
