"""Cases for whoever judges orders: the reasons are stated here, by hand, one by one."""

from collections.abc import Iterator

from vectors.cases import Case
from vectors.decide.action_cases import action_cases
from vectors.decide.behaviour_cases import behaviour_cases
from vectors.decide.exposure_cases import exposure_cases
from vectors.decide.halt_cases import halt_cases
from vectors.decide.incident_cases import incident_cases
from vectors.decide.limit_cases import limit_cases
from vectors.decide.overlay_cases import overlay_cases
from vectors.decide.override_cases import override_cases, set_aside
from vectors.decide.place_limit_cases import place_limit_cases
from vectors.decide.story import (
    ALL_DAY,
    IMAGE,
    LOST_ORDER,
    MODEL,
    NOW,
    OTHER_LINE,
    OVER_LIMIT,
    PRICE,
    SHOWN,
    TOO_STRICT,
    UNKNOWN_WORTH,
    WRONG_PARTY,
    WRONG_PLACE,
    WRONG_TIME,
    Changes,
)
from vectors.decide.story import a_case as _case
from vectors.decide.story import counted as _counted
from vectors.decide.story import digest as _digest


def cases() -> list[Case]:
    """Return every case in the order of the file."""
    stated = list(_stated())
    return [*stated, *set_aside(stated)]


def _stated() -> Iterator[Case]:
    yield from _story()
    yield from _amounts()
    yield from _currencies()
    yield from _hours()
    yield from _calendars()
    yield from _identity()
    yield from _sequence()
    yield from _places()
    yield from _workload()
    yield from override_cases()
    yield from action_cases()
    yield from halt_cases()
    yield from place_limit_cases()
    yield from overlay_cases()
    yield from incident_cases()
    yield from limit_cases()
    yield from exposure_cases()
    yield from behaviour_cases()
    yield from _lines()


def _story() -> Iterator[Case]:
    yield _case("first-live-order", "every control passes", TOO_STRICT)
    yield _case(
        "order-321",
        "the order maximum is not asked",
        OVER_LIMIT,
        ["order.amount_max"],
        order={"amount": "180000.00", "seq": 801, "prev": _digest("800")},
        past={"seq": 800, "prev": _digest("800"), "day": "2026-05-21"},
        received_at="2026-05-22T10:30:00.000000Z",
    )
    yield _case(
        "order-322",
        "only the first reason is kept",
        WRONG_PARTY,
        ["credential.revoked", "calendar.closed"],
        order={"amount": "22000.00", "seq": 802, "prev": _digest("801")},
        credential={"standing": "revoked"},
        past={"seq": 801, "prev": _digest("801"), "day": "2026-05-22"},
        received_at="2026-05-23T11:00:30.000000Z",
    )


def _amounts() -> Iterator[Case]:
    high, full = ["order.amount_max"], ["daily.amount_max"]
    yield _case(
        "order-max-exactly",
        "an inclusive limit is read as exclusive",
        TOO_STRICT,
        order={"amount": "25000.00"},
    )
    yield _case(
        "order-max-one-cent-above",
        "figures are compared as floats or rounded",
        OVER_LIMIT,
        high,
        order={"amount": "25000.01"},
    )
    yield _case(
        "amounts-as-text",
        "9000.00 and 25000.00 are compared as text",
        TOO_STRICT,
        order={"amount": "9000.00"},
    )
    for name, before, reasons in (
        ("exactly", "480000.00", []),
        ("one-cent-above", "480000.01", full),
        ("reached-before", "500000.00", full),
    ):
        yield _case(
            f"daily-max-{name}",
            "the order itself is not counted, or the limit not inclusive",
            OVER_LIMIT if reasons else TOO_STRICT,
            reasons,
            past=_counted(("EUR/USD", "BUY", before)),
        )
    others = (("EUR/USD", "SELL", "490000.00"), ("GBP/EUR", "BUY", "490000.00"))
    yield _case(
        "daily-max-other-sides-do-not-count",
        "sums of other markets or sides are added",
        TOO_STRICT,
        past=_counted(*others),
    )
    yield _case(
        "daily-max-per-agent-counts-all",
        "sums of other markets or sides are forgotten",
        OVER_LIMIT,
        full,
        scope={"daily_max_per": "agent"},
        past=_counted(*others),
    )
    yield _case(
        "daily-max-of-yesterday",
        "sums are carried over midnight UTC",
        TOO_STRICT,
        past={**_counted(("EUR/USD", "BUY", "500000.00")), "day": "2026-05-14"},
    )


