from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kya.adapters.kms_memory import MemorySigner
from kya.authority import acts
from kya.authority.enrolment import EnrolmentRefusedError
from kya.authority.nonces import NONCE_SECONDS
from kya.codec.canonical import digest
from kya.codec.enrolments import parse_enrolment_request, render_enrolment_request
from kya.codec.note import SignedNote
from kya.codec.registrations import render_registration
from kya.core.errors import DistrustError, InputError, MalformedError, TransientError
from kya.core.limits import REFUSALS_MAX
from kya.core.registration import Attestor, Enrolment
from kya.pki.credentials import credential_of
from kya.pki.note_signer import NoteSigner, sign_note
from tests.authority.enrolling import (
    NEWCOMER,
    NODE,
    TOKEN,
    House,
    IsDown,
    SaidOnce,
    SaysNo,
    an_applicant,
)
from tests.world import eur, signer_for, the_mandate, the_scope


@pytest.fixture
def house() -> House:
    return House()


def refused(house: House, raw: bytes) -> str:
    """The rule that a request breaks, which gets nothing issued."""
    before, recorded = len(house.state().credentials), len(house.refusals)
    with pytest.raises(EnrolmentRefusedError) as refusal:
        house.office.enrol(raw)
    assert len(house.state().credentials) == before
    new = house.refusals[recorded:]
    assert new == ([refusal.value.rule] if refusal.value.is_recorded else [])
    return refusal.value.rule


def request(house: House, **changes: object) -> bytes:
    return an_applicant(**changes).request(house.office.nonce())  # type: ignore[arg-type]


def test_a_registered_agent_gets_what_its_mandate_grants(house: House) -> None:
    house.register()
    certificate = an_applicant().enrol(house.office)
    credential = credential_of(certificate)
    assert credential.name == NEWCOMER
    assert credential.grant is not None
    assert credential.grant.scope == house.mandate.scope
    assert credential.spki == signer_for("newcomer's key").public_key()
    assert house.state().agents[NEWCOMER].credential == credential.digest


def test_the_entry_says_what_was_shown_and_what_it_is_worth(house: House) -> None:
    house.attestations[Attestor.KUBERNETES] = SaidOnce("namespace=trading", NODE)
    house.register(attestor=Attestor.KUBERNETES, selectors=(NODE,))
    an_applicant().enrol(house.office)
    entry = house.world.entries[-1]
    assert b'"assurance":"attested","attestor":"kubernetes"' in entry
    assert b'"shown":["namespace=trading","node=worker-1"]' in entry


def test_a_token_alone_is_the_agents_own_word(house: House) -> None:
    house.register()
    an_applicant().enrol(house.office)
    assert b'"assurance":"self_asserted"' in house.world.entries[-1]


def test_the_attestor_sees_nonce_and_proven_key(house: House) -> None:
    attestor = SaidOnce(NODE)
    house.attestations[Attestor.KUBERNETES] = attestor
    house.register(attestor=Attestor.KUBERNETES, selectors=(NODE,))
    raw = request(house, evidence=lambda nonce, _: f"for {nonce}")
    house.office.enrol(raw)
    (asked,) = attestor.asked
    assert asked.evidence == f"for {asked.nonce}"
    assert asked.key == signer_for("newcomer's key").public_key()


def test_a_token_is_used_once(house: House) -> None:
    house.register()
    an_applicant().enrol(house.office)
    assert refused(house, request(house, key="another")) == "token_is_unused"


def test_a_newer_registration_closes_the_former(house: House) -> None:
    house.register()
    house.register(token="7" * 64, at=house.later(1))
    assert refused(house, request(house)) == "token_is_unused"


def test_a_token_ends(house: House) -> None:
    house.register()
    house.later(3_601)
    assert refused(house, request(house)) == "token_has_not_ended"


def test_an_unknown_token_is_refused_and_not_on_record(house: House) -> None:
    house.register()
    assert refused(house, request(house, token="8" * 64)) == "token_is_ours"
    assert house.refusals == []


def test_a_nonce_is_used_once(house: House) -> None:
    house.register()
    raw = request(house)
    house.office.enrol(raw)
    assert refused(house, raw) == "nonce_is_unused"


