"""Sections over logs that show what others do not: long, witnessed, halted, silent."""

from dataclasses import replace
from pathlib import Path

import pytest

from kya.codec.figures import Runs
from kya.core.instant import Day, Instant
from kya.core.money import Money
from kya.report.controls import controls_section
from kya.report.examined import Examined
from kya.report.gathered import STOPPED_MAX, DayFigures, Gathered
from kya.report.incidents import incidents_section
from kya.report.model import Chart, Section, Sentence, Table
from kya.report.outsiders import outsiders_section
from kya.report.perimeter import perimeter_section
from kya.report.statistics import statistics_section, stopped_section
from kya.report.summary import summary_section
from kya.tlog.policy import Policy
from kya.verify.brought import Brought
from kya.verify.verify import examine
from tests.builders import EUR
from tests.halting import enrol_supervisors, halt
from tests.verify import test_witnesses as witnessing
from tests.verify.packages import Handed, build_of, handed_over
from tests.world import AGENT, World, eur


def examined_of(package: Handed) -> Examined:
    brought = Brought.read(package.root, package.policy, None)
    gathered = Gathered()
    examination = examine(package.path, brought, watch=gathered)
    assert examination.found is not None
    return Examined(examination, examination.found, gathered)


@pytest.fixture
def examined(sound: Handed) -> Examined:
    return examined_of(sound)


def texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Sentence)]


def rows(section: Section) -> list[tuple[str, ...]]:
    tables = [block for block in section.blocks if isinstance(block, Table)]
    return [row.cells for table in tables for row in table.rows]


def charts(section: Section) -> list[Chart]:
    return [block for block in section.blocks if isinstance(block, Chart)]


def days_later(examined: Examined, *numbers: int) -> None:
    """Have one allowed order so many days after the first as well."""
    (first,) = examined.gathered.days
    for number in numbers:
        day = DayFigures(largest={"EUR": (Money(1_000_000, EUR), 14)})
        day.outcomes["allowed"] = 1
        examined.gathered.days[Day(first.number + number)] = day


def test_days_without_orders_are_shown_as_empty(examined: Examined) -> None:
    days_later(examined, 3)
    by_day, largest, _ = charts(statistics_section(examined))
    assert by_day.labels == ("05-15", "05-16", "05-17", "05-18")
    assert by_day.series[0].figures == (4, 0, 0, 1)
    assert largest.series[0].figures == (180_000, 0, 0, 10_000)
    assert by_day.said.text == "Orders by day; 2 days had any."


def test_a_long_period_is_shown_by_month(examined: Examined) -> None:
    days_later(examined, 62, 63)
    by_month, largest, _ = charts(statistics_section(examined))
    assert by_month.labels == ("2026-05", "2026-06", "2026-07")
    assert by_month.series[0].figures == (4, 0, 2)
    assert largest.series[0].figures == (180_000, 0, 10_000)
    assert "of each month" in largest.said.text


def test_scores_stand_beside_their_threshold(examined: Examined) -> None:
    (day,) = examined.gathered.days.values()
    day.score = (9_069, 17)
    examined.gathered.scored.add(17)
    scores = charts(statistics_section(examined))[2]
    assert scores.series[0].figures == (9_069,)
    assert str(scores.said.source) == "entry 17"
    assert "1 order met a locked baseline" in scores.said.text


def test_a_period_without_orders_says_so(examined: Examined) -> None:
    empty = replace(examined, gathered=Gathered())
    assert texts(statistics_section(empty)) == ["No order is in this period."]
    (none,) = texts(stopped_section(empty))
    assert none.startswith("0 orders did not go")
    assert rows(controls_section(empty)) == []


def test_no_more_stopped_orders_are_shown_than_can_be_read(tmp_path: Path) -> None:
    world = World()
    for _ in range(STOPPED_MAX + 2):
        world.now = world.now.plus(seconds=1)
        world.trade(world.order(created_at=world.now, amount=eur("30000.00")))
    found = stopped_section(examined_of(handed_over(world, tmp_path / "evidence")))
    assert len(rows(found)) == STOPPED_MAX
    assert texts(found)[0].startswith(f"{STOPPED_MAX + 2} orders did not go")


def test_a_control_of_the_firms_own_is_listed_last(examined: Examined) -> None:
    figures = examined.gathered.controls
    figures["overlay.house"] = figures["order.amount"]
    *_, last = rows(controls_section(examined))
    assert last[0] == "overlay.house"
    assert last[3] == "the firm's own"


def test_each_outcome_of_a_control_is_worded(examined: Examined) -> None:
    fired = examined.gathered.controls["order.amount"].fired
    for outcome in ("warned", "overridden", "cannot_evaluate"):
        fired[outcome] = Runs()
        fired[outcome].add(17)
    found = {cells[0]: cells[2] for cells in rows(controls_section(examined))}
    assert found["order.amount"].split("\n") == [
        "could not be evaluated, and so stopped 1 order",
        "stopped 1 order",
        "set aside by two people for 1 order",
        "warned of 1 order",
    ]


def test_halts_are_counted_with_the_incidents(tmp_path: Path) -> None:
    world = World()
    enrol_supervisors(world)
    halt(world)
    found = examined_of(handed_over(world, tmp_path / "evidence"))
    assert texts(incidents_section(found)) == [
        "No incident was opened.",
        "1 halt of trading by people on record.",
    ]


def test_witnesses_and_stamps_are_shown_with_what_they_saw(tmp_path: Path) -> None:
    world, source = witnessing.the_world(), witnessing.a_source(7)
    size = len(world.entries)
    for each in (7, size):
        witnessing.seen(source, each, *witnessing.BOTH)
    source.witnesses = Policy.parse(witnessing.policy(world, *witnessing.BOTH))
    package = build_of(world, source, tmp_path / "evidence")
    own = replace(package, policy=witnessing.policy(world, *witnessing.BOTH))
    found = examined_of(own)
    found.found.stamps["7.tsa.tsr"] = Instant.parse("2026-05-15T10:00:00.000000Z")
    section = outsiders_section(found)
    *witnesses, stamp = rows(section)
    assert [cells[1:3] for cells in witnesses] == [("2", f"{size} entries")] * 2
    assert stamp == ("7.tsa.tsr", "2026-05-15 10:00:00")
    assert any("2 of 2 witnesses of your policy" in text for text in texts(section))
    assert any(
        text.startswith("Outside eyes: 2 of 2")
        for text in texts(summary_section(found))
    )


def test_the_perimeter_of_each_market_is_that_of_the_table(examined: Examined) -> None:
    subject = examined.examination.report.subject
    markets = [cells[0] for cells in rows(perimeter_section(subject))]
    assert markets == list(subject.markets)
    assert rows(perimeter_section(replace(subject, markets=()))) == []


def test_the_summary_names_acts_upon_certificates(examined: Examined) -> None:
    said = texts(summary_section(examined))
    assert any(" was suspended at 2026-05-15" in text for text in said)
    assert any(" was revoked at 2026-05-15" in text for text in said)
    assert examined.agents.keys() == {AGENT}
