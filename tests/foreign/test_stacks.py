"""Five stacks that are not ours say the same of our certificates, lists and answers."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from kya.core.instant import Instant
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem
from tests.foreign.cases import (
    REVOKED_AT,
    Case,
    cases,
    crl_of,
    random_serial,
    revocation,
    root_crl,
    write_cases,
)
from tests.pki.forgery import agent_draft
from tests.pki.world import NOON, world

JUDGES: Final = Path(__file__).resolve().parent / "judges"
SERIALS: Final = 1_000
NEIGHBOURS: Final = 100
LISTED: Final = 50
WAYS: Final = ("crl", "ocsp")
# Without these two, which scripts/install-system installs, nothing is proven.
REQUIRED: Final = frozenset({"openssl", "go"})

Said = dict[str, tuple[str, str, str]]


def seconds(instant: Instant) -> str:
    return str(instant.micros // 1_000_000)


def moment(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant.micros // 1_000_000, UTC)


def need(program: str) -> str:
    """The program; without it the test is skipped, or fails where it must run."""
    found = shutil.which(program)
    if found is None:
        message = f"no judgement by {program}: it is not installed"
        if "CI" in os.environ and program in REQUIRED:
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("stacks")
    write_cases(found)
    return found


def printed(*command: str | Path) -> Said:
    """What a judge's program prints, by case."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {name: (verdict, cn, o) for name, verdict, cn, o in rows}


NAMES: Final = [case.name for case in cases()]


def by_go(folder: Path, way: str) -> Said:
    program = folder / "judge-go"
    if not program.exists():
        subprocess.run(
            [need("go"), "build", "-o", program, "main.go"],
            cwd=JUDGES / "go",
            env=os.environ
            | {
                "GO111MODULE": "off",
                "GOCACHE": str(folder / "go-cache"),
                "GOFLAGS": "",
                "GOTOOLCHAIN": "local",
            },
            check=True,
        )
    return printed(program, folder, way, seconds(NOON), *NAMES)


def by_java(folder: Path, way: str) -> Said:
    java = need("java")
    # The short start of a program that runs for a second.
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    source = JUDGES / "Judge.java"
    return printed(java, *quick, source, folder, way, seconds(NOON), *NAMES)


def by_openssl(folder: Path, way: str) -> Said:
    need("openssl")
    return {case.name: _openssl_on(folder, case.name, way) for case in cases()}


def _openssl_on(folder: Path, name: str, way: str) -> tuple[str, str, str]:
    chain = ["-CAfile", f"{name}.root.pem", "-untrusted", "issuing.pem"]
    chain += ["-attime", seconds(NOON), "-x509_strict"]
    lists = ["-CRLfile", "root.crl.pem", "-CRLfile", "issuing.crl.pem"]
    checked = ["-crl_check_all", *lists] if way == "crl" else []
    said = openssl(folder, "verify", *chain, *checked, f"{name}.leaf.pem")
    verdict = _openssl_verdict(said)
    if verdict == "good" and way == "ocsp":
        answer = openssl(
            folder,
            *("ocsp", "-respin", f"{name}.ocsp", "-issuer", "issuing.pem"),
            *("-cert", f"{name}.leaf.pem", "-CAfile", f"{name}.root.pem"),
            *("-attime", seconds(NOON), "-no_nonce"),
            # The age of an answer is measured by today's clock, whatever -attime says.
            *("-validity_period", "2000000000"),
        )
        assert "Response verify OK" in answer, answer
        verdict = answer.partition(f"{name}.leaf.pem: ")[2].split("\n")[0]
    shown = ["x509", "-in", f"{name}.leaf.pem", "-noout", "-subject"]
    subject = openssl(folder, *shown, "-nameopt", "utf8,sep_multiline,sname")
    fields = dict(line.strip().split("=", 1) for line in subject.splitlines()[1:])
    return verdict, fields["CN"], fields["O"]


def _openssl_verdict(said: str) -> str:
    for words, verdict in (
        ("certificate revoked", "revoked"),
        ("certificate has expired", "expired"),
        ("unable to get", "untrusted"),
        ("self-signed certificate in certificate chain", "untrusted"),
        (": OK", "good"),
    ):
        if words in said:
            return verdict
    return said


def openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def by_cryptography(folder: Path, way: str) -> Said:
    return {case.name: _cryptography_on(folder, case, way) for case in cases()}


def _cryptography_on(folder: Path, case: Case, way: str) -> tuple[str, str, str]:
    leaf = x509.load_der_x509_certificate(case.leaf)
    issuing = x509.load_der_x509_certificate(world().issuing)
    root = x509.load_der_x509_certificate(case.root)
    (cn,) = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    (o,) = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    builder = PolicyBuilder().store(Store([root])).time(moment(NOON))
    try:
        builder.build_client_verifier().verify(leaf, [issuing])
    except VerificationError as error:
        verdict = "expired" if "not valid at" in str(error) else "untrusted"
    else:
        revoked = _listed if way == "crl" else _answered
        verdict = "revoked" if revoked(folder, case, leaf, issuing) else "good"
    return verdict, str(cn.value), str(o.value)


def _listed(
    folder: Path, _: Case, leaf: x509.Certificate, issuing: x509.Certificate
) -> bool:
    crl = x509.load_der_x509_crl((folder / "issuing.crl").read_bytes())
    key = issuing.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert crl.is_signature_valid(key)
    return crl.get_revoked_certificate_by_serial_number(leaf.serial_number) is not None


def _answered(
    folder: Path, case: Case, leaf: x509.Certificate, issuing: x509.Certificate
) -> bool:
    said = ocsp.load_der_ocsp_response((folder / f"{case.name}.ocsp").read_bytes())
    (responder,) = said.certificates
    responder.verify_directly_issued_by(issuing)
    key = responder.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(said.signature, said.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
    assert said.serial_number == leaf.serial_number
    return said.certificate_status is ocsp.OCSPCertStatus.REVOKED


def by_pyhanko(folder: Path, way: str) -> Said:
    return {case.name: _pyhanko_on(folder, case, way) for case in cases()}


def _pyhanko_on(folder: Path, case: Case, way: str) -> tuple[str, str, str]:
    asn1 = pytest.importorskip("asn1crypto.x509")
    lists, answer = [(folder / "root.crl").read_bytes()], None
    if way == "crl":
        lists.append((folder / "issuing.crl").read_bytes())
    else:
        answer = (folder / f"{case.name}.ocsp").read_bytes()
    subject = asn1.Certificate.load(case.leaf).subject.native
    (verdict,) = point_in_time([case.leaf], case.root, NOON, lists, answer)
    return verdict, subject["common_name"], subject["organization_name"]


def point_in_time(
    leaves: Iterable[bytes],
    root: bytes,
    at: Instant,
    lists: list[Any],
    answer: bytes | None,
) -> list[str]:
    """What a verifier that can look back says of this instant."""
    certvalidator = pytest.importorskip("pyhanko_certvalidator")
    errors = pytest.importorskip("pyhanko_certvalidator.errors")
    asn1 = pytest.importorskip("asn1crypto.x509")
    context = certvalidator.ValidationContext(
        trust_roots=[asn1.Certificate.load(root)],
        other_certs=[asn1.Certificate.load(world().issuing)],
        moment=moment(at),
        crls=lists,
        ocsps=[] if answer is None else [answer],
        revocation_mode="require",
        retroactive_revinfo=True,
        time_tolerance=timedelta(0),
    )

    async def judged(leaf: bytes) -> str:
        validator = certvalidator.CertificateValidator(
            asn1.Certificate.load(leaf), validation_context=context
        )
        try:
            await validator.async_validate_usage({"digital_signature"})
        except errors.RevokedError:
            return "revoked"
        except errors.ExpiredError:
            return "expired"
        except errors.PathBuildingError:
            return "untrusted"
        return "good"

    async def all_judged() -> list[str]:
        return [await judged(leaf) for leaf in leaves]

    return asyncio.run(all_judged())


STACKS: Final[dict[str, Callable[[Path, str], Said]]] = {
    "cryptography": by_cryptography,
    "pyhanko-certvalidator": by_pyhanko,
    "openssl": by_openssl,
    "go": by_go,
    "java": by_java,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_says_the_same_of_every_certificate(
    folder: Path, stack: str, way: str
) -> None:
    said = STACKS[stack](folder, way)
    wanted = {
        case.name: (case.wanted, case.common_name, case.operator) for case in cases()
    }
    assert said == wanted


def test_node_reads_names_and_chains(folder: Path) -> None:
    """It knows no revocation, so that a revoked certificate is good to it."""
    said = printed(need("node"), JUDGES / "judge.js", folder, seconds(NOON), *NAMES)
    for case in cases():
        wanted = "good" if case.wanted == "revoked" else case.wanted
        assert said[case.name] == (wanted, case.common_name, case.operator)


def test_an_answer_by_somebody_else_is_refused_by_every_stack(folder: Path) -> None:
    answer = (folder / "agent-revoked.ocsp").read_bytes()
    damaged = folder / "damaged"
    shutil.copytree(folder, damaged, ignore=shutil.ignore_patterns("go-cache"))
    place = answer.index(b"\x18\x0f2026") + 2
    changed = answer[:place] + b"2027" + answer[place + 4 :]
    (damaged / "agent-revoked.ocsp").write_bytes(changed)
    with pytest.raises(InvalidSignature):
        by_cryptography(damaged, "ocsp")
    with pytest.raises(AssertionError, match="Response Verify Failure"):
        by_openssl(damaged, "ocsp")


@pytest.fixture(scope="module")
def revoked() -> tuple[bytes, ...]:
    """Leaves under a thousand serials."""
    chance = Random(2)
    serials = [random_serial(chance) for _ in range(SERIALS)]
    assert len(set(serials)) == SERIALS
    assert sum(serial.bit_length() % 8 == 0 for serial in serials) > SERIALS // 2
    return tuple(under(serial) for serial in serials)


def under(serial: int) -> bytes:
    return agent_draft().with_field("serial_number", serial).signed()


def test_openssl_refuses_all_of_a_thousand_serials_and_no_other(
    tmp_path: Path, revoked: tuple[bytes, ...]
) -> None:
    need("openssl")
    others = [under(revocation(leaf).serial ^ 1) for leaf in revoked[:NEIGHBOURS]]
    for number, leaf in enumerate((*revoked, *others)):
        (tmp_path / f"{number}.pem").write_bytes(to_pem(CERTIFICATE, leaf))
    (tmp_path / "root.pem").write_bytes(to_pem(CERTIFICATE, world().root))
    (tmp_path / "issuing.pem").write_bytes(to_pem(CERTIFICATE, world().issuing))
    crl = crl_of(*map(revocation, revoked))
    (tmp_path / "crl.pem").write_bytes(to_pem(X509_CRL, crl))
    said = openssl(
        tmp_path,
        *("verify", "-CAfile", "root.pem", "-untrusted", "issuing.pem"),
        *("-attime", seconds(NOON), "-crl_check", "-CRLfile", "crl.pem"),
        *(f"{number}.pem" for number in range(SERIALS + NEIGHBOURS)),
    )
    assert said.count("lookup: certificate revoked") == SERIALS
    good = [line for line in said.splitlines() if line.endswith(": OK")]
    assert good == [f"{SERIALS + number}.pem: OK" for number in range(NEIGHBOURS)]


@pytest.mark.parametrize("share", range(SERIALS // LISTED))
def test_what_was_signed_before_a_revocation_stays_valid_and_nothing_after(
    revoked: tuple[bytes, ...], share: int
) -> None:
    """Short lists: that verifier reads a list from its start for every question."""
    asn1 = pytest.importorskip("asn1crypto.crl")
    before, after = REVOKED_AT.plus(seconds=-1), REVOKED_AT.plus(seconds=1)
    leaves = revoked[share * LISTED : (share + 1) * LISTED]
    crl = crl_of(*map(revocation, leaves))
    lists = [asn1.CertificateList.load(each) for each in (crl, root_crl())]
    root = world().root
    assert point_in_time(leaves, root, before, lists, None) == ["good"] * LISTED
    assert point_in_time(leaves, root, after, lists, None) == ["revoked"] * LISTED
