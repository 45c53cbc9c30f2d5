"""One line of canonical JSON: the same bytes as RFC 8785, and no second spelling."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from kya.codec import canonical
from kya.codec.decisions import parse_decision, render_decision
from kya.codec.mandates import parse_mandate, render_mandate
from kya.codec.orders import parse_order, render_order
from kya.codec.reports import (
    parse_equivocation,
    parse_report,
    render_equivocation,
    render_report,
)
from kya.codec.scopes import parse_scope, render_scope
from kya.codec.standings import (
    parse_revocation_list,
    parse_schedule,
    parse_standing,
    render_revocation_list,
    render_schedule,
    render_standing,
)
from kya.codec.statements import (
    Issuance,
    Opening,
    parse_certificate,
    parse_issuer,
    parse_log,
    render_certificate,
    render_issuer,
    render_log,
)
from kya.core.decide import decide
from kya.core.errors import MalformedError
from kya.core.power_events import ClockSource
from tests.builders import (
    FIRST_LIVE_ORDER_AT,
    ORIGIN,
    a_case,
    a_digest,
    a_list_published,
    a_mandate,
    a_price,
    a_revocation_scheduled,
    a_scope,
    a_standing_changed,
    an_equivocation,
    an_issuer_renewed,
    an_order,
    an_order_submitted,
    its_report,
)

# ------------------------------------------------------- our subset against RFC 8785

text = st.text(st.characters(exclude_categories=["Cs"]))
ascii_keys = st.text(st.characters(max_codepoint=0x7F), max_size=8)
integers = st.integers(-(2**53 - 1), 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | integers | text,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(ascii_keys, inner, max_size=5)
    ),
    max_leaves=20,
)


@given(values)
@example("".join(map(chr, range(0x100))))
@example({"": 0, "a": 1, "A": 2, "_": 3, "\x7f": 4, "a\x00": 5, "aa": 6})
@example('\u20ac$\x0f\nA\'B"\\\\"/\U0001f600\u2028\u2029\ufeff\ud7ff\ue000')
def test_gives_the_bytes_of_an_implementation_that_is_not_ours(value: Any) -> None:  # noqa: ANN401  any JSON
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(values)
def test_what_is_written_is_read(value: Any) -> None:  # noqa: ANN401  any JSON
    assert json.loads(canonical.encode(value)) == value


def test_a_line_ends_in_one_line_feed() -> None:
    assert canonical.encode_line({"b": 1, "a": [True, None]}) == (
        b'{"a":[true,null],"b":1}\n'
    )


# ----------------------------------------------------- every document, every mutation

FIRST = an_order_submitted()
OPENING = Opening(
    origin=ORIGIN,
    root=a_digest("root"),
    issuer=b"issuer",
    authority=b"authority",
    clock=ClockSource.VIRTUAL,
    at=FIRST_LIVE_ORDER_AT,
    root_crl=b"list",
)
ISSUANCE = Issuance(
    certificate=b"\x30\x82",
    custody="a file, encrypted",
    replaces=None,
    at=FIRST_LIVE_ORDER_AT,
)
DOCUMENTS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "order": (parse_order, render_order(an_order())),
    "decision": (
        parse_decision,
        render_decision(decide(a_case(price=a_price())), FIRST.leaf),
    ),
    "mandate": (parse_mandate, render_mandate(a_mandate())),
    "log": (parse_log, render_log(OPENING)),
    "certificate": (parse_certificate, render_certificate(ISSUANCE)),
    "standing": (parse_standing, render_standing(a_standing_changed())),
    "schedule": (parse_schedule, render_schedule(a_revocation_scheduled())),
    "issuer": (parse_issuer, render_issuer(an_issuer_renewed())),
    "crl": (parse_revocation_list, render_revocation_list(a_list_published())),
    "report": (parse_report, render_report(its_report(FIRST))),
    "equivocation": (parse_equivocation, render_equivocation(an_equivocation(FIRST))),
}
SCOPE = render_scope(a_scope())
kinds = pytest.mark.parametrize("kind", list(DOCUMENTS))


def refuses(kind: str, line: bytes, why: str | None = None) -> None:
    parse, _ = DOCUMENTS[kind]
    with pytest.raises(MalformedError, match=why) as caught:
        parse(line)
    assert str(caught.value).startswith(f"{kind}: ")


def fields_of(kind: str) -> dict[str, Any]:
    _, line = DOCUMENTS[kind]
    fields: dict[str, Any] = json.loads(line)
    return fields


@kinds
def test_every_document_is_read_and_is_canonical(kind: str) -> None:
    parse, line = DOCUMENTS[kind]
    parse(line)
    assert rfc8785.dumps(json.loads(line)) + b"\n" == line
    assert canonical.type_of(line) == f"kya/{kind}/v1"


@kinds
def test_refuses_a_line_without_its_end(kind: str) -> None:
    _, line = DOCUMENTS[kind]
    for broken in (line[:-1], b"", line[:-1] + b"\r", line[:-1] + b"\x00"):
        refuses(kind, broken, "want one line that ends in LF")


@kinds
@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line + line,
        lambda line: line + b"\n",
        lambda line: b"\n" + line,
        lambda line: b" " + line,
        lambda line: line[:-1] + b" \n",
        lambda line: line[:-1] + b"\r\n",
        lambda line: b"\xef\xbb\xbf" + line,
        lambda line: line[:-1] + b"\x00\n",
        lambda line: line.replace(b",", b", ", 1),
        lambda line: line.replace(b":", b": ", 1),
        lambda line: line.replace(b"{", b"{\t", 1),
        lambda line: line.replace(b"_type", b"\\u005ftype", 1),
        lambda line: line.replace(b"kya/", b"kya\\/", 1),
        lambda line: line.replace(b"kya/", b"\\u006bya/", 1),
        lambda line: b"[" + line[:-1] + b"]\n",
        lambda line: b'"' + line[:-1] + b'"\n',
        lambda line: line[:-2] + b"\n",
        lambda line: line[:-2] + b",}\n",
        lambda line: line[: len(line) // 2] + b"\n",
        lambda _: b"\n",
        lambda _: b"null\n",
        lambda _: b"{}\n",
        lambda _: b"[]\n",
        lambda _: b"0\n",
        lambda _: b"[" * 100_000 + b"\n",
        lambda _: b'{"_type":' * 100_000 + b"\n",
        lambda line: line.replace(b'"', b"'"),
        lambda line: line.replace(b"/v1", b"/v2", 1),
        lambda line: line.replace(b"/v1", b"/V1", 1),
        lambda line: line.replace(b"kya/", b"https://kya.example/", 1),
    ],
)
def test_refuses_every_other_spelling(
    kind: str, spoil: Callable[[bytes], bytes]
) -> None:
    _, line = DOCUMENTS[kind]
    refuses(kind, spoil(line))


@kinds
def test_refuses_keys_in_another_order(kind: str) -> None:
    fields = fields_of(kind)
    backwards = dict(reversed(fields.items()))
    line = json.dumps(backwards, separators=(",", ":")).encode() + b"\n"
    refuses(kind, line, "canonical")


@kinds
def test_refuses_a_key_twice_even_with_the_same_value(kind: str) -> None:
    _, line = DOCUMENTS[kind]
    doubled = b'{"_type":"kya/' + kind.encode() + b'/v1",' + line[1:]
    refuses(kind, doubled, "each key once")


@kinds
def test_refuses_another_value_under_a_key_that_comes_again(kind: str) -> None:
    for field, value in fields_of(kind).items():
        if not isinstance(value, str):
            continue
        _, line = DOCUMENTS[kind]
        pair = json.dumps({field: value}, separators=(",", ":")).encode()[1:-1]
        assert pair in line
        refuses(kind, line.replace(pair, pair + b"," + pair, 1))


@kinds
def test_refuses_a_field_that_it_does_not_know(kind: str) -> None:
    line = rfc8785.dumps({**fields_of(kind), "zzz": "1"}) + b"\n"
    refuses(kind, line, "unknown field `zzz`")


@kinds
def test_refuses_a_document_without_any_one_of_its_fields(kind: str) -> None:
    fields = fields_of(kind)
    for field in fields:
        rest = {name: value for name, value in fields.items() if name != field}
        refuses(kind, rfc8785.dumps(rest) + b"\n", f"`{field}`")


BYTES = ("certificate", "crl", "issuer", "root_crl", "authority", "conflicting")
MAY_STAND: dict[str, list[object]] = {
    **{field: [""] for field in BYTES},
    **{field: ["", " "] for field in ("price_source", "detail")},
    **{field: [" "] for field in ("custody", "reason", "operator", "origin")},
    "grace_seconds": [0],
    "reasons": [[]],
}


@kinds
@pytest.mark.parametrize(
    "value",
    [1.5, 1.0, True, [], {}, "\x00", "\u202e", "", " ", -1, 0, 2**53, 10**30, 10**400],
    ids=lambda value: repr(value)[:12],
)
def test_refuses_what_cannot_stand_in_any_field(kind: str, value: object) -> None:
    parse, _ = DOCUMENTS[kind]
    for field in fields_of(kind):
        line = msgspec.json.encode({**fields_of(kind), field: value}, order="sorted")
        if value in MAY_STAND.get(field, []):
            parse(line + b"\n")
        else:
            refuses(kind, line + b"\n")


@kinds
@pytest.mark.parametrize(
    "number", [b"1.0", b"1e0", b"-0", b"01", b"+1", b"NaN", b"Infinity", b"1" * 5000]
)
def test_refuses_every_other_spelling_of_a_count(kind: str, number: bytes) -> None:
    for field, value in fields_of(kind).items():
        if type(value) is int:
            _, line = DOCUMENTS[kind]
            pair = f'"{field}":{value}'.encode()
            refuses(kind, line.replace(pair, f'"{field}":'.encode() + number))


@kinds
@pytest.mark.parametrize(
    "raw",
    [
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\\ud800",
        b"\\udc00\\ud800",
        b"\\u0000",
        b"\\x41",
        b"\x00",
        b"\x1f",
        b"\x7f",
    ],
)
def test_refuses_broken_text_in_any_field(kind: str, raw: bytes) -> None:
    _, line = DOCUMENTS[kind]
    for field, value in fields_of(kind).items():
        if isinstance(value, str):
            start = json.dumps({field: ""}, separators=(",", ":")).encode()[1:-2]
            refuses(kind, line.replace(start, start + raw, 1))


# --------------------------------------------------------------- nothing else is raised


@given(st.binary(max_size=400), st.sampled_from(sorted(DOCUMENTS)))
def test_any_bytes_are_malformed_and_nothing_worse(raw: bytes, kind: str) -> None:
    parse, line = DOCUMENTS[kind]
    if raw != line:
        with pytest.raises(MalformedError):
            parse(raw)
        with pytest.raises(MalformedError):
            parse(raw + b"\n")


@given(st.data(), st.sampled_from(sorted(DOCUMENTS)))
def test_changed_bytes_mean_something_else_or_nothing(
    data: st.DataObject, kind: str
) -> None:
    parse, line = DOCUMENTS[kind]
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, min(len(line), start + 12)))
    put = data.draw(st.binary(max_size=12) | st.text(max_size=6).map(_lenient_utf8))
    changed = line[:start] + put + line[end:]
    try:
        value = parse(changed)
    except MalformedError:
        return
    assert (value == parse(line)) is (changed == line)


def _lenient_utf8(characters: str) -> bytes:
    return characters.encode("utf-8", "surrogatepass")


@given(values)
def test_any_json_is_malformed_and_nothing_worse(value: Any) -> None:  # noqa: ANN401  any JSON
    raw = rfc8785.dumps(value)
    for parse, _ in DOCUMENTS.values():
        with pytest.raises(MalformedError):
            parse(raw + b"\n")
    with pytest.raises(MalformedError):
        parse_scope(raw)


# ------------------------------------------------------------------- types and digests


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"_type":',
        b'{"_type":1}',
        b'{ "_type":"kya/order/v1"}',
        b'{"a":1,"_type":"kya/order/v1"}',
        b'{"_type":"' + b"x" * 100 + b'"}',
        b'{"_type":"unfinished',
        b"\xff\xfe",
    ],
)
def test_refuses_a_line_that_does_not_say_what_it_is(line: bytes) -> None:
    with pytest.raises(MalformedError, match="begins with _type"):
        canonical.type_of(line)


def test_a_type_of_strange_bytes_is_no_type_of_ours() -> None:
    assert "\ufffd" in canonical.type_of(b'{"_type":"\xff"}')


def test_digests_are_sha256_in_small_letters() -> None:
    assert canonical.digest(b"line\n") == hashlib.sha256(b"line\n").hexdigest()
    assert canonical.leaf_digest(b"raw") == hashlib.sha256(b"\x00raw").hexdigest()


def test_a_scope_is_no_line() -> None:
    with pytest.raises(MalformedError, match="scope: "):
        parse_scope(SCOPE + b"\n")
