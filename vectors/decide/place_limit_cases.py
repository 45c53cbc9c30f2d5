"""Cases of limits of places: every level and figure, the tightest, other currencies."""

from collections.abc import Iterator

from vectors.cases import Case
from vectors.decide.story import (
    OTHER_LINE,
    OVER_LIMIT,
    TOO_STRICT,
    UNKNOWN_WORTH,
    Changes,
    a_case,
    digest,
)

TOUCHED = (
    "agent:algo_trader_v2",
    "desk:fx",
    "market:EUR/USD",
    "venue:SIMA",
    "firm",
)
TODAY = "2026-05-15"
AT_DESK: Changes = {"limits": {"desk": "fx"}}
ORDER_MAX, DAILY_MAX = "place.order_amount_max", "place.daily_amount_max"
OPEN_MAX = "place.open_orders_max"


def place_limit_cases() -> Iterator[Case]:
    """What all agents share: at its edge, beyond it, and where it does not reach."""
    yield from _levels()
    yield from _deciding()
    yield from _currencies()
    yield from _replaces_and_cancels()


def _levels() -> Iterator[Case]:
    for place in TOUCHED:
        level = place.partition(":")[0]
        for name, most, sum_, waiting, reason in (
            ("order", {"order_max": "20000.00"}, "0.00", 0, None),
            ("order", {"order_max": "19999.99"}, "0.00", 0, ORDER_MAX),
            ("daily", {"daily_max": "70000.00"}, "50000.00", 0, None),
            ("daily", {"daily_max": "70000.00"}, "50000.01", 0, DAILY_MAX),
            ("open", {"open_orders": 3}, "0.00", 2, None),
            ("open", {"open_orders": 3}, "0.00", 3, OPEN_MAX),
        ):
            yield a_case(
                f"{name}-limit-of-{level}-{'kept' if reason is None else 'broken'}",
                "a level or a figure of place limits is not asked, or the edge is off",
                TOO_STRICT if reason is None else OVER_LIMIT,
                [] if reason is None else [reason],
                scope=AT_DESK,
                place_limits=[_limits(place, **most)],
                place_use=[_use(place, sum_, waiting)],
            )
    others = ("agent:algo_trader_v3", "desk:fx", "market:GBP/EUR", "venue:SIMB")
    yield a_case(
        "other-places-limited",
        "limits reach beyond their place",
        TOO_STRICT,
        place_limits=[_limits(place, order_max="0.01") for place in others],
    )
    yield a_case(
        "place-limited-and-nothing-used-there",
        "limits that no order has touched yet count as broken, or as unknown",
        TOO_STRICT,
        place_limits=[_limits("firm", daily_max="20000.00", open_orders=1)],
    )
    yield a_case(
        "place-used-on-another-day",
        "the sum of a day is carried into the next, or open orders are forgotten",
        OVER_LIMIT,
        [OPEN_MAX],
        place_limits=[_limits("firm", daily_max="20000.00", open_orders=1)],
        place_use=[_use("firm", "20000.00", 1, "2026-05-14")],
    )


def _deciding() -> Iterator[Case]:
    yield a_case(
        "tightest-of-several-places",
        "another place than the one with the least left is named",
        OTHER_LINE,
        place_limits=[
            _limits("firm", daily_max="90000.00"),
            _limits("venue:SIMA", daily_max="60000.00"),
            _limits("market:EUR/USD", daily_max="50000.00"),
        ],
        place_use=[_use("firm", "65000.00"), _use("venue:SIMA", "20000.00")],
    )
    yield a_case(
        "first-of-two-places-with-as-little-left",
        "of two places that leave the same, the wider one is named",
        OTHER_LINE,
        place_limits=[
            _limits("firm", open_orders=9),
            _limits("venue:SIMA", open_orders=4),
        ],
        place_use=[_use("firm", "0.00", 6), _use("venue:SIMA", "0.00", 1)],
    )
    yield a_case(
        "first-that-fails-not-the-one-that-fails-most",
        "another place than the first that fails is named",
        OTHER_LINE,
        [ORDER_MAX],
        place_limits=[
            _limits("firm", order_max="1.00"),
            _limits("market:EUR/USD", order_max="19999.99"),
            _limits("agent:algo_trader_v2", order_max="20000.00"),
        ],
    )
    yield a_case(
        "newest-limits-of-a-place-count",
        "former limits of a place still count",
        TOO_STRICT,
        place_limits=[
            _limits("firm", order_max="1.00", open_orders=1),
            _limits("firm", order_max="20000.00"),
        ],
        place_use=[_use("firm", "0.00", 7)],
    )
    yield a_case(
        "every-limit-of-a-place-fails",
        "the first limit that fails hides the others",
        OVER_LIMIT,
        [ORDER_MAX, DAILY_MAX, OPEN_MAX],
        place_limits=[
            _limits("firm", order_max="1.00", daily_max="1.00", open_orders=1)
        ],
        place_use=[_use("firm", "1.00", 1)],
    )


