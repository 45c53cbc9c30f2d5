"""Our answers, read by a library that did not write them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus as Said
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from kya.authority.ceremony import Validity
from kya.authority.ocsp import RESPONDER_SECONDS, Register, issue_responder, respond
from kya.core.credential import ReasonCode
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.state import State
from kya.pki import der
from kya.pki.crl import Revocation
from kya.pki.ocsp import (
    ANSWER_SECONDS,
    NONCE_BYTES_MAX,
    QUESTIONS_MAX,
    REQUEST_BYTES_MAX,
    Refusal,
    Responder,
    Verdict,
    answer,
    read_question,
)
from tests.world import MORNING, World, signer_for

KEY: Final = signer_for("ocsp")
ISSUER: Final = World().issuer.certificate
NEVER_ISSUED: Final = 0xF1D4E8C7B2A9F3E6
SHA1: Final = hashes.SHA1()  # noqa: S303  RFC 6960 names keys so
DIGESTS: Final = (SHA1, hashes.SHA256(), hashes.SHA384(), hashes.SHA512())


def moment(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant.micros // 1_000_000, UTC)


def hashed(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()


def request(
    issuer: bytes,
    serial: int,
    nonce: bytes | None = None,
    algorithm: hashes.HashAlgorithm = DIGESTS[1],
) -> bytes:
    """A question as the library writes it."""
    above = x509.load_der_x509_certificate(issuer)
    key = above.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        hashed(algorithm, above.subject.public_bytes()),
        hashed(algorithm, key),
        serial,
        algorithm,
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


@dataclass
class Desk:
    """A responder under a world's issuing CA."""

    world: World = field(default_factory=World)
    now: Instant = MORNING

    def __post_init__(self) -> None:
        validity = Validity.lasting(2**64 + 99, MORNING, RESPONDER_SECONDS)
        issuer = self.world.issuer
        certificate = issue_responder(issuer, KEY.public_key(), validity)
        self.responder = Responder(certificate=certificate, signer=KEY)
        self.serial = self.world.state.credentials[self.world.credential].serial

    def request(self, serial: int | None = None, nonce: bytes | None = None) -> bytes:
        return request(self.world.issuer.certificate, serial or self.serial, nonce)

    def ask(self, question: bytes, state: State | None = None) -> ocsp.OCSPResponse:
        register = Register.of(state or self.world.state)
        found = respond(question, register, self.responder, self.now)
        return ocsp.load_der_ocsp_response(found)


def test_a_certificate_on_record_is_good() -> None:
    desk = Desk(now=MORNING.plus(micros=999_999))
    said = desk.ask(desk.request())
    assert said.certificate_status is Said.GOOD
    assert said.serial_number == desk.serial
    assert said.revocation_time_utc is None
    assert said.produced_at_utc == said.this_update_utc == moment(MORNING)
    assert said.next_update_utc == moment(MORNING.plus(seconds=ANSWER_SECONDS))


def test_a_revocation_is_in_the_next_answer_with_its_time_and_reason() -> None:
    desk, at = Desk(now=MORNING.plus(seconds=9)), MORNING.plus(seconds=5, micros=7)
    assert desk.ask(desk.request()).certificate_status is Said.GOOD
    desk.world.change_standing(Act.REVOKE, at)
    said = desk.ask(desk.request())
    assert said.certificate_status is Said.REVOKED
    assert said.revocation_time_utc == moment(at)
    assert said.revocation_reason is x509.ReasonFlags.cessation_of_operation


def test_a_revocation_ahead_of_our_clock_is_not_dated_after_the_answer() -> None:
    desk = Desk()
    desk.world.change_standing(Act.REVOKE, MORNING.plus(seconds=2))
    said = desk.ask(desk.request())
    assert said.revocation_time_utc == said.this_update_utc == moment(MORNING)


def test_a_suspension_is_not_told() -> None:
    desk = Desk()
    desk.world.change_standing(Act.SUSPEND, MORNING)
    assert desk.ask(desk.request()).certificate_status is Said.GOOD


@pytest.mark.parametrize("serial", [NEVER_ISSUED, 1, (1 << 159) - 1])
def test_what_was_never_issued_is_unknown(serial: int) -> None:
    desk = Desk()
    assert desk.ask(desk.request(serial)).certificate_status is Said.UNKNOWN


