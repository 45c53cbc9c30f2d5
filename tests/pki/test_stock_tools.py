"""What tools that are not ours say of our certificates."""

import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from kya.core.credential import ReasonCode, Role
from kya.core.instant import Instant
from kya.pki.crl import (
    Revocation,
    RevocationContents,
    issue_crl,
)
from kya.pki.oids import CERTIFICATE_POLICY
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem
from kya.pki.request import make_request
from tests.pki.forgery import FAULTS, agent_draft
from tests.pki.world import (
    AGENT_KEY,
    CA_KEY,
    LEAF_END,
    LEAF_START,
    NOON,
    POLICY,
    ROOT_KEY,
    SCOPE,
    SERIAL,
    leaf_request,
    signed,
    world,
)

SECOND: Final = 1_000_000
GO_PROGRAM: Final = """package main

import ("crypto/x509"; "encoding/pem"; "fmt"; "os"; "time")

func read(path string) *x509.Certificate {
	raw, err := os.ReadFile(path)
	if err != nil { panic(err) }
	block, _ := pem.Decode(raw)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil { panic(err) }
	return certificate
}

func main() {
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(read(os.Args[1]))
	others.AddCert(read(os.Args[2]))
	for _, path := range os.Args[3:] {
		leaf := read(path)
		_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: others,
			CurrentTime: time.Date(2026, 5, 15, 12, 0, 0, 0, time.UTC),
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		fmt.Println(leaf.Subject.CommonName, leaf.URIs, err)
	}
}
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """The chain and two revocation lists as files."""

    path: Path

    def verify(
        self, leaf: bytes, *more: str, when: Instant = NOON
    ) -> subprocess.CompletedProcess[str]:
        file = self.path / "leaf.pem"
        file.write_bytes(to_pem(CERTIFICATE, leaf))
        options = ["-CAfile", "root.pem", "-untrusted", "issuing.pem", "-x509_strict"]
        moment = ["-attime", str(when.micros // SECOND)]
        return openssl(self.path, "verify", *options, *moment, *more, "leaf.pem")


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "root.pem").write_bytes(to_pem(CERTIFICATE, world().root))
    (tmp_path / "issuing.pem").write_bytes(to_pem(CERTIFICATE, world().issuing))
    revoked = Revocation(serial=SERIAL, at=NOON, reason=ReasonCode.KEY_COMPROMISE)
    before = RevocationContents(
        number=1,
        this_update=NOON.plus(seconds=-86_400),
        next_update=NOON.plus(seconds=86_400),
        revocations=(),
    )
    after = replace(before, number=2, this_update=NOON, revocations=(revoked,))
    for name, contents in (("before", before), ("after", after)):
        crl = issue_crl(contents, world().issuing, CA_KEY)
        (tmp_path / f"{name}.pem").write_bytes(to_pem(X509_CRL, crl))
    roots = issue_crl(before, world().root, ROOT_KEY)
    (tmp_path / "root-crl.pem").write_bytes(to_pem(X509_CRL, roots))
    return Folder(tmp_path)


@pytest.mark.parametrize("role", Role)
def test_openssl_accepts_a_leaf_of_each_role_under_our_policy(
    folder: Folder, role: Role
) -> None:
    leaf = signed(leaf_request(role), world().issuing)
    policy = ["-policy", CERTIFICATE_POLICY.dotted_string, "-explicit_policy"]
    done = folder.verify(leaf, *policy, "-purpose", "sslclient")
    assert (done.returncode, done.stdout) == (0, "leaf.pem: OK\n"), done.stderr


def test_openssl_can_insist_on_our_policy(folder: Folder) -> None:
    bare = FAULTS["no policy"][1](agent_draft()).signed()
    policy = ["-policy", CERTIFICATE_POLICY.dotted_string, "-explicit_policy"]
    assert folder.verify(bare).returncode == 0
    assert "explicit policy" in folder.verify(bare, *policy).stderr


@pytest.mark.parametrize(
    ("when", "complaint"),
    [
        (LEAF_START.plus(seconds=-1), "not yet valid"),
        (LEAF_END.plus(seconds=1), "has expired"),
    ],
)
def test_openssl_refuses_outside_the_validity(
    folder: Folder, when: Instant, complaint: str
) -> None:
    assert complaint in folder.verify(world().agent, when=when).stderr


def test_openssl_finds_the_revocation(folder: Folder) -> None:
    crls = ["-crl_check_all", "-CRLfile", "root-crl.pem", "-CRLfile"]
    good = folder.verify(world().agent, *crls, "before.pem")
    assert good.returncode == 0, good.stderr
    bad = folder.verify(world().agent, *crls, "after.pem")
    assert "certificate revoked" in bad.stderr


def test_openssl_prints_name_serial_scope_and_identity(folder: Folder) -> None:
    folder.verify(world().agent)
    shown = openssl(
        folder.path, "x509", "-in", "leaf.pem", "-noout", "-text", "-nameopt", "utf8"
    )
    assert "CN=algo_trader_v2" in shown.stdout.replace(" = ", "=")
    assert "f1:d4:e8:c7:b2:a9:f3:e6" in shown.stdout
    assert "(Negative)" not in shown.stdout
    assert "URI:spiffe://cryptoex.example/agent/algo_trader_v2" in shown.stdout
    assert "Zürich" in shown.stdout
    assert POLICY.decode() in shown.stdout


def test_openssl_takes_the_scope_apart(folder: Folder) -> None:
    (folder.path / "scope.der").write_bytes(SCOPE.encode())
    shown = openssl(folder.path, "asn1parse", "-inform", "DER", "-in", "scope.der")
    assert f"UTF8STRING        :{POLICY.decode()}" in shown.stdout
    assert SCOPE.mandate_hash.hex().upper() in shown.stdout
    assert SCOPE.policy_hash.hex().upper() in shown.stdout


def test_openssl_verifies_our_request(folder: Folder) -> None:
    (folder.path / "request.der").write_bytes(make_request(AGENT_KEY))
    done = openssl(
        folder.path, "req", "-inform", "DER", "-in", "request.der", "-noout", "-verify"
    )
    assert done.returncode == 0
    assert "verify OK" in done.stdout + done.stderr


def test_openssl_prints_the_reason_of_a_revocation(folder: Folder) -> None:
    shown = openssl(folder.path, "crl", "-in", "after.pem", "-noout", "-text").stdout
    assert "F1D4E8C7B2A9F3E6" in shown
    assert "Key Compromise" in shown
    assert "X509v3 CRL Number" in shown


@pytest.mark.skipif(shutil.which("go") is None, reason="the go tool is not installed")
def test_go_parses_and_verifies_every_role(folder: Folder) -> None:
    (folder.path / "main.go").write_text(GO_PROGRAM)
    names = []
    for role in Role:
        leaf = signed(leaf_request(role, f"{role.value}_1"), world().issuing)
        names.append(f"{role.value}.pem")
        (folder.path / names[-1]).write_bytes(to_pem(CERTIFICATE, leaf))
    done = subprocess.run(
        ["go", "run", "main.go", "root.pem", "issuing.pem", *names],
        cwd=folder.path,
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = [
        f"{role.value}_1 [spiffe://cryptoex.example/{role.value}/{role.value}_1] <nil>"
        for role in Role
    ]
    assert done.stdout.splitlines() == wanted, done.stderr