def _currencies() -> Iterator[Case]:
    yield a_case(
        "place-limited-in-another-currency",
        "amounts of two currencies are compared as numbers",
        UNKNOWN_WORTH,
        [ORDER_MAX, DAILY_MAX],
        place_limits=[
            {
                **_limits("firm", order_max="99000000", daily_max="99000000"),
                "currency": "JPY",
                "open_orders": 5,
            },
        ],
    )
    yield a_case(
        "foreign-place-before-one-that-fails",
        "an override of the one that fails sets aside what nobody can compare",
        UNKNOWN_WORTH,
        [ORDER_MAX],
        place_limits=[
            {**_limits("firm", order_max="99000.00"), "currency": "USD"},
            _limits("market:EUR/USD", order_max="1.00"),
        ],
        override={"controls": ["place.order_amount"]},
    )
    yield a_case(
        "place-sums-of-another-currency",
        "sums of all currencies are added up",
        TOO_STRICT,
        place_limits=[_limits("firm", daily_max="30000.00")],
        place_use=[
            {
                **_use("firm", "10000.00"),
                "allowed": [
                    {"amount": "10000.00", "currency": "EUR"},
                    {"amount": "500000", "currency": "JPY"},
                ],
            }
        ],
    )


def _replaces_and_cancels() -> Iterator[Case]:
    replaces: Changes = {
        "order": {"action": "replace", "seq": 2, "target": 1, "prev": digest("1")},
        "past": {"seq": 1, "prev": digest("1")},
        "scope": {"limits": {"actions": ["cancel", "new", "replace"]}},
    }
    full = [_limits("firm", daily_max="20000.00", open_orders=1)]
    yield a_case(
        "replace-counts-what-it-adds",
        "a replace counts twice, or is one more open order",
        TOO_STRICT,
        place_limits=full,
        place_use=[_use("firm", "15000.00", 1)],
        target={"amount": "15000.00"},
        **replaces,
    )
    yield a_case(
        "replace-adds-a-cent-too-much",
        "a replace is not asked for limits of places",
        OVER_LIMIT,
        [DAILY_MAX],
        place_limits=full,
        place_use=[_use("firm", "15000.01", 1)],
        target={"amount": "15000.00"},
        **replaces,
    )
    yield a_case(
        "replace-with-less-gives-nothing-back",
        "what a replace takes away is given back, or counts all the same",
        TOO_STRICT,
        place_limits=full,
        place_use=[_use("firm", "20000.00", 1)],
        target={"amount": "25000.00"},
        **replaces,
    )
    yield a_case(
        "cancel-where-a-place-is-full",
        "a limit of a place stops what takes risk away",
        TOO_STRICT,
        order={"action": "cancel", "seq": 2, "target": 1, "prev": digest("1")},
        past={"seq": 1, "prev": digest("1")},
        target={},
        place_limits=[
            _limits("firm", order_max="1.00", daily_max="1.00", open_orders=1)
        ],
        place_use=[_use("firm", "20000.00", 5)],
    )


def _limits(place: str, **figures: object) -> Changes:
    """Return limits in euros on record."""
    return {"place": place, "currency": "EUR", **figures}


def _use(place: str, allowed: str, waiting: int = 0, day: str = TODAY) -> Changes:
    """Return what is used of a place, in euros."""
    sums = [{"amount": allowed, "currency": "EUR"}]
    return {"place": place, "day": day, "allowed": sums, "open_orders": waiting}
