import time
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.kms_memory import MemorySigner
from kya.core.credential import ReasonCode, Role
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.instant import Instant
from kya.pki.builder_key import BuilderKey
from kya.pki.crl import (
    Revocation,
    RevocationContents,
    issue_crl,
    verify_crl,
)
from kya.pki.keys import KeyAlgorithm
from kya.pki.signer import pinned
from tests.pki.world import (
    CA_KEY,
    LOG_KEY,
    ROOT_KEY,
    SERIAL,
    at,
    issuing_request,
    leaf_request,
    signed,
    world,
)

START = at("2026-05-22T10:36:00")
END = at("2026-05-23T10:36:00")


def revocation(serial: int = SERIAL, when: Instant = START) -> Revocation:
    return Revocation(serial=serial, at=when, reason=ReasonCode.CESSATION_OF_OPERATION)


def contents(*revocations: Revocation) -> RevocationContents:
    return RevocationContents(
        number=7, this_update=START, next_update=END, revocations=revocations
    )


def a_crl(*revocations: Revocation) -> bytes:
    return issue_crl(contents(*revocations), world().issuing, CA_KEY)


def test_what_was_issued_is_read() -> None:
    crl = verify_crl(a_crl(revocation()), world().issuing)
    assert crl.contents == contents(revocation())
    assert crl.der == a_crl(revocation())


def test_the_revoked_serial_is_revoked_and_another_is_not() -> None:
    crl = verify_crl(a_crl(revocation(), revocation(5)), world().issuing)
    assert crl.is_revoked(SERIAL)
    assert crl.is_revoked(5)
    assert not crl.is_revoked(SERIAL + 1)


def test_an_empty_list_revokes_nothing() -> None:
    assert not verify_crl(a_crl(), world().issuing).is_revoked(SERIAL)


def test_a_list_is_in_force_from_this_to_next_update() -> None:
    crl = verify_crl(a_crl(), world().issuing)
    assert crl.is_current_at(START)
    assert crl.is_current_at(END)
    assert not crl.is_current_at(START.plus(micros=-1))
    assert not crl.is_current_at(END.plus(micros=1))


@pytest.mark.parametrize("reason", ReasonCode)
def test_every_reason_is_read_as_it_was_written(reason: ReasonCode) -> None:
    crl = a_crl(replace(revocation(), reason=reason))
    assert verify_crl(crl, world().issuing).by_serial[SERIAL].reason is reason


def test_fractions_of_a_second_are_dropped() -> None:
    crl = a_crl(revocation(when=START.plus(micros=-1)))
    (found,) = verify_crl(crl, world().issuing).contents.revocations
    assert found.at == START.plus(seconds=-1)


def test_the_root_revokes_an_issuing_ca() -> None:
    crl = issue_crl(contents(revocation()), world().root, ROOT_KEY)
    assert verify_crl(crl, world().root).is_revoked(SERIAL)


def test_every_flipped_byte_is_refused() -> None:
    crl = a_crl(revocation())
    for position in range(len(crl)):
        flipped = bytearray(crl)
        flipped[position] ^= 0x01
        with pytest.raises((DistrustError, InputError)):
            verify_crl(bytes(flipped), world().issuing)


def test_another_key_cannot_issue() -> None:
    with pytest.raises(DistrustError, match="another key"):
        issue_crl(contents(), world().issuing, ROOT_KEY)


def test_a_list_of_another_issuer_is_refused() -> None:
    crl = issue_crl(contents(revocation()), world().root, ROOT_KEY)
    with pytest.raises(DistrustError, match="issued by"):
        verify_crl(crl, world().issuing)


def test_a_list_of_a_namesake_with_another_key_is_refused() -> None:
    key = MemorySigner.generate(KeyAlgorithm.P256)
    namesake = signed(issuing_request(key), world().root, ROOT_KEY)
    crl = issue_crl(contents(), namesake, key)
    with pytest.raises(DistrustError, match="does not verify"):
        verify_crl(crl, world().issuing)


def forged(*extensions: tuple[x509.ExtensionType, bool]) -> bytes:
    issuer = x509.load_der_x509_certificate(world().issuing)
    builder = x509.CertificateRevocationListBuilder(
        issuer.subject, START.to_datetime(), END.to_datetime()
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    key = BuilderKey.of(pinned(CA_KEY))
    return builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)


def authority(identifier: bytes | None = None) -> x509.AuthorityKeyIdentifier:
    issuer = x509.load_der_x509_certificate(world().issuing)
    found = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier(identifier or found.value.digest, None, None)


NUMBER = x509.CRLNumber(7)


def by_the_library(said: RevocationContents) -> bytes:
    """The same list by a builder that is not ours."""
    issuer = x509.load_der_x509_certificate(world().issuing)
    entries = [
        x509.RevokedCertificateBuilder()
        .serial_number(each.serial)
        .revocation_date(whole_second(each.at))
        .add_extension(
            x509.CRLReason(x509.ReasonFlags(each.reason.value)), critical=False
        )
        .build()
        for each in said.revocations
    ]
    builder = x509.CertificateRevocationListBuilder(
        issuer.subject,
        whole_second(said.this_update),
        whole_second(said.next_update),
        revoked_certificates=entries,
    )
    builder = builder.add_extension(authority(), critical=False)
    builder = builder.add_extension(x509.CRLNumber(said.number), critical=False)
    key = BuilderKey.of(pinned(CA_KEY))
    return builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)


def whole_second(instant: Instant) -> datetime:
    return instant.to_datetime().replace(microsecond=0)


LATEST = Instant.parse("9999-12-31T23:59:58.000000Z")
periods = (
    st.lists(st.integers(0, LATEST.micros), min_size=2, max_size=2, unique=True)
    .map(sorted)
    .map(lambda pair: (Instant(pair[0]), Instant(pair[1])))
)