def test_a_nonce_ends(house: House) -> None:
    house.register()
    raw = request(house)
    house.later(NONCE_SECONDS + 1)
    assert refused(house, raw) == "nonce_has_not_ended"


def test_a_nonce_of_another_office_is_refused_and_not_on_record(house: House) -> None:
    house.register()
    raw = an_applicant().request("0" * 80)
    assert refused(house, raw) == "nonce_is_ours"
    assert house.refusals == []


def test_a_token_is_its_agents(house: House) -> None:
    house.register()
    raw = request(house, agent="somebody")
    assert refused(house, raw) == "agent_is_the_registered_one"


@pytest.mark.parametrize(
    "curve",
    [ec.SECP384R1(), ec.SECP256K1(), ec.BrainpoolP256R1()],
    ids=lambda c: c.name,
)
def test_a_key_on_another_curve_is_refused(
    house: House, curve: ec.EllipticCurve
) -> None:
    house.register()
    raw = with_request(request(house), pkcs10(ec.generate_private_key(curve)))
    assert refused(house, raw) == "key_is_p256"


def test_bytes_that_are_no_request_are_refused(house: House) -> None:
    house.register()
    assert refused(house, with_request(request(house), b"\x30\x00")) == "key_is_p256"


def test_a_request_for_a_key_that_did_not_sign_the_nonce(house: House) -> None:
    house.register()
    theirs = pkcs10(ec.generate_private_key(ec.SECP256R1()))
    raw = with_request(request(house), theirs)
    assert refused(house, raw) == "key_has_signed_the_nonce"


def test_a_request_without_possession_is_refused(house: House) -> None:
    house.register()
    raw = request(house)
    forged = bytearray(parse_enrolment_request(SignedNote.parse(raw).text).request)
    forged[-1] ^= 1
    rule = refused(house, with_request(raw, bytes(forged)))
    assert rule in {"key_is_possessed", "key_is_p256"}


def test_a_foreign_name_in_the_request_is_not_taken(house: House) -> None:
    house.register()
    key = ec.generate_private_key(ec.SECP256R1())
    raw = with_request(request(house), pkcs10(key, "somebody else"), key)
    assert credential_of(house.office.enrol(raw)).name == NEWCOMER


def test_a_key_that_was_certified_before_is_refused(house: House) -> None:
    house.register()
    raw = request(house, signer=house.world.operators[0].signer)
    assert refused(house, raw) == "key_is_new"


def test_no_second_certificate_while_one_is_active(house: House) -> None:
    house.register()
    first = credential_of(an_applicant().enrol(house.office))
    again = "9" * 64
    house.register(token=sha256_of(again), at=house.later(1))
    raw = request(house, key="second", token=again)
    assert refused(house, raw) == "no_certificate_is_active"
    revoked = replace(house.world.revocation(house.later(1)), credential=first.digest)
    for note in house.world.revocation_notes(house.state(), revoked):
        house.append(note)
    second = credential_of(
        house.office.enrol(request(house, key="second", token=again))
    )
    assert second.digest != first.digest


def test_a_mandate_that_has_ended_gives_nothing(house: House) -> None:
    brief = replace(house.mandate, valid_until=house.clock.plus(seconds=60))
    house.grant(brief)
    house.mandate = brief
    house.register()
    house.later(61)
    assert refused(house, request(house)) == "mandate_is_in_force"


def test_a_mandate_that_another_has_followed_gives_nothing(house: House) -> None:
    house.register()
    house.grant(replace(house.mandate, grace_seconds=10))
    assert refused(house, request(house)) == "mandate_is_the_newest"


def test_a_mandate_by_too_few_registers_nobody(house: House) -> None:
    alone, _ = house.world.directors
    lonely = replace(house.mandate, grace_seconds=20)
    with pytest.raises(DistrustError, match="want 2 different directors"):
        house.append(acts.resolve(lonely, alone))
    house.mandate = lonely
    with pytest.raises(InputError, match="want a mandate on record"):
        house.register()


