"""What authority and gateway put on record is read as it is written."""

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec import base64_text
from kya.codec.canonical import encode_line
from kya.codec.enums import by_value
from kya.codec.reports import (
    parse_equivocation,
    parse_report,
    render_equivocation,
    render_report,
)
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
from kya.core.errors import MalformedError
from kya.core.order import Side
from kya.core.order_events import Equivocated, VenueReported
from kya.core.power_events import (
    ClockSource,
    IssuerRenewed,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from tests.builders import FIRST_LIVE_ORDER_AT, a_digest, an_order_submitted, its_report
from tests.strategies import (
    digests,
    equivocations,
    instants,
    renewals,
    reports,
    revocation_lists,
    schedules,
    standings,
    texts,
)

openings = st.builds(
    Opening,
    origin=texts,
    root=digests,
    issuer=st.binary(),
    authority=st.binary(),
    clock=st.sampled_from(ClockSource),
    at=instants,
    root_crl=st.binary(),
)
issuances = st.builds(
    Issuance,
    certificate=st.binary(),
    custody=texts,
    replaces=st.none() | digests,
    at=instants,
)
REPORT = render_report(its_report(an_order_submitted()))


@given(openings)
def test_an_opening_is_read_as_it_is_written(opening: Opening) -> None:
    assert parse_log(render_log(opening)) == opening


@given(issuances)
def test_an_issuance_is_read_as_it_is_written(issuance: Issuance) -> None:
    assert parse_certificate(render_certificate(issuance)) == issuance


@given(standings())
def test_a_standing_is_read_as_it_is_written(event: StandingChanged) -> None:
    assert parse_standing(render_standing(event)) == event


@given(schedules())
def test_a_schedule_is_read_as_it_is_written(event: RevocationScheduled) -> None:
    assert parse_schedule(render_schedule(event)) == event


@given(renewals)
def test_a_renewal_is_read_as_it_is_written(event: IssuerRenewed) -> None:
    assert parse_issuer(render_issuer(event)) == event


@given(revocation_lists)
def test_a_revocation_list_is_read_as_it_is_written(event: RevocationListed) -> None:
    assert parse_revocation_list(render_revocation_list(event)) == event


@given(reports())
def test_a_report_is_read_as_it_is_written(event: VenueReported) -> None:
    assert parse_report(render_report(event)) == event


@given(equivocations)
def test_an_equivocation_is_read_as_it_is_written(event: Equivocated) -> None:
    assert parse_equivocation(render_equivocation(event)) == event


def report_with(**fields: object) -> bytes:
    return encode_line({**json.loads(REPORT), **fields})


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"filled": None}, "want filled and filled_currency together"),
        ({"filled_currency": None}, "want filled and filled_currency together"),
        ({"filled": None, "filled_currency": None}, "report: filled with filled None"),
        ({"filled_exact": "19999.995", "filled": None}, "want filled and"),
        ({"filled_exact": "20000"}, "filled_exact: want one that is finer"),
        ({"filled_exact": "19999.99"}, "filled_exact: want one that is finer"),
        ({"filled_exact": "20000.001"}, "filled_exact: want one that is finer"),
        ({"filled_exact": "19999.9950"}, "no trailing zero"),
        ({"status": "rejected"}, "report: rejected with filled 20000.00"),
        ({"status": "done"}, "status: want one of acknowledged, filled"),
        ({"filled": "20000"}, "amount in EUR"),
        ({"price": "1.10"}, "no trailing zero"),
        ({"price": 1.1}, "got `float`"),
        ({"venue": "sima"}, "venue: want"),
        ({"order": "x"}, "order: want"),
        ({"detail": "a\u0000b"}, "detail: want at most 512 printable"),
        ({"detail": "x" * 513}, "detail: want at most 512 printable"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_report_says_what_it_wanted_instead(
    fields: dict[str, object], why: str
) -> None:
    with pytest.raises(MalformedError, match=f"report: .*{why}"):
        parse_report(report_with(**fields))


@pytest.mark.parametrize(
    "overrides", [{"origin": ""}, {"root": "none"}, {"origin": "a\nb"}], ids=str
)
def test_refuses_an_opening_that_cannot_be(overrides: dict[str, str]) -> None:
    fields = {"origin": "log.example/a", "root": a_digest("root"), **overrides}
    with pytest.raises(MalformedError):
        Opening(
            **fields,
            issuer=b"",
            authority=b"",
            clock=ClockSource.SYSTEM,
            at=FIRST_LIVE_ORDER_AT,
            root_crl=b"",
        )


@pytest.mark.parametrize("overrides", [{"custody": ""}, {"replaces": ""}], ids=str)
def test_refuses_an_issuance_that_cannot_be(overrides: dict[str, str]) -> None:
    whole = Issuance(
        certificate=b"",
        custody="a file",
        replaces=a_digest("former"),
        at=FIRST_LIVE_ORDER_AT,
    )
    with pytest.raises(MalformedError):
        replace(whole, **overrides)  # type: ignore[arg-type]


# ---------------------------------------------------------------- bytes, closed sets


@given(st.binary())
def test_bytes_are_read_as_they_are_written(raw: bytes) -> None:
    assert base64_text.decode("field", base64_text.encode(raw)) == raw


@given(st.text(max_size=12))
def test_text_that_is_read_is_its_own_one_spelling(text: str) -> None:
    try:
        raw = base64_text.decode("field", text)
    except MalformedError:
        return
    assert base64.b64encode(raw).decode() == text


@pytest.mark.parametrize(
    "text",
    ["A", "AA", "AAA", "AB==", "AAB=", "AA==\n", " AA==", "AA=", "AA===", "-_==", "é"],
)
def test_refuses_every_second_spelling_of_bytes(text: str) -> None:
    with pytest.raises(MalformedError, match="field: want padded base64"):
        base64_text.decode("field", text)


def test_a_closed_set_lists_its_members() -> None:
    read = by_value("side", Side)
    assert read("BUY") is Side.BUY
    for text in ("buy", "Side.BUY", "", "BUY "):
        with pytest.raises(MalformedError, match="side: want one of BUY, SELL, got"):
            read(text)