@given(
    st.integers(0, (1 << 159) - 1),
    periods,
    st.lists(st.integers(1, (1 << 159) - 1), max_size=5, unique=True),
    st.data(),
)
def test_every_list_has_the_bytes_that_the_librarys_builder_gives_it(
    number: int,
    period: tuple[Instant, Instant],
    serials: list[int],
    data: st.DataObject,
) -> None:
    start, end = period
    said = RevocationContents(
        number=number,
        this_update=start,
        next_update=end.plus(seconds=1),
        revocations=tuple(
            Revocation(
                serial=serial,
                at=Instant(data.draw(st.integers(0, start.micros))),
                reason=data.draw(st.sampled_from(ReasonCode)),
            )
            for serial in serials
        ),
    )
    assert issue_crl(said, world().issuing, CA_KEY) == by_the_library(said)


@pytest.mark.parametrize("serial", [-1, 0, 1 << 159])
def test_a_serial_that_no_certificate_has_is_not_listed(serial: int) -> None:
    with pytest.raises(InputError, match="1 to 159 bits"):
        a_crl(revocation(serial))


def test_an_issuer_whose_key_is_no_cas_issues_no_list() -> None:
    log = signed(leaf_request(Role.LOG, "kya-2026"), world().issuing)
    with pytest.raises(InputError, match="P-256 or P-384"):
        issue_crl(contents(), log, LOG_KEY)


def test_a_number_of_any_size_is_refused_in_a_few_words() -> None:
    with pytest.raises(InputError, match="an integer of 20001 bits"):
        replace(contents(), number=1 << 20_000)


@pytest.mark.parametrize(
    "extensions",
    [
        [],
        [(NUMBER, False)],
        [(authority(), False)],
        [(authority(), False), (NUMBER, True)],
        [(authority(), False), (NUMBER, False), (x509.DeltaCRLIndicator(6), True)],
        [(authority(bytes(20)), False), (NUMBER, False)],
    ],
    ids=["none", "no AKI", "no number", "critical number", "delta", "other AKI"],
)
def test_lists_that_are_not_complete_are_refused(
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> None:
    with pytest.raises(DistrustError, match="CRL"):
        verify_crl(forged(*extensions), world().issuing)


def test_the_forged_list_without_a_fault_is_accepted() -> None:
    crl = forged((authority(), False), (NUMBER, False))
    assert verify_crl(crl, world().issuing).contents == contents()


def with_entry(*extensions: x509.ExtensionType) -> bytes:
    issuer = x509.load_der_x509_certificate(world().issuing)
    entry = x509.RevokedCertificateBuilder(SERIAL, START.to_datetime())
    for extension in extensions:
        entry = entry.add_extension(extension, critical=False)
    builder = x509.CertificateRevocationListBuilder(
        issuer.subject,
        START.to_datetime(),
        END.to_datetime(),
        revoked_certificates=[entry.build()],
    )
    builder = builder.add_extension(authority(), critical=False)
    builder = builder.add_extension(NUMBER, critical=False)
    key = BuilderKey.of(pinned(CA_KEY))
    return builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "extensions",
    [
        [],
        [x509.CRLReason(x509.ReasonFlags.certificate_hold)],
        [x509.CRLReason(x509.ReasonFlags.remove_from_crl)],
        [x509.InvalidityDate(START.to_datetime())],
        [
            x509.CRLReason(x509.ReasonFlags.superseded),
            x509.InvalidityDate(START.to_datetime()),
        ],
    ],
    ids=["no reason", "hold", "remove", "date only", "reason and date"],
)
def test_entries_that_are_not_final_or_not_ours_are_refused(
    extensions: list[x509.ExtensionType],
) -> None:
    with pytest.raises(DistrustError, match="CRL"):
        verify_crl(with_entry(*extensions), world().issuing)


def test_a_signed_list_that_names_a_serial_twice_is_refused() -> None:
    issuer = x509.load_der_x509_certificate(world().issuing)
    entry = x509.RevokedCertificateBuilder(SERIAL, START.to_datetime()).add_extension(
        x509.CRLReason(x509.ReasonFlags.superseded), critical=False
    )
    builder = x509.CertificateRevocationListBuilder(
        issuer.subject,
        START.to_datetime(),
        END.to_datetime(),
        revoked_certificates=[entry.build(), entry.build()],
    )
    builder = builder.add_extension(authority(), critical=False)
    builder = builder.add_extension(NUMBER, critical=False)
    key = BuilderKey.of(pinned(CA_KEY))
    crl = builder.sign(key, key.hash_algorithm).public_bytes(Encoding.DER)
    with pytest.raises(DistrustError, match="contradicts itself"):
        verify_crl(crl, world().issuing)


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", world().agent])
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(MalformedError, match="CRL"):
        verify_crl(junk, world().issuing)


def test_a_list_that_contradicts_itself_cannot_be_made() -> None:
    good = contents(revocation())
    for change in (
        {"number": -1},
        {"number": 1 << 159},
        {"next_update": START},
        {"revocations": (revocation(), revocation())},
        {"revocations": (revocation(when=START.plus(micros=1)),)},
    ):
        with pytest.raises(InputError, match="CRL"):
            replace(good, **change)


def test_ten_thousand_revocations_take_no_longer_each_than_a_few() -> None:
    serials = range(SERIAL, SERIAL + 10_000)
    started = time.process_time()
    crl = a_crl(*[revocation(serial) for serial in serials])
    verified = verify_crl(crl, world().issuing)
    assert all(verified.is_revoked(serial) for serial in serials)
    # A list that is copied or searched per entry takes minutes here, not a second.
    assert time.process_time() - started < 20
