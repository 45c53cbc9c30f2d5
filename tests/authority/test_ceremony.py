import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.authority import ceremony
from kya.authority.ceremony import (
    ISSUER_SECONDS,
    LEAF_SECONDS,
    ROOT_SECONDS,
    Validity,
    agent_faults,
)
from kya.core.credential import Role
from kya.core.errors import DistrustError, InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.pki.keys import KeyAlgorithm
from kya.pki.path import verify_chain
from kya.pki.pem import CERTIFICATE, to_pem
from kya.pki.request import make_request
from tests.builders import a_mandate, on
from tests.world import (
    AGENT,
    FOUNDED,
    IN_MEMORY,
    INSTALLATION,
    MORNING,
    World,
    signer_for,
    the_mandate,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_the_root_vouches_for_itself_with_stock_tools(
    world: World, tmp_path: Path
) -> None:
    path = str(tmp_path / "root.pem")
    Path(path).write_bytes(to_pem(CERTIFICATE, world.root))
    command = ["openssl", "x509", "-in", path, "-noout", "-text"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "CN = Kakunin Root CA" in text or "CN=Kakunin Root CA" in text
    assert "ASN1 OID: secp384r1" in text
    assert "CA:TRUE" in text
    verify = ["openssl", "verify", "-x509_strict", "-CAfile", path, path]
    done = subprocess.run(verify, capture_output=True, text=True, check=True)
    assert done.stdout.endswith(": OK\n")


def test_an_agents_certificate_carries_what_the_mandate_grants(world: World) -> None:
    issuer = world.issuer.certificate
    leaf = verify_chain(world.certificate, [issuer], world.root, MORNING)
    assert (leaf.role, leaf.name) == (Role.AGENT, AGENT)
    assert leaf.scope is not None
    assert leaf.operator == INSTALLATION.operator


def test_another_root_does_not_vouch_for_it(world: World) -> None:
    other = ceremony.found_root(
        signer_for("other-root", KeyAlgorithm.P384),
        INSTALLATION.operator,
        "Kakunin Root CA",
        Validity.lasting(2**64 + 7, FOUNDED, ROOT_SECONDS),
    )
    with pytest.raises(DistrustError):
        verify_chain(world.certificate, [world.issuer.certificate], other, MORNING)


def test_an_agent_gets_no_certificate_without_a_mandate(world: World) -> None:
    key = signer_for(AGENT).public_key()
    validity = Validity.lasting(2**64 + 9, FOUNDED, LEAF_SECONDS)
    with pytest.raises(InputError, match="an agent's needs a mandate"):
        ceremony.issue_service(world.issuer, Role.AGENT, AGENT, key, validity)


def test_a_request_that_proves_nothing_gives_no_key() -> None:
    proof = bytearray(make_request(signer_for(AGENT)))
    proof[-1] ^= 1
    with pytest.raises((InputError, DistrustError)):
        ceremony.HeldKey.proven(bytes(proof), IN_MEMORY)


def test_a_validity_counts_its_first_and_its_last_second() -> None:
    start = Instant.parse("2026-05-15T09:15:00.999999Z")
    validity = Validity.lasting(1, start, 60)
    assert str(validity.not_before) == "2026-05-15T09:15:00.000000Z"
    assert str(validity.not_after) == "2026-05-15T09:15:59.000000Z"


def test_a_certificate_begins_when_the_mandate_does() -> None:
    mandate = replace(
        the_mandate(), valid_from=Instant.parse("2026-06-01T00:00:00.000001Z")
    )
    validity = ceremony.validity_within(mandate, 1, MORNING)
    assert str(validity.not_before) == "2026-06-01T00:00:01.000000Z"


def test_a_certificate_ends_when_the_mandate_does() -> None:
    mandate = replace(
        the_mandate(), valid_until=Instant.parse("2026-06-01T00:00:00.999999Z")
    )
    validity = ceremony.validity_within(mandate, 1, MORNING)
    assert str(validity.not_after) == "2026-06-01T00:00:00.000000Z"


micros = st.integers(FOUNDED.micros, FOUNDED.micros + 10**15)


@given(micros, micros, micros)
def test_no_certificate_reaches_beyond_its_mandate(
    one: int, two: int, now: int
) -> None:
    begins, ends = sorted((one, two))
    if ends - begins < 2 * MICROS_PER_SECOND:
        return
    mandate = replace(
        the_mandate(),
        resolved_at=Instant(begins),
        valid_from=Instant(begins),
        valid_until=Instant(ends),
    )
    validity = ceremony.validity_within(mandate, 1, Instant(now))
    assert validity.not_before >= mandate.valid_from
    assert validity.not_after <= mandate.valid_until
    for instant in (validity.not_before, validity.not_after):
        assert instant.micros % MICROS_PER_SECOND == 0
    length = validity.not_after.micros - validity.not_before.micros
    assert length < LEAF_SECONDS * MICROS_PER_SECOND


def test_a_mandate_that_is_over_gives_no_certificate(world: World) -> None:
    late = world.mandate.valid_until.plus(seconds=1)
    validity = ceremony.validity_within(world.mandate, 2**64 + 11, late)
    key = ceremony.HeldKey.proven(make_request(signer_for(AGENT)), IN_MEMORY)
    with pytest.raises((InputError, DistrustError)):
        ceremony.issue_agent(world.issuer, world.mandate, key, validity)


def test_a_certificate_that_would_outlive_its_issuer_is_a_fault(world: World) -> None:
    above = (INSTALLATION, world.issuer.certificate)
    mandate = a_mandate(valid_until=on("2030-01-01 00:00"))
    assert agent_faults(mandate, MORNING, above) == ()
    near_its_end = FOUNDED.plus(seconds=ISSUER_SECONDS - 86_400)
    (fault,) = agent_faults(mandate, near_its_end, above)
    assert "validity is within the issuers" in fault
    assert agent_faults(mandate, near_its_end, None) == ()


def test_a_mandate_that_is_over_leaves_a_certificate_no_time(world: World) -> None:
    above = (INSTALLATION, world.issuer.certificate)
    (fault,) = agent_faults(a_mandate(), on("2028-01-01 00:00"), above)
    assert fault.startswith("valid_from, valid_until: ")
