import pytest

from kya.agent.answer import _in_words
from kya.codec.control_fields import ControlFields
from kya.core.control import Reason


def a_control(reason: Reason, outcome: str = "failed") -> ControlFields:
    return ControlFields(
        id="some.control",
        limit="LIMIT",
        measured="MEASURED",
        outcome=outcome,
        unit="EUR",
        version=1,
        reason=reason.value,
    )


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_that_ends_in_its_code(reason: Reason) -> None:
    words = _in_words(a_control(reason))
    assert words.endswith(f" ({reason.value})")
    assert "MEASURED" in words
    assert "{" not in words


def test_what_cannot_be_compared_says_so() -> None:
    words = _in_words(a_control(Reason.ORDER_AMOUNT_MAX, "cannot_evaluate"))
    assert words == "MEASURED cannot be compared with EUR LIMIT (order.amount_max)"


def test_a_broken_control_is_named() -> None:
    words = _in_words(a_control(Reason.CONTROL_FAULTED, "cannot_evaluate"))
    assert words == (
        "the control some.control could not be evaluated: MEASURED (control.faulted)"
    )


def test_what_was_set_aside_says_so() -> None:
    words = _in_words(a_control(Reason.ORDER_AMOUNT_MAX, "overridden"))
    assert words.endswith("(order.amount_max, set aside)")


def test_a_year_that_no_calendar_lists_says_so() -> None:
    words = _in_words(a_control(Reason.CALENDAR_CLOSED, "cannot_evaluate"))
    assert words == (
        "the calendar LIMIT does not list the year of MEASURED (calendar.closed)"
    )


def test_a_price_that_is_not_there_is_named_and_not_compared() -> None:
    words = _in_words(a_control(Reason.PRICE_COLLAR, "cannot_evaluate"))
    assert words == (
        "some.control cannot be evaluated: MEASURED that can be used (price.collar)"
    )
