"""`kya person enrol`: people on record under keys that only a request was seen of."""

from pathlib import Path

import pytest

from kya.pki.pem import CERTIFICATE_REQUEST, to_pem
from kya.pki.request import make_request
from tests.cli.terminal import Up
from tests.world import signer_for


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    file = tmp_path / "aude.csr"
    file.write_bytes(to_pem(CERTIFICATE_REQUEST, make_request(signer_for("aude"))))
    return file


def test_a_request_puts_a_person_on_record_once(office: Up, request_file: Path) -> None:
    enrolled = office.kya("person", "enrol", "auditor:aude", request_file)
    assert enrolled.code == 0, enrolled.err
    assert enrolled.out == "aude: on record as auditor\n"
    assert "key SHA-256 " in enrolled.err
    assert not list((office.data / "keys").glob("auditor-*"))
    again = office.kya("person", "enrol", "auditor:aude", request_file)
    assert again.code == 2
    assert "auditor aude: this key is on record already" in again.err
    # An auditor signs nothing that counts.
    wanted = ("--place", "firm", "--as", "auditor:eva", "--reason", "x")
    halted = office.kya("gateway", "halt", *wanted)
    assert halted.code == 1
    assert "whose certificate is on record" in halted.err


@pytest.mark.parametrize("person", ["aude", "agent:aude", "gateway:gw", "chief:aude"])
def test_only_people_are_enrolled_so(
    office: Up, request_file: Path, person: str
) -> None:
    refused = office.kya("person", "enrol", person, request_file)
    assert refused.code == 2
    assert "want ROLE:NAME, ROLE one of auditor, compliance, director" in refused.err
