"""An issuing CA that was renewed under its key, as all three verifiers see it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from kya.authority import acts, ceremony
from kya.core.lifecycle import Act
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.verify.finding import Verdict
from kya.verify.report import Report
from kya.verify.verify import verify_package
from tests.evidence.shell_package import ShellPackage, build
from tests.evidence.test_verify_sh import run
from tests.world import AGENT, MORNING, World, signer_for

RENEWED_AT = MORNING.plus(seconds=120)


def renewed_world(certificate: bytes | None = None) -> World:
    """One agent's order before the renewal, its successor's orders after it."""
    world = World()
    world.trade(world.order(created_at=MORNING.plus(seconds=60)))
    world.report(1)
    world.renew_issuer(RENEWED_AT, certificate)
    return world


def traded_on(world: World) -> World:
    """A replacement under the renewed certificate, which trades and is revoked."""
    world.now = RENEWED_AT.plus(seconds=60)
    former = world.credential
    world.change_standing(Act.REVOKE, world.now)
    world.agent = NoteSigner(AGENT, signer_for("second key"))
    world.issue_agent(world.agent, replaces=former)
    world.trade(world.order(created_at=world.now.plus(seconds=60)))
    world.report(2)
    return world


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> ShellPackage:
    return build(tmp_path_factory.mktemp("renewed"), traded_on(renewed_world()))


def verified(package: ShellPackage) -> Report:
    return verify_package(package.path, root_pem=package.root.read_bytes())


def test_both_verifiers_hold_it(good: ShellPackage) -> None:
    report = verified(good)
    assert Verdict.FAILS not in {answer.verdict for answer in report.answers}
    assert report.answer(1).verdict is Verdict.HOLDS
    answer = run("--root", good.root, "--policy", good.policy, good.path)
    assert answer.failing() == set(), answer.text


def test_one_file_holds_both_for_stock_tools(good: ShellPackage) -> None:
    issuers = good.path / "trust/issuer.pem"
    assert issuers.read_text().count("BEGIN CERTIFICATE") == 2
    leaves = sorted((good.path / "trust").glob("agent-*.pem"))
    assert len(leaves) == 2
    for leaf in leaves:
        command: list[str | Path] = ["openssl", "verify", "-x509_strict"]
        command += ["-CAfile", good.root, "-untrusted", issuers]
        command += ["-attime", str(RENEWED_AT.micros // 1_000_000), leaf]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kept", ["first", "second", "both, turned round"])
def test_a_file_that_differs_from_the_log_is_found(
    good: ShellPackage, tmp_path: Path, kept: str
) -> None:
    path = tmp_path / "package"
    shutil.copytree(good.path, path)
    issuers = path / "trust/issuer.pem"
    end = "-----END CERTIFICATE-----\n"
    first, second, _ = issuers.read_text().split(end)
    parts = {"first": [first], "second": [second]}.get(kept, [second, first])
    issuers.write_text("".join(part + end for part in parts))
    changed = ShellPackage(
        path=path, root=good.root, policy=good.policy, held=good.held
    )
    changed.rewrite_sums()
    assert verified(changed).exit_code == 1
    answer = run("--root", good.root, path)
    assert "trust/issuer.pem: not the issuing CA" in answer.text


def test_a_certificate_that_the_root_never_signed_renews_nothing(
    tmp_path: Path,
) -> None:
    """The authority's key is taken, the root's is not."""
    world = renewed_world()
    forged = ceremony.found_issuer(
        ceremony.found_root(
            signer_for("issuer-p384", KeyAlgorithm.P384),
            "CryptoEX AG",
            "Kakunin Root CA",
            ceremony.Validity.lasting(2**64 + 51, MORNING, ceremony.ROOT_SECONDS),
        ),
        signer_for("issuer-p384", KeyAlgorithm.P384),
        world.issuer.signer.public_key(),
        world.issuer.installation,
        ceremony.Validity.lasting(
            2**64 + 52, RENEWED_AT, ceremony.ISSUER_SECONDS + 86_400
        ),
    )
    world.entries.append(acts.renew_issuer(world.authority, forged, RENEWED_AT))
    package = build(tmp_path, world)
    assert verified(package).answer(1).verdict is Verdict.FAILS
    answer = run("--root", package.root, "--policy", package.policy, package.path)
    assert answer.code == 1
    assert "does not renew the issuing CA under your root" in answer.text
    assert "Q1" in answer.failing()


def test_a_renewal_that_the_authority_did_not_sign_is_found(tmp_path: Path) -> None:
    world = renewed_world()
    certificate = world.renewed_issuer(RENEWED_AT.plus(seconds=1))
    late = RENEWED_AT.plus(seconds=1)
    world.entries.append(acts.renew_issuer(world.gateway, certificate, late))
    package = build(tmp_path, world)
    assert verified(package).answer(1).verdict is Verdict.FAILS
    answer = run("--root", package.root, "--policy", package.policy, package.path)
    assert "Q1" in answer.failing()


def test_the_same_certificate_twice_is_found(tmp_path: Path) -> None:
    world = renewed_world()
    again = acts.renew_issuer(world.authority, world.issuer.certificate, RENEWED_AT)
    world.entries.append(again)
    package = build(tmp_path, world)
    assert verified(package).answer(1).verdict is Verdict.FAILS
    answer = run("--root", package.root, "--policy", package.policy, package.path)
    assert "this certificate is on record already" in answer.text
