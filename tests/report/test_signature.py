"""The signature in the PDF, judged by poppler: whose it is, and what breaks it."""

import asyncio
import re
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from kya.adapters.kms_memory import MemorySigner
from kya.adapters.kms_pkcs11 import Pkcs11Signer
from kya.authority import acts, ceremony
from kya.core.credential import Role
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.lifecycle import Act
from kya.pki.keys import KeyAlgorithm
from kya.pki.pem import CERTIFICATE, from_pem, to_pem
from kya.report.gathered import Gathered
from kya.verify.brought import Brought
from kya.verify.examination import Examination
from kya.verify.verify import examine
from kya.wiring.report_files import Signatory, pdf_of, signed_pdf
from tests.adapters.doubles import softhsm
from tests.pki.stamping import StampAuthority
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


@pytest.mark.parametrize("place", [40, 2_000, -600])
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


def test_an_authority_stamps_the_signature(
    plain: bytes, examination: Examination, world: World, tmp_path: Path
) -> None:
    authority = StampAuthority.found(tmp_path / "authority")
    certificates = a_certificate(world, KARL)
    with at_work(authority) as url:
        stamped = Signatory(
            signer=KARL, certificates=certificates, stamp_url=f"{url}/tsr"
        )
        pdf = signed_pdf(plain, stamped, examination, world.root, AT)
        nowhere = Signatory(
            signer=KARL, certificates=certificates, stamp_url=f"{url}/nowhere"
        )
        with pytest.raises(TransientError, match="HTTP 404"):
            signed_pdf(plain, nowhere, examination, world.root, AT)
    assert "Signature is Valid." in said_of(pdf, tmp_path)
    (found,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    tsa_root = x509.Certificate.load(from_pem(CERTIFICATE, authority.root))
    own = ValidationContext(trust_roots=[x509.Certificate.load(world.root)])
    stamps = ValidationContext(trust_roots=[tsa_root], allow_fetching=False)
    status = asyncio.run(async_validate_pdf_signature(found, own, stamps))
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.valid


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
