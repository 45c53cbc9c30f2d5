"""How long the one function takes that judges an order: all checks, nothing else."""

from time import perf_counter

from bench.figure import Figure, at_least, at_most, p50, p99, shown
from bench.scale import Scale
from bench.yardstick import check_seconds
from kya.core.case import Case
from kya.core.case_of import Inputs, case_of
from kya.core.decide import decide
from kya.core.instant import Instant
from kya.core.money import Price
from kya.core.order import Order, OrderType
from kya.core.price import ReferencePrice
from tests.builders import UNWATCHED, an_order_submitted, every_limit
from tests.world import MORNING, World, eur, the_scope

SLICES = 9
SAMPLES = 3_000
WARM_UP = 500
MICROS = 1_000_000
ORDERS_BEFORE = 50
STILL_WORKING = 5
HUNDRED_EURO = eur("100.00")
BID, ASK = Price.parse("1.381"), Price.parse("1.3811")


def run(_scale: Scale) -> list[Figure]:
    """Return p50 and p99 of `decide`, and how it compares with a signature check.

    Once under the story's scope, and once with every limit armed that a scope can set.
    """
    plain, armed = plain_case(), armed_case()
    # In turns, so that a neighbour's burst falls on all.
    turns = [(check_seconds(), _samples(plain), _samples(armed)) for _ in range(SLICES)]
    samples = [seconds for _, slice_, _ in turns for seconds in slice_]
    full = [seconds for _, _, slice_ in turns for seconds in slice_]
    raw = p50([check for check, _, _ in turns])
    ratio = p50([check / p50(slice_) for check, slice_, _ in turns])
    dearer = p50([p50(more) / p50(slice_) for _, slice_, more in turns])
    runs = f"{len(samples):,} calls"
    count = len(decide(armed).results)
    return [
        shown("one P-256 verification, raw", raw * MICROS, "us", f"{SLICES} x 9 x 500"),
        at_most("decide, all checks, p50", p50(samples) * MICROS, "us", 15, runs),
        shown("decide, all checks, p99", p99(samples) * MICROS, "us", runs),
        at_least("one P-256 verification / decide p50", ratio, "x", 4, runs),
        at_most(f"decide, {count} controls, p50", p50(full) * MICROS, "us", 40, runs),
        at_most(f"decide, {count} controls, p99", p99(full) * MICROS, "us", 120, runs),
        at_most("decide, every limit armed / none", dearer, "x", 3, runs),
    ]


def plain_case() -> Case:
    """Return an order in the middle of a busy day."""
    world = World()
    for _ in range(ORDERS_BEFORE):
        world.trade()
    return _case_in(world, world.order(), None)


def allowed_case() -> Case:
    """Return a small order of such a day, which every control lets pass."""
    world = World()
    for _ in range(ORDERS_BEFORE):
        world.trade(world.order(amount=HUNDRED_EURO))
    case = _case_in(world, world.order(amount=HUNDRED_EURO), None)
    if not decide(case).allowed:
        raise ValueError(decide(case).reasons)
    return case


def armed_case() -> Case:
    """Return an order of such a day under every limit that a scope can set.

    It is one that all controls let pass, so that each of them looks to its end. A few
    of the orders before it are still at work.
    """
    world = World(scope=the_scope(limits=every_limit(**UNWATCHED)))
    at = MORNING
    for seq in range(1, ORDERS_BEFORE + 1):
        at = at.plus(seconds=2)
        world.trade(_priced_order(world, at), price=_price(at))
        if seq > STILL_WORKING:
            world.report(seq - STILL_WORKING)
    at = at.plus(seconds=2)
    case = _case_in(world, _priced_order(world, at), _price(at))
    if not decide(case).allowed:
        raise ValueError(decide(case).reasons)
    return case


def _priced_order(world: World, at: Instant) -> Order:
    """Return the agent's next order, at a limit price that is the market's."""
    return world.order(
        amount=HUNDRED_EURO, type=OrderType.LIMIT, limit_price=ASK, created_at=at
    )


def _price(at: Instant) -> ReferencePrice:
    """Return the market's price of this instant."""
    return ReferencePrice(market="EUR/USD", bid=BID, ask=ASK, at=at, source="bench")


def _case_in(world: World, order: Order, price: ReferencePrice | None) -> Case:
    """Return the case of the agent's next order as the world stands."""
    received_at = max(world.now, order.created_at)
    inputs = Inputs(received_at, price)
    return case_of(world.state, an_order_submitted(order), inputs)


def _samples(case: Case) -> list[float]:
    """Return the seconds of each call, its outcome derived."""
    samples: list[float] = []
    for number in range(WARM_UP + SAMPLES):
        start = perf_counter()
        _ = decide(case).outcome
        seconds = perf_counter() - start
        if number >= WARM_UP:
            samples.append(seconds)
    return samples