def _currencies() -> Iterator[Case]:
    unknown = ["price.missing", "order.amount_max", "daily.amount_max"]
    yield _case(
        "twenty-five-thousand-bitcoin",
        "a figure is compared without its unit",
        UNKNOWN_WORTH,
        unknown,
        order={"amount": "25000.00000000", "currency": "BTC"},
    )
    yield _case(
        "one-yen",
        "a small figure is taken for a small amount",
        UNKNOWN_WORTH,
        unknown,
        order={"amount": "1", "currency": "JPY"},
    )
    yield _case(
        "limit-price-of-the-agent",
        "the agent's own price values its order",
        UNKNOWN_WORTH,
        unknown,
        order={
            "amount": "0.00000001",
            "currency": "BTC",
            "limit_price": "1",
            "type": "LIMIT",
        },
    )
    yield _case(
        "quote-beside-a-foreign-amount",
        "a quote is used although no rule says how",
        UNKNOWN_WORTH,
        unknown,
        order={"amount": "10.00", "currency": "GBP"},
        price=PRICE,
    )
    yield _case(
        "sums-in-another-currency",
        "sums of two currencies are added",
        UNKNOWN_WORTH,
        ["daily.amount_max"],
        past={**_counted(("EUR/USD", "BUY", "10.00")), "currency": "GBP"},
    )
    yield _case(
        "a-scope-in-yen",
        "two decimals are taken for granted",
        OTHER_LINE,
        order={"amount": "2500000", "currency": "JPY"},
        scope={"currency": "JPY", "order_max": "2500000", "daily_max": "9000000"},
    )
    yield _case(
        "a-scope-in-ether",
        "64-bit integers or floats carry amounts",
        OTHER_LINE,
        order={"amount": "999999.999999999999999999", "currency": "ETH"},
        scope={
            "currency": "ETH",
            "order_max": "1000000.000000000000000000",
            "daily_max": "1000000.000000000000000000",
        },
    )


def _hours() -> Iterator[Case]:
    shut = ["hours.closed"]
    for name, time, reasons in (
        ("one-microsecond-before-opening", "07:59:59.999999", shut),
        ("at-opening", "08:00:00.000000", []),
        ("one-microsecond-before-closing", "16:59:59.999999", []),
        ("at-closing", "17:00:00.000000", shut),
        ("at-midnight", "00:00:00.000000", shut),
    ):
        yield _case(
            name,
            "the window is not [opens, closes)",
            WRONG_TIME if reasons else TOO_STRICT,
            reasons,
            received_at=f"2026-05-15T{time}Z",
        )
    yield _case(
        "all-day-has-no-last-microsecond",
        "24:00:00 is read as 00:00:00 or refused",
        TOO_STRICT,
        scope={"window": ALL_DAY},
        received_at="2026-05-15T23:59:59.999999Z",
    )
    for day, weekday in (("16", "saturday"), ("17", "sunday")):
        yield _case(
            weekday,
            "the calendar is not asked",
            WRONG_TIME,
            ["calendar.closed"],
            past={"day": f"2026-05-{day}"},
            received_at=f"2026-05-{day}T12:00:00.000000Z",
        )
    yield _case(
        "saturday-where-every-day-is-open",
        "the weekend is always closed",
        TOO_STRICT,
        scope={"calendar": "every_day"},
        past={"day": "2026-05-16"},
        received_at="2026-05-16T12:00:00.000000Z",
    )
    for name, at, reasons in (
        ("two-seconds-early", "2026-05-15T09:14:58.000000Z", []),
        ("two-seconds-late", "2026-05-15T09:15:02.000000Z", []),
        ("too-early", "2026-05-15T09:14:57.999999Z", ["clock.skew"]),
        ("too-late", "2026-05-15T09:15:02.000001Z", ["clock.skew"]),
    ):
        yield _case(
            f"order-dated-{name}",
            "skew is signed, exclusive or not asked",
            LOST_ORDER if reasons else TOO_STRICT,
            reasons,
            order={"created_at": at},
        )
    yield _case(
        "hours-by-the-agents-clock",
        "hours are judged by the order's own time",
        WRONG_TIME,
        shut,
        order={"created_at": "2026-05-15T16:59:59.999999Z"},
        received_at="2026-05-15T17:00:00.000000Z",
    )


