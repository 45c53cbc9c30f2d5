import pytest
from hypothesis import given

from kya.codec.halts import (
    parse_halt,
    parse_rearm,
    parse_resume,
    render_halt,
    render_rearm,
    render_resume,
)
from kya.core.errors import MalformedError
from kya.core.halt import Halt, Resume
from kya.core.latch import Rearm
from tests.builders import a_halt, a_halt_ordered, a_latch_rearmed, a_trading_resumed
from tests.strategies import halts, rearms, resumes

HALT = (
    b'{"_type":"kya/halt/v1","at":"2026-05-15T09:14:00.000000Z","place":"firm",'
    b'"reason":"prices look wrong","state":"halted"}\n'
)
RESUME = (
    b'{"_type":"kya/resume/v1","at":"2026-05-15T09:14:30.000000Z","halt":"%s",'
    b'"reason":"checked"}\n'
)
REARM = (
    b'{"_type":"kya/rearm/v1","agent":"algo_trader_v2",'
    b'"at":"2026-05-15T09:14:00.000000Z","latch":"rejects",'
    b'"reason":"the venue was down"}\n'
)


def test_a_halt_a_resume_and_a_rearming_are_these_lines() -> None:
    ordered = a_halt_ordered()
    resume = a_trading_resumed(ordered).resume
    assert render_halt(a_halt()) == HALT
    assert render_resume(resume) == RESUME % ordered.leaf.encode()
    assert render_rearm(a_latch_rearmed().rearm) == REARM


@given(halts)
def test_reads_back_a_halt(halt: Halt) -> None:
    line = render_halt(halt)
    assert parse_halt(line) == halt
    assert render_halt(parse_halt(line)) == line


@given(resumes)
def test_reads_back_a_resume(resume: Resume) -> None:
    line = render_resume(resume)
    assert parse_resume(line) == resume
    assert render_resume(parse_resume(line)) == line


@given(rearms)
def test_reads_back_a_rearming(rearm: Rearm) -> None:
    line = render_rearm(rearm)
    assert parse_rearm(line) == rearm
    assert render_rearm(parse_rearm(line)) == line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"place":"firm"', b'"place":"firm:"'),
        (b'"place":"firm"', b'"place":"firm:all"'),
        (b'"place":"firm"', b'"place":"Firm"'),
        (b'"place":"firm"', b'"place":"everything"'),
        (b'"place":"firm"', b'"place":"agent"'),
        (b'"place":"firm"', b'"place":"agent:"'),
        (b'"place":"firm"', b'"place":"market:EURUSD"'),
        (b'"place":"firm"', b'"place":"market:eur/usd"'),
        (b'"place":"firm"', b'"place":"venue:sima"'),
        (b'"place":"firm"', b'"place":null'),
        (b'"state":"halted"', b'"state":"active"'),
        (b'"state":"halted"', b'"state":"stopped"'),
        (b'"reason":"prices look wrong"', b'"reason":""'),
        (b'"reason"', b'"remark"'),
        (b"kya/halt/v1", b"kya/halt/v2"),
    ],
)
def test_refuses_a_line_that_is_no_halt(old: bytes, new: bytes) -> None:
    assert old in HALT
    with pytest.raises(MalformedError, match="halt"):
        parse_halt(HALT.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"halt":"%s"' % (b"0" * 64), b'"halt":"none"'),
        (b'"halt":"%s"' % (b"0" * 64), b'"halt":null'),
        (b'"reason":"checked"', b'"reason":""'),
        (b"kya/resume/v1", b"kya/halt/v1"),
    ],
)
def test_refuses_a_line_that_is_no_resume(old: bytes, new: bytes) -> None:
    line = RESUME % (b"0" * 64)
    assert old in line
    with pytest.raises(MalformedError, match="resume"):
        parse_resume(line.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"latch":"rejects"', b'"latch":"losses,rejects"'),
        (b'"latch":"rejects"', b'"latch":"all"'),
        (b'"agent":"algo_trader_v2"', b'"agent":"algo trader"'),
        (b'"reason":"the venue was down"', b'"reason":"\\u0007"'),
    ],
)
def test_refuses_a_line_that_is_no_rearming(old: bytes, new: bytes) -> None:
    assert old in REARM
    with pytest.raises(MalformedError, match="rearm"):
        parse_rearm(REARM.replace(old, new))
