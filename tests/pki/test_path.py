from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509

from kya.adapters.kms_memory import MemorySigner
from kya.core.credential import Role
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.pki import path
from kya.pki.identity import TrustDomain
from kya.pki.issuance import LeafRequest
from kya.pki.keys import KeyAlgorithm
from kya.pki.path import INTERMEDIATES_MAX, VerifiedCertificate, verify_chain
from tests.pki.forgery import FAULTS, agent_draft
from tests.pki.world import (
    AGENT_KEY,
    LEAF_END,
    LEAF_START,
    LOG_KEY,
    NOON,
    OPERATOR,
    ROOT_KEY,
    SCOPE,
    SERIAL,
    at,
    issuing_request,
    leaf_request,
    root_request,
    signed,
    with_basics,
    world,
)


def verified(leaf: bytes, when: Instant = NOON) -> VerifiedCertificate:
    return verify_chain(leaf, [world().issuing], world().root, when)


def test_the_agents_certificate_says_who_what_and_until_when() -> None:
    agent = verified(world().agent)
    assert (agent.role, agent.name) == (Role.AGENT, "algo_trader_v2")
    assert agent.trust_domain == TrustDomain("cryptoex.example")
    assert agent.common_name == "algo_trader_v2"
    assert agent.operator == OPERATOR
    assert agent.public_key == AGENT_KEY.public_key()
    assert agent.serial == SERIAL
    assert (agent.not_before, agent.not_after) == (LEAF_START, LEAF_END)
    assert agent.scope == SCOPE
    assert agent.fingerprint == sha256(world().agent).digest()
    assert agent.issuer == world().issuing
    assert agent.verified_at == NOON


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.AGENT])
def test_every_other_role_verifies_and_has_no_scope(role: Role) -> None:
    leaf = verified(signed(leaf_request(role, "name"), world().issuing))
    assert leaf.role is role
    assert leaf.scope is None


def test_the_logs_certificate_holds_its_checkpoint_key() -> None:
    leaf = signed(leaf_request(Role.LOG, "log.cryptoex.example/2026"), world().issuing)
    log = verified(leaf)
    assert log.public_key == LOG_KEY.public_key()
    assert log.name == "log.cryptoex.example/2026"


@pytest.mark.parametrize("fault", FAULTS)
def test_the_verifier_refuses_what_a_bad_ca_signed(fault: str) -> None:
    with pytest.raises(DistrustError, match="chain: "):
        verified(FAULTS[fault][1](agent_draft()).signed())


def test_the_verifier_accepts_the_draft_without_a_fault() -> None:
    assert verified(agent_draft().signed()).serial == SERIAL


@pytest.mark.parametrize("when", [LEAF_START, LEAF_END])
def test_both_ends_of_the_validity_are_inside(when: Instant) -> None:
    assert verified(world().agent, when).verified_at == when


@pytest.mark.parametrize(
    "when",
    [LEAF_START.plus(micros=-1), LEAF_END.plus(micros=1), LEAF_END.plus(seconds=1)],
)
def test_outside_the_validity_it_is_refused_to_the_microsecond(when: Instant) -> None:
    with pytest.raises(DistrustError, match="valid"):
        verified(world().agent, when)


def test_a_root_of_the_same_name_with_another_key_is_refused() -> None:
    other = MemorySigner.generate(KeyAlgorithm.P384)
    root = signed(root_request(other), signer=other)
    with pytest.raises(DistrustError, match="path is valid"):
        verify_chain(world().agent, [world().issuing], root, NOON)


def test_without_the_issuing_ca_there_is_no_path() -> None:
    with pytest.raises(DistrustError, match="path is valid"):
        verify_chain(world().agent, [], world().root, NOON)


def test_an_issuing_ca_is_no_root() -> None:
    with pytest.raises(DistrustError):
        verify_chain(world().agent, [world().issuing], world().issuing, NOON)


@pytest.mark.parametrize("certificate", [world().root, world().issuing])
def test_a_ca_is_no_leaf(certificate: bytes) -> None:
    with pytest.raises(DistrustError):
        verified(certificate)


def test_the_right_issuing_ca_is_found_among_others() -> None:
    other_key = MemorySigner.generate(KeyAlgorithm.P256)
    other = signed(issuing_request(other_key), world().root, ROOT_KEY)
    chain = [other, world().issuing, other]
    leaf = verify_chain(world().agent, chain, world().root, NOON)
    assert leaf.issuer == world().issuing


