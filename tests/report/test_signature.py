"""The signature in the PDF, judged by poppler: whose it is, and what breaks it."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import SignatureCoverageLevel, ades
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from kya.adapters.kms_memory import MemorySigner
from kya.adapters.kms_pkcs11 import Pkcs11Signer
from kya.authority import acts, ceremony
from kya.authority.revocations import revocation_list
from kya.core.credential import ReasonCode, Role
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.lifecycle import Act
from kya.pki.crl import Revocation, RevocationContents, issue_crl
from kya.pki.keys import KeyAlgorithm
from kya.pki.pem import CERTIFICATE, X509_CRL, from_pem, to_pem
from kya.report.gathered import Gathered
from kya.verify.brought import Brought
from kya.verify.examination import Examination
from kya.verify.verify import examine
from kya.wiring.clock import system_clock
from kya.wiring.report_files import Signatory, pdf_of, signed_pdf
from tests.adapters.doubles import softhsm
from tests.pki.stamping import StampAuthority
from tests.report.archival import faults_in
from tests.report.reports import a_certificate, asked, detached, report_on
from tests.verify.packages import Handed, busy_world, handed_over
from tests.wiring.test_stamps import at_work
from tests.world import FOUNDED, World, signer_for

AT = FOUNDED.plus(seconds=3_600)
KARL = signer_for("karl")


@pytest.fixture(scope="module")
def world() -> World:
    return busy_world()


@pytest.fixture(scope="module")
def sound(world: World, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return handed_over(world, tmp_path_factory.mktemp("signed") / "evidence")


@pytest.fixture(scope="module")
def examination(sound: Handed) -> Examination:
    return examine(sound.path, Brought.read(sound.root, sound.policy, None))


@pytest.fixture(scope="module")
def plain(sound: Handed) -> bytes:
    return pdf_of(report_on(sound))


@pytest.fixture(scope="module")
def karl(world: World) -> Signatory:
    return Signatory(signer=KARL, certificates=a_certificate(world, KARL))


@pytest.fixture(scope="module")
def signed(
    plain: bytes, karl: Signatory, examination: Examination, world: World
) -> bytes:
    return signed_pdf(plain, karl, examination, world.root, AT)


def said_of(pdf: bytes, folder: Path) -> str:
    (folder / "report.pdf").write_bytes(pdf)
    return asked("pdfsig", "-nocert", folder / "report.pdf").decode()


def test_a_judge_that_is_not_ours_finds_it_valid_and_total(
    signed: bytes, tmp_path: Path
) -> None:
    said = said_of(signed, tmp_path)
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert "Signature Type: ETSI.CAdES.detached" in said
    assert "Signing Hash Algorithm: SHA-256" in said
    assert "karl" in said


def test_what_was_signed_is_the_report_that_anybody_derives(
    signed: bytes, plain: bytes, sound: Handed, tmp_path: Path
) -> None:
    assert signed.startswith(plain)
    (tmp_path / "report.pdf").write_bytes(signed)
    (tmp_path / "out").mkdir()
    found = detached(tmp_path / "report.pdf", tmp_path / "out")
    assert found["report.json"] == sound.read("report.json")


@pytest.mark.parametrize("place", [40, 2_000, -60])
def test_one_flipped_byte_breaks_it(signed: bytes, tmp_path: Path, place: int) -> None:
    changed = bytearray(signed)
    changed[place] ^= 1
    assert "Signature is Valid" not in said_of(bytes(changed), tmp_path)


def test_an_evidence_byte_in_the_attachment_counts(
    signed: bytes, tmp_path: Path
) -> None:
    stream = re.search(rb"/EmbeddedFile.*?stream\r?\n", signed, re.DOTALL)
    assert stream is not None
    changed = bytearray(signed)
    changed[stream.end() + 20] ^= 1
    assert "Signature is Valid" not in said_of(bytes(changed), tmp_path)


@pytest.fixture(scope="module")
def newer_list(world: World) -> bytes:
    """The issuing CA's list, as it is when an authority stamps by the real clock."""
    now = system_clock().clock.now().plus(seconds=-60)
    return to_pem(X509_CRL, revocation_list(world.issuer, world.state, now))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.found(tmp_path_factory.mktemp("stamping") / "authority")


