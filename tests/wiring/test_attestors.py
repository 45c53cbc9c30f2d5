from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from kya.authority.registering import read_wanted
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.registration import Attestor
from kya.wiring.attestors import ATTESTORS_FILE, attestations_of
from kya.wiring.enrolment import read_evidence
from tests.adapters.test_attest_spiffe import WORKLOADS


def now() -> Instant:
    return Instant.parse("2026-05-15T09:15:00.000000Z")


def test_without_a_file_the_token_is_the_only_attestor(tmp_path: Path) -> None:
    assert set(attestations_of(tmp_path, now)) == {Attestor.TOKEN}


def test_each_table_brings_its_attestor(tmp_path: Path) -> None:
    bundle = WORKLOADS.certificate.public_bytes(Encoding.PEM)
    (tmp_path / "bundle.pem").write_bytes(bundle)
    (tmp_path / ATTESTORS_FILE).write_text(
        f"""
        [kubernetes]
        url = "https://127.0.0.1:6443"
        ca_file = "{tmp_path}/bundle.pem"
        token_file = "{tmp_path}/token"
        audience = "kya"

        [spiffe]
        bundle_file = "{tmp_path}/bundle.pem"

        [kms]
        keys = "{tmp_path}"
        """
    )
    assert set(attestations_of(tmp_path, now)) == set(Attestor)


@pytest.mark.parametrize(
    "text",
    [
        "[nomad]",
        "[spiffe]\nbundle = 'x'",
        "[spiffe]\nbundle_file = '/none.pem'",
        "not toml",
    ],
)
def test_a_mistake_in_the_file_stops_the_office(tmp_path: Path, text: str) -> None:
    (tmp_path / ATTESTORS_FILE).write_text(text)
    with pytest.raises(InputError):
        attestations_of(tmp_path, now)


def test_selectors_are_of_one_attestor() -> None:
    wanted = read_wanted(["kubernetes:b=2", "kubernetes:a=1"])
    assert wanted.attestor is Attestor.KUBERNETES
    assert wanted.selectors == ("a=1", "b=2")
    assert read_wanted(["token"]).selectors == ()


@pytest.mark.parametrize("texts", [[], ["nomad:a=1"], ["token", "kms:region=x"]])
def test_other_selectors_are_refused(texts: list[str]) -> None:
    with pytest.raises(InputError, match="attest: want one of token, kubernetes"):
        read_wanted(texts)


def test_evidence_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a token\n")
    assert read_evidence(f"kubernetes:{tmp_path}/token")("n", b"key") == "a token"
    assert read_evidence(None)("n", b"key") == ""
    with pytest.raises(InputError, match="cannot be read"):
        read_evidence("spiffe:/none.pem")("n", b"key")
    with pytest.raises(InputError, match="evidence: want kubernetes:FILE"):
        read_evidence("nomad:x")