def test_too_many_intermediates_are_not_searched() -> None:
    chain = [world().issuing] * (INTERMEDIATES_MAX + 1)
    with pytest.raises(DistrustError, match="more than"):
        verify_chain(world().agent, chain, world().root, NOON)


def test_an_issuing_ca_of_another_trust_domain_cannot_vouch_for_ours() -> None:
    key = MemorySigner.generate(KeyAlgorithm.P256)
    request = replace(issuing_request(key), trust_domain=TrustDomain("evil.example"))
    evil = signed(request, world().root, ROOT_KEY)
    genuine: LeafRequest = leaf_request()
    theirs = replace(genuine.identity, trust_domain=TrustDomain("evil.example"))
    leaf = signed(replace(genuine, identity=theirs), evil, key)
    found = verify_chain(leaf, [evil], world().root, NOON)
    assert found.trust_domain == TrustDomain("evil.example")
    with pytest.raises(DistrustError):
        verify_chain(world().agent, [evil], world().root, NOON)


def test_an_expired_issuing_ca_is_refused() -> None:
    request = issuing_request()
    basics = replace(
        request.basics, not_after=at("2026-05-15T11:00:00"), not_before=LEAF_START
    )
    short = signed(replace(request, basics=basics), world().root, ROOT_KEY)
    leaf = world().agent
    with pytest.raises(DistrustError):
        verify_chain(leaf, [short], world().root, NOON)


def test_every_flipped_byte_of_the_leaf_is_refused() -> None:
    leaf = world().agent
    for position in range(len(leaf)):
        flipped = bytearray(leaf)
        flipped[position] ^= 0x01
        with pytest.raises(DistrustError):
            verified(bytes(flipped))


@pytest.mark.parametrize("role", [Role.AGENT, Role.GATEWAY])
def test_a_count_of_unused_bits_gives_no_second_spelling(role: Role) -> None:
    # A signature that ends in a zero bit may be said to have one unused.
    issuing, serial = world().issuing, SERIAL
    while (leaf := signed(numbered(role, serial), issuing))[-1] & 1:
        serial += 1
    signature = x509.load_der_x509_certificate(leaf).signature
    count = len(leaf) - len(signature) - 1
    other = leaf[:count] + b"\x01" + leaf[count + 1 :]
    assert verified(leaf).serial == serial
    with pytest.raises(DistrustError, match="encoding is the only one"):
        verified(other)


def numbered(role: Role, serial: int) -> LeafRequest:
    request = leaf_request(role, name="unused")
    return with_basics(request, replace(request.basics, serial=serial))


def test_every_flipped_byte_of_the_issuing_ca_is_refused() -> None:
    issuing = world().issuing
    for position in range(len(issuing)):
        flipped = bytearray(issuing)
        flipped[position] ^= 0x80
        with pytest.raises(DistrustError):
            verify_chain(world().agent, [bytes(flipped)], world().root, NOON)


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"{}", bytes(20_000)])
def test_junk_is_refused_in_every_place(junk: bytes) -> None:
    for leaf, issuing, root in (
        (junk, world().issuing, world().root),
        (world().agent, junk, world().root),
        (world().agent, world().issuing, junk),
    ):
        with pytest.raises(DistrustError, match="certificate"):
            verify_chain(leaf, [issuing], root, NOON)


def test_bytes_after_the_certificate_are_refused() -> None:
    with pytest.raises(DistrustError):
        verified(world().agent + b"\x00")


def test_the_unstable_validator_is_used_in_one_module_only() -> None:
    source = Path(path.__file__).resolve().parents[1]
    users = [
        file.relative_to(source).as_posix()
        for file in source.rglob("*.py")
        if "cryptography.x509.verification import" in file.read_text("utf-8")
    ]
    assert users == ["pki/path.py"]


def test_a_certificate_of_an_unknown_ca_of_the_same_name_is_refused() -> None:
    key = MemorySigner.generate(KeyAlgorithm.P256)
    own = signed(issuing_request(key), world().root, ROOT_KEY)
    leaf = signed(leaf_request(), own, key)
    with pytest.raises(DistrustError, match="path is valid"):
        verify_chain(leaf, [world().issuing], world().root, NOON)
