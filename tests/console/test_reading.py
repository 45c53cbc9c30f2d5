"""The read model and what is derived from it: pure, and tried without a page."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.console.attention import Urgency, needs
from kya.console.counters import bars, scope_rows
from kya.console.habits import hours
from kya.console.limits import EXPIRING_SECONDS
from kya.console.places import Places
from kya.console.reading import Reading
from kya.console.render import count, environment, left, short, when
from kya.console.sight import Sight, Witnessed
from kya.console.standing import (
    BADNESS,
    Authority,
    Behaviour,
    places_in,
    standing_of,
)
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError
from kya.core.incident import IncidentState, Step
from kya.core.instant import Instant
from kya.core.levels import Place
from kya.core.lifecycle import Act
from kya.core.order_events import VenueStatus
from kya.core.scope import DailyMaxPer
from kya.core.scope_limits import Limits
from kya.programs.told import baseline_told
from tests.builders import on
from tests.halting import halt
from tests.incidents import alert_note, take_step, world_breached
from tests.locking import AGEING, imported_world, locked_world
from tests.world import AGENT, MORNING, World, eur, the_scope

LIVE = Sight(is_ready=True, size=100, read_at=MORNING)


def reading_of(world: World) -> Reading:
    reading = Reading()
    for raw in world.entries:
        reading.take(raw)
    return reading


@pytest.fixture(scope="module")
def habitual() -> World:
    """An agent with a locked baseline, on its first morning."""
    world = locked_world()
    world.now = MORNING
    return world


def test_orders_are_listed_the_newest_first_with_what_came_of_them() -> None:
    world = world_breached()
    world.trade(world.order())
    world.report(2, VenueStatus.REJECTED, detail="no")
    world.trade(world.order(market="GBP/JPY"))
    reading = reading_of(world)
    rows = list(reading.newest(None, None, None))
    assert [row.order.seq for row in rows] == [3, 2, 1]
    assert rows[1].status is VenueStatus.REJECTED
    assert rows[2].reasons == ("order.amount_max",)
    assert [r.order.seq for r in reading.newest(None, Outcome.DENIED, None)] == [3, 1]
    below = rows[1].index
    assert [row.order.seq for row in reading.newest(AGENT, None, below)] == [1]
    assert list(reading.newest("another", None, None)) == []
    assert reading.entry_of(AGENT, 2) == rows[1].index
    assert reading.entry_of(AGENT, 9) is None
    assert reading.entry_of("another", 1) is None
    assert len(reading.reports_of(AGENT, 2)) == 1
    assert reading.orders_of(AGENT) == 3


def test_the_oldest_order_is_forgotten_and_found_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kya.console.reading.FEED_ORDERS_MAX", 1)
    world = world_breached()
    world.trade(world.order())
    reading = reading_of(world)
    assert [row.order.seq for row in reading.newest(None, None, None)] == [2]
    first = reading.entry_of(AGENT, 1)
    assert first is not None
    world.report(2)
    reading.take(world.entries[-1])
    assert next(reading.newest(None, None, None)).status is VenueStatus.FILLED


def test_an_incident_has_its_story() -> None:
    world = world_breached()
    world.append(alert_note(world))
    take_step(world, Step.ACKNOWLEDGE)
    world.change_standing(Act.SUSPEND, world.now.plus(seconds=300), "grace ended")
    reading = reading_of(world)
    (story,) = reading.stories.values()
    assert [each.said.split(" ")[0] for each in story] == [
        "opened",
        "alert",
        "acknowledge",
        "certificate",
    ]
    assert [each.entry for each in story] == sorted(each.entry for each in story)
    said = [each.said for each in reading.happened]
    assert said[-1] == f"certificate of {AGENT} suspended: grace ended"


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 9))
def test_places_find_what_was_put_there(seqs: list[int], wanted: int) -> None:
    places = Places()
    for entry, seq in enumerate(seqs):
        places.add(seq, entry)
    all_of_it = [entry for entry, seq in enumerate(seqs) if seq == wanted]
    assert places.all(wanted) == all_of_it
    found = places.first(wanted)
    assert (found in all_of_it) if all_of_it else (found is None)
    assert len(places) == len(seqs)


@given(st.lists(st.integers(1, 99), unique=True, max_size=12))
def test_places_in_order_are_found_at_once(seqs: list[int]) -> None:
    places = Places()
    for entry, seq in enumerate(sorted(seqs)):
        places.add(seq, entry)
    for entry, seq in enumerate(sorted(seqs)):
        assert places.first(seq) == entry


# ---------------------------------------------------------------- where an agent stands


def test_authority_goes_from_valid_to_the_end() -> None:
    world = world_breached()
    reading = reading_of(world)
    incident = next(iter(world.state.incidents.values()))

    def authority(at: Instant) -> Authority:
        return standing_of(reading, AGENT, at).authority

    assert authority(world.now) is Authority.GRACE
    assert authority(incident.grace_ends_at) is Authority.SUSPENDED
    calm = World()
    reading = reading_of(calm)
    held = calm.state.credentials[calm.credential]
    assert authority(calm.now) is Authority.VALID
    soon = held.not_after.plus(seconds=1 - EXPIRING_SECONDS)
    assert authority(soon) is Authority.EXPIRING
    assert authority(soon.plus(seconds=-1)) is Authority.VALID
    assert authority(held.not_after) is Authority.EXPIRING
    assert authority(held.not_after.plus(micros=1)) is Authority.EXPIRED
    calm.change_standing(Act.SUSPEND, calm.now.plus(seconds=1))
    reading.take(calm.entries[-1])
    assert authority(calm.now) is Authority.SUSPENDED
    calm.revoke(calm.now.plus(seconds=2))
    for raw in calm.entries[-2:]:
        reading.take(raw)
    assert authority(calm.now.plus(seconds=2)) is Authority.REVOKED


def test_behaviour_is_the_scores_word_and_no_other(habitual: World) -> None:
    bare = reading_of(World())
    assert standing_of(bare, AGENT, MORNING).behaviour is Behaviour.NO_BASELINE
    reading = reading_of(habitual)
    for score, wanted in (
        (0, Behaviour.IN_BASELINE),
        (7_499, Behaviour.IN_BASELINE),
        (7_500, Behaviour.DRIFTING),
        (8_499, Behaviour.DRIFTING),
        (8_500, Behaviour.ANOMALOUS),
    ):
        reading.scores[AGENT] = score
        assert standing_of(reading, AGENT, MORNING).behaviour is wanted
        assert standing_of(reading, AGENT, MORNING).baseline_age is None


def test_a_baseline_that_has_expired_is_told_whatever_the_scores() -> None:
    world = imported_world(AGEING)
    reading = reading_of(world)
    for at, word, behaviour in (
        ("2026-05-15 18:00", "4 whole days left", Behaviour.IN_BASELINE),
        ("2026-05-18 18:00", "1 whole day left; renew it", Behaviour.IN_BASELINE),
        ("2026-05-19 18:00", "expired 2026-05-19T18", Behaviour.BASELINE_EXPIRED),
    ):
        standing = standing_of(reading, AGENT, on(at))
        assert standing.behaviour is behaviour
        assert standing.baseline_age is not None
        assert word in standing.baseline_age.words
    said = baseline_told(AGENT, reading.state.agents[AGENT], reading)
    assert said is not None
    assert said.expires_at == "2026-05-19T18:00:00.000000Z"


def test_the_newest_orders_score_is_kept() -> None:
    world = locked_world()
    world.now = MORNING
    assert world.trade(world.order(amount=eur("19000.00"))) == "allowed"
    reading = reading_of(world)
    row = next(reading.newest(AGENT, None, None))
    assert row.score is not None
    assert reading.scores[AGENT] == row.score
    day = hours(world.state.agents[AGENT].baseline, [row])
    assert [hour.orders for hour in day if hour.orders] == [1]
    usual = {hour.hour: hour.usual for hour in day}
    assert (usual[11] or 0) > (usual[3] or 0)
    assert all(hour.usual is None for hour in hours(None, [row]))
    assert all(0 <= (hour.usual or 0) <= 100 for hour in day)


def test_every_place_on_an_axis_is_drawn() -> None:
    assert set(BADNESS) == {*Authority, *Behaviour}


def test_halts_that_touch_an_agent_stand_beside_it() -> None:
    world = World()
    halt(world, Place.parse("market:EUR/USD"))
    halt(world, Place.parse("venue:ELSE"))
    reading = reading_of(world)
    (found,) = standing_of(reading, AGENT, world.now).halts
    assert str(found.halt.place) == "market:EUR/USD"
    names = [str(place) for place in places_in(world.state)]
    assert names[0] == "firm"
    assert names[-1] == f"agent:{AGENT}"
    assert {"venue:SIMA", "market:GBP/EUR"} <= set(names)


# ------------------------------------------------------------------- counters and scope


def test_counters_fill_toward_their_limits() -> None:
    limits = Limits(open_orders=2, orders_per_day=4, position_max=eur("40000.00"))
    world = World(scope=the_scope(limits=limits, daily_max=eur("50000.00")))
    world.trade(world.order(amount=eur("20000.00")))
    world.trade(world.order(amount=eur("20000.00")))
    agent = world.state.agents[AGENT]
    found = {bar.name: bar for bar in bars(agent, world.scope, world.now)}
    (daily,) = (bar for name, bar in found.items() if name.startswith("EUR/USD"))
    assert (daily.used, daily.limit, daily.permille) == ("40000.00", "50000.00", 800)
    assert daily.level == "nearly full"
    assert found["Working orders"].level == "full"
    assert found["Orders today"].permille == 500
    assert found["Position EUR/USD"].permille == 1_000
    tomorrow = world.now.plus(seconds=86_400)
    again = {bar.name: bar for bar in bars(agent, world.scope, tomorrow)}
    assert again["Any market and side today"].used == "0.00"
    per_agent = replace(world.scope, daily_max_per=DailyMaxPer.AGENT)
    (first, *_) = bars(agent, per_agent, world.now)
    assert (first.name, first.used) == ("Allowed today", "40000.00")


def test_the_scope_is_the_boards_word_beside_the_certificates() -> None:
    world = World()
    agent = world.state.agents[AGENT]
    rows = scope_rows(world.state, agent)
    assert all(row.is_same for row in rows)
    assert {"markets", "order_max", "window.opens"} <= {row.name for row in rows}
    digest = world.state.credentials[world.credential].granted.mandate
    other = replace(
        world.state.mandates[digest], scope=the_scope(order_max=eur("9.00"))
    )
    forged = world.state._replace(mandates={digest: other})
    assert [row.name for row in scope_rows(forged, agent) if not row.is_same] == [
        "order_max"
    ]
    bare = world.state._replace(mandates={})
    assert not any(row.is_same for row in scope_rows(bare, agent))


# ------------------------------------------------------------------ what needs somebody


def test_what_ends_first_comes_first() -> None:
    world = world_breached()
    halt(world)
    reading = reading_of(world)
    found = needs(reading, replace(LIVE, read_at=world.now), world.now)
    assert [need.urgency for need in found[:2]] == [Urgency.NOW, Urgency.TODAY]
    assert found[0].until is not None
    take_step(world, Step.RELEASE)
    reading = reading_of(world)
    after = needs(reading, replace(LIVE, read_at=world.now), world.now)
    assert after[-1].what == f"Incident of {AGENT} to conclude"
    (incident,) = world.state.incidents.values()
    assert incident.state is IncidentState.RELEASED


def test_the_end_of_a_grace_is_said() -> None:
    world = world_breached()
    (incident,) = world.state.incidents.values()
    at = incident.grace_ends_at
    (need, *_) = needs(reading_of(world), replace(LIVE, read_at=at), at)
    assert need.why.startswith("grace has ended: nothing but cancels leaves")


@pytest.mark.parametrize(
    ("sight", "said"),
    [
        (LIVE, None),
        (replace(LIVE, fault="gateway: no reply"), "The log was last read"),
        (replace(LIVE, read_at=MORNING.plus(seconds=-16)), "The log was last read"),
        (replace(LIVE, fault="x", is_distrusted=True), "The log contradicts itself"),
        (
            replace(
                LIVE,
                witnessed=Witnessed(
                    size=90, names=("w",), at=MORNING.plus(seconds=-601)
                ),
            ),
            "Witnesses have seen nothing new for 10 min",
        ),
        (
            replace(
                LIVE,
                witnessed=Witnessed(
                    size=100, names=("w",), at=MORNING.plus(seconds=-9_999)
                ),
            ),
            None,
        ),
    ],
)
def test_a_log_that_is_late_or_lies_needs_somebody(
    sight: Sight, said: str | None
) -> None:
    found = [need.what for need in needs(reading_of(World()), sight, MORNING)]
    assert found == [] if said is None else found[0].startswith(said)


def test_certificates_that_end_soon_are_named() -> None:
    world = World()
    reading = reading_of(world)
    end = world.state.credentials[world.credential].not_after
    at = end.plus(seconds=-1)
    whats = [need.what for need in needs(reading, replace(LIVE, read_at=at), at)]
    assert f"Certificate of agent {AGENT} ends" in whats
    late = end.plus(seconds=1)
    found = needs(reading, replace(LIVE, read_at=late), late)
    by_name = {need.what: need for need in found}
    assert by_name[f"Certificate of agent {AGENT} has ended"].urgency is Urgency.TODAY


# ------------------------------------------------------------------------- how it reads


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s left"),
        (59, "59 s left"),
        (60, "1 min 00 s left"),
        (3_599, "59 min 59 s left"),
        (3_600, "1 h 00 min left"),
        (90_000, "1 d 1 h left"),
        (-61, "over for 1 min 01 s"),
    ],
)
def test_time_is_told_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert left(MORNING.plus(seconds=seconds), MORNING) == words


def test_instants_and_digests_and_counts_are_spelt_in_one_way() -> None:
    assert str(when(MORNING)) == (
        '<time datetime="2026-05-15T09:15:00.000000Z">'
        "2026-05-15 09:15:00.000 +00:00</time>"
    )
    assert short("ab" * 32) == "ab" * 8
    assert count(1_234_567) == "1\u202f234\u202f567"


def test_a_template_escapes_and_knows_no_missing_name() -> None:
    made = environment()
    shown = made.from_string("{{ said }}").render(said="<b>&'\"")
    assert shown == "&lt;b&gt;&amp;&#39;&#34;"
    with pytest.raises(Exception, match="'missing' is undefined"):
        made.from_string("{{ missing }}").render()


def test_a_decision_without_its_order_is_no_log_of_ours() -> None:
    world = world_breached()
    reading = reading_of(world)
    with pytest.raises(CorruptionError, match=f"entry {len(world.entries)}"):
        reading.take(world.entries[-1])