def test_the_same_serial_of_another_ca_is_unknown() -> None:
    desk = Desk()
    asked = request(desk.world.root, desk.serial)
    assert desk.ask(asked).certificate_status is Said.UNKNOWN


@pytest.mark.parametrize("algorithm", DIGESTS, ids=lambda each: each.name)
def test_every_common_hash_of_the_issuer_is_known(
    algorithm: hashes.HashAlgorithm,
) -> None:
    desk = Desk()
    asked = request(desk.world.issuer.certificate, desk.serial, algorithm=algorithm)
    said = desk.ask(asked)
    assert said.certificate_status is Said.GOOD
    assert isinstance(said.hash_algorithm, type(algorithm))


def test_a_hash_that_nobody_uses_is_unknown() -> None:
    desk = Desk()
    sha256 = bytes.fromhex("608648016503040201")
    asked = desk.request().replace(sha256, sha256[:-1] + b"\x63")
    question = read_question(asked)
    register = Register.of(desk.world.state)
    assert register.status(question.certificates[0], MORNING) is Verdict.UNKNOWN


@pytest.mark.parametrize("octets", [1, 16, 32, NONCE_BYTES_MAX])
def test_the_nonce_comes_back(octets: int) -> None:
    desk, nonce = Desk(), bytes(range(octets))
    said = desk.ask(desk.request(nonce=nonce))
    assert [(each.value, each.critical) for each in said.extensions] == [
        (x509.OCSPNonce(nonce), False)
    ]


def test_without_a_nonce_there_is_none_in_the_answer() -> None:
    desk = Desk()
    assert list(desk.ask(desk.request()).extensions) == []


@pytest.mark.parametrize("octets", [0, NONCE_BYTES_MAX + 1])
def test_a_nonce_of_an_odd_length_is_refused(octets: int) -> None:
    with pytest.raises(MalformedError, match="nonce of 1 to 128"):
        read_question(Desk().request(nonce=bytes(octets)))


def test_the_responder_signs_with_a_key_and_a_certificate_of_its_own() -> None:
    desk = Desk()
    said = desk.ask(desk.request())
    (leaf,) = said.certificates
    issuer = x509.load_der_x509_certificate(desk.world.issuer.certificate)
    leaf.verify_directly_issued_by(issuer)
    assert leaf.public_key() != issuer.public_key()
    assert said.responder_key_hash == hashed(
        SHA1,
        leaf.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    )
    require_signed(said, leaf)
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert not leaf.extensions.get_extension_for_class(x509.OCSPNoCheck).critical
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days == 29


def require_signed(said: ocsp.OCSPResponse, leaf: x509.Certificate) -> None:
    key = leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    algorithm = said.signature_hash_algorithm
    assert isinstance(algorithm, hashes.SHA256)
    key.verify(said.signature, said.tbs_response_bytes, ec.ECDSA(algorithm))


def test_no_responder_is_certified_for_longer_than_30_days() -> None:
    issuer = World().issuer
    validity = Validity.lasting(2**64, MORNING, RESPONDER_SECONDS + 2)
    with pytest.raises(InputError, match="validity is within the limit"):
        issue_responder(issuer, KEY.public_key(), validity)


def test_a_signer_that_is_not_the_responder_is_found() -> None:
    desk = Desk()
    desk.responder = replace(desk.responder, signer=signer_for("another"))
    with pytest.raises(DistrustError, match="another key"):
        desk.ask(desk.request())


def test_several_certificates_are_answered_in_their_order() -> None:
    desk = Desk()
    asked = [desk.request(), desk.request(NEVER_ISSUED), desk.request()]
    found = desk.ask(joined(asked))
    assert [each.certificate_status for each in found.responses] == [
        Said.GOOD,
        Said.UNKNOWN,
        Said.GOOD,
    ]


def joined(requests: list[bytes]) -> bytes:
    """One request for what several ask."""
    lists = [single_of(each) for each in requests]
    return der.sequence(der.sequence(der.sequence(*lists)))


def single_of(encoded: bytes) -> bytes:
    """The one Request of an OCSPRequest."""
    element = der.elements(encoded)[0]
    for _ in range(2):
        element = der.elements(element.content)[0]
    return element.content


