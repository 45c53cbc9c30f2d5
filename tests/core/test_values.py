"""Orders, mandates, credentials, prices and baselines refuse what cannot be."""

from collections.abc import Callable
from typing import Any

import pytest

from kya.core.credential import Grant, Role
from kya.core.errors import MalformedError
from kya.core.limits import SEQ_MAX
from kya.core.money import Money, Price
from kya.core.order import OrderType
from tests.builders import (
    EUR,
    a_credential,
    a_digest,
    a_mandate,
    a_price,
    a_scope,
    an_order,
    on,
)

ONE = Price.parse("1")


@pytest.mark.parametrize(
    "overrides",
    [
        {"agent": "two words"},
        {"credential": "F" * 64},
        {"prev": ""},
        {"client_order_id": ""},
        {"market": "EURUSD"},
        {"venue": "sima"},
        {"region": ""},
        {"seq": 0},
        {"seq": -1},
        {"seq": SEQ_MAX + 1},
        {"seq": True},
        {"seq": 1.0},
        {"seq": "1"},
        {"amount": Money(0, EUR)},
        {"limit_price": ONE},
        {"type": OrderType.LIMIT},
    ],
    ids=str,
)
def test_refuses_what_cannot_be_an_order(overrides: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="|".join((*overrides, "limit_price"))):
        an_order(**overrides)


def test_a_limit_order_has_a_limit_price() -> None:
    assert an_order(type=OrderType.LIMIT, limit_price=ONE).limit_price == ONE


@pytest.mark.parametrize(
    "overrides",
    [
        {"operator": ""},
        {"operator": "two\nlines"},
        {"agent": "two words"},
        {"resolution": "none"},
        {"grace_seconds": -1},
        {"grace_seconds": 86_401},
        {"grace_seconds": True},
        {"grace_seconds": 5.0},
        {"valid_from": on("2026-04-24 09:59:59.999999")},
        {"valid_until": on("2026-04-24 10:00")},
    ],
    ids=str,
)
def test_refuses_what_no_board_can_have_resolved(overrides: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="|".join(overrides)):
        a_mandate(**overrides)


def test_a_mandate_may_hold_from_the_instant_of_its_resolution() -> None:
    mandate = a_mandate()
    assert mandate.valid_from == mandate.resolved_at


@pytest.mark.parametrize(
    "broken",
    [
        lambda: a_credential(digest="none"),
        lambda: a_credential(name="two words"),
        lambda: a_credential(grant=None),
        lambda: a_credential(role=Role.DIRECTOR),
        lambda: Grant(mandate="", scope=a_scope(), scope_digest=a_digest("")),
        lambda: Grant(mandate=a_digest(""), scope=a_scope(), scope_digest=""),
    ],
)
def test_refuses_what_cannot_be_a_credential(broken: Callable[[], object]) -> None:
    with pytest.raises(MalformedError):
        broken()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AGENT])
def test_only_an_agent_is_granted_anything(role: Role) -> None:
    assert a_credential(role=role, grant=None).grant is None


@pytest.mark.parametrize(
    "overrides",
    [
        {"market": "EURUSD"},
        {"source": ""},
    ],
    ids=str,
)
def test_refuses_what_cannot_be_a_quote(overrides: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="|".join(overrides)):
        a_price(**overrides)


def test_a_quote_may_have_no_spread() -> None:
    assert a_price(bid=ONE, ask=ONE).bid == ONE