# Of each calendar: a closing day, and the last day before it that is open.
CLOSING_DAYS = (
    ("target", "2026-12-25", "2026-12-24"),
    ("target", "2028-05-01", "2028-04-28"),
    ("uk_england_wales", "2027-12-28", "2027-12-24"),
    ("uk_england_wales", "2028-01-03", "2027-12-31"),
    ("us_nyse", "2027-06-18", "2027-06-17"),
    ("us_nyse", "2025-01-09", "2025-01-08"),
    ("us_nyse", "2034-01-02", "2033-12-30"),
    ("ch_six", "2026-05-14", "2026-05-13"),
    ("ch_six", "2026-12-31", "2026-12-30"),
)
# Closed elsewhere, and open here.
OPEN_HERE = (
    ("monday_to_friday", "2026-12-25"),
    ("target", "2026-12-31"),
    ("uk_england_wales", "2026-05-01"),
    ("us_nyse", "2026-04-06"),
    ("us_nyse", "2027-12-31"),
    ("ch_six", "2033-12-27"),
)
UNLISTED = ("2023-12-29", "2036-01-02", "2036-01-05")
EXCHANGES = ("target", "uk_england_wales", "us_nyse", "ch_six")
LONG_LIVED = {
    "not_after": "2037-01-01T00:00:00.000000Z",
    "not_before": "2023-01-01T00:00:00.000000Z",
}


def _calendars() -> Iterator[Case]:
    shut, as_of_a_weekday = ["calendar.closed"], "a holiday is a day like others"
    for calendar, closed, before in CLOSING_DAYS:
        yield _on_a_day(calendar, closed, as_of_a_weekday, shut)
        yield _on_a_day(calendar, before, "the day before a holiday is closed", [])
    for calendar, day in OPEN_HERE:
        yield _on_a_day(calendar, day, "another calendar is asked", [])
    for calendar in EXCHANGES:
        yield _on_a_day(calendar, "2026-05-16", "only holidays are closed", shut)
        for day in UNLISTED:
            yield _on_a_day(calendar, day, "a year not listed has no holidays", shut)
    yield _on_a_day(
        "target", "2026-12-25", "a holiday can never be set aside", [], aside=True
    )
    yield _on_a_day(
        "target", "2036-01-02", "what nobody knows is set aside", shut, aside=True
    )


def _on_a_day(
    calendar: str, day: str, bug: str, reasons: list[str], *, aside: bool = False
) -> Case:
    """Return an order at noon, under a certificate that is valid in every year."""
    override = {
        "controls": ["hours.calendar"],
        "expires_at": f"{day}T12:10:00.000000Z",
    }
    return _case(
        f"{calendar}-{day}{'-set-aside' if aside else ''}".replace("_", "-"),
        bug,
        WRONG_TIME if reasons else TOO_STRICT,
        reasons,
        scope={"calendar": calendar},
        credential=LONG_LIVED,
        past={"day": day},
        received_at=f"{day}T12:00:00.000000Z",
        override=override if aside else None,
    )


