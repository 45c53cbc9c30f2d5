"""Binance's dialect: signatures, times, names and figures; read exactly or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.agent.binance_denials import WORDS, denial, rejection
from kya.agent.binance_figures import page
from kya.agent.binance_instructions import instruction_of
from kya.agent.binance_shown import account_shown, execution_number, order_shown
from kya.agent.denial_kinds import kind_of
from kya.agent.past import ToldOrder
from kya.codec.binance_signature import (
    read_request,
    require_signature,
    require_timely,
    signature,
)
from kya.codec.binance_symbols import Symbols
from kya.codec.binance_words import NO_FUNDS, BinanceError
from kya.codec.kraken_pairs import Pair
from kya.core.control import Reason
from kya.core.instant import Instant
from kya.core.order_events import VenueStatus
from tests.world import MORNING

# The examples of Binance's own documentation of signed requests.
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
FIRST = b"symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC"
SECOND = b"quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
TOGETHER = b"c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
APART = b"0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"
SIGNED = b"&signature="
LEAST = {"side": "BUY", "type": "MARKET", "quantity": "1"}
names = st.sampled_from(
    ["side", "type", "quantity", "price", "timeInForce", "newClientOrderId", "x"]
)
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["BUY", "LIMIT", "MARKET", "GTC", "1", "1e9", "-1", "0", "NaN"]),
)


def a_pair(market: str, **changes: object) -> Pair:
    """A market as Kraken lists it."""
    base, quote = market.split("/")
    fields = {
        "name": f"X{base}Z{quote}",
        "altname": base + quote,
        "market": market,
        "base": f"X{base}",
        "quote": f"Z{quote}",
        "price_decimals": 1,
        "volume_decimals": 10,
        "volume_min": "0.00005",
        "cost_min": "0.45",
        **changes,
    }
    return Pair(**fields)  # type: ignore[arg-type]


SYMBOLS = Symbols([a_pair("BTC/EUR"), a_pair("EUR/USD")])


def an_order(**changes: object) -> ToldOrder:
    """An order on record that works."""
    fields = {
        "seq": 7,
        "order_index": 14,
        "order": "ab",
        "client_order_id": "one",
        "action": "NEW",
        "market": "BTC/EUR",
        "side": "BUY",
        "type": "LIMIT",
        "amount": "0.10000000",
        "currency": "BTC",
        "limit_price": "50000",
        "time_in_force": "GTC",
        "target": None,
        "created_at": "2026-05-15T09:15:00.000000Z",
        "outcome": "allowed",
        "reasons": (),
        "venue": None,
        "filled": None,
        "price": None,
        "detail": "",
        "reported_at": None,
        **changes,
    }
    return ToldOrder(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (FIRST + b"&" + SECOND + SIGNED + TOGETHER, b""),
        (b"", FIRST + b"&" + SECOND + SIGNED + TOGETHER),
        (FIRST, SECOND + SIGNED + APART),
        (FIRST + SIGNED + APART, SECOND),
        (FIRST, SECOND + SIGNED + APART.upper()),
    ],
)
def test_a_request_is_signed_as_binances_documentation_shows(
    query: bytes, body: bytes
) -> None:
    require_signature(query, body, SECRET)
    assert signature(FIRST, SECOND, SECRET).encode() == APART


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (FIRST, SECOND + SIGNED + TOGETHER),
        (FIRST, SECOND),
        (FIRST, b"signature=" + APART + b"&" + SECOND),
        (FIRST + SIGNED + APART, SECOND + SIGNED + APART),
        (FIRST.replace(b"BUY", b"SELL"), SECOND + SIGNED + APART),
        (FIRST, SECOND.replace(b"=1&", b"=2&") + SIGNED + APART),
        (FIRST, SECOND + b"&x=1" + SIGNED + APART),
    ],
)
def test_another_request_is_not(query: bytes, body: bytes) -> None:
    with pytest.raises(BinanceError) as refused:
        require_signature(query, body, SECRET)
    assert (refused.value.code, refused.value.status) == (-1022, 401)


def test_a_request_is_answered_within_its_window_and_not_outside() -> None:
    now = Instant(1_499_827_319_559_000)
    for earlier, window in ((0, None), (5_000, None), (-999, None), (9, "9")):
        asked = {"timestamp": str(1_499_827_319_559 - earlier)}
        require_timely(asked | ({"recvWindow": window} if window else {}), now)
    for timestamp, window, code in (
        ("1499827314558", "5000", -1021),
        ("1499827320559", "5000", -1021),
        ("1499827319559000", "5000", -1021),
        ("1499827319559", "60001", -1102),
        ("1499827319559", "-1", -1102),
        ("", "5000", -1102),
    ):
        with pytest.raises(BinanceError) as refused:
            require_timely({"timestamp": timestamp, "recvWindow": window}, now)
        assert refused.value.code == code


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_a_request_is_read_or_refused(query: bytes, body: bytes) -> None:
    try:
        read = read_request(query, body)
    except BinanceError:
        return
    assert len(read) == len(
        [each for each in (query + b"&" + body).split(b"&") if each]
    )


@given(st.dictionaries(names, texts))
def test_what_is_read_as_an_instruction_has_its_quantity_and_price(
    changes: dict[str, str],
) -> None:
    asked = {**LEAST, **changes}
    try:
        made = instruction_of(asked, SYMBOLS.of("BTCEUR"), "one", "SIMA")
    except BinanceError:
        return
    assert Decimal(str(made.amount)) == Decimal(asked["quantity"])
    if made.limit_price is None:
        assert "price" not in asked
    else:
        assert Decimal(str(made.limit_price)) == Decimal(asked["price"])


def test_a_symbol_counts_no_finer_than_its_currency_and_no_name_is_shared() -> None:
    filters = {}
    for each in SYMBOLS.of("EURUSD").shown()["filters"]:  # type: ignore[attr-defined]
        filters[each["filterType"]] = each
    assert filters["LOT_SIZE"]["stepSize"] == "0.01"
    assert filters["PRICE_FILTER"]["tickSize"] == "0.1"
    assert SYMBOLS.asset_codes()["XBTC"] == "BTC"
    assert SYMBOLS.name_of("ETH/EUR") == "ETHEUR"
    shared = Symbols([a_pair("BTC/EUR"), a_pair("BTC/EUR", name="another")])
    for known, name in ((shared, "BTCEUR"), (SYMBOLS, "btceur"), (SYMBOLS, None)):
        with pytest.raises(BinanceError, match="-1121"):
            known.of(name)
    assert Symbols([a_pair("NOSUCH/EUR")]).all == ()


@pytest.mark.parametrize(
    ("venue", "filled", "status"),
    [
        (None, None, "NEW"),
        (VenueStatus.UNKNOWN, None, "NEW"),
        (VenueStatus.ACKNOWLEDGED, None, "NEW"),
        (VenueStatus.ACKNOWLEDGED, "0.05", "PARTIALLY_FILLED"),
        (VenueStatus.FILLED, "0.1", "FILLED"),
        (VenueStatus.PARTIALLY_FILLED, "0.05", "EXPIRED"),
        (VenueStatus.CANCELLED, "0.05", "CANCELED"),
        (VenueStatus.REJECTED, None, "REJECTED"),
        (VenueStatus.NOT_RECEIVED, None, "REJECTED"),
    ],
)
def test_an_order_is_shown_as_it_stands(
    venue: VenueStatus | None, filled: str | None, status: str
) -> None:
    word = None if venue is None else venue.value
    order = an_order(venue=word, filled=filled, price=filled and "50000")
    shown = order_shown(order, SYMBOLS)
    assert (shown["status"], shown["orderId"]) == (status, 7)
    assert Decimal(str(shown["executedQty"])) == Decimal(filled or 0)
    worth = Decimal(filled or 0) * 50_000
    assert Decimal(str(shown["cummulativeQuoteQty"])) == worth


def test_an_account_shows_what_is_free_and_what_is_held() -> None:
    held = {"XBTC": {"balance": "2.5", "hold_trade": "0.5"}, "Y": {"balance": "1"}}
    shown = account_shown(held, SYMBOLS.asset_codes(), MORNING)
    assert shown["balances"] == [
        {"asset": "BTC", "free": "2", "locked": "0.5"},
        {"asset": "Y", "free": "1", "locked": "0"},
    ]
    assert (shown["canTrade"], shown["canWithdraw"]) == (True, False)


def test_an_executions_number_is_exact_where_numbers_are_floats() -> None:
    found = {execution_number(f"T{number}") for number in range(100)}
    assert len(found) == 100
    assert all(int(float(each)) == each for each in found)


def test_a_list_is_told_from_its_beginning_only_where_one_is_named() -> None:
    assert page([1, 2, 3], 2, {}) == [2, 3]
    assert page([1, 2, 3], 2, {"startTime": "0"}) == [1, 2]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_denial_names_its_reasons_and_its_order(reason: Reason) -> None:
    shown = denial([reason, Reason.NET], "ab").shown()
    assert shown["kya"] == {"order": "ab", "reasons": [reason.value, Reason.NET.value]}
    is_known = WORDS[kind_of([reason])].known
    assert (reason.value in str(shown["msg"])) is not is_known


def test_a_rejection_of_the_venue_is_told_as_one() -> None:
    assert rejection("EOrder:Insufficient funds").sentence == NO_FUNDS
    assert "The venue says: too late" in rejection("too late").sentence
