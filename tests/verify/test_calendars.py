"""Exchange calendars, judged again from a package by every judge there is."""

from pathlib import Path

import pytest

from kya.core.instant import Instant
from kya.core.scope import Calendar
from kya.verify.finding import Verdict
from kya.verify.plain_overrides import PlainOverride
from kya.verify.plain_places import PlainPlaces
from kya.verify.plain_prices import PlainPrices
from kya.verify.plain_rules import Around, PlainAgent, PlainCertificate, seen_of
from kya.verify.plain_working import PlainWorking
from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import verify
from tests.verify.packages import handed_over, judged, sentences
from tests.verify.test_forged_history import both_judges
from tests.world import World, the_scope
from vectors.decide.story import ORDER, SCOPE

NOON = "T12:00:00.000000Z"
CLOSED = [
    (Calendar.TARGET, "2026-12-25"),
    (Calendar.UK_ENGLAND_WALES, "2026-12-28"),
    (Calendar.US_NYSE, "2026-07-03"),
    (Calendar.CH_SIX, "2026-05-25"),
]


def forged(line: bytes) -> bytes:
    """A denial for the calendar alone, turned into leave to go."""
    for told, claimed in (
        (b'"outcome":"failed","reason":"calendar.closed"', b'"outcome":"passed"'),
        (b'"outcome":"denied"', b'"outcome":"allowed"'),
        (b'"reasons":["calendar.closed"]', b'"reasons":[]'),
    ):
        assert line.count(told) == 1
        line = line.replace(told, claimed)
    return line


def forged_world(calendar: Calendar, day: str) -> World:
    world = World(scope=the_scope(calendar=calendar))
    at = Instant.parse(day + NOON)
    judged(world, world.order(created_at=at), line=forged)
    return world


@pytest.mark.parametrize(("calendar", "day"), CLOSED)
def test_an_order_on_a_holiday_that_was_allowed(
    tmp_path: Path, calendar: Calendar, day: str
) -> None:
    handed = handed_over(forged_world(calendar, day), tmp_path / "evidence")
    report = handed.verified()
    assert both_judges(report, 4)
    assert "calendar.closed" in str(sentences(report, 4))


@pytest.mark.parametrize(("calendar", "day"), CLOSED)
def test_the_shell_verifier_sees_it_too(
    tmp_path: Path, calendar: Calendar, day: str
) -> None:
    answer = verify(build(tmp_path, forged_world(calendar, day)))
    assert {"Q4", "Q5"} <= answer.failing()
    assert "calendar.closed" in answer.reasons["Q4"]


def test_a_holiday_that_people_set_aside_holds(tmp_path: Path) -> None:
    world = World(scope=the_scope(calendar=Calendar.TARGET))
    at = Instant.parse("2026-05-01" + NOON)
    world.now = at
    order = world.order(created_at=at.plus(seconds=60))
    world.set_aside(world.override(order, controls=("hours.calendar",)))
    assert world.trade(order, order.created_at) == "allowed"
    report = handed_over(world, tmp_path / "evidence").verified()
    assert report.answer(4).verdict is report.answer(5).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("calendar", "day", "is_aside"),
    [
        ("us_nyse", "2035-12-25", True),
        ("us_nyse", "2036-01-05", False),
        ("monday_to_friday", "2036-01-05", True),
    ],
)
def test_the_plain_scan_lets_nobody_set_aside_what_nobody_knows(
    calendar: str, day: str, *, is_aside: bool
) -> None:
    order = {**ORDER, "created_at": f"{day}{NOON}"}
    said = {"received_at": order["created_at"], "price": None}
    certificate = PlainCertificate("agent", SCOPE | {"calendar": calendar})
    prices = PlainPrices(order, said, certificate.scope)
    around = Around(None, set(), PlainWorking(), PlainPlaces())
    seen = seen_of(prices, certificate, PlainAgent(day=day), around)
    assert seen.reasons == {"calendar.closed"}
    override = PlainOverride("leaf", {"controls": ["hours.calendar"]})
    assert (override.sets_aside(seen) == {"calendar.closed"}) is is_aside