def _identity() -> Iterator[Case]:
    for standing in ("suspended", "revoked"):
        yield _case(
            standing,
            "standing is not asked",
            WRONG_PARTY,
            [f"credential.{standing}"],
            credential={"standing": standing},
        )
    for name, ends, reasons in (
        ("a-microsecond-ahead", "2026-05-15T09:15:00.000001Z", []),
        ("now", NOW, ["credential.revoked"]),
        ("past", "2026-05-15T09:00:00.000000Z", ["credential.revoked"]),
    ):
        yield _case(
            f"scheduled-revocation-{name}",
            "a revocation that is due waits for an entry that says so",
            WRONG_PARTY if reasons else TOO_STRICT,
            reasons,
            credential={"revoked_from": ends},
        )
    yield _case(
        "scheduled-revocation-of-a-suspended-one",
        "a suspension hides that the end has come",
        WRONG_PARTY,
        ["credential.revoked"],
        credential={"revoked_from": NOW, "standing": "suspended"},
    )
    yield _case(
        "revoked-key-dates-back",
        "standing is asked at the order's own time",
        WRONG_PARTY,
        ["credential.revoked", "clock.skew"],
        order={"created_at": "2026-05-15T08:00:00.000000Z"},
        credential={"standing": "revoked"},
    )
    for name, field, at, reasons in (
        ("begins-now", "not_before", NOW, []),
        ("begins-later", "not_before", f"{NOW[:-2]}1Z", ["credential.not_yet_valid"]),
        ("ends-now", "not_after", NOW, []),
        (
            "has-ended",
            "not_after",
            "2026-05-15T09:14:59.999999Z",
            ["credential.expired"],
        ),
    ):
        yield _case(
            f"certificate-{name}",
            "an end of the validity is excluded, or not asked",
            WRONG_PARTY if reasons else TOO_STRICT,
            reasons,
            credential={field: at},
        )


def _sequence() -> Iterator[Case]:
    head = {"seq": 6, "prev": _digest("6")}
    for name, seq, reasons in (
        ("next", 7, []),
        ("left-out", 8, ["sequence.gap"]),
        ("repeated", 6, ["sequence.gap"]),
        ("begun-again", 1, ["sequence.gap"]),
    ):
        yield _case(
            f"seq-{name}",
            "the sequence is not asked",
            LOST_ORDER if reasons else TOO_STRICT,
            reasons,
            order={"seq": seq, "prev": head["prev"]},
            past=head,
        )
    yield _case(
        "prev-of-another-chain",
        "the hash of the order before is not asked",
        LOST_ORDER,
        ["sequence.prev"],
        order={"seq": 7, "prev": _digest("another 6")},
        past=head,
    )
    for name, day, reasons in (
        ("today", "2026-05-15", ["client_order_id.duplicate"]),
        ("yesterday", "2026-05-14", []),
    ):
        yield _case(
            f"client-order-id-used-{name}",
            "ids are not remembered, or for longer than a day",
            LOST_ORDER if reasons else TOO_STRICT,
            reasons,
            past={"client_order_ids": ["order-0", "order-1"], "day": day},
        )


def _places() -> Iterator[Case]:
    for name, field, value in (
        ("market-unknown", "market", "XRP/EUR"),
        ("market-turned-round", "market", "USD/EUR"),
        ("market-begins-alike", "market", "EUR/USDT"),
        ("venue-unknown", "venue", "SIMD"),
        ("region-unknown", "region", "us-east-1"),
    ):
        yield _case(
            name,
            "a list is not asked, or by prefix",
            WRONG_PLACE,
            [f"{field}.not_allowed"],
            order={field: value},
        )