def test_too_many_certificates_and_none_are_refused() -> None:
    asked = Desk().request()
    assert len(read_question(joined([asked] * QUESTIONS_MAX)).certificates) == 64
    for count in (0, QUESTIONS_MAX + 1):
        with pytest.raises(MalformedError):
            read_question(joined([asked] * count))


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\x30\x00",
        b"\x30\x80\x00\x00",
        b"OCSP",
        bytes(REQUEST_BYTES_MAX + 1),
        der.sequence(der.integer(1)),
    ],
)
def test_what_asks_nothing_is_malformed(bad: bytes) -> None:
    with pytest.raises(MalformedError):
        read_question(bad)


def test_a_critical_extension_that_nobody_knows_is_refused() -> None:
    known = bytes.fromhex("2b0601050507300102")
    plain = Desk().request(nonce=b"n" * 32)
    read_question(plain.replace(known, known[:-1] + b"\x63"))
    unsigned = der.elements(der.elements(plain)[0].content)[0].content
    requests = der.elements(unsigned)[0]
    critical = der.sequence(
        der.encode(der.OBJECT_IDENTIFIER, b"\x2a\x03"),
        b"\x01\x01\xff",
        der.encode(der.OCTET_STRING, b"\x05\x00"),
    )
    tbs = der.sequence(
        der.encode(requests.tag, requests.content),
        der.within(2, der.sequence(critical)),
    )
    with pytest.raises(MalformedError, match="critical"):
        read_question(der.sequence(tbs))


@given(st.data())
def test_a_damaged_request_is_malformed_or_another_request(data: st.DataObject) -> None:
    encoded = bytearray(request(ISSUER, NEVER_ISSUED, b"n" * 32))
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))
    damaged = bytes(encoded)[: data.draw(st.integers(1, len(encoded)))]
    try:
        read_question(damaged)
    except MalformedError:
        return


@given(st.binary(max_size=400))
def test_no_bytes_do_anything_but_ask_or_be_malformed(encoded: bytes) -> None:
    try:
        read_question(encoded)
    except MalformedError:
        return


def test_no_changed_bit_changes_what_the_responder_has_signed() -> None:
    desk = Desk()
    asked = read_question(desk.request(nonce=b"n" * 32))
    leaf = x509.load_der_x509_certificate(desk.responder.certificate)
    revocation = Revocation(
        serial=desk.serial, at=MORNING, reason=ReasonCode.KEY_COMPROMISE
    )
    sound = answer(asked, (revocation,), desk.responder, MORNING)
    signed = ocsp.load_der_ocsp_response(sound).tbs_response_bytes
    for place in range(len(sound)):
        damaged = sound[:place] + bytes((sound[place] ^ 1,)) + sound[place + 1 :]
        assert refused_or_same(damaged, leaf, signed), place


def refused_or_same(damaged: bytes, leaf: x509.Certificate, signed: bytes) -> bool:
    """Whether nobody believes the bytes, or they say what was signed."""
    try:
        said = ocsp.load_der_ocsp_response(damaged)
        require_signed(said, leaf)
    except (ValueError, InvalidSignature, UnsupportedAlgorithm, AssertionError):
        return True
    return said.tbs_response_bytes == signed


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Refusal.MALFORMED_REQUEST, ocsp.OCSPResponseStatus.MALFORMED_REQUEST),
        (Refusal.INTERNAL_ERROR, ocsp.OCSPResponseStatus.INTERNAL_ERROR),
        (Refusal.TRY_LATER, ocsp.OCSPResponseStatus.TRY_LATER),
    ],
)
def test_a_refusal_reads_as_what_it_is(
    refusal: Refusal, status: ocsp.OCSPResponseStatus
) -> None:
    assert ocsp.load_der_ocsp_response(refusal.render()).response_status is status


@pytest.mark.parametrize("reason", ReasonCode)
def test_every_reason_is_read_as_what_was_written(reason: ReasonCode) -> None:
    desk = Desk()
    revocation = Revocation(serial=desk.serial, at=MORNING, reason=reason)
    asked = read_question(desk.request())
    found = answer(asked, (revocation,), desk.responder, MORNING)
    said = ocsp.load_der_ocsp_response(found)
    assert said.revocation_reason is x509.ReasonFlags(reason.value)


def test_before_the_log_is_open_nobody_is_answered() -> None:
    with pytest.raises(InputError, match="not open"):
        Register.of(State())
