"""Limits of places, judged again from a package: by re-execution and by plain scan."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kya.authority import acts
from kya.core.levels import FIRM, Level, Place
from kya.core.money import Currency, Money
from kya.core.order import Action
from kya.core.order_events import VenueStatus
from kya.core.scope_limits import Limits
from kya.pki.note_signer import NoteSigner
from kya.verify.finding import Verdict
from tests import builders
from tests.halting import CARLA, enrol_supervisors
from tests.verify.packages import failing, handed_over, judged, later, sentences
from tests.world import World, eur, the_scope

DESK = Place(Level.DESK, "fx")
REPLACING = frozenset({Action.NEW, Action.REPLACE, Action.CANCEL})


def trade(world: World, amount: str = "20000.00", **changes: object) -> str:
    order = world.order(created_at=later(world), amount=eur(amount), **changes)
    return world.trade(order)


def note(
    world: World, *people: NoteSigner, place: Place = FIRM, **figures: object
) -> bytes:
    """Return limits dated a microsecond after what the world has seen."""
    world.now = world.now.plus(micros=1)
    wanted = {"daily_max": None, "at": world.now, **figures}
    limits = builders.place_limits(place, **wanted)
    return acts.limit(limits, *(people or (world.risk, CARLA)))


def limited_world() -> World:
    """A world whose firm and desk are limited, and find their limits in every way."""
    world = World(scope=the_scope(limits=Limits(desk="fx", actions=REPLACING)))
    enrol_supervisors(world)
    assert trade(world, "10000.00") == "allowed"
    world.append(note(world, daily_max=eur("40000.00"), open_orders=3))
    world.append(note(world, place=DESK, order_max=eur("20000.00")))
    assert trade(world, "20000.01") == "denied"
    assert trade(world, "20000.00") == "allowed"
    change = {"action": Action.REPLACE, "target": 3}
    assert trade(world, "20000.01", **change) == "denied"
    assert trade(world, "15000.00", **change) == "allowed"
    assert trade(world, "10000.01", market="GBP/EUR") == "denied"
    assert trade(world, "10000.00", market="GBP/EUR") == "allowed"
    world.append(note(world, CARLA, daily_max=eur("40000.00"), open_orders=2))
    cancel = {"action": Action.CANCEL, "target": 7, "market": "GBP/EUR"}
    assert trade(world, "10000.00", **cancel) == "allowed"
    world.report(3, VenueStatus.CANCELLED)
    world.append(note(world, daily_max=eur("90000.00"), open_orders=3))
    assert trade(world, "1.00") == "denied"
    world.report(5)
    order = world.order(created_at=later(world), amount=eur("20000.01"))
    controls = ("place.order_amount",)
    world.set_aside(world.override(order, controls=controls), CARLA, world.risk)
    assert world.trade(order) == "allowed"
    yen = Currency("JPY")
    world.append(note(world, place=DESK, currency=yen, order_max=Money(10**9, yen)))
    assert trade(world, "1.00") == "denied"
    assert {place.level for place in world.state.place_limits} == {
        Level.FIRM,
        Level.DESK,
    }
    return world


def test_a_world_with_limits_of_places_holds(tmp_path: Path) -> None:
    report = handed_over(limited_world(), tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(4).verdict is report.answer(5).verdict is Verdict.HOLDS
    listed = json.loads((tmp_path / "evidence" / "report.json").read_bytes())
    places = [(each["place"], each["daily_max"]) for each in listed["place_limits"]]
    assert places[:2] == [("firm", "40000.00"), ("desk:fx", None)]
    in_force = [each for each in listed["place_limits"] if each["replaced_by"] is None]
    assert [(each["place"], each["open_orders"]) for each in in_force] == [
        ("firm", 3),
        ("desk:fx", None),
    ]


def put(world: World, raw: bytes) -> None:
    """Put a note on record as a gateway that checks nothing would."""
    world.entries.append(raw)


def wider_by_one(world: World) -> None:
    put(world, note(world, CARLA, daily_max=eur("90000.01"), open_orders=3))


def new_by_one(world: World) -> None:
    place = Place(Level.VENUE, "SIMA")
    put(world, note(world, CARLA, place=place, open_orders=1))


def fewer_by_one(world: World) -> None:
    put(world, note(world, CARLA, daily_max=eur("90000.00")))


def by_two_operators(world: World) -> None:
    put(world, note(world, *world.operators, open_orders=99))


def replayed(world: World) -> None:
    first = next(raw for raw in world.entries if b"kya/place-limits/v1" in raw[:40])
    put(world, first)


def of_nobody(world: World) -> None:
    put(world, note(world, place=Place(Level.AGENT, "nobody"), open_orders=1))


FORGERIES = (
    (wider_by_one, "want 2 different people"),
    (new_by_one, "want 2 different people"),
    (fewer_by_one, "want 2 different people"),
    (by_two_operators, "want a compliance or risk whose"),
    (replayed, "want it after those on record"),
    (of_nobody, "no such agent is on record"),
)
SEEN_ALONE = {
    "wider_by_one": "new or widen, by less than two people",
    "new_by_one": "new or widen, by less than two people",
    "fewer_by_one": "new or widen, by less than two people",
    "replayed": "on record already, or older than what is",
}
"""What the plain scan finds too; roles and enrolments it does not read."""


@pytest.mark.parametrize(
    ("forge", "why"), FORGERIES, ids=lambda value: getattr(value, "__name__", "")
)
def test_limits_that_nobody_may_set_are_found(
    tmp_path: Path, forge: Callable[[World], None], why: str
) -> None:
    world = limited_world()
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 4 in failing(report)
    said = [s for s in sentences(report, 4) if "plain scan" not in s]
    assert why in str(said)
    seen = [s for s in sentences(report, 4) if "plain scan" in s]
    assert SEEN_ALONE.get(forge.__name__, "") in str(seen)
    assert bool(seen) is (forge.__name__ in SEEN_ALONE)


PLACES = (FIRM, DESK, Place(Level.MARKET, "EUR/USD"), Place(Level.VENUE, "SIMA"))
BROKEN = (
    ("place.order_amount_max", {"order_max": eur("19999.99")}),
    ("place.daily_amount_max", {"daily_max": eur("39999.99")}),
    ("place.open_orders_max", {"open_orders": 1}),
)


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize(("reason", "figures"), BROKEN, ids=[r for r, _ in BROKEN])
def test_an_order_allowed_beyond_a_place_is_found_by_both(
    tmp_path: Path, place: Place, reason: str, figures: dict[str, object]
) -> None:
    world = World(scope=the_scope(limits=Limits(desk="fx")))
    enrol_supervisors(world)
    assert trade(world) == "allowed"
    world.append(note(world, place=place, **figures))
    judged(world, world.order(created_at=later(world)))
    report = handed_over(world, tmp_path / "evidence").verified()
    said = sentences(report, 4)
    assert {"plain scan" in sentence for sentence in said} == {True, False}
    assert reason in str(said)


def without(world: World, kind: bytes) -> None:
    """Leave the first such entry out, and sign the rest anew as a thief could."""
    found = next(raw for raw in world.entries if kind in raw[:40])
    world.entries.remove(found)


def test_limits_left_out_are_found_by_the_decisions_after_them(tmp_path: Path) -> None:
    world = limited_world()
    without(world, b"kya/place-limits/v1")
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 5 in failing(report)
    said = sentences(report, 5)
    assert {"plain scan" in sentence for sentence in said} == {True, False}
    assert "place." in str(said)
