"""The lines of enrolment, read as they are written and in no other spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.enrolments import (
    EnrolmentRequest,
    parse_enrolment_request,
    render_enrolment_request,
)
from kya.codec.registrations import (
    parse_refusal,
    parse_registration,
    render_refusal,
    render_registration,
)
from kya.codec.statements import Issuance, parse_certificate, render_certificate
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.limits import (
    EVIDENCE_CHARS_MAX,
    REGISTRATION_SECONDS_MAX,
    SELECTORS_MAX,
)
from kya.core.power_events import EnrolmentRefused
from kya.core.registration import Attestor, Enrolment, Registration
from tests.builders import a_refusal, a_registration, an_enrolment, on
from tests.strategies import digests, names, texts

selectors = st.lists(
    st.from_regex(r"[a-z]{1,8}=[!-~]{1,16}", fullmatch=True),
    min_size=1,
    max_size=SELECTORS_MAX,
    unique=True,
).map(lambda found: tuple(sorted(found)))
early = st.integers(0, 10**15).map(Instant)


@st.composite
def registrations(draw: st.DrawFn) -> Registration:
    attestor, at = draw(st.sampled_from(Attestor)), draw(early)
    seconds = draw(st.integers(1, REGISTRATION_SECONDS_MAX))
    return Registration(
        agent=draw(names),
        mandate=draw(digests),
        attestor=attestor,
        selectors=() if attestor is Attestor.TOKEN else draw(selectors),
        token=draw(digests),
        at=at,
        expires_at=at.plus(seconds=seconds),
    )


refusals = st.builds(
    EnrolmentRefused,
    agent=names,
    registration=digests,
    rule=st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True),
    at=early,
)
enrolments = st.builds(
    Enrolment,
    registration=digests,
    attestor=st.sampled_from(Attestor),
    shown=selectors,
)
requests = st.builds(
    EnrolmentRequest,
    agent=names,
    token=digests,
    nonce=texts,
    request=st.binary(),
    custody=texts,
    evidence=st.text(st.characters(max_codepoint=127), max_size=50),
)


@given(registrations())
def test_a_registration_is_read_as_it_is_written(registration: Registration) -> None:
    assert parse_registration(render_registration(registration)) == registration


@given(refusals)
def test_a_refusal_is_read_as_it_is_written(refusal: EnrolmentRefused) -> None:
    assert parse_refusal(render_refusal(refusal)) == refusal


@given(requests)
def test_a_request_is_read_as_it_is_written(request: EnrolmentRequest) -> None:
    line = render_enrolment_request(request)
    assert parse_enrolment_request(line) == request


@given(enrolments)
def test_what_a_certificate_is_issued_upon_is_read_as_it_is_written(
    enrolment: Enrolment,
) -> None:
    issuance = Issuance(
        certificate=b"",
        custody="memory",
        replaces=None,
        at=on("2026-04-25 10:00"),
        enrolment=enrolment,
    )
    assert parse_certificate(render_certificate(issuance)) == issuance


def test_an_assurance_that_contradicts_its_attestor_is_refused() -> None:
    issuance = Issuance(
        certificate=b"",
        custody="memory",
        replaces=None,
        at=on("2026-04-25 10:00"),
        enrolment=an_enrolment(attestor=Attestor.TOKEN, shown=()),
    )
    line = render_certificate(issuance).replace(b'"self_asserted"', b'"attested"')
    with pytest.raises(MalformedError, match="assurance: want self_asserted"):
        parse_certificate(line)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"kubernetes"', b'"nomad"'),
        (b"namespace=trading", b"zone=trading"),
        (b'"agent"', b'"Agent"'),
        (b',"token"', b' ,"token"'),
    ],
)
def test_another_spelling_of_a_registration_is_refused(
    before: bytes, after: bytes
) -> None:
    line = render_registration(a_registration())
    assert before in line
    changed = line.replace(before, after)
    with pytest.raises(MalformedError):
        parse_registration(changed)


@pytest.mark.parametrize("rule", ["", "Token used", "token-used", "t" * 65])
def test_a_refusal_names_a_rule(rule: str) -> None:
    with pytest.raises(MalformedError, match="rule: want"):
        a_refusal(rule=rule)


@pytest.mark.parametrize("evidence", ["ü", "x" * (EVIDENCE_CHARS_MAX + 1)], ids=len)
def test_evidence_has_an_alphabet_and_an_end(evidence: str) -> None:
    with pytest.raises(MalformedError, match="evidence: want at most"):
        EnrolmentRequest(
            agent="bot",
            token="0" * 64,
            nonce="nonce",
            request=b"",
            custody="memory",
            evidence=evidence,
        )
