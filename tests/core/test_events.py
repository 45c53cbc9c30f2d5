"""Events refuse what cannot have happened."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kya.core.errors import MalformedError
from kya.core.limits import SEQ_MAX
from kya.core.money import Money
from kya.core.order_events import CAN_HAVE_FILLED, EXECUTED, VenueStatus
from tests.builders import (
    EUR,
    a_certificate_issued,
    a_digest,
    a_list_published,
    a_mandate_granted,
    a_standing_changed,
    an_equivocation,
    an_order_submitted,
    its_decision,
    its_report,
    the_log_opened,
)

FIRST = an_order_submitted()


@pytest.mark.parametrize(
    "broken",
    [
        lambda: the_log_opened(origin=""),
        lambda: the_log_opened(root="none"),
        lambda: replace(a_mandate_granted(), digest="none"),
        lambda: a_certificate_issued(replaces="none"),
        lambda: a_standing_changed(credential="none"),
        lambda: a_standing_changed(reason=""),
        lambda: a_standing_changed(reason="two\nlines"),
        lambda: a_list_published(number=0),
        lambda: a_list_published(number=SEQ_MAX + 1),
        lambda: replace(FIRST, leaf="none"),
        lambda: replace(FIRST, line_digest=a_digest("x").upper()),
        lambda: replace(its_decision(FIRST), agent="two words"),
        lambda: replace(its_decision(FIRST), seq=0),
        lambda: replace(its_decision(FIRST), order=""),
        lambda: replace(its_report(FIRST), venue="sima"),
        lambda: replace(its_report(FIRST), detail="two\nlines"),
        lambda: replace(its_report(FIRST), price_source="\ud800"),
        lambda: replace(its_report(FIRST), seq=True),
        lambda: an_equivocation(FIRST, seq=0),
        lambda: an_equivocation(FIRST, order="none"),
    ],
)
def test_refuses_what_cannot_have_happened(broken: Callable[[], object]) -> None:
    with pytest.raises(MalformedError):
        broken()


@pytest.mark.parametrize("status", list(VenueStatus))
def test_something_is_filled_exactly_when_the_order_is_executed(
    status: VenueStatus,
) -> None:
    some, none, zero = FIRST.order.amount, None, Money(0, EUR)
    wrong = {some, none, zero} - {some if status in EXECUTED else none}
    if status in CAN_HAVE_FILLED:
        wrong -= {some}
    for filled in wrong:
        with pytest.raises(MalformedError, match=f"report: {status.value} with filled"):
            replace(its_report(FIRST), status=status, filled=filled)
    for filled in {some, none, zero} - wrong:
        assert replace(its_report(FIRST), status=status, filled=filled).status is status


def test_what_is_unknown_or_rests_is_not_final() -> None:
    open_ = [status for status in VenueStatus if not status.is_final]
    assert open_ == [VenueStatus.ACKNOWLEDGED, VenueStatus.UNKNOWN]


def test_a_remark_may_be_empty() -> None:
    assert replace(its_report(FIRST), detail="", price_source="").detail == ""
