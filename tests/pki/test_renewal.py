from collections.abc import Callable
from dataclasses import replace

import pytest

from kya.authority import acts, ceremony
from kya.core.credential import Role
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.pki.path import verify_chain, verify_under_one
from kya.pki.renewal import verify_renewal
from tests.world import FOUNDED, INSTALLATION, MORNING, World, signer_for


def a_certificate(
    world: World, *, key: str = "issuer", start: Instant = MORNING, **changes: object
) -> bytes:
    """A certificate that the root signs for an issuing CA."""
    return ceremony.found_issuer(
        world.root,
        world.root_key,
        signer_for(key).public_key(),
        replace(INSTALLATION, **changes),  # type: ignore[arg-type]
        ceremony.Validity.lasting(2**64 + 99, start, ceremony.ISSUER_SECONDS),
    )


def test_the_same_key_under_the_same_root_renews() -> None:
    world = World()
    before = world.issuer.certificate
    verify_renewal(a_certificate(world), [before], world.root, MORNING)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda w: a_certificate(w, key="other"), "want the key of the former"),
        (lambda w: a_certificate(w, operator="Evil AG"), "want name and extensions"),
        (
            lambda w: a_certificate(w, crl_url="http://evil.example/x.crl"),
            "want name and extensions",
        ),
        (
            lambda w: a_certificate(w, start=MORNING.plus(seconds=60)),
            "issuer: is valid: ",
        ),
        (lambda w: a_certificate(w, start=FOUNDED), "not after the former one"),
        (lambda w: w.certificate, "issuer: "),
        (lambda w: w.root, "issuer: "),
        (lambda _: b"certificate", "issuer: "),
    ],
)
def test_nothing_else_does(made: Callable[[World], bytes], why: str) -> None:
    world = World()
    with pytest.raises(DistrustError, match=why):
        verify_renewal(made(world), [world.issuer.certificate], world.root, MORNING)


def test_every_flipped_byte_is_refused() -> None:
    world = World()
    genuine, issuers = a_certificate(world), [world.issuer.certificate]
    for position in range(len(genuine)):
        flipped = bytearray(genuine)
        flipped[position] ^= 0x01
        with pytest.raises(DistrustError):
            verify_renewal(bytes(flipped), issuers, world.root, MORNING)


def test_before_a_log_is_open_nothing_is_renewed() -> None:
    world = World()
    with pytest.raises(DistrustError, match="the log is not open"):
        verify_renewal(a_certificate(world), [], world.root, MORNING)


def test_only_the_authority_says_so() -> None:
    world = World()
    note = acts.renew_issuer(world.gateway, a_certificate(world), MORNING)
    with pytest.raises(DistrustError, match="want a authority"):
        world.append(note)


def test_certificates_hold_under_either_and_never_outlive_their_own() -> None:
    world = World()
    old, before = world.issuer.certificate, world.certificate
    later = FOUNDED.plus(seconds=ceremony.ISSUER_SECONDS - 86_400)
    new = world.renewed_issuer(later)
    world.issuer = replace(world.issuer, certificate=new)
    verify_under_one(before, [old, new], world.root, MORNING)
    after = ceremony.issue_service(
        world.issuer,
        Role.DIRECTOR,
        "carla",
        signer_for("carla").public_key(),
        ceremony.Validity.lasting(2**64 + 98, later, ceremony.LEAF_SECONDS),
    )
    verify_under_one(after, [old, new], world.root, later)
    with pytest.raises(DistrustError, match="validity is within the issuers"):
        verify_chain(after, [old], world.root, later)
    with pytest.raises(DistrustError, match="no issuing CA is on record"):
        verify_under_one(after, [], world.root, later)
