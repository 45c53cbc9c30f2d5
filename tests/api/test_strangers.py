"""Bad requests are counted by peer and refilled by time."""

from hypothesis import given
from hypothesis import strategies as st

from kya.api.strangers import Strangers
from kya.core.limits import STRANGER_BURST_MAX, STRANGERS_MAX


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_peer_may_err_a_few_times_at_once() -> None:
    strangers = Strangers(Seconds())
    told = [strangers.may_be_told("a") for _ in range(STRANGER_BURST_MAX + 1)]
    assert told == [True] * STRANGER_BURST_MAX + [False]
    assert strangers.count == STRANGER_BURST_MAX + 1


def test_a_peer_may_err_once_a_second_after_that() -> None:
    seconds = Seconds()
    strangers = Strangers(seconds)
    while strangers.may_be_told("a"):
        pass
    seconds.now += 0.9
    assert not strangers.may_be_told("a")
    seconds.now += 0.1
    assert strangers.may_be_told("a")
    assert not strangers.may_be_told("a")


def test_peers_do_not_pay_for_each_other() -> None:
    strangers = Strangers(Seconds())
    while strangers.may_be_told("a"):
        pass
    assert strangers.may_be_told("b")


def test_the_peers_remembered_are_bounded() -> None:
    strangers = Strangers(Seconds())
    for number in range(STRANGERS_MAX + 10):
        strangers.may_be_told(str(number))
    assert len(strangers._buckets) == STRANGERS_MAX  # noqa: SLF001  the bound itself


@given(st.lists(st.floats(0, 5), max_size=200))
def test_never_more_is_told_than_burst_and_rate_allow(pauses: list[float]) -> None:
    seconds = Seconds()
    strangers = Strangers(seconds)
    told = 0
    for pause in pauses:
        seconds.now += pause
        told += strangers.may_be_told("a")
    assert told <= STRANGER_BURST_MAX + seconds.now + 1e-6
