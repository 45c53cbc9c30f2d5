from dataclasses import replace

import pytest

from kya.core.credential import Role
from kya.core.errors import CorruptionError
from kya.core.instant import Instant
from kya.core.order import Order
from tests.builders import (
    a_case,
    a_credential,
    a_digest,
    a_past,
    a_scope,
    an_order,
    eur,
    on,
)

FRIDAY = on("2026-05-15 23:59:59.999999")
SATURDAY = on("2026-05-16 00:00")


def test_refuses_the_past_of_another_day() -> None:
    with pytest.raises(CorruptionError, match="past of 2026-05-15"):
        a_case(received_at=SATURDAY, past=a_past(day=FRIDAY.day))


@pytest.mark.parametrize("received_at", [FRIDAY, SATURDAY])
def test_takes_the_past_of_the_same_day_to_the_microsecond(
    received_at: Instant,
) -> None:
    assert a_case(received_at=received_at).past.day == received_at.day


@pytest.mark.parametrize(
    "order", [an_order(credential=a_digest("other")), an_order(agent="other")]
)
def test_refuses_an_order_under_another_credential(order: Order) -> None:
    with pytest.raises(CorruptionError, match="names another credential"):
        a_case(order)


def test_refuses_a_scope_that_the_credential_does_not_grant() -> None:
    wider = a_scope(order_max=eur("25,000.01"))
    with pytest.raises(CorruptionError, match="not the one that"):
        replace(a_case(), scope=wider)


def test_takes_an_equal_scope_that_is_another_object() -> None:
    assert replace(a_case(), scope=a_scope(order_max=eur("25,000"))) == a_case()


def test_refuses_a_credential_that_grants_nothing() -> None:
    director = a_credential(role=Role.DIRECTOR, grant=None)
    with pytest.raises(CorruptionError, match="grants nothing"):
        a_case(credential=director)