def _workload() -> Iterator[Case]:
    """What runs, and where: the session against the pin and against the scope."""
    pinned: Changes = {"image": IMAGE, "model": MODEL}
    other = _digest("another model")
    runtimes: list[tuple[str, Changes | None, Changes | None, list[str]]] = [
        ("no-pin-and-no-session", None, None, []),
        ("no-pin", {"runtime": {"model": other}}, None, []),
        ("as-pinned", {}, pinned, []),
        ("model-changed", {}, {**pinned, "model": other}, ["runtime.digest"]),
        (
            "component-left-out",
            {"runtime": {"image": IMAGE}},
            pinned,
            ["runtime.digest"],
        ),
        ("component-added", {}, {"image": IMAGE}, ["runtime.digest"]),
        ("nothing-said", {"runtime": {}}, pinned, ["runtime.digest"]),
        ("no-session", None, pinned, ["runtime.digest"]),
    ]
    for name, session, pin, reasons in runtimes:
        yield _case(
            f"runtime-{name}",
            "part of a runtime is compared, or none where a session is missing",
            "another program trades with the agent's key" if reasons else TOO_STRICT,
            reasons,
            session=session,
            pinned=pin,
        )
    attested: Changes = {"region_evidence": "attested"}
    regions: list[tuple[str, Changes | None, list[str]]] = [
        ("attested", {"evidence": SHOWN}, []),
        ("self-asserted", {}, ["region.evidence"]),
        ("no-session", None, ["region.evidence"]),
        (
            "attested-elsewhere",
            {"evidence": SHOWN, "region": "eu-west-2"},
            ["region.evidence"],
        ),
    ]
    for name, session, reasons in regions:
        yield _case(
            f"region-demanded-and-{name}",
            "evidence is not asked, or not held against the order's region",
            WRONG_PLACE if reasons else TOO_STRICT,
            reasons,
            scope=attested,
            session=session,
        )
    yield _case(
        "region-attested-though-nobody-demands-it",
        "the better evidence is not recorded",
        OTHER_LINE,
        session={"evidence": SHOWN},
    )


def _lines() -> Iterator[Case]:
    yield _case(
        "limit-order",
        "an optional field is rendered as null",
        OTHER_LINE,
        order={"limit_price": "1.1721", "type": "LIMIT"},
    )
    yield _case(
        "paper-before-live-from",
        "paper is taken for live",
        "real money moves before the board said so",
        received_at="2026-05-15T08:59:59.999999Z",
    )
    yield _case(
        "live-at-live-from",
        "the first live instant is still paper",
        OTHER_LINE,
        received_at="2026-05-15T09:00:00.000000Z",
    )
    yield _case(
        "quote-and-baseline-on-record",
        "an input of the decision is left out of its line",
        OTHER_LINE,
        likeness={"excess": 5_120, "surprisals": {"size": 9_216}},
        price=PRICE,
    )
    yield _case(
        "everything-wrong-at-once",
        "the first violation hides the others",
        "people repair one thing and think that it was the only one",
        [
            "credential.revoked",
            "credential.expired",
            "halt.halted",
            "sequence.gap",
            "sequence.prev",
            "client_order_id.duplicate",
            "clock.skew",
            "market.not_allowed",
            "venue.not_allowed",
            "region.not_allowed",
            "region.evidence",
            "runtime.digest",
            "price.missing",
            "order.amount_max",
            "daily.amount_max",
            "hours.closed",
            "calendar.closed",
        ],
        order={
            "amount": "1.00000000",
            "created_at": NOW,
            "currency": "BTC",
            "market": "BTC/EUR",
            "prev": _digest("nothing"),
            "region": "mars",
            "seq": 9,
            "venue": "X",
        },
        credential={"not_after": NOW, "standing": "revoked"},
        past={"client_order_ids": ["order-1"], "day": "2026-05-16"},
        scope={"region_evidence": "attested"},
        session={"evidence": SHOWN},
        pinned={"model": MODEL},
        halts=[{"leaf": _digest("halt"), "place": "firm", "state": "halted"}],
        received_at="2026-05-16T03:00:00.000000Z",
    )
