"""Question 9: fills finer than a cent meet their reports, or fail everywhere."""

from dataclasses import replace
from pathlib import Path

import pytest

from kya.codec.note import SignedNote
from kya.codec.reports import parse_report, render_report
from kya.core.exact_fill import filled_of
from kya.core.execution import amount_units
from kya.core.money import Price
from kya.core.order_events import VenueStatus
from kya.pki.note_signer import sign_note
from kya.verify.finding import Verdict
from tests.drop_copies import copy_list, execution_of, submitted_in
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import verify
from tests.verify.packages import failing, handed_over, later, sentences
from tests.world import EUR, World

PARTS = ("0.00500001", "9999.99999999", "0.00000001")
SUM, FINAL = "0.00500001", "10000.00500001"
MEAN = Price.parse("1.38111")


def half_a_cent(
    *parts: str, first: str = SUM, last: str = FINAL, status: str = "cancelled"
) -> World:
    """A world whose order is filled in parts finer than a cent, reported twice."""
    world = World()
    world.now = later(world)
    copy_list(world)
    world.trade(world.order(created_at=later(world)))
    submitted = submitted_in(world, 1)
    lines = [
        execution_of(submitted, number, amount=amount)
        for number, amount in enumerate(parts or PARTS, 1)
    ]
    report(world, VenueStatus.ACKNOWLEDGED, first)
    copy_list(world, *lines)
    report(world, VenueStatus(status), last)
    world.now = world.now.plus(seconds=120)
    copy_list(world)
    return world


def report(world: World, status: VenueStatus, exact: str) -> None:
    units = amount_units(exact, EUR)
    filled, finer = filled_of(units, EUR)
    note = world.report_note(1, status, filled=filled)
    event = parse_report(SignedNote.parse(note).text)
    line = render_report(replace(event, exact=finer, price=MEAN))
    world.append(sign_note(line, world.gateway).render())


def test_parts_of_a_cent_meet_their_reports(tmp_path: Path) -> None:
    world = half_a_cent()
    assert b'"filled":"0.01","filled_currency":"EUR","filled_exact"' in b"".join(
        world.entries
    )
    report_ = handed_over(world, tmp_path / "evidence").verified()
    assert failing(report_) == set(), sentences(report_, 9)
    assert report_.answer(9).verdict is Verdict.HOLDS
    answer = verify(build(tmp_path / "made", world))
    assert answer.failing() == set(), answer.text
    assert answer.verdicts["Q9"] == "HOLDS", answer.text


@pytest.mark.parametrize(
    "world",
    [
        {"last": "10000.00500002"},
        {"last": "10000.005"},
        {"last": "10000.01"},
        {"first": "0.00500002", "last": FINAL},
    ],
    ids=str,
)
def test_a_hundred_millionth_that_nobody_explains_fails(
    tmp_path: Path, world: dict[str, str]
) -> None:
    forged = half_a_cent(**world)
    report_ = handed_over(forged, tmp_path / "evidence").verified()
    assert failing(report_) == {9}
    assert "unexplained at SIMA" in str(sentences(report_, 9))


def test_the_other_verifiers_count_as_finely(tmp_path: Path) -> None:
    forged = half_a_cent(last="10000.005")
    report_ = handed_over(forged, tmp_path / "evidence").verified()
    assert "SIMA lists 10000.00500001 of" in str(sentences(report_, 9))
    answer = verify(build(tmp_path / "made", forged))
    assert answer.failing() == {"Q9"}, answer.text
