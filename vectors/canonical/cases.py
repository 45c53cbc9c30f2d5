"""Canonical JSON: what one value looks like, and which lines are none.

The samples of RFC 8785 §3.2 and of its authors' test files are restated in our subset:
no floats, ASCII keys, integers of at most 2**53 - 1.
"""

from base64 import b64encode
from collections.abc import Iterator
from json import dumps

from vectors.cases import Case, case
from vectors.decide.judge import canonical
from vectors.decide.story import ORDER

LINE = canonical(ORDER).encode() + b"\n"
MANY = 5_000
TWO_READINGS = "two readers take one signed line for two different orders"
TWO_SPELLINGS = "one order has two hashes, so a copy passes for another one"
NO_VALUE = "a figure that is none is compared with a limit"
CRASH = "one line stops the gateway"


def cases() -> Iterator[Case]:
    """Yield every case in the order of the file."""
    yield from _values()
    yield _line("order", LINE, "valid", "a good line is refused", "nothing moves")
    yield from _spellings()
    yield from _keys()
    yield from _actions()
    yield from _figures()
    yield from _texts()
    yield from _shapes()


def _values() -> Iterator[Case]:
    for name, bug, value in (
        ("literals", "literals are spelt as in Python", [None, True, False]),
        ("integers", "large integers become floats", [0, -1, 2**53 - 1, 1 - 2**53]),
        ("arrays", "arrays are sorted", [56, {"d": True, "10": None, "1": []}]),
        ("ascii-keys", "keys are sorted without case", {"b": 1, "B": 2, "_": 3}),
        (
            "keys-that-begin-alike",
            "keys are sorted as numbers, or the longer first",
            {"111": [{"e": "yes", "E": "no"}], "1": {"\n": 56, "f": {"f": "hi"}},
             "10": {}, "": "empty", "a": {}, "A": {}},
        ),
        (
            "escapes",
            "escapes are not the shortest, or in capitals",
            "\u20ac$\x0f\nA'B\"\\\\\"/",
        ),
        ("controls", "a short escape is spelt \\u00..", "".join(map(chr, range(32)))),
        ("delete", "U+007F is escaped", "\x7f"),
        ("separators", "U+2028 and U+2029 are escaped", "\u2028\u2029"),
        ("beyond-ascii", "letters are escaped, or normalized", "caf\u00e9 cafe\u0301"),
        ("beyond-the-plane", "a pair of surrogates is escaped", "\U0001f600\ufb33"),
    ):  # fmt: skip
        told = {"value": value, "text": canonical(value)}
        yield case(
            name, "valid", bug, "accept", harm=TWO_SPELLINGS, kind="value", **told
        )


def _spellings() -> Iterator[Case]:
    for name, line in (
        ("space-after-colon", LINE.replace(b":", b": ", 1)),
        ("space-after-comma", LINE.replace(b",", b", ", 1)),
        ("tab-first", b"\t" + LINE),
        ("space-last", LINE[:-1] + b" \n"),
        ("carriage-return", LINE[:-1] + b"\r\n"),
        ("byte-order-mark", b"\xef\xbb\xbf" + LINE),
        ("escaped-slash", LINE.replace(b"EUR/USD", b"EUR\\/USD")),
        ("escaped-letter", LINE.replace(b"BUY", b"\\u0042UY")),
        ("escaped-key", LINE.replace(b'"side"', b'"\\u0073ide"')),
        ("not-sorted", _unsorted()),
    ):
        bug = "a second spelling is accepted"
        yield _line(name, line, "spelling", bug, TWO_SPELLINGS)
    for name, line in (
        ("no-line-feed", LINE[:-1]),
        ("two-line-feeds", LINE + b"\n"),
        ("two-lines", LINE + LINE),
        ("nul-last", LINE[:-1] + b"\x00\n"),
        ("line-feed-first", b"\n" + LINE),
    ):
        bug = "the signed text is not exactly one line"
        yield _line(name, line, "line", bug, TWO_READINGS)


def _unsorted() -> bytes:
    fields = dict(reversed(ORDER.items()))
    return dumps(fields, separators=(",", ":")).encode() + b"\n"


