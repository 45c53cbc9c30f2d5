"""The order flow of the story: seeded, and blind to every decision.

A day has a fixed number of orders; hours, markets, sides, sizes, venues and quiet
spells are drawn. Two orders of the first live day, the breach and the attempt after the
revocation are fixed inputs of the timetable; everything else follows from the seed.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from kya.core.instant import MICROS_PER_SECOND, Day, Instant
from kya.core.money import Currency, Money
from kya.core.order import Side

EUR: Final = Currency("EUR")
EUR_USD: Final = "EUR/USD"
GBP_EUR: Final = "GBP/EUR"
VENUES: Final = {"SIMA": 5, "SIMB": 3, "SIMC": 2}  # weights: a bot has a favourite

OBSERVED_DAYS: Final = tuple(
    Day.parse(f"2026-05-{number:02}") for number in (1, 4, 5, 6, 7, 8, 11, 12, 13, 14)
)
LIVE_DAYS: Final = tuple(
    Day.parse(f"2026-05-{number:02}") for number in (15, 18, 19, 20, 21)
)
RECOVERED_DAYS: Final = tuple(
    Day.parse(f"2026-05-{number:02}") for number in (25, 26, 27, 28, 29)
)
FIRST_LIVE: Final = Instant.parse("2026-05-15T09:15:00.000000Z")
SECOND_LIVE: Final = Instant.parse("2026-05-15T10:45:00.000000Z")
BREACH: Final = Instant.parse("2026-05-22T10:30:00.000000Z")
# One second after the revocation: the bot acts on the same clock as the authority.
AFTER_REVOCATION: Final = Instant.parse("2026-05-23T11:00:01.000000Z")

# Orders a day, and how many of them are in EUR/USD and in GBP/EUR.
OBSERVED_DECKS: Final = ((35, 13),)
LIVE_DECKS: Final = ((47, 17), (46, 18))
RECOVERED_DECKS: Final = ((32, 12),)

HOUR_WEIGHTS: Final = {9: 10, 10: 18, 11: 18, 12: 10, 13: 10, 14: 10, 15: 10, 16: 10}
SIZES: Final = {EUR_USD: (18_900, 0.14), GBP_EUR: (17_200, 0.15)}  # centre, sigma
GRID: Final = 500
SIZE_MAX: Final = 25_000
INVENTORY_MAX: Final = 40_000
QUIET_MINUTES: Final = (70, 110)
QUIET_DAYS_IN_FIVE: Final = 3
TIMEOUTS: Final = 4

_HOUR_MICROS: Final = 3_600 * MICROS_PER_SECOND
_SESSION: Final = (9 * _HOUR_MICROS, 17 * _HOUR_MICROS)
_CENTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """What the bot will ask for, and when; its place in the chain comes later."""

    at: Instant
    client_order_id: str
    market: str
    side: Side
    amount: Money
    venue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """All orders of the story, and each `seq` that times out at its venue."""

    observed: tuple[PlannedOrder, ...]
    live: tuple[PlannedOrder, ...]
    breach: PlannedOrder
    after_revocation: PlannedOrder
    recovered: tuple[PlannedOrder, ...]
    timeouts: frozenset[int]

    @property
    def orders(self) -> tuple[PlannedOrder, ...]:
        """Every order; the first has `seq` 1."""
        fixed = (self.breach, self.after_revocation)
        return (*self.observed, *self.live, *fixed, *self.recovered)

    @property
    def within_scope(self) -> tuple[PlannedOrder, ...]:
        """Every order but the breach and the one after the revocation."""
        return (*self.observed, *self.live, *self.recovered)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """An order of the timetable: its instant, market, side and euros."""

    at: Instant
    market: str
    side: Side
    euros: int


_FIRST_TWO: Final = (
    _Fixed(FIRST_LIVE, EUR_USD, Side.BUY, 20_000),
    _Fixed(SECOND_LIVE, GBP_EUR, Side.SELL, 15_000),
)


@dataclass(slots=True)
class _Desk:
    """The bot's memory while its flow is drawn: euros held, by market."""

    seed: int
    inventory: dict[str, int]


def draw_flow(seed: int) -> Flow:
    """Return the story's flow; the same seed gives the same orders."""
    desk = _Desk(seed, {EUR_USD: 0, GBP_EUR: 0})
    observed = _draw_days(desk, OBSERVED_DAYS, OBSERVED_DECKS)
    live = _draw_days(desk, LIVE_DAYS, LIVE_DECKS)
    breach = _alone(desk, _Fixed(BREACH, EUR_USD, Side.BUY, 180_000))
    late = _alone(desk, _Fixed(AFTER_REVOCATION, EUR_USD, Side.BUY, 22_000))
    recovered = _draw_days(desk, RECOVERED_DAYS, RECOVERED_DECKS)
    chosen = Random(f"{seed} time-outs").sample(range(1, len(observed) + 1), TIMEOUTS)
    return Flow(
        observed=observed,
        live=live,
        breach=breach,
        after_revocation=late,
        recovered=recovered,
        timeouts=frozenset(chosen),
    )


