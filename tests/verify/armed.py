"""Worlds whose scope arms every limit: a sound one, and what a forger may try."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price, Quantity
from kya.core.order import Order, OrderType, Side, TimeInForce
from kya.core.order_events import VenueStatus
from kya.core.price import MarketState, ReferencePrice
from kya.core.scope_limits import Limits
from tests.builders import UNWATCHED, a_price, every_limit
from tests.verify.packages import judged, later
from tests.world import World, eur, the_scope

USD: Final = Currency("USD")
BTC: Final = Currency("BTC")
LIMIT_ONLY: Final = frozenset({OrderType.LIMIT})
DAY_ONLY: Final = frozenset({TimeInForce.DAY})
NOTHING_ELSE: Final[Mapping[str, object]] = MappingProxyType({})
ONE_CENT_LESS: Final = dict.fromkeys(("EUR/USD", "GBP/EUR"), Quantity.parse("19999.99"))
NOTHING_AT_RISK: Final = dict.fromkeys(
    (
        "daily_loss_max",
        "drawdown_max",
        "gross_max",
        "net_max",
        "open_orders",
        "open_orders_per_market",
        "position_max",
        "self_trade",
        "venue_credit_max",
        "venue_daily_max",
    )
)
AGE_ALONE: Final[Mapping[str, object]] = dict.fromkeys(
    (
        "price_collar_bps",
        "price_drift_bps",
        "price_drift_seconds",
        "price_warn_bps",
        "spread_bps",
    )
)
NO_TYPES: Final = {"order_types": None}
UNITS: Final = {"order_units_max": ONE_CENT_LESS}
Change = Callable[[bytes], bytes]


def armed_world(**limits: object) -> World:
    """A world with every limit but those of behaviour and of what is at risk."""
    armed = every_limit(**{**UNWATCHED, **NOTHING_AT_RISK, **limits})
    return World(scope=the_scope(limits=armed))


def quote(at: Instant, **changes: object) -> ReferencePrice:
    """EUR/USD at that instant, at 1.1719 to 1.1721."""
    return a_price(at=at, **changes)


def limit_order(world: World, price: str, **changes: object) -> Order:
    return world.order(
        created_at=later(world),
        type=OrderType.LIMIT,
        limit_price=Price.parse(price),
        **changes,
    )


def busy_armed_world() -> World:
    """A world in which every control of a limit has passed, and most have not."""
    world = armed_world(executions_unreviewed=4, rejects_in_a_row=1)

    def trade(order: Order, **changes: object) -> str:
        return world.trade(order, price=quote(order.created_at, **changes))

    order = world.order(created_at=later(world))
    assert trade(order) == "allowed"
    world.report(order.seq)
    dollars = Money.parse("11721.00", USD)
    assert trade(world.order(created_at=later(world), amount=dollars)) == "allowed"
    world.report(world.state.agents[order.agent].past.seq, VenueStatus.REJECTED)
    assert trade(limit_order(world, "1.1781")) == "allowed"  # in the warning band
    assert trade(limit_order(world, "1.19")) == "denied"  # beyond the collar
    outside = limit_order(world, "1.19", side=Side.SELL)
    world.now = later(world, 1)
    world.set_aside(world.override(outside, controls=("price.collar",)))
    assert trade(outside) == "allowed"
    again = replace(
        world.order(created_at=outside.created_at.plus(micros=10)),
        **{name: getattr(outside, name) for name in ("type", "limit_price", "side")},
    )
    assert trade(again) == "denied"  # a duplicate
    wide = {"bid": Price.parse("1.1")}
    crossed = {"bid": Price.parse("1.2")}
    for changes in ({"state": MarketState.HALTED}, wide, crossed):
        assert trade(world.order(created_at=later(world)), **changes) == "denied"
    assert world.trade(world.order(created_at=later(world))) == "denied"
    unmarked = world.order(created_at=later(world), market="GBP/EUR")
    pounds = quote(unmarked.created_at, market="EUR/USD")
    assert world.trade(unmarked, price=pounds) == "denied"  # of another market
    late = world.order(created_at=later(world))
    stale = quote(Instant(late.created_at.micros - 1_000_001))
    assert world.trade(late, price=stale) == "denied"
    return world


def converted_world() -> World:
    """A world whose amounts are carried by two prices, and sums by what they are."""
    limits = Limits(price_age_millis=1_000, price_buffer_bps=10)
    markets = frozenset({"BTC/USD", "EUR/USD"})
    world = World(scope=the_scope(markets=markets, limits=limits))
    for amount in ("0.10000000", "0.20000001", "1.00000000"):
        order = world.order(
            created_at=later(world),
            market="BTC/USD",
            amount=Money.parse(amount, BTC),
        )
        at, dear = order.created_at, Price.parse("60000.5")
        bitcoin = a_price(at=at, market="BTC/USD", bid=Price.parse("60000"), ask=dear)
        world.trade(order, price=bitcoin, conversion=quote(at, source='"us\\ and" é'))
    order = world.order(created_at=later(world), amount=eur("0.01"))
    assert world.trade(order, price=quote(order.created_at)) == "allowed"
    assert world.trade(world.order(created_at=later(world))) == "denied"
    return world


@dataclass(frozen=True, slots=True)
class Forgery:
    """What a forger puts on record, the question that it fails, and a word of why."""

    name: str
    forge: Callable[[World], None]
    question: int
    word: str
    limits: Mapping[str, object] = field(default_factory=lambda: NOTHING_ELSE)

    def world(self) -> World:
        """The world with every limit but for some, after the forgery."""
        world = armed_world(**self.limits)
        self.forge(world)
        return world


def lets_go(reason: str) -> Change:
    """Return what turns the one failure of a decision into leave to go."""

    def forged(line: bytes) -> bytes:
        told = f'"outcome":"failed","reason":"{reason}"'.encode()
        assert line.count(told) == 1, line
        for old, new in (
            (told, b'"outcome":"passed"'),
            (b'"outcome":"denied"', b'"outcome":"allowed"'),
            (f'"reasons":["{reason}"]'.encode(), b'"reasons":[]'),
        ):
            assert line.count(old) == 1, old
            line = line.replace(old, new)
        return line

    return forged


def _swapped(*pairs: tuple[bytes, bytes]) -> Change:
    def forged(line: bytes) -> bytes:
        for old, new in pairs:
            assert old in line, old
            line = line.replace(old, new)
        return line

    return forged


def _then(first: Change, second: Change) -> Change:
    return lambda line: second(first(line))


def _order_type_not_listed(world: World) -> None:
    order = world.order(created_at=later(world))
    listed = lets_go("order.type_not_allowed")
    judged(world, order, line=listed, price=quote(order.created_at))


def _time_in_force_not_listed(world: World) -> None:
    order = world.order(created_at=later(world))
    listed = lets_go("order.time_in_force_not_allowed")
    judged(world, order, line=listed, price=quote(order.created_at))


def _stale_price(world: World) -> None:
    order = world.order(created_at=later(world))
    _judged_stale(world, order, lets_go("price.stale"))


def _fresher_price(world: World) -> None:
    """The price of the line is made fresher, and what was measured stays."""
    order = world.order(created_at=later(world))
    made, fresh = (str(_before(order, each)).encode() for each in (1_000_001, 0))
    let_go, younger = (
        lets_go("price.stale"),
        _swapped((b'"at":"' + made, b'"at":"' + fresh)),
    )
    _judged_stale(world, order, _then(let_go, younger))


def _before(order: Order, micros: int) -> Instant:
    return Instant(order.created_at.micros - micros)


def _judged_stale(world: World, order: Order, change: Change) -> None:
    judged(world, order, line=change, price=quote(_before(order, 1_000_001)))


def _collar_breach(world: World) -> None:
    order = limit_order(world, "1.19")
    judged(world, order, line=lets_go("price.collar"), price=quote(order.created_at))


def _collar_that_only_warns(world: World) -> None:
    order = limit_order(world, "1.19")
    told = b'"outcome":"failed","reason":"price.collar"'
    claimed = b'"outcome":"warned","reason":"price.collar"'
    change = _swapped(
        (told, claimed),
        (b'"outcome":"denied"', b'"outcome":"allowed"'),
        (b'"reasons":["price.collar"]', b'"reasons":[]'),
    )
    judged(world, order, line=change, price=quote(order.created_at))


def _warning_kept_back(world: World) -> None:
    order = limit_order(world, "1.1781")
    kept = _swapped(
        (b'"outcome":"warned","reason":"price.band"', b'"outcome":"passed"')
    )
    judged(world, order, line=kept, price=quote(order.created_at))


def _spread(world: World) -> None:
    order = world.order(created_at=later(world))
    wide = quote(order.created_at, bid=Price.parse("1.16"))
    judged(world, order, line=lets_go("price.spread"), price=wide)


def _halted_market(world: World) -> None:
    order = world.order(created_at=later(world))
    halted = quote(order.created_at, state=MarketState.HALTED)
    judged(world, order, line=lets_go("price.book"), price=halted)


def _smaller_worth(world: World) -> None:
    order = world.order(created_at=later(world), amount=Money.parse("11721.00", USD))
    smaller = _swapped((b'"worth":{"amount":"100', b'"worth":{"amount":"'))
    judged(world, order, line=smaller, price=quote(order.created_at))


def _smaller_worth_throughout(world: World) -> None:
    """The worth is made smaller wherever it stands: sums, measures, limits passed."""
    order = world.order(created_at=later(world), amount=Money.parse("11721.00", USD))
    smaller = _swapped((b'"10011.72"', b'"11.72"'))
    judged(world, order, line=smaller, price=quote(order.created_at))


def _too_large_in_dollars(world: World) -> None:
    order = world.order(created_at=later(world), amount=Money.parse("40000.00", USD))
    passed = lets_go("order.amount_max")
    judged(world, order, line=passed, price=quote(order.created_at))


def _too_many_units(world: World) -> None:
    order = world.order(created_at=later(world))
    passed = lets_go("order.units_max")
    judged(world, order, line=passed, price=quote(order.created_at))


def _day_over_in_dollars(world: World) -> None:
    """Sums count what orders in dollars are worth."""
    for _ in range(24):
        order = world.order(
            created_at=later(world), amount=Money.parse("25000.00", USD)
        )
        world.trade(order, price=quote(order.created_at))
    passed = lets_go("daily.amount_max")
    order = world.order(created_at=later(world))
    judged(world, order, line=passed, price=quote(order.created_at))


def _control_not_armed(world: World) -> None:
    order = world.order(created_at=later(world))
    more = (
        b'{"id":"order.type","limit":"LIMIT MARKET","measured":"MARKET",'
        b'"outcome":"passed","unit":"","version":1},'
    )
    first = b'{"id":"order.time_in_force"'
    judged(
        world,
        order,
        line=_swapped((first, more + first)),
        price=quote(order.created_at),
    )


def _armed_control_missing(world: World) -> None:
    order = world.order(created_at=later(world))
    gone = (
        b'{"id":"order.type","limit":"LIMIT MARKET","measured":"MARKET",'
        b'"outcome":"passed","unit":"","version":1},'
    )
    judged(world, order, line=_swapped((gone, b"")), price=quote(order.created_at))


def _duplicate(world: World) -> None:
    order = world.order(created_at=later(world))
    world.trade(order, price=quote(order.created_at))
    at = order.created_at.plus(micros=999_999)
    again = world.order(created_at=at)
    judged(world, again, line=lets_go("order.duplicate"), price=quote(at))


def _too_often(world: World) -> None:
    for number in (1, 2, 3):
        at = later(world, seconds=60 if number == 1 else 1)
        order = world.order(created_at=at, amount=eur(f"{number}.00"))
        if number < 3:
            world.trade(order, price=quote(at))
        else:
            judged(world, order, line=lets_go("rate.minute"), price=quote(at))


def _after_a_row_of_rejects(world: World) -> None:
    for _ in range(2):
        order = world.order(created_at=later(world))
        world.trade(order, price=quote(order.created_at))
        world.report(order.seq, VenueStatus.REJECTED)
    order = world.order(created_at=later(world))
    judged(world, order, line=lets_go("latch.rejects"), price=quote(order.created_at))


def _drift(world: World) -> None:
    order = world.order(created_at=later(world))
    world.trade(order, price=quote(order.created_at))
    at = later(world, 30)
    dear = {"bid": Price.parse("1.1969"), "ask": Price.parse("1.1971")}
    order = world.order(created_at=at)
    judged(world, order, line=lets_go("price.drift"), price=quote(at, **dear))


FORGERIES: Final = (
    Forgery(
        "an-order-type-not-listed",
        _order_type_not_listed,
        4,
        "order.type_not_allowed",
        {"order_types": LIMIT_ONLY},
    ),
    Forgery(
        "a-time-in-force-not-listed",
        _time_in_force_not_listed,
        4,
        "order.time_in_force_not_allowed",
        {"times_in_force": DAY_ONLY},
    ),
    Forgery("a-stale-price", _stale_price, 4, "price.stale", AGE_ALONE),
    Forgery("a-price-made-fresher", _fresher_price, 5, "price.age", AGE_ALONE),
    Forgery("a-collar-breach", _collar_breach, 4, "price.collar"),
    Forgery("a-collar-that-only-warns", _collar_that_only_warns, 4, "price.collar"),
    Forgery("a-warning-kept-back", _warning_kept_back, 5, "price.band"),
    Forgery("a-spread", _spread, 4, "price.spread"),
    Forgery("a-halted-market", _halted_market, 4, "price.book", AGE_ALONE),
    Forgery("a-smaller-worth", _smaller_worth, 5, "worth"),
    Forgery("a-smaller-worth-throughout", _smaller_worth_throughout, 5, "worth"),
    Forgery("too-large-in-dollars", _too_large_in_dollars, 4, "order.amount_max"),
    Forgery(
        "too-many-units",
        _too_many_units,
        4,
        "order.units_max",
        {"order_units_max": ONE_CENT_LESS},
    ),
    Forgery("a-day-over-in-dollars", _day_over_in_dollars, 4, "daily.amount_max"),
    Forgery(
        "a-control-not-armed",
        _control_not_armed,
        5,
        "order.type",
        {"order_types": None},
    ),
    Forgery("an-armed-control-missing", _armed_control_missing, 5, "order.type"),
    Forgery("a-duplicate", _duplicate, 4, "order.duplicate"),
    Forgery("too-often", _too_often, 4, "rate.minute", {"messages_per_minute": 2}),
    Forgery(
        "after-rejects",
        _after_a_row_of_rejects,
        4,
        "latch.rejects",
        {"rejects_in_a_row": 1},
    ),
    Forgery("a-drift", _drift, 4, "price.drift"),
)
