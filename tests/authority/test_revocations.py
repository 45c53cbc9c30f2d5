import subprocess
from pathlib import Path

from kya.authority.revocations import LIFE_SECONDS, revocation_list
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.state import State
from kya.pki.crl import RevocationContents, verify_crl
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem
from tests.world import MORNING, World


def _revoked() -> World:
    world = World()
    world.change_standing(Act.SUSPEND, MORNING)
    world.change_standing(Act.REVOKE, MORNING.plus(seconds=5))
    return world


def _listed(world: World, state: State, at: Instant) -> RevocationContents:
    """What the next list says."""
    crl = revocation_list(world.issuer, state, at)
    return verify_crl(crl, world.issuer.certificate).contents


def test_lists_every_revoked_credential_and_no_other() -> None:
    world = _revoked()
    at = MORNING.plus(seconds=60)
    listed = _listed(world, world.state, at)
    serial = world.state.credentials[world.credential].serial
    assert [entry.serial for entry in listed.revocations] == [serial]
    assert listed.revocations[0].at == MORNING.plus(seconds=5)


def test_a_suspension_enters_no_list() -> None:
    world = World()
    world.change_standing(Act.SUSPEND, MORNING)
    listed = _listed(world, world.state, MORNING)
    assert listed.revocations == ()


def test_a_log_begins_with_an_empty_list_of_number_one() -> None:
    world = World()
    listed = _listed(world, State(), MORNING)
    assert (listed.number, listed.revocations) == (1, ())


def test_lists_are_numbered_one_after_the_other() -> None:
    world = _revoked()
    before = world.state.crl_number
    listed = _listed(world, world.state, MORNING)
    assert listed.number == before + 1


def test_a_list_is_good_for_a_month() -> None:
    world = World()
    at = MORNING.plus(micros=1)
    listed = _listed(world, world.state, at)
    assert listed.this_update == MORNING
    assert listed.next_update == MORNING.plus(seconds=LIFE_SECONDS)


def test_a_revocation_is_never_dated_after_its_list() -> None:
    world = _revoked()
    listed = _listed(world, world.state, MORNING)
    assert all(entry.at <= listed.this_update for entry in listed.revocations)


def test_openssl_refuses_what_is_listed(tmp_path: Path) -> None:
    world = _revoked()
    crl = revocation_list(world.issuer, world.state, MORNING.plus(seconds=60))
    for name, label, der in (
        ("root", CERTIFICATE, world.root),
        ("issuer", CERTIFICATE, world.issuer.certificate),
        ("agent", CERTIFICATE, world.certificate),
        ("crl", X509_CRL, crl),
    ):
        (tmp_path / f"{name}.pem").write_bytes(to_pem(label, der))
    at = str(MORNING.plus(seconds=120).micros // 1_000_000)
    done = subprocess.run(
        [
            "openssl", "verify", "-crl_check", "-attime", at,
            "-CAfile", "root.pem", "-untrusted", "issuer.pem", "-CRLfile", "crl.pem",
            "agent.pem",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "certificate revoked" in done.stderr