def _draw_days(
    desk: _Desk, days: tuple[Day, ...], decks: tuple[tuple[int, int], ...]
) -> tuple[PlannedOrder, ...]:
    """Return the orders of these days, three in five of which have a quiet spell."""
    chance = Random(f"{desk.seed} days from {days[0]}")
    quiet: set[Day] = set()
    for start in range(0, len(days), 5):
        five = [day for day in days[start : start + 5] if day != FIRST_LIVE.day]
        # The first live day has its quiet spell between its two fixed orders.
        quiet |= set(chance.sample(five, QUIET_DAYS_IN_FIVE - (5 - len(five))))
    return tuple(
        [
            order
            for day in days
            for order in _draw_day(desk, day, chance.choice(decks), quiet)
        ]
    )


def _draw_day(
    desk: _Desk, day: Day, deck: tuple[int, int], quiet: set[Day]
) -> list[PlannedOrder]:
    """Return one day's orders, in the order of their times."""
    chance = Random(f"{desk.seed} {day}")
    fixed = _FIRST_TWO if day == FIRST_LIVE.day else ()
    markets = [EUR_USD] * deck[0] + [GBP_EUR] * deck[1]
    for order in fixed:
        markets.remove(order.market)
    chance.shuffle(markets)
    spell = _quiet_spell(chance) if day in quiet else (0, 0)
    if fixed:
        spell = (_SESSION[0], SECOND_LIVE.time_of_day.micros)
    times = _draw_times(chance, len(markets), spell)
    orders = [_planned(desk, chance, order, n) for n, order in enumerate(fixed, 1)]
    for number, (time, market) in enumerate(
        zip(times, markets, strict=True), len(fixed) + 1
    ):
        euros = _draw_size(chance, market)
        side = _draw_side(chance, desk.inventory[market], euros)
        drawn = _Fixed(day.start.plus(micros=time), market, side, euros)
        orders.append(_planned(desk, chance, drawn, number))
    return orders


def _quiet_spell(chance: Random) -> tuple[int, int]:
    """Return the start and the end of a spell inside the session."""
    minutes = chance.randint(*QUIET_MINUTES)
    length = minutes * 60 * MICROS_PER_SECOND
    start = chance.randrange(_SESSION[0], _SESSION[1] - length)
    return start, start + length


def _draw_times(chance: Random, count: int, spell: tuple[int, int]) -> list[int]:
    """Return so many distinct times of day, none within the spell, in order."""
    hours, weights = list(HOUR_WEIGHTS), list(HOUR_WEIGHTS.values())
    times: set[int] = set()
    while len(times) < count:
        (hour,) = chance.choices(hours, weights)
        time = hour * _HOUR_MICROS + chance.randrange(_HOUR_MICROS)
        if not spell[0] <= time <= spell[1]:
            times.add(time)
    return sorted(times)


def _draw_size(chance: Random, market: str) -> int:
    """Return euros on the grid, log-normal about the market's centre."""
    centre, sigma = SIZES[market]
    steps = round(centre * chance.lognormvariate(0, sigma) / GRID)
    return min(max(steps, 1) * GRID, SIZE_MAX)


def _draw_side(chance: Random, held: int, euros: int) -> Side:
    """Return a side, the likelier the more it balances, that keeps the inventory in."""
    if held + euros > INVENTORY_MAX:
        return Side.SELL
    if held - euros < -INVENTORY_MAX:
        return Side.BUY
    draw = chance.randrange(-INVENTORY_MAX, INVENTORY_MAX)
    return Side.BUY if draw >= held else Side.SELL


def _planned(desk: _Desk, chance: Random, order: _Fixed, number: int) -> PlannedOrder:
    """Return the order with its venue and id, and count it into the inventory."""
    signed = order.euros if order.side is Side.BUY else -order.euros
    desk.inventory[order.market] += signed
    (venue,) = chance.choices(list(VENUES), list(VENUES.values()))
    return PlannedOrder(
        at=order.at,
        client_order_id=f"{order.at.day}-{number:03}",
        market=order.market,
        side=order.side,
        amount=Money(order.euros * _CENTS, EUR),
        venue=venue,
    )


def _alone(desk: _Desk, order: _Fixed) -> PlannedOrder:
    """Return a fixed order that is its day's only one and never filled."""
    held = dict(desk.inventory)
    planned = _planned(desk, Random(f"{desk.seed} {order.at}"), order, 1)
    desk.inventory = held
    return planned
