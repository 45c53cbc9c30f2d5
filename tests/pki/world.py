"""A valid public-key infrastructure to depart from; a test shows only what differs."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from kya.adapters.kms_memory import MemorySigner
from kya.core.credential import Role
from kya.core.instant import Instant
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.issuance import (
    Basics,
    IssuingRequest,
    LeafRequest,
    Request,
    RootRequest,
    issue,
    prepare,
)
from kya.pki.keys import KeyAlgorithm
from kya.pki.lint import lint
from kya.pki.profile import LEAVES
from kya.pki.scope_extension import AgentScope

OPERATOR: Final = "CryptoEx Handelsgesellschaft mbH, Zürich"
DOMAIN: Final = TrustDomain("cryptoex.example")
SERIAL: Final = 0xF1D4E8C7B2A9F3E6
POLICY: Final = b'{"markets":["BTC/EUR","EUR/USD"],"order_amount_max":"25000.00"}'
CUSTODY: Final = "PKCS #11 token Zürich, asserted, exportable: no"
SCOPE: Final = AgentScope(POLICY, bytes(range(32)))
CA_CRL: Final = "http://pki.cryptoex.example/issuing.crl"
ROOT_CRL: Final = "http://pki.cryptoex.example/root.crl"


def at(text: str) -> Instant:
    return Instant.parse(f"{text}.000000Z")


NOON: Final = at("2026-05-15T12:00:00")
LEAF_START: Final = at("2026-04-25T00:00:00")
LEAF_END: Final = at("2027-04-25T00:00:00")


def seeded(number: int, algorithm: KeyAlgorithm) -> MemorySigner:
    return MemorySigner.from_seed(algorithm, number.to_bytes(32))


ROOT_KEY: Final = seeded(1, KeyAlgorithm.P384)
CA_KEY: Final = seeded(2, KeyAlgorithm.P256)
AGENT_KEY: Final = seeded(3, KeyAlgorithm.P256)
LOG_KEY: Final = seeded(4, KeyAlgorithm.ED25519)


def root_request(signer: MemorySigner = ROOT_KEY) -> RootRequest:
    basics = Basics(
        operator=OPERATOR,
        public_key=signer.public_key(),
        serial=0xA000000000000001,
        not_before=at("2026-01-01T00:00:00"),
        not_after=at("2036-01-01T00:00:00"),
    )
    return RootRequest(basics=basics, common_name="Kakunin Root CA")


def issuing_request(signer: MemorySigner = CA_KEY) -> IssuingRequest:
    basics = Basics(
        operator=OPERATOR,
        public_key=signer.public_key(),
        serial=0xB000000000000001,
        not_before=at("2026-01-02T00:00:00"),
        not_after=at("2029-01-01T00:00:00"),
    )
    return IssuingRequest(
        basics=basics,
        common_name="Kakunin Issuing CA 1",
        trust_domain=DOMAIN,
        crl_url=ROOT_CRL,
    )


def leaf_request(role: Role = Role.AGENT, name: str = "algo_trader_v2") -> LeafRequest:
    is_log = LEAVES[role].key_algorithm is KeyAlgorithm.ED25519
    basics = Basics(
        operator=OPERATOR,
        public_key=(LOG_KEY if is_log else AGENT_KEY).public_key(),
        serial=SERIAL,
        not_before=LEAF_START,
        not_after=LEAF_END,
    )
    return LeafRequest(
        basics=basics,
        identity=SpiffeId(trust_domain=DOMAIN, role=role, name=name),
        crl_url=CA_CRL,
        scope=SCOPE if role is Role.AGENT else None,
        custody=CUSTODY if role is Role.AGENT else None,
    )


def with_basics(request: LeafRequest, basics: Basics) -> LeafRequest:
    return replace(request, basics=basics)


def signed(
    request: Request, issuer: bytes | None = None, signer: MemorySigner = CA_KEY
) -> bytes:
    return issue(lint(prepare(request, issuer)), signer)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Root, issuing CA and one agent, in DER."""

    root: bytes
    issuing: bytes
    agent: bytes


@cache
def world() -> World:
    root = signed(root_request(), signer=ROOT_KEY)
    issuing = signed(issuing_request(), root, ROOT_KEY)
    return World(root=root, issuing=issuing, agent=signed(leaf_request(), issuing))
