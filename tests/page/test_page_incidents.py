"""What the page says of incidents, and of whoever has signed a log from outside."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.incidents import (
    TOO_LARGE,
    a_watched_world,
    the_fridays_world,
    the_incident_in,
    world_breached,
    world_revoked_by_people,
)
from tests.page.browser import Answers, Ask
from tests.verify import test_incidents as told
from tests.verify import test_witnesses as seen
from tests.verify.packages import MemoryLog, build_of, handed_over, judged
from tests.world import World

FAILS = "FAILS"


def of_world(ask: Ask, world: World, folder: Path) -> Answers:
    handed = handed_over(world, folder / "evidence")
    return ask(handed, handed)


def test_an_incident_that_was_told_seen_suspended_and_revoked_holds(
    ask: Ask, tmp_path: Path
) -> None:
    answers = of_world(ask, the_fridays_world(), tmp_path)
    assert not answers.having(FAILS)
    assert answers.verdicts[7] == "HOLDS"
    assert "1 were opened: revoked" in str(answers.sentences[7])
    assert answers.verdicts[5] == "HOLDS"


def test_what_people_have_revoked_holds(ask: Ask, tmp_path: Path) -> None:
    answers = of_world(ask, world_revoked_by_people(), tmp_path)
    assert not answers.having(FAILS)
    assert (answers.verdicts[5], answers.verdicts[7]) == ("HOLDS", "HOLDS")


@pytest.mark.parametrize(
    "forge",
    [
        told.a_revocation_by_one,
        told.a_revocation_twice,
        told.an_extension_by_one,
        told.a_back_dated_release,
        told.a_replayed_extension,
        told.an_alert_twice,
    ],
)
def test_what_may_not_be_done_about_an_incident_fails(
    ask: Ask, tmp_path: Path, forge: told.Forgery
) -> None:
    world = world_breached(told.SILENT)
    forge(world)
    assert 7 in of_world(ask, world, tmp_path).having(FAILS)


@pytest.mark.parametrize("change", [told.hidden, told.prolonged])
def test_a_decision_that_hides_or_prolongs_an_incident_fails(
    ask: Ask, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    world = a_watched_world(told.SILENT)
    watch = told.watch_in(world)
    judged(world, world.order(amount=TOO_LARGE), line=change, watch=watch)
    assert {5, 7} <= of_world(ask, world, tmp_path).having(FAILS)


def test_an_order_allowed_after_the_end_of_a_grace_fails(
    ask: Ask, tmp_path: Path
) -> None:
    world = world_breached(told.SILENT)
    judged(world, world.order(created_at=the_incident_in(world.state).grace_ends_at))
    assert 4 in of_world(ask, world, tmp_path).having(FAILS)


@pytest.mark.parametrize(("seconds", "verdict"), [(60, "UNKNOWN"), (61, FAILS)])
def test_an_incident_that_nobody_enforces_fails_after_a_minute(
    ask: Ask, tmp_path: Path, seconds: int, verdict: str
) -> None:
    world = world_breached(told.SILENT)
    told.goes_on(world, seconds)
    assert of_world(ask, world, tmp_path).verdicts[7] == verdict


# ---------------------------------------------------------------------------- witnesses


def of_source(
    ask: Ask, source: MemoryLog, folder: Path, own: bytes | None = None
) -> Answers:
    handed = build_of(seen.the_world(), source, folder / "evidence")
    return ask(handed, handed, policy=own or seen.policy(seen.the_world(), *seen.BOTH))


def whole() -> int:
    return len(seen.the_world().entries)


def test_both_witnesses_have_seen_the_whole_log(ask: Ask, tmp_path: Path) -> None:
    source = seen.a_source(16)
    seen.seen(source, 16, 1)
    seen.seen(source, whole(), *seen.BOTH)
    answers = of_source(ask, source, tmp_path)
    assert answers.verdicts[8] == "HOLDS"
    assert "cosigned by the quorum of your policy" in str(answers.sentences[8])


def test_one_of_two_is_enough_where_one_is_asked_for(ask: Ask, tmp_path: Path) -> None:
    source = seen.a_source()
    seen.seen(source, whole(), 2)
    own = seen.policy(seen.the_world(), *seen.BOTH, threshold=1)
    assert of_source(ask, source, tmp_path, own).verdicts[8] == "HOLDS"


@pytest.mark.parametrize("numbers", [(1, 1), (1, 3)], ids=str)
def test_too_few_for_the_quorum_fail(
    ask: Ask, tmp_path: Path, numbers: tuple[int, ...]
) -> None:
    source = seen.a_source()
    seen.seen(source, whole(), *numbers)
    assert of_source(ask, source, tmp_path).verdicts[8] == FAILS


def test_a_back_dated_line_fails(ask: Ask, tmp_path: Path) -> None:
    source = seen.a_source()
    seen.seen(source, whole(), *seen.BOTH, earlier=3_600)
    assert of_source(ask, source, tmp_path).verdicts[8] == FAILS


def test_a_witness_that_goes_back_fails(ask: Ask, tmp_path: Path) -> None:
    source = seen.a_source(whole() - 1)
    seen.seen(source, whole() - 1, *seen.BOTH, earlier=-2)
    seen.seen(source, whole(), *seen.BOTH)
    assert of_source(ask, source, tmp_path).verdicts[8] == FAILS


def test_a_line_over_another_checkpoint_fails(ask: Ask, tmp_path: Path) -> None:
    source, now = seen.a_source(16), seen.seconds_of(seen.the_world())
    lines = [seen.line(source, whole(), 1, now), seen.line(source, 16, 2, now)]
    seen.cosigned(source, whole(), *lines)
    assert of_source(ask, source, tmp_path).verdicts[8] == FAILS


def test_entries_that_nobody_has_seen_are_told(ask: Ask, tmp_path: Path) -> None:
    source = seen.a_source(16)
    seen.seen(source, 16, *seen.BOTH)
    answers = of_source(ask, source, tmp_path)
    assert answers.verdicts[8] == "UNKNOWN"
    assert f"{whole() - 16} entries lie after" in str(answers.sentences[8])
