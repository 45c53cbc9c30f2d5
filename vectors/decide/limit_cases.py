"""Cases for the limits that a scope may set beyond its maxima."""

from collections.abc import Iterator

from vectors.cases import Case
from vectors.decide.story import (
    NOW,
    OTHER_LINE,
    OVER_LIMIT,
    PRICE,
    TOO_STRICT,
    UNKNOWN_WORTH,
    Changes,
    a_case,
    counted,
)

AGE: Changes = {"price_age_millis": 500}
STALE = "an order is judged by a price that is not true any more"
FAR_OFF = "an order leaves at a price that no market has"
BTC_SCOPE: Changes = {"markets": ["BTC/EUR", "BTC/USD", "EUR/USD"]}
BTC_PRICE: Changes = {
    "ask": "50000",
    "at": NOW,
    "bid": "49999",
    "market": "BTC/EUR",
    "source": "simulated",
}
DOLLAR_PRICE: Changes = {**BTC_PRICE, "ask": "60000", "bid": "59999"}
DOLLAR_PRICE["market"] = "BTC/USD"
NO_WORTH = ["price.missing", "order.amount_max", "daily.amount_max"]


def limit_cases() -> Iterator[Case]:
    """Yield every case, limit by limit."""
    yield from _kinds()
    yield from _fresh()
    yield from _spread()
    yield from _collar()
    yield from _worth()
    yield from _units()
    yield from _drift()
    yield from _duplicates()
    yield from _counts()


def _limits(**limits: object) -> Changes:
    return {"limits": limits}


def _kinds() -> Iterator[Case]:
    limit: Changes = {"limit_price": "1.1721", "type": "LIMIT"}
    for name, field, listed, order, reasons in (
        ("type-listed", "order_types", ["LIMIT"], limit, []),
        (
            "type-not-listed",
            "order_types",
            ["LIMIT"],
            {},
            ["order.type_not_allowed"],
        ),
        ("time-in-force-listed", "times_in_force", ["DAY", "IOC"], {}, []),
        (
            "time-in-force-not-listed",
            "times_in_force",
            ["DAY", "IOC"],
            {"time_in_force": "GTC"},
            ["order.time_in_force_not_allowed"],
        ),
    ):
        yield a_case(
            name,
            "a list is not asked",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            order=order,
            scope=_limits(**{field: listed}),
        )


def _fresh() -> Iterator[Case]:
    stale = ["price.stale"]
    for name, at, reasons in (
        ("at-its-oldest", "2026-05-15T09:14:59.500000Z", []),
        ("a-microsecond-too-old", "2026-05-15T09:14:59.499999Z", stale),
        ("of-this-instant", NOW, []),
        ("of-the-future", "2026-05-15T09:15:00.000001Z", stale),
    ):
        yield a_case(
            f"price-{name}",
            "a price's age is not asked, or without its sign",
            STALE if reasons else TOO_STRICT,
            reasons,
            scope=_limits(**AGE),
            price={**PRICE, "at": at},
        )
    yield a_case(
        "no-price",
        "a price that is missing is taken for one that is fine",
        STALE,
        ["price.stale", "price.book"],
        scope=_limits(**AGE),
    )
    yield a_case(
        "price-of-another-market",
        "a price is used without a look at its market",
        STALE,
        ["price.stale", "price.book"],
        scope=_limits(**AGE),
        price={**PRICE, "market": "GBP/EUR"},
    )
    for name, changes in (
        ("crossed", {"bid": "1.1722"}),
        ("market-in-auction", {"state": "auction"}),
        ("market-halted", {"state": "halted"}),
        ("market-closed", {"state": "closed"}),
    ):
        yield a_case(
            name,
            "the state of the market is not asked",
            STALE,
            ["price.book"],
            scope=_limits(**AGE),
            price={**PRICE, **changes},
        )
    yield a_case(
        "bid-is-ask",
        "a book without a spread is taken for a crossed one",
        TOO_STRICT,
        scope=_limits(**AGE),
        price={**PRICE, "bid": PRICE["ask"]},
    )


