"""Cases of the override: what two people set aside for one order, and what not."""

from collections.abc import Iterator, Sequence

from vectors.cases import Case
from vectors.decide.story import (
    NOW,
    OTHER_LINE,
    OVER_LIMIT,
    TOO_STRICT,
    UNKNOWN_WORTH,
    WRONG_PARTY,
    WRONG_TIME,
    Changes,
    a_case,
    counted,
    digest,
    with_an_override,
)

ALONE = {
    "daily.amount": "daily-max-one-cent-above",
    "daily.orders": "orders-over",
    "exposure.gross": "gross-a-cent-above",
    "exposure.net": "net-a-cent-above",
    "hours.calendar": "saturday",
    "hours.window": "at-closing",
    "open.market_orders": "open-in-market-one-more",
    "open.orders": "open-one-more",
    "order.amount": "order-max-one-cent-above",
    "order.duplicate": "duplicate-just-now",
    "order.units": "units-a-cent-above",
    "place.daily_amount": "daily-limit-of-desk-broken",
    "place.open_orders": "open-limit-of-desk-broken",
    "place.order_amount": "order-limit-of-desk-broken",
    "position.market": "position-a-cent-above",
    "price.collar": "buy-beyond-the-collar",
    "price.drift": "drift-beyond-the-limit",
    "price.spread": "spread-a-hair-wider",
    "rate.orders_per_fill": "ratio-over",
    "venue.credit": "venue-credit-used-up",
    "venue.daily_amount": "venue-day-a-cent-above",
}
"""Each control that may be set aside, and a case in which it alone stops the order."""


def override_cases() -> Iterator[Case]:
    """What two people set aside for one order, and what they cannot."""
    high, shut = ["order.amount_max"], ["hours.closed"]
    amount: Changes = {"amount": "180000.00"}
    found: list[tuple[str, Changes, list[str]]] = [
        ("of-the-limit", {}, []),
        ("at-its-last-instant", {"expires_at": NOW}, []),
        ("a-microsecond-over", {"expires_at": "2026-05-15T09:14:59.999999Z"}, high),
        ("of-another-order", {"order": digest("another line")}, high),
        ("of-another-agent", {"agent": "algo_trader_v3"}, high),
        ("of-another-limit", {"controls": ["daily.amount"]}, high),
    ]
    for name, override, reasons in found:
        yield a_case(
            f"override-{name}",
            "an override reaches beyond its order, its minutes or its controls",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            order=amount,
            override=override,
        )
    yield a_case(
        "override-of-all-limits",
        "an overridden order is not counted, or its reasons are not kept",
        OTHER_LINE,
        order=amount,
        past={**counted(("EUR/USD", "BUY", "400000.00")), "day": "2026-05-16"},
        received_at="2026-05-16T18:00:00.000000Z",
        override={
            "controls": [
                "daily.amount",
                "hours.calendar",
                "hours.window",
                "order.amount",
            ],
            "expires_at": "2026-05-16T18:10:00.000000Z",
        },
    )
    yield a_case(
        "override-of-one-limit-of-two",
        "an override sets everything aside",
        WRONG_TIME,
        shut,
        order=amount,
        received_at="2026-05-15T18:00:00.000000Z",
        override={"expires_at": "2026-05-15T18:10:00.000000Z"},
    )
    yield a_case(
        "override-needed-by-nothing",
        "an override that was used up without need is not named",
        OTHER_LINE,
        override={},
    )
    yield a_case(
        "override-of-what-cannot-be-compared",
        "an amount of unknown worth is let through",
        UNKNOWN_WORTH,
        ["price.missing", "order.amount_max", "daily.amount_max"],
        order={"amount": "25000.00000000", "currency": "BTC"},
        override={"controls": ["daily.amount", "order.amount"]},
    )
    yield a_case(
        "override-of-a-standing",
        "an override sets more aside than limits",
        WRONG_PARTY,
        ["credential.suspended"],
        credential={"standing": "suspended"},
        override={"controls": ["credential.standing"]},
    )


def set_aside(stated: Sequence[Case]) -> Iterator[Case]:
    """Yield those cases again, with an override that names the one control."""
    named = {each["id"]: each for each in stated}
    for control, name in ALONE.items():
        yield with_an_override(
            named[name],
            f"override-of-{control.replace('.', '-').replace('_', '-')}",
            "a limit that people may set aside stops an order that they let pass",
            TOO_STRICT,
            {"controls": [control], "expires_at": named[name]["received_at"]},
        )
