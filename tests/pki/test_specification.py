"""The normative page says what the code does: its tables are derived and compared."""

import subprocess
from pathlib import Path
from typing import Final

import pytest
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtensionOID

from kya.core.credential import Role
from kya.pki.keys import KeyAlgorithm
from kya.pki.oids import CUSTODY_EXTENSION, SCOPE_EXTENSION
from kya.pki.profile import ISSUING, LEAVES, OCSP, ROOT, Profile
from kya.pki.profile_rules import RULES
from tests.pki.world import POLICY, SCOPE

PAGE: Final = Path(__file__).resolve().parents[2] / "spec" / "certificate.md"
ROLES: Final = sorted(role.value for role in Role)
POLICY_TEXT: Final = POLICY.decode()
NAMES: Final = {
    ExtensionOID.BASIC_CONSTRAINTS: "basicConstraints",
    ExtensionOID.KEY_USAGE: "keyUsage",
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: "subjectKeyIdentifier",
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER: "authorityKeyIdentifier",
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: "subjectAltName",
    ExtensionOID.CERTIFICATE_POLICIES: "certificatePolicies",
    ExtensionOID.CRL_DISTRIBUTION_POINTS: "cRLDistributionPoints",
    ExtensionOID.EXTENDED_KEY_USAGE: "extKeyUsage",
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS: "authorityInfoAccess",
    ExtensionOID.OCSP_NO_CHECK: "id-pkix-ocsp-nocheck",
    SCOPE_EXTENSION: "scope",
    CUSTODY_EXTENSION: "custody",
}
CURVES: Final = {
    KeyAlgorithm.P256: "P-256",
    KeyAlgorithm.P384: "P-384",
    KeyAlgorithm.ED25519: "Ed25519",
}


def profile_rows() -> list[str]:
    """One column per profile, one row per fact."""
    others = [LEAVES[role] for role in Role if role not in {Role.AGENT, Role.LOG}]
    assert len({(leaf.key_algorithm, leaf.not_critical) for leaf in others}) == 1
    shown = (ROOT, ISSUING, LEAVES[Role.AGENT], LEAVES[Role.LOG], others[0], OCSP)
    titles = ("root CA", "issuing CA", "agent", "log", "other leaves", "OCSP responder")
    rows = [
        row("", titles),
        row("---", ["---"] * len(titles)),
        row("key", [CURVES[each.key_algorithm] for each in shown]),
        row("days at most", [f"{each.days_max:,}" for each in shown]),
        row("pathLenConstraint", [path_length(each) for each in shown]),
        row(
            "policy",
            [each.policy.dotted_string if each.policy else "" for each in shown],
        ),
    ]
    for oid, name in NAMES.items():
        rows.append(row(name, [mark(oid, each) for each in shown]))
    return rows


def row(head: str, cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join((head, *cells)) + " |"


def path_length(profile: Profile) -> str:
    return "not a CA" if profile.path_length is None else str(profile.path_length)


def mark(oid: ObjectIdentifier, profile: Profile) -> str:
    if oid in profile.critical:
        return "critical"
    if oid in profile.optional:
        return "optional"
    return "yes" if oid in profile.not_critical else ""


def rule_rows() -> list[str]:
    return [f"- {rule.__name__.replace('_', ' ')}" for rule in RULES]


def asn1parse_output() -> str:
    return subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER"],
        input=SCOPE.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()


@pytest.mark.parametrize(
    "rows", [profile_rows(), rule_rows()], ids=["profiles", "rules"]
)
def test_the_page_states_what_the_code_enforces(rows: list[str]) -> None:
    assert "\n".join(rows) + "\n" in PAGE.read_text("utf-8")


def test_the_page_shows_what_openssl_prints() -> None:
    assert asn1parse_output() in PAGE.read_text("utf-8")


def test_the_page_names_every_role() -> None:
    listed = ", ".join(f"`{role}`" for role in ROLES)
    assert f"Roles are {listed}." in PAGE.read_text("utf-8")
