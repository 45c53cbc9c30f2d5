"""Certificates, lists and answers of ours, and what every stack must say of them."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from kya.core.credential import ReasonCode, Role
from kya.core.instant import Instant
from kya.pki.certificate import parse_certificate
from kya.pki.crl import Revocation, RevocationContents, issue_crl
from kya.pki.issuance import Basics, LeafRequest, ResponderRequest
from kya.pki.keys import KeyAlgorithm
from kya.pki.ocsp import Responder, Verdict, answer, read_question
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem
from tests.pki.test_ocsp import SHA1, request
from tests.pki.world import (
    CA_KEY,
    NOON,
    OPERATOR,
    ROOT_KEY,
    leaf_request,
    root_request,
    seeded,
    signed,
    with_basics,
    world,
)

OCSP_KEY: Final = seeded(5, KeyAlgorithm.P256)
OTHER_ROOT_KEY: Final = seeded(6, KeyAlgorithm.P384)
REVOKED_AT: Final = NOON.plus(seconds=-3_600)
UMLAUTS: Final = "Börsen- und Großhändler Ängström GmbH, Zürich"
LONG_OPERATOR: Final = "Ü" * 32  # 64 bytes of UTF-8
LONG_NAME: Final = "a" * 62 + "_2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One certificate; `wanted` is good, revoked, expired or untrusted."""

    name: str
    leaf: bytes
    wanted: str
    root: bytes
    common_name: str
    operator: str


@cache
def cases() -> tuple[Case, ...]:
    """Every kind of leaf, good and revoked, and one of each other fault and name."""
    chance = Random(1)
    found = []
    for role in Role:
        for wanted in ("good", "revoked"):
            asked = leaf_request(role, "algo_trader_v2")
            found.append(_case(f"{role.value}-{wanted}", asked, wanted, chance))
    agent = leaf_request()
    ended = replace(agent.basics, not_after=NOON.plus(seconds=-1))
    umlauts = replace(agent.basics, operator=UMLAUTS)
    long = replace(leaf_request(name=LONG_NAME).basics, operator=LONG_OPERATOR)
    director = replace(leaf_request(Role.DIRECTOR, "groß"[:3]), person="Jörg Groß")
    found += [
        _case("expired", with_basics(agent, ended), "expired", chance),
        _case("umlauts", with_basics(agent, umlauts), "good", chance),
        _case("umlauts-revoked", with_basics(agent, umlauts), "revoked", chance),
        _case("long", with_basics(leaf_request(name=LONG_NAME), long), "good", chance),
        _case("person", director, "good", chance),
    ]
    other = signed(root_request(OTHER_ROOT_KEY), signer=OTHER_ROOT_KEY)
    stranger = _case("wrong-root", agent, "untrusted", chance)
    return (*found, replace(stranger, root=other))


def _case(name: str, asked: LeafRequest, wanted: str, chance: Random) -> Case:
    """A case under a serial of its own, with an address for OCSP."""
    basics = replace(asked.basics, serial=random_serial(chance))
    url = "http://ocsp.cryptoex.example/ocsp"
    asked = replace(asked, basics=basics, ocsp_url=url)
    return Case(
        name=name,
        leaf=signed(asked, world().issuing),
        wanted=wanted,
        root=world().root,
        common_name=asked.common_name,
        operator=basics.operator,
    )


def random_serial(chance: Random) -> int:
    """A serial of 64 to 159 bits; every second one fills its last octet."""
    bits = chance.choice((64, 127, 128, 152, chance.randint(64, 159)))
    return chance.getrandbits(bits - 1) | 1 << bits - 1


def revocation(leaf: bytes, at: Instant = REVOKED_AT) -> Revocation:
    """How a certificate stands in our list."""
    serial = parse_certificate(leaf).serial_number
    reason = ReasonCode.CESSATION_OF_OPERATION
    return Revocation(serial=serial, at=at, reason=reason)


def crl_of(*revocations: Revocation) -> bytes:
    """The issuing CA's list, in force around noon."""
    return issue_crl(_contents(revocations), world().issuing, CA_KEY)


def root_crl() -> bytes:
    """The root's list, which names nobody."""
    return issue_crl(_contents(()), world().root, ROOT_KEY)


def _contents(revocations: tuple[Revocation, ...]) -> RevocationContents:
    return RevocationContents(
        number=2,
        this_update=REVOKED_AT,
        next_update=NOON.plus(seconds=86_400),
        revocations=revocations,
    )


@cache
def responder() -> Responder:
    """The issuing CA's responder, valid around noon."""
    basics = Basics(
        operator=OPERATOR,
        public_key=OCSP_KEY.public_key(),
        serial=0xC000000000000001,
        not_before=NOON.plus(seconds=-86_400),
        not_after=NOON.plus(seconds=86_400),
    )
    asked = ResponderRequest(basics=basics, common_name="OCSP responder")
    return Responder(certificate=signed(asked, world().issuing), signer=OCSP_KEY)


def answer_for(case: Case) -> bytes:
    """The OCSP answer at noon."""
    serial = parse_certificate(case.leaf).serial_number
    # Java and OpenSSL name the issuer by SHA-1, unless told otherwise.
    asked = read_question(request(world().issuing, serial, algorithm=SHA1))
    status = revocation(case.leaf) if case.wanted == "revoked" else Verdict.GOOD
    return answer(asked, (status,), responder(), NOON)


def write_cases(folder: Path) -> None:
    """Lay out what the judges read, in DER, and in PEM for OpenSSL."""
    revoked = [revocation(each.leaf) for each in cases() if each.wanted == "revoked"]
    for name, crl in (("issuing", crl_of(*revoked)), ("root", root_crl())):
        (folder / f"{name}.crl").write_bytes(crl)
        (folder / f"{name}.crl.pem").write_bytes(to_pem(X509_CRL, crl))
    _write(folder / "issuing", world().issuing)
    for case in cases():
        _write(folder / f"{case.name}.leaf", case.leaf)
        _write(folder / f"{case.name}.root", case.root)
        (folder / f"{case.name}.ocsp").write_bytes(answer_for(case))


def _write(path: Path, certificate: bytes) -> None:
    path.with_name(f"{path.name}.der").write_bytes(certificate)
    path.with_name(f"{path.name}.pem").write_bytes(to_pem(CERTIFICATE, certificate))
