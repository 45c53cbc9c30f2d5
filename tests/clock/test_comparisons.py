"""What a comparison of the clock says, and every form that it may not have."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.clock_comparisons import parse_clock, render_clock
from kya.core.clock_comparison import ClockCompared, Deviation, TimeKeeper
from kya.core.errors import InputError, MalformedError
from kya.core.limits import CLOCK_MICROS_MAX
from tests.strategies import instants
from tests.world import FOUNDED

deviations = st.builds(
    Deviation,
    offset_micros=st.integers(-CLOCK_MICROS_MAX, CLOCK_MICROS_MAX),
    bound_micros=st.integers(0, CLOCK_MICROS_MAX),
)
comparisons = st.builds(
    ClockCompared,
    keeper=st.sampled_from(TimeKeeper),
    deviation=st.none() | deviations,
    at=instants,
)
COMPARED = ClockCompared(
    keeper=TimeKeeper.CHRONY,
    deviation=Deviation(offset_micros=-120, bound_micros=340),
    at=FOUNDED,
)
LINE = (
    b'{"_type":"kya/clock/v1","at":"2026-04-24T09:00:00.000000Z","bound_micros":340,'
    b'"keeper":"chrony","offset_micros":-120}\n'
)


def test_the_line_is_the_one_of_the_specification() -> None:
    assert render_clock(COMPARED) == LINE


@given(comparisons)
def test_a_line_says_what_was_compared(compared: ClockCompared) -> None:
    assert parse_clock(render_clock(compared)) == compared


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"340", b"null"),
        (b"-120", b"null"),
        (b"-120", b"-0"),
        (b"-120", b"1e2"),
        (b"-120", b'"-120"'),
        (b"-120", b"true"),
        (b"-120", b"0.5"),
        (b"-120", b"-86400000001"),
        (b"-120", b"86400000001"),
        (b"340", b"-1"),
        (b"340", b"86400000001"),
        (b"chrony", b"sundial"),
        (b'"keeper"', b'"keepers"'),
        (b'"bound_micros":340,', b""),
        (b".000000Z", b"Z"),
        (b"}\n", b"}"),
        (b"}\n", b',"tip":1}\n'),
    ],
)
def test_another_form_is_no_comparison(old: bytes, new: bytes) -> None:
    assert old in LINE
    with pytest.raises(InputError):
        parse_clock(LINE.replace(old, new))


def test_how_far_it_can_be_is_offset_and_bound_together() -> None:
    assert Deviation(offset_micros=-120, bound_micros=340).micros_at_most == 460
    assert Deviation(offset_micros=120, bound_micros=0).micros_at_most == 120


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_a_deviation_is_of_integers(value: object) -> None:
    whole = Deviation(offset_micros=1, bound_micros=1)
    for name in ("offset_micros", "bound_micros"):
        with pytest.raises(MalformedError, match=name):
            replace(whole, **{name: value})  # type: ignore[arg-type]
