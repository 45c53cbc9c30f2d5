"""The shell verifier's calendars: its own rules, run on every day, and in a package."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from kya.codec.canonical import encode_line
from kya.codec.decisions import parse_decision, render_decision
from kya.core.control import Reason
from kya.core.decide import decide
from kya.core.instant import Day, Instant
from kya.core.scope import Calendar
from tests.builders import a_case, a_scope
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import holds
from tests.surface.blocks import ROOT
from tests.world import World, the_scope

SCRIPT: Final = (ROOT / "src/kya/evidence/verify.sh").read_text("utf-8")
FIRST: Final = Day.parse("2023-11-01")
NEEDED: Final = (
    *("days", "within", "rule", "control", "weekday", "on_calendar"),
    *("is_closing_day", "kept", "working", "easter"),
)
ASK: Final = """
BEGIN { EXCHANGES = "target uk_england_wales us_nyse ch_six" }
{
    CONTROLS = REASONS = ""
    on_calendar($1, $2)
    print CONTROLS
}
"""


def function(name: str) -> str:
    """One awk function of the script: on one line, or up to a brace on its own."""
    found = re.search(
        rf"^function {name}\((?:.*\}}$|.*\n(?:.*\n)*?\}}$)", SCRIPT, re.MULTILINE
    )
    assert found, name
    return found.group()


def asked(questions: list[tuple[Calendar, Instant]]) -> list[str]:
    program = ASK + "\n".join(map(function, NEEDED))
    lines = "".join(f"{calendar.value} {at}\n" for calendar, at in questions)
    done = subprocess.run(
        ["awk", program], input=lines, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def by_the_gateway(calendar: Calendar, at: Instant) -> str:
    """The control as a decision of ours has it, alone among what is wrong."""
    case = a_case(received_at=at, scope=a_scope(calendar=calendar))
    line = parse_decision(render_decision(decide(case), "0" * 64))
    (control,) = [each for each in line.controls if each.id == "hours.calendar"]
    return encode_line(control).decode().rstrip("\n")


@pytest.mark.parametrize("calendar", Calendar)
def test_its_rules_and_our_lists_say_the_same_of_every_day(calendar: Calendar) -> None:
    days = [Day(FIRST.number + each) for each in range(4600)]
    found = asked([(calendar, day.start) for day in days])
    assert '"measured":"' in found[0]
    shut = [Reason.CALENDAR_CLOSED.value in line for line in found]
    assert shut == [not calendar.is_open(day) for day in days]
    unsure = ['"cannot_evaluate"' in line for line in found]
    assert unsure == [not calendar.covers(day) for day in days]


@pytest.mark.parametrize("calendar", Calendar)
@pytest.mark.parametrize(
    "day", ["2023-12-25", "2026-12-25", "2026-12-28", "2026-05-16", "2036-01-05"]
)
def test_the_control_comes_out_byte_for_byte(calendar: Calendar, day: str) -> None:
    at = Day.parse(day).start
    assert asked([(calendar, at)]) == [by_the_gateway(calendar, at)]


@pytest.mark.parametrize(
    ("calendar", "closed", "day_before"),
    [
        (Calendar.TARGET, "2026-12-25", "2026-12-24"),
        (Calendar.UK_ENGLAND_WALES, "2026-05-25", "2026-05-22"),
        (Calendar.US_NYSE, "2026-07-03", "2026-07-02"),
        (Calendar.CH_SIX, "2026-05-14", "2026-05-13"),
    ],
)
def test_a_holiday_in_a_package_is_judged_again(
    tmp_path: Path, calendar: Calendar, closed: str, day_before: str
) -> None:
    world = World(scope=the_scope(calendar=calendar))
    outcomes = [
        world.trade(world.order(created_at=at), at)
        for at in (
            Instant.parse(f"{day}T12:00:00.000000Z") for day in (day_before, closed)
        )
    ]
    assert outcomes == ["allowed", "denied"]
    assert "2 of 2 decisions" in holds(build(tmp_path, world)).reasons["Q5"]
