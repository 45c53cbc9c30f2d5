"""Worlds whose scope limits what is at risk: sound ones, and what a forger may try."""

from typing import Final

from kya.core.halt import TradingState
from kya.core.levels import FIRM
from kya.core.money import Price
from kya.core.order import Action, OrderType, Side
from kya.core.order_events import VenueStatus
from kya.core.scope_limits import Limits, SelfMatch
from tests.halting import halt
from tests.verify.armed import Forgery, lets_go
from tests.verify.packages import judged, later
from tests.world import World, eur, the_scope

LIMITS: Final = {
    "gross_max": eur("70000.00"),
    "net_max": eur("70000.00"),
    "open_orders": 2,
    "open_orders_per_market": 2,
    "position_max": eur("50000.00"),
    "self_trade": SelfMatch.DENY,
    "venue_credit_max": eur("55000.00"),
    "venue_daily_max": eur("90000.00"),
}


def exposed_world(**limits: object) -> World:
    chosen = {**dict.fromkeys(LIMITS), **limits} if limits else LIMITS
    return World(scope=the_scope(limits=Limits(**chosen)))


def busy_exposed_world() -> World:
    """Orders that rest, fill in part and are replaced, near what may be at risk."""
    world = exposed_world()
    limit = {"type": OrderType.LIMIT, "limit_price": Price.parse("1.1")}

    def trade(**changes: object) -> str:
        return world.trade(world.order(created_at=later(world), **changes))

    assert trade(**limit) == "allowed"
    world.report(1, VenueStatus.ACKNOWLEDGED, filled=eur("5000.00"))
    assert trade(market="GBP/EUR", venue="SIMB") == "allowed"
    assert trade() == "denied"  # three at once
    world.report(2)
    assert trade(side=Side.SELL) == "denied"  # it would meet the first one
    higher = {**limit, "limit_price": Price.parse("1.2"), "side": Side.SELL}
    assert trade(**higher) == "allowed"
    world.report(5, VenueStatus.CANCELLED, filled=eur("3000.00"))
    assert trade(**limit, action=Action.REPLACE, target=1) == "denied"  # no action
    assert trade(amount=eur("25000.00")) == "allowed"
    world.report(7)
    assert trade(amount=eur("25000.00")) == "denied"  # beyond the position
    world.report(1, VenueStatus.CANCELLED, filled=eur("6000.00"))
    assert trade(amount=eur("20000.00")) == "allowed"
    return world


def reduced_world() -> World:
    """While positions may only be reduced, one order does so, and others do not."""
    world = World()
    assert world.trade(world.order(created_at=later(world))) == "allowed"
    world.report(1)
    halt(world, FIRM, TradingState.REDUCING)
    sell = {"side": Side.SELL}
    assert world.trade(world.order(created_at=later(world))) == "denied"
    less = world.order(created_at=later(world), amount=eur("15000.00"), **sell)
    assert world.trade(less) == "allowed"
    too_much = world.order(created_at=later(world), amount=eur("5000.01"), **sell)
    assert world.trade(too_much) == "denied"
    return world


def _one_more_open_order(world: World) -> None:
    world.trade(world.order(created_at=later(world)))
    judged(world, world.order(created_at=later(world)), line=lets_go("open.orders"))


def _one_more_in_the_market(world: World) -> None:
    world.trade(world.order(created_at=later(world)))
    line = lets_go("open.market_orders")
    judged(world, world.order(created_at=later(world)), line=line)


def _position(world: World) -> None:
    world.trade(world.order(created_at=later(world)))
    world.report(1)
    line = lets_go("position.market")
    judged(world, world.order(created_at=later(world)), line=line)


def _gross(world: World) -> None:
    world.trade(world.order(created_at=later(world), market="GBP/EUR"))
    line = lets_go("exposure.gross")
    judged(world, world.order(created_at=later(world), side=Side.SELL), line=line)


def _net(world: World) -> None:
    world.trade(world.order(created_at=later(world), market="GBP/EUR"))
    line = lets_go("exposure.net")
    judged(world, world.order(created_at=later(world)), line=line)


def _venue_credit(world: World) -> None:
    world.trade(world.order(created_at=later(world), market="GBP/EUR"))
    line = lets_go("venue.credit")
    judged(world, world.order(created_at=later(world)), line=line)


def _venue_day(world: World) -> None:
    world.trade(world.order(created_at=later(world), side=Side.SELL))
    world.report(1, VenueStatus.REJECTED)
    line = lets_go("venue.daily_amount")
    judged(world, world.order(created_at=later(world)), line=line)


def _self_trade(world: World) -> None:
    """A gateway that looks at no other order."""
    world.trade(world.order(created_at=later(world)))
    judged(world, world.order(created_at=later(world), side=Side.SELL))


def turned_round_world() -> World:
    """A cent more is sold than was bought, while positions may only be reduced."""
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.report(1)
    halt(world, FIRM, TradingState.REDUCING)
    more = world.order(created_at=later(world), side=Side.SELL, amount=eur("20000.01"))
    judged(world, more)
    return world


MOST: Final = eur("39999.99")
ONE: Final = {"open_orders": 1}
FORGERIES_AT_RISK: Final = (
    Forgery(
        "an-open-order", _one_more_open_order, 4, "open.orders", {"open_orders": 1}
    ),
    Forgery(
        "an-open-order-in-the-market",
        _one_more_in_the_market,
        4,
        "open.market_orders",
        {"open_orders_per_market": 1},
    ),
    Forgery("a-position", _position, 4, "position.market", {"position_max": MOST}),
    Forgery("gross-exposure", _gross, 4, "exposure.gross", {"gross_max": MOST}),
    Forgery("net-exposure", _net, 4, "exposure.net", {"net_max": MOST}),
    Forgery("a-credit", _venue_credit, 4, "venue.credit", {"venue_credit_max": MOST}),
    Forgery("a-day", _venue_day, 4, "venue.daily_amount", {"venue_daily_max": MOST}),
    Forgery(
        "a-self-trade",
        _self_trade,
        4,
        "order.self_trade",
        {"self_trade": SelfMatch.DENY},
    ),
)