def _spread() -> Iterator[Case]:
    # 0.002 of 2.000 is ten basis points.
    for name, ask, reasons in (
        ("at-its-widest", "2.001", []),
        ("a-hair-wider", "2.0010000001", ["price.spread"]),
    ):
        yield a_case(
            f"spread-{name}",
            "a distance is rounded before it is compared",
            STALE if reasons else TOO_STRICT,
            reasons,
            scope=_limits(**AGE, spread_bps=10),
            price={**PRICE, "bid": "1.999", "ask": ask},
        )
    yield a_case(
        "spread-of-a-stale-price",
        "a price that nobody may use is measured",
        STALE,
        ["price.stale", "price.spread"],
        scope=_limits(**AGE, spread_bps=10),
        price={**PRICE, "at": "2026-05-15T09:14:00.000000Z"},
    )


def _collar() -> Iterator[Case]:
    scope = _limits(**AGE, price_collar_bps=100, price_warn_bps=50)
    price: Changes = {**PRICE, "bid": "0.99", "ask": "1"}
    for name, side, limit, reasons in (
        ("buy-at-the-collar", "BUY", "1.01", []),
        ("buy-beyond-the-collar", "BUY", "1.0100000001", ["price.collar"]),
        ("buy-far-below", "BUY", "0.9899999999", ["price.collar"]),
        ("buy-at-the-warning", "BUY", "1.005", []),
        ("buy-beyond-the-warning", "BUY", "1.0050000001", []),
        ("sell-at-the-collar", "SELL", "0.9801", []),
        ("sell-beyond-the-collar", "SELL", "0.9800999999", ["price.collar"]),
    ):
        yield a_case(
            name,
            "a collar is measured from the wrong side, in one direction, or rounded",
            FAR_OFF if reasons else TOO_STRICT,
            reasons,
            order={"limit_price": limit, "side": side, "type": "LIMIT"},
            scope=scope,
            price=price,
        )
    yield a_case(
        "market-order-in-a-collar",
        "a market order is held against a price that it does not have",
        TOO_STRICT,
        scope=scope,
        price=price,
    )
    yield a_case(
        "collar-without-a-price",
        "what cannot be compared is let through, or only warned of",
        FAR_OFF,
        ["price.stale", "price.book", "price.band", "price.collar"],
        order={"limit_price": "1.01", "type": "LIMIT"},
        scope=scope,
    )


def _worth() -> Iterator[Case]:
    bitcoin: Changes = {"currency": "BTC", "market": "BTC/EUR"}
    scope = {**BTC_SCOPE, **_limits(**AGE, price_buffer_bps=100)}
    for name, amount, reasons in (
        # 50,000 and one hundredth of it: 50,500 for one, 25,000 for 0.4950495...
        ("at-the-maximum", "0.49504950", []),
        ("a-satoshi-above", "0.49504951", ["order.amount_max"]),
    ):
        yield a_case(
            f"bitcoin-worth-{name}",
            "worth is taken at the cheaper side, without the buffer, or rounded down",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            order={**bitcoin, "amount": amount},
            scope=scope,
            price=BTC_PRICE,
        )
    for name, limit, reasons in (
        ("above-the-market", "60000", ["order.amount_max"]),
        ("below-the-market", "1", []),
    ):
        yield a_case(
            f"bitcoin-by-a-limit-price-{name}",
            "an agent's price makes its order smaller, or not dearer",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            order={**bitcoin, "amount": "0.45", "limit_price": limit, "type": "LIMIT"}
            | {"amount": "0.45000000"},
            scope=scope,
            price=BTC_PRICE,
        )
    yield a_case(
        "dollars-for-euros",
        "an amount in the quote is multiplied where it must be divided",
        OTHER_LINE,
        order={"amount": "20000.00", "currency": "USD"},
        scope=_limits(**AGE),
        price=PRICE,
    )
    yield a_case(
        "bitcoin-in-dollars-carried-to-euros",
        "the second price is not used, or at its cheaper side",
        OTHER_LINE,
        order={"amount": "0.10000000", "currency": "BTC", "market": "BTC/USD"},
        scope=scope,
        price=DOLLAR_PRICE,
        conversion=PRICE,
        past=counted(("BTC/USD", "BUY", "10.00")),
    )
    dollars: Changes = {
        "order": {"amount": "0.10000000", "currency": "BTC", "market": "BTC/USD"},
        "scope": scope,
        "price": DOLLAR_PRICE,
    }
    old = {**PRICE, "at": "2026-05-15T09:14:00.000000Z"}
    for name, conversion in (("without", None), ("with-a-stale", old)):
        yield a_case(
            f"bitcoin-in-dollars-{name}-second-price",
            "dollars are taken for euros",
            UNKNOWN_WORTH,
            NO_WORTH,
            conversion=conversion,
            **dollars,
        )
    yield a_case(
        "amount-in-a-currency-that-the-market-does-not-have",
        "any price that knows the currency values the order",
        UNKNOWN_WORTH,
        NO_WORTH,
        order={"amount": "0.00100000", "currency": "BTC"},
        scope=scope,
        price=PRICE,
        conversion=BTC_PRICE,
    )
    yield a_case(
        "worth-without-limits-on-prices",
        "a price is used although the board did not say how old it may be",
        UNKNOWN_WORTH,
        NO_WORTH,
        order={**bitcoin, "amount": "0.10000000"},
        scope=BTC_SCOPE,
        price=BTC_PRICE,
    )
    yield a_case(
        "worth-above-every-figure",
        "a notional overflows",
        UNKNOWN_WORTH,
        NO_WORTH,
        order={**bitcoin, "amount": "9999999999999999.00000000"},
        scope=scope,
        price={**BTC_PRICE, "ask": "999999999999999999"},
    )


