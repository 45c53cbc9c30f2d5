"""A bound bot around the clock: an hour in every run, a day and a night in a proof."""

from collections import Counter
from pathlib import Path

import pytest

from kya.core.order_events import VenueStatus
from tests.bots.day import Day, Judged, a_long_road, left_open, positions_at
from tests.verify.packages import failing, handed_over, sentences

SEED = 20_260_515
DAY_SEED = 8_640_024
FOREIGN_SEED = 300_000
EXPLAINED = 9
"""The question of what the venues' own lists have."""

WORDS = {
    VenueStatus.FILLED,
    VenueStatus.CANCELLED,
    VenueStatus.REJECTED,
    VenueStatus.NOT_RECEIVED,
}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the venue again after milliseconds, not after fractions of a second."""
    monkeypatch.setattr("kya.gateway.reconcile.VENUE_ASK_MICROS_MIN", 1_000)
    monkeypatch.setattr("kya.gateway.reconcile.VENUE_ASK_MICROS_MAX", 8_000)


def judge(day: Day, folder: Path) -> Judged:
    """Ask what must hold, whatever went wrong."""
    road, entries = day.road, day.road.entries()
    judged = Judged.of(entries)
    assert judged.unexplained == day.foreign.keys()
    assert left_open(road) == []
    arrived, sent = Counter(road.arrived) - day.thefts, judged.sent_once()
    assert arrived <= sent
    assert (sent - arrived).keys() <= judged.never_received()
    held = judged.positions()
    held.update({"BTC/EUR": sum(day.foreign.values())})
    assert held == judged.copied == positions_at(road)
    report = handed_over(road.house.world, folder, entries=entries).verified()
    assert failing(report) == ({EXPLAINED} if day.foreign else set())
    said = "".join(sentences(report, EXPLAINED))
    assert all(id_ in said for id_ in day.foreign)
    return judged


def test_an_hour_with_faults_leaves_nothing_unexplained(tmp_path: Path) -> None:
    with a_long_road(tmp_path, SEED) as day:
        day.pass_minutes(60)
        judged = judge(day, tmp_path / "evidence")
    assert {report.status for report in judged.reports.values()} == WORDS
    assert day.refused["InvalidOrder"]


def test_whatever_somebody_else_trades_at_the_account_is_found(tmp_path: Path) -> None:
    with a_long_road(tmp_path, FOREIGN_SEED) as day:
        day.pass_minutes(20, foreign_one_in=4)
        judge(day, tmp_path / "evidence")
    assert "" in day.thefts
    assert len(day.thefts) == 2


@pytest.mark.proof
def test_a_day_and_a_night_with_faults_leave_nothing_unexplained(
    tmp_path: Path,
) -> None:
    with a_long_road(tmp_path, DAY_SEED) as day:
        day.pass_minutes(24 * 60)
        judged = judge(day, tmp_path / "evidence")
    assert len(judged.allowed) > 1_000
    assert {report.status for report in judged.reports.values()} == WORDS
