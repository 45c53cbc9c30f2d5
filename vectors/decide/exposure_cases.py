"""Cases for what an agent has at risk, and for what it has lost."""

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

HIDDEN = "working orders are forgotten, and fill all at once"
WASH = "the firm buys from itself, which looks like a market"
LOST = "an agent that loses goes on losing"
WORKING: Changes = {
    "market": "EUR/USD",
    "remaining": "10000.00",
    "seq": 1,
    "side": "BUY",
    "target": None,
    "venue": "SIMA",
}
RESTING: Changes = {
    "agent": "another_agent",
    "limit_price": "1.1721",
    "market": "EUR/USD",
    "seq": 7,
    "side": "SELL",
    "venue": "SIMA",
}


def exposure_cases() -> Iterator[Case]:
    """Yield every case, limit by limit."""
    yield from _open_orders()
    yield from _positions()
    yield from _sums()
    yield from _venues()
    yield from _self_trades()
    yield from _losses()
    yield from _reducing()


def _limits(**limits: object) -> Changes:
    return {"limits": limits}


def _works(*changes: Changes) -> list[Changes]:
    return [{**WORKING, "seq": n, **each} for n, each in enumerate(changes, start=1)]


def _open_orders() -> Iterator[Case]:
    other = {"market": "GBP/EUR"}
    for name, field, working, reasons in (
        ("open-at-most", "open_orders", [{}, other], []),
        ("open-one-more", "open_orders", [{}, {}, other], ["open.orders"]),
        ("open-in-market-at-most", "open_orders_per_market", [{}, {}, other], []),
        (
            "open-in-market-one-more",
            "open_orders_per_market",
            [{}, {}, {}],
            ["open.market_orders"],
        ),
    ):
        yield a_case(
            name,
            "working orders are not counted, or those of other markets are",
            HIDDEN if reasons else TOO_STRICT,
            reasons,
            scope=_limits(**{field: 3}),
            past={"working": _works(*working)},
        )


def _positions() -> Iterator[Case]:
    limit = _limits(position_max="50000.00")
    full = ["position.market"]
    found: list[tuple[str, Changes, Changes, list[str]]] = [
        ("at-its-maximum", {"by_market": {"EUR/USD": "30000.00"}}, {}, []),
        ("a-cent-above", {"by_market": {"EUR/USD": "30000.01"}}, {}, full),
        (
            "with-a-working-order",
            {"by_market": {"EUR/USD": "20000.01"}, "working": _works({})},
            {},
            full,
        ),
        (
            "beside-a-working-order-of-the-other-side",
            {
                "by_market": {"EUR/USD": "30000.00"},
                "working": _works({"side": "SELL"}),
            },
            {},
            [],
        ),
        (
            "short-at-its-maximum",
            {"by_market": {"EUR/USD": "-30000.00"}},
            {"side": "SELL"},
            [],
        ),
        (
            "short-a-cent-above",
            {"by_market": {"EUR/USD": "-30000.01"}},
            {"side": "SELL"},
            full,
        ),
        ("coming-down", {"by_market": {"EUR/USD": "70000.00"}}, {"side": "SELL"}, full),
        (
            "coming-down-inside",
            {"by_market": {"EUR/USD": "50000.00"}},
            {"side": "SELL"},
            [],
        ),
        ("of-another-market", {"by_market": {"GBP/EUR": "90000.00"}}, {}, []),
        (
            "in-another-currency",
            {"at_risk_in": "GBP", "by_market": {"EUR/USD": "1.00"}},
            {},
            full,
        ),
        ("in-two-currencies", {"at_risk_in": "mixed"}, {}, full),
    ]
    for name, past, order, reasons in found:
        yield a_case(
            f"position-{name}",
            "what works is left out, or sides are netted that may not both fill",
            HIDDEN if reasons else TOO_STRICT,
            reasons,
            order=order,
            scope=limit,
            past={"at_risk_in": "EUR", **past},
        )
    for name, remaining, reasons in (
        ("at-its-maximum", "50000.00", []),
        ("a-cent-above", "50000.01", full),
    ):
        yield a_case(
            f"position-of-a-replace-under-way-{name}",
            "a replace and its target are both counted in full, or only one of them",
            HIDDEN if reasons else TOO_STRICT,
            reasons,
            order={"amount": "0.01"},
            scope=_limits(position_max="50000.01"),
            past={
                "at_risk_in": "EUR",
                "working": _works(
                    {"remaining": "30000.00"}, {"remaining": remaining, "target": 1}
                ),
            },
        )