def _units() -> Iterator[Case]:
    most: Changes = {"EUR/USD": "20000", "GBP/EUR": "10"}
    for name, order, reasons in (
        ("at-the-maximum", {"amount": "20000.00"}, []),
        ("a-cent-above", {"amount": "20000.01"}, ["order.units_max"]),
        # 11,721 dollars at the bid of 1.1719 are a little more than 10,000 euros.
        ("of-an-amount-in-the-quote", {"amount": "11721.00", "currency": "USD"}, []),
        (
            "too-many-of-an-amount-in-the-quote",
            {"amount": "23438.01", "currency": "USD"},
            ["order.units_max"],
        ),
    ):
        yield a_case(
            f"units-{name}",
            "units are not asked, or quote is taken for base",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            order=order,
            scope=_limits(**AGE, order_units_max=most),
            price=PRICE,
        )
    yield a_case(
        "units-of-more-digits-than-a-decimal-has",
        "a figure that is computed is cut to the digits of its type",
        OTHER_LINE,
        ["order.amount_max", "order.units_max", "daily.amount_max"],
        order={"amount": "9999999999999.99", "currency": "USD"},
        scope=_limits(**AGE, order_units_max=most),
        price=PRICE,
    )
    yield a_case(
        "units-in-a-market-without-a-limit",
        "where no limit of units is set any number is within it",
        OVER_LIMIT,
        ["market.not_allowed", "order.units_max"],
        order={"market": "EUR/CHF"},
        scope=_limits(**AGE, order_units_max=most),
        price={**PRICE, "market": "EUR/CHF"},
    )
    yield a_case(
        "units-that-nobody-can-tell",
        "what cannot be measured is let through",
        OVER_LIMIT,
        ["order.units_max"],
        order={"amount": "10.00", "currency": "EUR", "market": "GBP/EUR"},
        scope=_limits(order_units_max=most),
    )


FLOOD = "a bot that runs wild floods the venue"
MESSAGE: Changes = {
    "action": "new",
    "amount": "20000.00",
    "at": "2026-05-15T09:14:59.000000Z",
    "currency": "EUR",
    "limit_price": None,
    "market": "EUR/USD",
    "side": "BUY",
    "time_in_force": "DAY",
    "touch": None,
    "type": "MARKET",
    "venue": "SIMA",
}


def _sent(*changes: Changes) -> Changes:
    return {"sent": [{**MESSAGE, **each} for each in changes]}


def _drift() -> Iterator[Case]:
    limits = _limits(**AGE, price_drift_bps=100, price_drift_seconds=60)
    price: Changes = {**PRICE, "bid": "1", "ask": "1.01"}
    for name, sent, reasons in (
        ("no-message-before", [], []),
        ("at-the-limit", [{"touch": "1"}], []),
        ("beyond-the-limit", [{"touch": "0.9999999999"}], ["price.drift"]),
        ("from-the-oldest", [{"touch": "0.99"}, {"touch": "1.01"}], ["price.drift"]),
        ("of-another-market", [{"market": "GBP/EUR", "touch": "0.5"}], []),
        ("of-no-known-market", [{}, {"touch": "1"}], []),
        (
            "a-microsecond-inside-the-window",
            [{"at": "2026-05-15T09:14:00.000001Z", "touch": "0.5"}],
            ["price.drift"],
        ),
        (
            "at-the-window's-begin",
            [{"at": "2026-05-15T09:14:00.000000Z", "touch": "0.5"}],
            [],
        ),
    ):
        yield a_case(
            f"drift-{name}",
            "a price walks away in steps that are each within the collar",
            FAR_OFF if reasons else TOO_STRICT,
            reasons,
            scope=limits,
            past=_sent(*sent),
            price=price,
        )
    yield a_case(
        "drift-of-a-limit-price",
        "the market is taken where the order names its own price",
        FAR_OFF,
        ["price.drift"],
        order={"limit_price": "1.02", "type": "LIMIT"},
        scope=limits,
        past=_sent({"touch": "1"}),
        price=price,
    )
    yield a_case(
        "drift-without-a-price",
        "without a price nothing has drifted",
        FAR_OFF,
        ["price.stale", "price.book", "price.drift"],
        scope=limits,
        past=_sent({"touch": "1"}),
    )