def _keys() -> Iterator[Case]:
    pair = b'"amount":"20000.00"'
    twice = "of two values under one key, readers keep the first or the last"
    for name, line in (
        ("same-key-twice", LINE.replace(pair, pair + b"," + pair)),
        ("other-value-first", LINE.replace(pair, b'"amount":"1.00",' + pair)),
        ("other-value-last", LINE.replace(pair, pair + b',"amount":"1.00"')),
    ):
        yield _line(name, line, "keys", twice, TWO_READINGS)
    for name, changes in (
        ("unknown-field", {"zzz": ""}),
        ("misspelt-field", {"Amount": "1.00"}),
        ("null-limit-price", {"limit_price": None}),
        ("null-action", {"action": None}),
        ("null-target", {"target": None}),
        ("null-amount", {"amount": None}),
        ("field-left-out", {"prev": ...}),
        ("amount-left-out", {"amount": ...}),
        ("amount-under-another-name", {"amount": ..., "amount_eur": "20000.00"}),
    ):
        fields = {k: v for k, v in {**ORDER, **changes}.items() if v is not ...}
        bug = "a field that is unknown or missing is passed over"
        line = canonical(fields).encode() + b"\n"
        yield _line(name, line, "keys", bug, TWO_READINGS)


def _actions() -> Iterator[Case]:
    cancel = {**ORDER, "action": "cancel", "target": 1}
    line = canonical(cancel).encode() + b"\n"
    yield _line("cancel", line, "valid", "a good line is refused", "nothing ends")
    for name, changes in (
        ("new-said", {"action": "new"}),
        ("action-unknown", {"action": "amend"}),
        ("action-in-capitals", {"action": "CANCEL", "target": 1}),
        ("cancel-without-target", {"action": "cancel"}),
        ("target-without-action", {"target": 1}),
        ("target-of-a-withdrawal", {"action": "withdraw", "target": 1}),
        ("target-zero", {"action": "cancel", "target": 0}),
        ("target-as-text", {"action": "cancel", "target": "1"}),
    ):
        line = canonical({**ORDER, **changes}).encode() + b"\n"
        bug = "an action is guessed, or taken without what it acts on"
        yield _line(f"action-{name}", line, "action", bug, TWO_READINGS)


def _figures() -> Iterator[Case]:
    for name, amount in (
        ("float", b"20000.5"),
        ("integer", b"20000"),
        ("exponent", b'"2e4"'),
        ("sign", b'"+20000.00"'),
        ("negative", b'"-20000.00"'),
        ("negative-zero", b'"-0.00"'),
        ("zero", b'"0.00"'),
        ("underscore", b'"20_000.00"'),
        ("thousands", b'"20,000.00"'),
        ("leading-zero", b'"020000.00"'),
        ("no-decimals", b'"20000"'),
        ("three-decimals", b'"20000.000"'),
        ("arabic-digits", '"\u0662\u0660\u0660\u0660\u0660.\u0660\u0660"'.encode()),
        ("full-width-digits", '"\uff12\uff10\uff10\uff10\uff10.00"'.encode()),
        ("space", b'" 20000.00"'),
        ("nan", b'"NaN"'),
        ("bare-nan", b"NaN"),
        ("infinity", b'"Infinity"'),
        ("minus-infinity", b'"-Infinity"'),
        ("bare-infinity", b"Infinity"),
        ("above-every-figure", b'"' + b"9" * 23 + b'.00"'),
        ("true", b"true"),
        ("too-many-digits", b'"' + b"9" * MANY + b'.00"'),
    ):
        line = LINE.replace(b'"20000.00"', amount)
        bug = "figures are read by a lenient parser"
        yield _line(f"amount-{name}", line, "figures", bug, NO_VALUE)
    for name, seq in (
        ("zero", b"0"), ("negative", b"-1"), ("float", b"1.0"), ("exponent", b"1e0"),
        ("text", b'"1"'), ("true", b"true"), ("leading-zero", b"01"),
        ("above-2-53", b"9007199254740992"), ("too-many-digits", b"1" * MANY),
    ):  # fmt: skip
        line = LINE.replace(b'"seq":1,', b'"seq":' + seq + b",")
        bug = "integers are read as floats, or without a limit"
        yield _line(f"seq-{name}", line, "figures", bug, TWO_READINGS)
    limit = {**ORDER, "type": "LIMIT", "limit_price": "1.1721"}
    line = canonical(limit).encode() + b"\n"
    yield _line("limit", line, "valid", "a good line is refused", "nothing moves")
    for name, price in (
        ("zero", "0"), ("negative", "-1.1"), ("nan", "NaN"), ("infinity", "Infinity"),
        ("exponent", "1e1"), ("trailing-zero", "1.10"), ("true", True), ("float", 1.1),
        ("too-many-decimals", "1.00000000001"),
    ):  # fmt: skip
        line = canonical({**limit, "limit_price": price}).encode() + b"\n"
        bug = "prices are read by a lenient parser"
        yield _line(f"price-{name}", line, "figures", bug, NO_VALUE)
    for name, at in (
        ("offset", "2026-05-15T10:30+09:00"),
        ("offset-zero", "2026-05-15T09:15:00.000000+00:00"),
        ("no-fraction", "2026-05-15T09:15:00Z"),
        ("small-z", "2026-05-15T09:15:00.000000z"),
        ("leap-second", "2026-05-15T09:15:60.000000Z"),
        ("no-such-day", "2026-02-29T09:15:00.000000Z"),
        ("before-1970", "1969-12-31T23:59:59.999999Z"),
    ):
        line = LINE.replace(b"2026-05-15T09:15:00.000000Z", at.encode())
        bug = "an instant has more than one spelling"
        yield _line(f"time-{name}", line, "figures", bug, TWO_READINGS)
    line = LINE.replace(b'"currency":"EUR"', b'"currency":"EURO"')
    bug = "a currency that does not exist"
    yield _line("currency-unknown", line, "figures", bug, NO_VALUE)