def _sums() -> Iterator[Case]:
    nets = {"EUR/USD": "10000.00", "GBP/EUR": "-15000.00"}
    past: Changes = {"at_risk_in": "EUR", "by_market": nets}
    for name, field, most, reasons in (
        ("gross-at-its-maximum", "gross_max", "45000.00", []),
        ("gross-a-cent-above", "gross_max", "44999.99", ["exposure.gross"]),
        ("net-at-its-maximum", "net_max", "15000.00", []),
        ("net-a-cent-above", "net_max", "14999.99", ["exposure.net"]),
    ):
        yield a_case(
            name,
            "markets are netted where they must be added, or the other way round",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            scope=_limits(**{field: most}),
            past=past,
        )


def _venues() -> Iterator[Case]:
    for name, past, most, reasons in (
        ("day-at-its-maximum", {"at_venues": {"SIMA": "30000.00"}}, "50000.00", []),
        (
            "day-a-cent-above",
            {"at_venues": {"SIMA": "30000.01"}},
            "50000.00",
            ["venue.daily_amount"],
        ),
        ("day-of-another", {"at_venues": {"SIMB": "30000.01"}}, "50000.00", []),
    ):
        yield a_case(
            f"venue-{name}",
            "venues share one sum",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            scope=_limits(venue_daily_max=most),
            past={"currency": "EUR", **past},
        )
    yield a_case(
        "venue-day-of-a-replace-with-less",
        "what a replace takes away is given back, or counts all the same",
        TOO_STRICT,
        order={"action": "replace", "seq": 2, "target": 1, "prev": digest("1")},
        scope=_limits(actions=["cancel", "new", "replace"], venue_daily_max="50000.00"),
        past={
            "at_venues": {"SIMA": "50000.00"},
            "currency": "EUR",
            "prev": digest("1"),
            "seq": 1,
        },
        target={"amount": "25000.00"},
    )
    yield a_case(
        "venue-day-of-what-nobody-can-value",
        "what has no worth adds nothing",
        UNKNOWN_WORTH,
        ["price.missing", "order.amount_max", "daily.amount_max", "venue.daily_amount"],
        order={"amount": "1.00000000", "currency": "BTC"},
        scope=_limits(venue_daily_max="50000.00"),
    )
    for name, venue, reasons in (
        ("used-up", "SIMA", ["venue.credit"]),
        ("of-another", "SIMB", []),
    ):
        yield a_case(
            f"venue-credit-{name}",
            "a venue is owed more than it lends",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            scope=_limits(venue_credit_max="50000.00"),
            past={"at_risk_in": "EUR", "by_venue": {venue: "30000.01"}},
        )


