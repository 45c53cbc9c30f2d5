"""Kraken's dialect: signatures, parameters, amounts; read exactly or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.agent.kraken_instructions import amount_in, instruction_of
from kya.agent.kraken_shown import order_id, seq_in
from kya.codec.kraken_orders import NewOrder, read_new_order
from kya.codec.kraken_pairs import Pairs
from kya.codec.kraken_signature import read_parameters, require_signature, signature
from kya.codec.kraken_words import DialectError, nothing_was_done, read_envelope
from kya.core.errors import MalformedError
from kya.core.order import OrderType, TimeInForce

# The example of Kraken's own documentation of API-Sign.
SECRET = (
    "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6"
    "F1huXg=="
)
PATH = "/0/private/AddOrder"
BODY = (
    b"nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
)
SIGNED = (
    "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8"
    "ndwLUQ=="
)
LEAST = {"pair": "XBTEUR", "type": "buy", "ordertype": "market", "volume": "1"}
XBTEUR: dict[str, object] = {
    "altname": "XBTEUR",
    "wsname": "XBT/EUR",
    "base": "XXBT",
    "quote": "ZEUR",
    "pair_decimals": 1,
    "lot_decimals": 8,
    "ordermin": "0.00005",
}
LISTED = {"XXBTZEUR": XBTEUR, "XBT:BTNL": {"altname": "x"}}
names = st.sampled_from(
    ["pair", "type", "ordertype", "volume", "price", "oflags", "timeinforce",
     "expiretm", "cl_ord_id", "userref", "deadline", "validate", "leverage", "x"]
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["buy", "limit", "market", "1", "1e9", "-1", "0", "GTD", "NaN"]),
)


def test_a_request_is_signed_as_krakens_documentation_shows() -> None:
    assert signature(PATH, "1616492376594", BODY, SECRET) == SIGNED
    assert require_signature(PATH, BODY, SECRET, SIGNED) == 1616492376594


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (BODY.replace(b"1.25", b"1.26"), SIGNED),
        (BODY.replace(b"594&", b"595&"), SIGNED),
        (BODY, SIGNED[:-4] + "AA=="),
        (BODY, ""),
        (b"volume=1", SIGNED),
    ],
)
def test_another_request_is_not(body: bytes, shown: str) -> None:
    with pytest.raises(DialectError, match=r"EAPI:Invalid (signature|nonce)"):
        require_signature(PATH, body, SECRET, shown)


@pytest.mark.parametrize(
    "body", [b"a=1&a=2", b"a", b"\xff=1", b"&".join([b"a=1"] * 99)]
)
def test_a_body_that_says_two_things_says_nothing(body: bytes) -> None:
    with pytest.raises(DialectError, match="EGeneral:Invalid arguments"):
        read_parameters(body)


def read_or_refused(parameters: dict[str, str]) -> NewOrder | DialectError:
    """The order, or why it is none; anything else is a fault."""
    try:
        return read_new_order(parameters)
    except DialectError as error:
        return error


@given(st.dictionaries(names, texts))
def test_an_order_is_read_or_refused_in_words(changes: dict[str, str]) -> None:
    order = read_or_refused({**LEAST, **changes})
    if isinstance(order, DialectError):
        assert order.errors[0].startswith("EGeneral:Invalid arguments:")
        return
    assert Decimal(order.volume) > 0
    assert order.is_limit is (order.price != "")
    assert (order.expires_at is None) is not (order.lasting == "GTD")


@given(st.decimals(min_value=0, max_value=10**12, places=10))
def test_an_amount_is_the_volume_to_the_last_digit_or_refused(volume: Decimal) -> None:
    try:
        amount = amount_in(format(volume, "f"), "BTC/EUR")
    except DialectError:
        assert volume == 0 or volume != round(volume, 8)
        return
    assert Decimal(str(amount)) == volume > 0
    assert amount.currency.code == "BTC"


def test_a_currency_that_nobody_lists_has_no_amounts() -> None:
    with pytest.raises(DialectError, match="EKya:currency"):
        amount_in("1", "PEPE/EUR")


def test_a_market_order_is_immediate_and_a_limit_order_as_it_says() -> None:
    pair = Pairs.read(LISTED).of("BTC/EUR")
    market = instruction_of(read_new_order(LEAST), pair, "c-1", "SIMA")
    assert (market.type, market.time_in_force) == (OrderType.MARKET, TimeInForce.IOC)
    limit = {**LEAST, "ordertype": "limit", "price": "50000.10"}
    rests = instruction_of(read_new_order(limit), pair, "c-1", "SIMA")
    assert (str(rests.limit_price), rests.time_in_force) == (
        "50000.1",
        TimeInForce.GTC,
    )


def test_a_market_is_found_by_each_of_its_names_and_no_other() -> None:
    pairs = Pairs.read(LISTED)
    assert {pairs.of(n).market for n in ("XXBTZEUR", "XBTEUR", "BTC/EUR")} == {
        "BTC/EUR"
    }
    with pytest.raises(DialectError, match="EQuery:Unknown asset pair"):
        pairs.of("XBT/EUR")
    wrongs: list[object] = [[], {"XXBTZEUR": {**XBTEUR, "lot_decimals": "many"}}]
    for wrong in wrongs:
        with pytest.raises(MalformedError):
            Pairs.read(wrong)


@given(st.integers(min_value=1, max_value=10**11 - 1))
def test_an_orders_name_holds_its_seq(seq: int) -> None:
    assert seq_in(order_id(seq)) == seq
    assert seq_in(order_id(seq).lower()) is None


@pytest.mark.parametrize(
    ("words", "promised"),
    [
        (("EOrder:Insufficient funds",), True),
        (("EAPI:Rate limit exceeded",), True),
        (("EService:Market in cancel_only mode",), True),
        (("EService:Unavailable",), False),
        (("EGeneral:Internal error",), False),
        (("EOrder:Insufficient funds", "EService:Timeout"), False),
        ((), False),
    ],
)
def test_only_a_plain_refusal_promises_that_nothing_was_done(
    words: tuple[str, ...], promised: object
) -> None:
    assert nothing_was_done(words) is promised


@pytest.mark.parametrize(
    ("name", "nothing", "something"),
    [
        ("leverage", "none", "2"),
        ("reduce_only", "false", "true"),
        ("starttm", "0", "+60"),
        ("trading_agreement", "agree", "disagree"),
    ],
)
def test_a_parameter_that_says_nothing_is_known_with_that_value_alone(
    name: str, nothing: str, something: str
) -> None:
    least = {"pair": "XBTEUR", "type": "buy", "ordertype": "market", "volume": "1"}
    assert read_new_order({**least, name: nothing}) == read_new_order(least)
    with pytest.raises(DialectError, match=f"arguments:{name}"):
        read_new_order({**least, name: something})


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"error":"x"}', b"\xff"])
def test_what_is_no_answer_is_not_read_as_one(body: bytes) -> None:
    with pytest.raises(MalformedError):
        read_envelope(body)
