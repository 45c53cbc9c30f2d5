import pytest

from kya.codec.attempts import history_digest
from kya.codec.logged_attempts import LoggedAttempts
from kya.core.attempt import Attempt
from kya.core.baseline import Source
from kya.core.errors import InputError, MalformedError
from kya.core.money import Price
from kya.core.order import Action, OrderType, Side
from kya.core.order_events import VenueStatus
from kya.core.price import ReferencePrice
from kya.pki.note_signer import NoteSigner
from tests.world import AGENT, MORNING, World, eur, signer_for


def read(world: World, agent: str = AGENT) -> LoggedAttempts:
    found = LoggedAttempts(agent)
    for raw in world.entries:
        found.take(raw)
    return found


def a_world(*amounts: str) -> World:
    world = World()
    for second, amount in enumerate(amounts):
        at = MORNING.plus(seconds=second)
        world.trade(world.order(amount=eur(amount), created_at=at))
    return world


def test_an_attempt_is_the_order_as_it_was_received() -> None:
    world = World()
    order = world.order(side=Side.SELL, venue="SIMB", created_at=MORNING)
    world.trade(order, MORNING.plus(micros=1_999))
    assert read(world).of(Source(1, 1)) == [
        Attempt(
            at=MORNING.micros // 1_000 + 1,
            market="EUR/USD EUR",
            side="SELL",
            venue="SIMB",
            type="MARKET",
            region="eu-west-1",
            size=2_000_000,
        )
    ]


def test_what_was_denied_is_an_attempt_as_well() -> None:
    found = read(a_world("20000.00", "180000.00"))
    assert [each.size for each in found.of(Source(1, 2))] == [2_000_000, 18_000_000]


def test_the_price_is_the_one_that_the_decision_used() -> None:
    world = World()
    limit = Price.parse("1.1011")
    price = ReferencePrice(
        market="EUR/USD",
        bid=Price.parse("1.0999"),
        ask=Price.parse("1.1001"),
        at=MORNING,
        source="test",
    )
    order = world.order(type=OrderType.LIMIT, limit_price=limit)
    world.trade(order, MORNING, price=price)
    [attempt] = read(world).of(Source(1, 1))
    assert attempt.deviation == 100


def test_a_source_is_a_stretch_without_those_that_were_struck() -> None:
    found = read(a_world("1.00", "2.00", "3.00", "4.00", "5.00"))
    sizes = [each.size for each in found.of(Source(2, 4, (3,)))]
    assert (sizes, found.last_seq) == ([200, 400], 5)


@pytest.mark.parametrize(
    "status", [VenueStatus.REJECTED, VenueStatus.NOT_RECEIVED, VenueStatus.UNKNOWN]
)
def test_an_attempt_has_failed_once_its_venue_did_not_take_it(
    status: VenueStatus,
) -> None:
    world = a_world("1.00", "2.00")
    assert not any(each.failed for each in read(world).of(Source(1, 2)))
    world.report(1, status)
    failed = [each.failed for each in read(world).of(Source(1, 2))]
    assert failed == [status is not VenueStatus.UNKNOWN, False]


def test_a_report_that_comes_later_changes_nothing_before_it() -> None:
    world = a_world("1.00")
    before = read(world)
    learned = history_digest(before.of(Source(1, 1)))
    world.report(1, VenueStatus.REJECTED)
    before.take(world.entries[-1])
    assert history_digest(before.of(Source(1, 1))) != learned


def test_a_cancel_counts_as_one() -> None:
    world = a_world("1.00")
    world.report(1, VenueStatus.ACKNOWLEDGED)
    cancel = world.order(
        action=Action.CANCEL,
        target=1,
        amount=eur("1.00"),
        created_at=MORNING.plus(seconds=9),
    )
    world.trade(cancel)
    actions = [each.action for each in read(world).of(Source(1, 2))]
    assert actions == ["new", "cancel"]


def test_only_the_agents_own_orders_count() -> None:
    world = a_world("1.00")
    found = read(world, "algo_trader_v")
    assert found.last_seq == 0


@pytest.mark.parametrize("source", [Source(1, 3), Source(3, 3)])
def test_a_source_that_is_not_all_on_record_is_refused(source: Source) -> None:
    found = read(a_world("1.00", "2.00"))
    with pytest.raises(InputError, match=r"want all from .* the last one is 2"):
        found.of(source)


def test_an_order_without_its_decision_is_no_log_of_ours() -> None:
    world = World()
    found = LoggedAttempts(AGENT)
    note = world.order_note()
    found.take(note)
    with pytest.raises(MalformedError, match="want the decision"):
        found.take(note)


def test_what_others_say_of_the_agent_is_no_attempt() -> None:
    world = a_world("1.00")
    risk = NoteSigner("rita", signer_for("rita"))
    world.set_aside(world.override(world.order(created_at=world.now)))
    assert risk.name in world.state.issued_to
    assert read(world).last_seq == 1