@pytest.fixture(scope="module")
def lasting(  # noqa: PLR0913, PLR0917  one fixture for each thing that it is made of
    plain: bytes,
    karl: Signatory,
    examination: Examination,
    world: World,
    newer_list: bytes,
    authority: StampAuthority,
) -> bytes:
    """The report as a person signs it for long."""
    with at_work(authority) as url:
        stamped = replace(karl, stamp_url=f"{url}/tsr", newer_list=newer_list)
        return signed_pdf(plain, stamped, examination, world.root, AT)


def judged_in(pdf: bytes, years: int, *roots: bytes) -> ades.AdESLTAValidationResult:
    """What a validator says of the signature so many years from now."""
    crls = CertRevTrustPolicy(
        RevocationCheckingPolicy(
            ee_certificate_rule=RevocationCheckingRule.CRL_REQUIRED,
            intermediate_ca_cert_rule=RevocationCheckingRule.CRL_REQUIRED,
        )
    )
    nothing = CertRevTrustPolicy(
        RevocationCheckingPolicy(
            ee_certificate_rule=RevocationCheckingRule.NO_CHECK,
            intermediate_ca_cert_rule=RevocationCheckingRule.NO_CHECK,
        )
    )
    trusted = SimpleTrustManager.build([x509.Certificate.load(r) for r in roots])
    asked_for = SignatureValidationSpec(
        CertValidationPolicySpec(trusted, crls),
        ts_cert_validation_policy=CertValidationPolicySpec(trusted, nothing),
    )
    (found, *_) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    later = datetime.now(UTC) + timedelta(days=366 * years)
    judging = ades.simulate_future_ades_lta_validation(
        found, PdfSignatureValidationSpec(asked_for), later
    )
    return asyncio.run(judging)


def test_the_signature_outlives_the_certificates(
    lasting: bytes, world: World, authority: StampAuthority
) -> None:
    """Karl's certificate ends within a year, and no list of the CA is newer."""
    tsa = from_pem(CERTIFICATE, authority.root)
    found = judged_in(lasting, 2, world.root, tsa)
    assert found.ades_subindic is AdESPassed.OK, found
    elsewhere = judged_in(lasting, 2, tsa)
    assert elsewhere.ades_subindic is not AdESPassed.OK


def test_without_the_lists_inside_it_would_not(
    plain: bytes,
    karl: Signatory,
    examination: Examination,
    world: World,
    authority: StampAuthority,
) -> None:
    alone = signed_pdf(plain, karl, examination, world.root, AT)
    tsa = from_pem(CERTIFICATE, authority.root)
    found = judged_in(alone, 2, world.root, tsa)
    assert found.ades_subindic is not AdESPassed.OK


def test_a_stamp_covers_signature_chain_and_lists(
    lasting: bytes, plain: bytes, tmp_path: Path
) -> None:
    assert lasting.startswith(plain)
    said = said_of(lasting, tmp_path)
    assert said.count("Signature is Valid.") == 1 + said.count("ETSI.RFC3161")
    reader = PdfFileReader(BytesIO(lasting))
    (stamp,) = reader.embedded_timestamp_signatures
    stamp.compute_integrity_info()
    coverage = stamp.evaluate_signature_coverage()
    assert coverage is SignatureCoverageLevel.ENTIRE_FILE
    store = reader.root["/DSS"]
    assert len(store["/CRLs"]) == 2
    assert len(store["/Certs"]) >= 4


def test_what_is_signed_is_an_archival_file_still(
    signed: bytes, lasting: bytes
) -> None:
    assert faults_in(signed) == []
    assert faults_in(lasting) == []