def test_one_person_does_not_register_twice(house: House) -> None:
    alice, _ = house.world.operators
    other_name = NoteSigner("alice2", alice.signer)
    registration = house.world.registration(NEWCOMER)
    for people in ((alice,), (alice, alice), (alice, other_name)):
        with pytest.raises(DistrustError):
            house.append(acts.register(registration, *people))


def test_one_key_under_two_names_counts_once(house: House) -> None:
    alice, _ = house.world.operators
    double = NoteSigner("alicia", alice.signer)
    house.world.enrol(house.world.person("alicia", signer_for("alice")))
    registration = house.world.registration(NEWCOMER)
    with pytest.raises(DistrustError, match="want 2 different operators"):
        house.append(acts.register(registration, alice, double))


def test_a_scope_wider_than_the_mandate_is_not_admitted(house: House) -> None:
    registration = house.register()
    enrolment = Enrolment(
        registration=digest(render_registration(registration)),
        attestor=Attestor.TOKEN,
        shown=(),
    )
    house.world.mandate = the_mandate(the_scope(order_max=eur("99000.00")), NEWCOMER)
    agent = NoteSigner(NEWCOMER, signer_for("newcomer's key"))
    with pytest.raises(InputError, match="want a mandate on record"):
        house.world.certify(agent, enrolment)


def test_an_attestor_that_says_no_is_heard(house: House) -> None:
    house.attestations[Attestor.SPIFFE] = SaysNo()
    house.register(attestor=Attestor.SPIFFE, selectors=("id=spiffe://x.example/a",))
    assert refused(house, request(house)) == "attestor_agrees"


def test_what_is_not_shown_is_not_issued_upon(house: House) -> None:
    house.attestations[Attestor.KUBERNETES] = SaidOnce("node=worker-2")
    house.register(attestor=Attestor.KUBERNETES, selectors=(NODE,))
    assert refused(house, request(house)) == "selectors_are_shown"


def test_an_attestor_that_is_down_leaves_the_token_good(house: House) -> None:
    house.attestations[Attestor.KUBERNETES] = IsDown()
    house.register(attestor=Attestor.KUBERNETES, selectors=(NODE,))
    with pytest.raises(TransientError):
        house.office.enrol(request(house))
    assert house.refusals == []
    house.attestations[Attestor.KUBERNETES] = SaidOnce(NODE)
    assert an_applicant().enrol(house.office)


def test_an_attestor_that_is_not_at_hand_is_named(house: House) -> None:
    house.register(attestor=Attestor.KMS, selectors=("region=eu-west-1",))
    assert refused(house, request(house)) == "attestor_is_at_hand"


def test_refusals_on_record_are_bounded_in_rate_and_in_number(house: House) -> None:
    house.register(expires_at=house.clock.plus(seconds=60))
    house.later(61)
    for _ in range(3):
        refused(house, request(house))
    assert len(house.refusals) == 1
    for _ in range(REFUSALS_MAX + 5):
        house.later(1)
        refused(house, request(house))
    assert len(house.refusals) == REFUSALS_MAX


def test_bytes_that_are_no_note_are_malformed(house: House) -> None:
    with pytest.raises(MalformedError):
        house.office.enrol(b"please")


def test_a_malformed_token_is_not_repeated(house: House) -> None:
    secret = TOKEN[:-1]
    with pytest.raises(MalformedError) as error:
        request(house, token=secret)
    assert secret not in str(error.value)


def sha256_of(token: str) -> str:
    """What a registration says of a token."""
    return sha256(bytes.fromhex(token)).hexdigest()


def pkcs10(key: ec.EllipticCurvePrivateKey, name: str | None = None) -> bytes:
    """A PKCS#10 request, which asks for a name where one is given."""
    attributes = [] if name is None else [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name(attributes)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def with_request(
    raw: bytes, pkcs: bytes, key: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """The note with another PKCS#10 request, signed by this key or as before."""
    text = SignedNote.parse(raw).text
    line = render_enrolment_request(
        replace(parse_enrolment_request(text), request=pkcs)
    )
    signer = signer_for("newcomer's key")
    if key is not None:
        signer = MemorySigner(key)
    return sign_note(line, NoteSigner(NEWCOMER, signer)).render()
