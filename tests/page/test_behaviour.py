"""The page reckons scores itself: from the locked document, and from every order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kya.core.order_events import VenueStatus
from tests.locking import imported_world
from tests.page.browser import Ask
from tests.verify.packages import handed_over, judged, later
from tests.verify.test_baselines import ageing, busy, likeness_of, watched
from tests.world import AGENT, World, eur

HOLDS, FAILS = "HOLDS", "FAILS"


def answered() -> World:
    """A world whose venue takes every other order, in a block of time of its own."""
    world = busy(imported_world())
    for status in (VenueStatus.REJECTED, VenueStatus.FILLED, VenueStatus.NOT_RECEIVED):
        world.trade(world.order(created_at=later(world, 613)))
        world.report(world.state.agents[AGENT].past.seq, status)
    world.trade(world.order(created_at=later(world, 3_613)))
    return world


@pytest.mark.parametrize("made", [answered, ageing, watched])
def test_every_score_comes_out_again(
    ask: Ask, tmp_path: Path, made: Callable[[], World]
) -> None:
    package = handed_over(made(), tmp_path / "evidence")
    answers = ask(package, package)
    assert not answers.having(FAILS), answers.sentences
    assert 5 in answers.having(HOLDS), answers.sentences[5]


@pytest.mark.parametrize("figure", ["value", "low", "evidence", "peak"])
def test_a_score_that_the_orders_do_not_give_fails(
    ask: Ask, tmp_path: Path, figure: str
) -> None:
    world = imported_world()
    order = world.order(created_at=later(world), amount=eur("25000.00"))
    found = likeness_of(world)
    forged = found.score._replace(**{figure: 1})  # type: ignore[arg-type]
    judged(world, order, likeness=found._replace(score=forged))
    package = handed_over(world, tmp_path / "evidence")
    assert 5 in ask(package, package).having(FAILS)


def test_a_sequence_that_the_orders_do_not_give_fails(ask: Ask, tmp_path: Path) -> None:
    world = imported_world()
    order = world.order(created_at=later(world))
    judged(world, order, likeness=likeness_of(world, sequence=1))
    package = handed_over(world, tmp_path / "evidence")
    assert 5 in ask(package, package).having(FAILS)
