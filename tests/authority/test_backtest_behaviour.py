"""A changed scope over a log with a locked baseline: orders are held against it."""

from kya.authority.backtest import Backtest
from kya.authority.difference import Difference
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.order_events import VenueStatus
from kya.core.scope_limits import NO_LIMITS, Limits
from kya.pki.note_signer import NoteSigner
from tests.locking import SCORES, locked_world, observed_world
from tests.world import AGENT, MORNING, World, eur, signer_for, the_mandate, the_scope

LOOSE = Limits(score_critical_bps=9_999, score_warn_bps=7_500)
TEN = Instant.parse("2026-05-15T10:00:00.000000Z")


def trade(world: World, *amounts: str, start: Instant = TEN, apart: int = 300) -> None:
    for number, amount in enumerate(amounts):
        at = start.plus(seconds=number * apart)
        world.trade(world.order(amount=eur(amount), created_at=at))


def judged(
    world: World, limits: Limits = SCORES, maximum: str = "200000.00"
) -> list[Difference]:
    """The live orders that would differ under such a scope."""
    mandate = the_mandate(the_scope(order_max=eur(maximum), limits=limits))
    test = Backtest(mandate, MORNING.day, world.now.day)
    found = [test.take(index, raw) for index, raw in enumerate(world.entries)]
    assert test.orders > 0
    return [each for each in found if each is not None]


def test_the_same_scope_changes_nothing_whatever_the_scores_are() -> None:
    world = locked_world()
    trade(world, "19000.00", "180000.00", "1.00", "20000.00")
    trade(world, *["19000.00"] * 25, start=TEN.plus(seconds=3_600), apart=1)
    world.report(world.state.agents[AGENT].past.seq - 25, VenueStatus.REJECTED)
    trade(world, "20000.00", start=TEN.plus(seconds=7_200))
    assert world.state.agents[AGENT].baseline is not None
    assert judged(world, maximum="25000.00") == []


def test_an_order_within_a_wider_maximum_is_still_unlike_the_past() -> None:
    world = locked_world()
    trade(world, "19000.00", "180000.00")
    [only] = judged(world)
    assert only.order.amount == eur("180000.00")
    assert only.changed.outcome is Outcome.DENIED
    assert only.changed.reasons == (Reason.BEHAVIOUR_CRITICAL,)


def test_a_looser_score_lets_it_pass_and_so_does_none() -> None:
    world = locked_world()
    trade(world, "180000.00")
    for limits in (LOOSE, NO_LIMITS):
        [only] = judged(world, limits)
        assert only.changed.outcome is Outcome.ALLOWED


def test_a_score_needs_a_baseline_and_without_one_nothing_goes_live() -> None:
    world = observed_world(NO_LIMITS)
    trade(world, "19000.00")
    [only] = judged(world)
    assert only.logged.outcome is Outcome.ALLOWED
    assert only.changed.reasons == (Reason.BEHAVIOUR_UNKNOWN,)


def test_a_replacement_is_on_probation_here_as_well() -> None:
    world = locked_world()
    trade(world, "19000.00")
    world.change_standing(Act.REVOKE, TEN.plus(seconds=60))
    world.now = TEN.plus(seconds=120)
    world.agent = NoteSigner(AGENT, signer_for("second key"))
    world.issue_agent(world.agent, world.credential)
    sizes = [f"{euros}.00" for euros in range(9_000, 12_001, 250)]
    trade(world, *sizes, start=TEN.plus(seconds=600), apart=600)
    assert judged(world, maximum="25000.00") == []
    # A warning was enough to deny some of them, which the looser score would not do.
    assert any(
        each.logged.reasons == (Reason.BEHAVIOUR_CRITICAL,)
        for each in judged(world, NO_LIMITS, "25000.00")
    )
