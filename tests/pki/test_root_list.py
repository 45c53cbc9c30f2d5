"""A log is opened with the root's own revocation list, or it is not believed."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from kya.authority import acts, ceremony
from kya.authority.revocations import revocation_list
from kya.codec.statements import Opening, parse_log
from kya.core.credential import ReasonCode
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.core.state import State
from kya.pki.authenticate import authenticate
from kya.pki.crl import Revocation, RevocationContents, issue_crl, verify_crl
from kya.pki.entries import Entry
from kya.pki.keys import KeyAlgorithm
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem
from tests.world import FOUNDED, MORNING, ORIGIN, World, signer_for

ROOT_KEY = signer_for("root", KeyAlgorithm.P384)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def opened_with(world: World, root_crl: bytes) -> Entry:
    """The opening of the world's log, but with this list of the root."""
    first = parse_log(Entry.read(world.entries[0]).note.text)
    opening = Opening(
        origin=ORIGIN,
        root=sha256(world.root).hexdigest(),
        issuer=world.issuer.certificate,
        authority=first.authority,
        clock=first.clock,
        at=FOUNDED,
        root_crl=root_crl,
    )
    return Entry.read(acts.open_log(world.authority, opening))


def a_root_list(world: World, at: Instant, *revoked: int) -> bytes:
    contents = RevocationContents(
        number=1,
        this_update=at,
        next_update=at.plus(seconds=86_400),
        revocations=tuple(
            Revocation(serial=serial, at=at, reason=ReasonCode.CA_COMPROMISE)
            for serial in revoked
        ),
    )
    return issue_crl(contents, world.root, ROOT_KEY)


def test_the_roots_list_is_its_own_and_revokes_nothing(world: World) -> None:
    found = verify_crl(world.root_list, world.root)
    assert (found.contents.number, found.contents.revocations) == (1, ())
    assert found.is_current_at(FOUNDED)
    assert found.is_current_at(FOUNDED.plus(seconds=ceremony.ISSUER_SECONDS))
    authenticate(opened_with(world, world.root_list), State(), world.root)


def test_a_list_of_the_issuing_ca_is_not_the_roots(world: World) -> None:
    crl = revocation_list(world.issuer, State(), FOUNDED)
    with pytest.raises(DistrustError, match="CRL: issued by"):
        authenticate(opened_with(world, crl), State(), world.root)


def test_no_log_is_opened_below_what_the_root_has_revoked(world: World) -> None:
    crl = a_root_list(world, FOUNDED, 2**64 + 2)
    with pytest.raises(DistrustError, match="root has revoked: 10000000000000002"):
        authenticate(opened_with(world, crl), State(), world.root)


@pytest.mark.parametrize("seconds", [-86_401, 1])
def test_the_roots_list_must_be_in_force(world: World, seconds: int) -> None:
    crl = a_root_list(world, FOUNDED.plus(seconds=seconds))
    with pytest.raises(DistrustError, match="not in force"):
        authenticate(opened_with(world, crl), State(), world.root)


@pytest.mark.parametrize("crl", [b"", b"\x30\x00", b"a list"])
def test_what_is_no_list_opens_nothing(world: World, crl: bytes) -> None:
    with pytest.raises(DistrustError, match="CRL: want X"):
        authenticate(opened_with(world, crl), State(), world.root)


def test_openssl_asks_every_ca_and_finds_none_revoked(
    world: World, tmp_path: Path
) -> None:
    issued = revocation_list(world.issuer, world.state, MORNING)
    lists = to_pem(X509_CRL, issued) + to_pem(X509_CRL, world.root_list)
    assert checked_all(world, tmp_path, lists) == "OK"
    revoked = a_root_list(world, MORNING, 2**64 + 2)
    lists = to_pem(X509_CRL, issued) + to_pem(X509_CRL, revoked)
    assert checked_all(world, tmp_path, lists) == "certificate revoked"
    assert checked_all(world, tmp_path, to_pem(X509_CRL, issued)) == (
        "unable to get certificate CRL"
    )


def checked_all(world: World, folder: Path, lists: bytes) -> str:
    """What openssl says of the agent's certificate when it asks of every CA."""
    for name, content in (
        ("root", to_pem(CERTIFICATE, world.root)),
        ("issuer", to_pem(CERTIFICATE, world.issuer.certificate)),
        ("agent", to_pem(CERTIFICATE, world.certificate)),
        ("lists", lists),
    ):
        (folder / name).write_bytes(content)
    at = str(MORNING.plus(seconds=60).micros // 1_000_000)
    done = subprocess.run(
        [
            "openssl", "verify", "-crl_check_all", "-attime", at, "-CAfile", "root",
            "-untrusted", "issuer", "-CRLfile", "lists", "agent",
        ],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    words = ("certificate revoked", "unable to get certificate CRL")
    return next(
        (word for word in words if word in done.stderr), done.stdout[7:].strip()
    )