def _duplicates() -> Iterator[Case]:
    limits, twice = _limits(duplicate_window_millis=2000), ["order.duplicate"]
    for name, changes, reasons in (
        ("just-now", {"at": NOW}, twice),
        ("inside", {"at": "2026-05-15T09:14:58.000001Z"}, twice),
        ("at-the-end", {"at": "2026-05-15T09:14:58.000000Z"}, []),
        ("of-another-amount", {"amount": "20000.01"}, []),
        ("of-another-side", {"side": "SELL"}, []),
        ("of-another-market", {"market": "GBP/EUR"}, []),
        ("of-another-venue", {"venue": "SIMB"}, []),
        ("that-was-cancelled", {"action": "cancel"}, []),
        ("of-another-time-in-force", {"time_in_force": "IOC"}, []),
        ("with-a-limit", {"limit_price": "1.1", "type": "LIMIT"}, []),
    ):
        yield a_case(
            f"duplicate-{name}",
            "the same order is sent again under another name",
            FLOOD if reasons else TOO_STRICT,
            reasons,
            scope=limits,
            past=_sent(changes),
        )


def _counts() -> Iterator[Case]:
    one_second: list[Changes] = [{"at": "2026-05-15T09:14:59.000001Z"}] * 9
    older: Changes = {"at": "2026-05-15T09:14:59.000000Z"}
    minute: list[Changes] = [{"at": "2026-05-15T09:14:00.000001Z"}] * 9
    for name, field, past, reasons in (
        ("second-full", "messages_per_second", _sent(older, *one_second), []),
        (
            "second-over",
            "messages_per_second",
            _sent(*one_second, {"at": NOW}),
            ["rate.second"],
        ),
        (
            "minute-full",
            "messages_per_minute",
            _sent({"at": "2026-05-15T09:14:00.000000Z"}, *minute),
            [],
        ),
        (
            "minute-over",
            "messages_per_minute",
            _sent(*minute, {"at": NOW}),
            ["rate.minute"],
        ),
        ("day-full", "messages_per_day", {"messages": 9}, []),
        ("day-over", "messages_per_day", {"messages": 10}, ["rate.day"]),
        (
            "day-over-yesterday",
            "messages_per_day",
            {"messages": 10, "day": "2026-05-14"},
            [],
        ),
        ("orders-full", "orders_per_day", {"orders": 9}, []),
        ("orders-over", "orders_per_day", {"orders": 10}, ["daily.orders"]),
        ("ratio-full", "orders_per_fill", {"orders": 29, "fills": 3}, []),
        (
            "ratio-over",
            "orders_per_fill",
            {"orders": 30, "fills": 3},
            ["rate.orders_per_fill"],
        ),
        (
            "ratio-before-a-fill",
            "orders_per_fill",
            {"orders": 10},
            ["rate.orders_per_fill"],
        ),
        ("rejects-full", "rejects_in_a_row", {"rejects": 10}, []),
        ("rejects-over", "rejects_in_a_row", {"rejects": 11}, ["latch.rejects"]),
        (
            "rejects-of-yesterday",
            "rejects_in_a_row",
            {"rejects": 11, "day": "2026-05-14"},
            ["latch.rejects"],
        ),
        ("executions-full", "executions_unreviewed", {"executions": 9}, []),
        (
            "executions-over",
            "executions_unreviewed",
            {"executions": 10},
            ["latch.executions"],
        ),
    ):
        yield a_case(
            name,
            "a count is not asked, is exclusive, or is of another time",
            FLOOD if reasons else TOO_STRICT,
            reasons,
            scope=_limits(**{field: 10}),
            past=past,
        )
