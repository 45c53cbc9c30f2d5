"""Revoked must fail, whatever the serial: a thousand of them, the high bit included."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import pytest

from kya.authority import ceremony
from kya.core.control import Reason
from kya.core.credential import ReasonCode, Standing, Withdrawal
from kya.core.decide import decide
from kya.core.instant import Instant
from kya.pki.crl import Revocation, RevocationContents, issue_crl, verify_crl
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem
from kya.pki.profile import SERIAL_BITS_MAX
from kya.pki.request import make_request
from tests.builders import a_case, a_credential
from tests.world import IN_MEMORY, MORNING, World, signer_for, the_mandate

COUNT: Final = 1_000
SERIAL_BITS_MIN: Final = 64
CHANCE: Final = Random(20_260_523)  # The same serials at every run.
AT: Final = str(MORNING.plus(seconds=60).micros // 1_000_000)


@cache
def serials() -> tuple[int, ...]:
    """Different serials of every length; half have the high bit of an octet set."""
    drawn: dict[int, None] = {}
    while len(drawn) < COUNT:
        bits = CHANCE.randrange(SERIAL_BITS_MIN, SERIAL_BITS_MAX + 1)
        if len(drawn) % 2:
            bits -= bits % 8  # A whole octet: DER puts a zero before it.
        drawn[CHANCE.getrandbits(bits - 1) | 1 << (bits - 1)] = None
    return tuple(drawn)


@cache
def world() -> World:
    return World()


def a_list(revoked: tuple[int, ...], number: int = 1) -> bytes:
    """A list of these serials, each with one reason or another."""
    codes = list(ReasonCode)
    contents = RevocationContents(
        number=number,
        this_update=MORNING,
        next_update=MORNING.plus(seconds=86_400),
        revocations=tuple(
            Revocation(serial=serial, at=MORNING, reason=codes[serial % len(codes)])
            for serial in revoked
        ),
    )
    issuer = world().issuer
    return issue_crl(contents, issuer.certificate, issuer.signer)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of each serial, the chain above, and lists with all and with none.

    Written into one folder, so that one process can be asked about all of them.
    """
    place, issuer = tmp_path_factory.mktemp("serials"), world().issuer
    mandate = the_mandate()
    key = ceremony.HeldKey.proven(make_request(signer_for("serials")), IN_MEMORY)
    for serial in serials():
        validity = ceremony.Validity.lasting(serial, MORNING, 86_400)
        leaf = ceremony.issue_agent(issuer, mandate, key, validity)
        (place / f"{serial:X}.pem").write_bytes(to_pem(CERTIFICATE, leaf))
    for name, label, der in (
        ("root", CERTIFICATE, world().root),
        ("issuer", CERTIFICATE, issuer.certificate),
        ("all", X509_CRL, a_list(serials())),
        ("none", X509_CRL, a_list(())),
    ):
        (place / name).write_bytes(to_pem(label, der))
    return place


def judged_by_openssl(folder: Path, crl: str, *asked: int) -> tuple[set[int], set[int]]:
    """The serials that OpenSSL calls good, and those it calls revoked."""
    done = subprocess.run(
        [
            "openssl", "verify", "-crl_check", "-attime", AT, "-CAfile", "root",
            "-untrusted", "issuer", "-CRLfile", crl,
            *(f"{serial:X}.pem" for serial in asked),
        ],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    good = set(_numbers(r"^([0-9A-F]+)\.pem: OK$", done.stdout))
    revoked = set(
        _numbers(r"^error ([0-9A-F]+)\.pem: verification failed", done.stderr)
    )
    assert done.stderr.count("certificate revoked") == len(revoked)
    return good, revoked


def _numbers(pattern: str, text: str) -> Iterator[int]:
    for found in re.finditer(pattern, text, re.MULTILINE):
        yield int(found[1], 16)


def test_the_serials_are_of_every_kind() -> None:
    octets = {(serial.bit_length() + 7) // 8 for serial in serials()}
    assert octets == set(range(8, 21))
    high = [serial for serial in serials() if serial.bit_length() % 8 == 0]
    assert COUNT // 2 <= len(high) < COUNT


def test_a_list_names_each_serial_and_no_other() -> None:
    found = verify_crl(a_list(serials()), world().issuer.certificate)
    assert set(found.by_serial) == set(serials())
    for serial in serials():
        near = {serial - 1, serial + 1, serial << 1, serial >> 1, -serial}
        assert found.is_revoked(serial)
        assert [n for n in near if found.is_revoked(n)] == [
            n for n in near if n in set(serials())
        ]


def test_openssl_reads_the_same_serials_from_the_list(folder: Path) -> None:
    text = subprocess.run(
        ["openssl", "crl", "-in", folder / "all", "-noout", "-text"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    shown = set(_numbers(r"^    Serial Number: ([0-9A-F]+)$", text))
    assert shown == set(serials())


def test_openssl_refuses_every_one_of_them_and_none_before(folder: Path) -> None:
    assert judged_by_openssl(folder, "none", *serials()) == (set(serials()), set())
    assert judged_by_openssl(folder, "all", *serials()) == (set(), set(serials()))


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_openssl_refuses_each_by_a_list_of_its_own(folder: Path) -> None:
    for serial, other in zip(serials(), serials()[1:], strict=False):
        (folder / "one").write_bytes(to_pem(X509_CRL, a_list((serial,))))
        found = judged_by_openssl(folder, "one", serial, other)
        assert found == ({other}, {serial})


def test_our_own_judgement_is_that_of_the_moment() -> None:
    for serial in serials():
        assert reasons_at(serial, MORNING.plus(micros=-1)) == []
        assert reasons_at(serial, MORNING) == [Reason.CREDENTIAL_REVOKED.value]
        on_record = reasons_at(serial, MORNING.plus(micros=-1), Standing.REVOKED)
        assert on_record == [Reason.CREDENTIAL_REVOKED.value]


def reasons_at(
    serial: int, received_at: Instant, standing: Standing = Standing.ACTIVE
) -> list[str]:
    """What speaks against an order under a certificate that ends in the morning."""
    withdrawal = Withdrawal(MORNING, ReasonCode.KEY_COMPROMISE)
    credential = a_credential(serial=serial, withdrawal=withdrawal, standing=standing)
    case = a_case(received_at=received_at, credential=credential)
    return [reason.value for reason in decide(case).reasons]


def test_an_order_signed_before_stays_and_one_dated_back_does_not() -> None:
    for serial in serials()[:20]:
        play = World()
        mandate = play.mandate
        key = ceremony.HeldKey.proven(make_request(play.agent.signer), IN_MEMORY)
        play.revoke(MORNING)
        validity = ceremony.Validity.lasting(serial, MORNING, 86_400)
        leaf = ceremony.issue_agent(play.issuer, mandate, key, validity)
        play.now = MORNING
        play.record(leaf, play.register(), play.credential)
        before = MORNING.plus(seconds=10)
        assert play.trade(play.order(created_at=before)) == "allowed"
        play.revoke(MORNING.plus(seconds=20))
        after = MORNING.plus(seconds=30)
        assert play.trade(play.order(created_at=after)) == "refused"
        # What the agent says of its time is no matter: it stands after the revocation.
        dated_back = play.order(created_at=after.plus(seconds=-1))
        assert play.trade(dated_back, received_at=after) == "refused"
        outcomes = [b'"outcome":"allowed"' in raw for raw in play.entries]
        assert outcomes.count(True) == 1