def _texts() -> Iterator[Case]:
    for name, raw in (
        ("lone-surrogate-escaped", b"\\ud800"),
        ("surrogates-the-wrong-way-round", b"\\udc00\\ud800"),
        ("surrogate-in-utf-8", b"\xed\xa0\x80"),
        ("overlong-utf-8", b"\xc0\x80"),
        ("cut-utf-8", b"\xe2\x82"),
        ("beyond-unicode", b"\xf4\x90\x80\x80"),
        ("byte-ff", b"\xff"),
        ("nul-escaped", b"\\u0000"),
        ("raw-control", b"\x1f"),
        ("escape-x", b"\\x41"),
    ):
        line = LINE.replace(b"order-1", b"order-" + raw)
        bug = "text that is none is repaired or passed on"
        yield _line(name, line, "text", bug, TWO_READINGS)
    other = LINE.replace(b"algo_trader_v2", "\u0430lgo_trader_v2".encode())
    bug = "look-alike letters are accepted in names"
    yield _line("look-alike-name", other, "text", bug, "one agent passes for another")


def _shapes() -> Iterator[Case]:
    for name, line in (
        ("empty", b""), ("only-a-line-feed", b"\n"), ("null", b"null\n"),
        ("an-empty-object", b"{}\n"), ("an-array", b"[" + LINE[:-1] + b"]\n"),
        ("cut-short", LINE[: len(LINE) // 2] + b"\n"),
        ("nested-arrays", b"[" * MANY + b"\n"),
        ("nested-objects", b'{"a":' * MANY + b"\n"),
        ("nested-in-a-field", LINE.replace(b'"BUY"', b"[" * MANY)),
    ):  # fmt: skip
        bug = "a shape that is none raises something unforeseen"
        yield _line(name, line, "shape", bug, CRASH)
    for name, kind in (
        ("another-type", b"kya/decision/v1"),
        ("another-version", b"kya/order/v2"),
        ("type-with-a-host", b"https://kya.example/order/v1"),
    ):
        line = LINE.replace(b"kya/order/v1", kind)
        bug = "a line signed as one kind is read as another"
        yield _line(name, line, "type", bug, TWO_READINGS)


def _line(name: str, line: bytes, flag: str, bug: str, harm: str) -> Case:
    expected = "accept" if flag == "valid" else "malformed"
    told = {"kind": "line", "line": b64encode(line).decode()}
    return case(f"line-{name}", flag, bug, expected, harm=harm, **told)