def test_a_list_that_is_over_or_names_the_signatory_is_refused(
    plain: bytes, karl: Signatory, examination: Examination, world: World
) -> None:
    stamped = replace(karl, stamp_url="http://127.0.0.1:9/tsr")
    late = AT.plus(seconds=90 * 86_400)
    with pytest.raises(DistrustError, match="want a revocation list that is good"):
        signed_pdf(plain, stamped, examination, world.root, late)
    named = Revocation(serial=2**70, at=AT, reason=ReasonCode.KEY_COMPROMISE)
    contents = RevocationContents(
        number=99,
        this_update=AT,
        next_update=AT.plus(seconds=99),
        revocations=(named,),
    )
    listed = issue_crl(contents, world.issuer.certificate, world.issuer.signer)
    revoked = replace(stamped, newer_list=to_pem(X509_CRL, listed))
    with pytest.raises(DistrustError, match="that of karl is revoked"):
        signed_pdf(plain, revoked, examination, world.root, AT)


def test_an_authority_that_is_not_there_stamps_nothing(
    plain: bytes,
    karl: Signatory,
    examination: Examination,
    world: World,
    authority: StampAuthority,
) -> None:
    with at_work(authority) as url:
        nowhere = replace(karl, stamp_url=f"{url}/nowhere")
        with pytest.raises(TransientError, match="HTTP 404"):
            signed_pdf(plain, nowhere, examination, world.root, AT)


def test_another_key_than_the_certificates_signs_nothing(
    plain: bytes, karl: Signatory, examination: Examination, world: World
) -> None:
    other = Signatory(signer=signer_for("other"), certificates=karl.certificates)
    with pytest.raises(DistrustError, match="another key"):
        signed_pdf(plain, other, examination, world.root, AT)


@pytest.mark.parametrize("role", [Role.GATEWAY, Role.LOG, Role.AUTHORITY])
def test_only_a_person_signs(
    plain: bytes, examination: Examination, world: World, role: Role
) -> None:
    key = signer_for("log", KeyAlgorithm.ED25519) if role is Role.LOG else KARL
    service = Signatory(signer=key, certificates=a_certificate(world, key, role))
    with pytest.raises(DistrustError, match="want a person's"):
        signed_pdf(plain, service, examination, world.root, AT)


def test_a_certificate_under_another_root_signs_nothing(
    plain: bytes, karl: Signatory, examination: Examination, world: World
) -> None:
    late = AT.plus(seconds=ceremony.LEAF_SECONDS)
    with pytest.raises(DistrustError, match="chain"):
        signed_pdf(plain, karl, examination, world.root, late)
    with pytest.raises(DistrustError):
        signed_pdf(plain, karl, examination, world.issuer.certificate, AT)


def test_a_person_who_was_stopped_in_the_log_signs_nothing(tmp_path: Path) -> None:
    world = World()
    der = world.person("karl", KARL)
    world.enrol(der)
    credential = next(
        c for c in world.state.credentials.values() if c.name == "karl"
    ).digest
    stop = acts.change_standing(
        world.authority, credential, Act.SUSPEND, "test", world.now
    )
    world.append(stop)
    package = handed_over(world, tmp_path / "evidence")
    examination = examine(
        package.path, Brought.read(package.root, None, None), watch=Gathered()
    )
    stopped = Signatory(signer=KARL, certificates=to_pem(CERTIFICATE, der))
    with pytest.raises(DistrustError, match="karl is suspended"):
        signed_pdf(b"%PDF-", stopped, examination, world.root, world.now)


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> softhsm.SoftHsm:
    return softhsm.start(tmp_path_factory.mktemp("softhsm"))


def test_a_key_in_a_token_signs_as_well(
    plain: bytes,
    examination: Examination,
    world: World,
    hsm: softhsm.SoftHsm,
    tmp_path: Path,
) -> None:
    key = Pkcs11Signer.generate(hsm.key(hsm.new_token(), "karl"), softhsm.PIN)
    kept = Signatory(signer=key, certificates=a_certificate(world, key))
    pdf = signed_pdf(plain, kept, examination, world.root, AT)
    assert "Signature is Valid." in said_of(pdf, tmp_path)


def test_a_file_that_holds_no_certificate_is_refused(
    plain: bytes, examination: Examination, world: World
) -> None:
    nobody = Signatory(signer=KARL, certificates=b"nothing\n")
    with pytest.raises(InputError):
        signed_pdf(plain, nobody, examination, world.root, AT)
    assert isinstance(KARL, MemorySigner)