def _self_trades() -> Iterator[Case]:
    limit: Changes = {"limit_price": "1.1721", "type": "LIMIT"}
    met = ["order.self_trade"]
    found: list[tuple[str, Changes, list[Changes], list[str]]] = [
        ("market-order", {}, [{}], met),
        ("limit-reaches-it", limit, [{}], met),
        ("limit-below-it", {**limit, "limit_price": "1.172"}, [{}], []),
        ("sell-reaches-it", {**limit, "side": "SELL"}, [{"side": "BUY"}], met),
        (
            "sell-above-it",
            {**limit, "limit_price": "1.1722", "side": "SELL"},
            [{"side": "BUY"}],
            [],
        ),
        ("the-same-side", {}, [{"side": "BUY"}], []),
        ("another-venue", {}, [{"venue": "SIMB"}], []),
        ("another-market", {}, [{"market": "GBP/EUR"}], []),
        ("its-own", {}, [{"agent": "algo_trader_v2"}], met),
        ("a-market-order", limit, [{}, {"limit_price": None, "seq": 9}], met),
        ("the-best-of-three", {}, [{}, {"limit_price": "1.17"}, {"seq": 1}], met),
        (
            "the-best-bid-of-two",
            {"side": "SELL"},
            [{"side": "BUY"}, {"limit_price": "1.18", "side": "BUY"}],
            met,
        ),
    ]
    for name, order, firm, reasons in found:
        yield a_case(
            f"self-trade-{name}",
            "other agents' orders are not looked at, or the wrong one is named",
            WASH if reasons else TOO_STRICT,
            reasons,
            order=order,
            scope=_limits(self_trade="deny"),
            firm=[{**RESTING, **each} for each in firm],
        )


def _losses() -> Iterator[Case]:
    for name, field, profit, reasons in (
        ("loss-at-its-maximum", "daily_loss_max", {"loss": "1000.00"}, []),
        (
            "loss-a-cent-above",
            "daily_loss_max",
            {"loss": "1000.01"},
            ["latch.daily_loss"],
        ),
        ("drawdown-at-its-maximum", "drawdown_max", {"drawdown": "1000.00"}, []),
        (
            "drawdown-a-cent-above",
            "drawdown_max",
            {"drawdown": "1000.01"},
            ["latch.drawdown"],
        ),
        ("loss-unknown", "daily_loss_max", None, ["latch.daily_loss"]),
    ):
        zero = {"drawdown": "0.00", "loss": "0.00"}
        yield a_case(
            name,
            "losses are not asked, or unknown ones taken for none",
            LOST if reasons else TOO_STRICT,
            reasons,
            scope=_limits(**{field: "1000.00"}),
            past={"profit": None if profit is None else {**zero, **profit}},
        )


def _reducing() -> Iterator[Case]:
    halt: Changes = {"leaf": "0" * 64, "place": "firm", "state": "reducing"}
    no = ["halt.reducing"]
    found: list[tuple[str, Changes, Changes, list[str]]] = [
        ("all-of-it", {"side": "SELL"}, {"by_market": {"EUR/USD": "20000.00"}}, []),
        ("and-a-cent", {"side": "SELL"}, {"by_market": {"EUR/USD": "19999.99"}}, no),
        ("more-of-it", {}, {"by_market": {"EUR/USD": "20000.00"}}, no),
        ("a-short-one", {}, {"by_market": {"EUR/USD": "-20000.00"}}, []),
        ("another-market", {}, {"by_market": {"GBP/EUR": "-20000.00"}}, no),
        (
            "beside-a-working-order",
            {},
            {"by_market": {"EUR/USD": "-20000.00"}, "working": _works({})},
            no,
        ),
        ("nothing", {}, {}, no),
    ]
    for name, order, past, reasons in found:
        yield a_case(
            f"reducing-{name}",
            "a position is turned round while it may only become smaller",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            order=order,
            halts=[halt],
            past={"at_risk_in": "EUR", **past},
        )
    yield a_case(
        "exposure-with-every-limit",
        "a control of exposure stands in another place of the line",
        OTHER_LINE,
        scope=_limits(
            daily_loss_max="1.00",
            drawdown_max="1.00",
            gross_max="90000.00",
            net_max="90000.00",
            open_orders=9,
            open_orders_per_market=9,
            position_max="90000.00",
            self_trade="deny",
            venue_credit_max="90000.00",
            venue_daily_max="90000.00",
        ),
        past={"at_risk_in": "EUR", "currency": "EUR", "working": _works({})},
    )
