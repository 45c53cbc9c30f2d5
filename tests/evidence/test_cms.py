"""An order as a CMS message: OpenSSL judges what no private key was asked for."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from kya.authority import acts
from kya.authority.revocations import revocation_list
from kya.cli.app import run
from kya.codec.note import SignedNote
from kya.codec.package_layout import LOG
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.lifecycle import Act
from kya.evidence.cms import SignedOrder, find_order, message_of, write_order
from kya.pki.oids import CERTIFICATE_POLICY
from kya.pki.pem import CERTIFICATE, to_pem
from tests.evidence.shell_package import ShellPackage, build
from tests.pki.world import world as another_world
from tests.world import AGENT, FOUNDED, MORNING, World, eur

ALLOWED, DENIED, LATE = 1, 2, 3
REVOKED_AT: Final = MORNING.plus(seconds=3_600)
GOOD: Final = "CMS Verification successful\n"


def a_world() -> World:
    """An allowed order, a denied one, a revocation, and an order after it."""
    world = World()
    first = revocation_list(world.issuer, world.state, FOUNDED)
    world.append(acts.publish_revocations(world.authority, first, 1, FOUNDED))
    world.trade(world.order(amount=eur("1000.00")), MORNING)
    world.trade(world.order(amount=eur("180000.00")), MORNING.plus(seconds=60))
    world.change_standing(Act.REVOKE, REVOKED_AT)
    late = REVOKED_AT.plus(seconds=1)
    world.trade(world.order(created_at=late), late)
    return world


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ShellPackage:
    return build(tmp_path_factory.mktemp("cms"), a_world())


def order_in(package: ShellPackage, seq: int) -> SignedOrder:
    return find_order(lambda path: (package.path / LOG / path).read_bytes(), AGENT, seq)


def judged(
    folder: Path, order: SignedOrder, root: Path, *more: str, at: Instant | None = None
) -> tuple[int, str]:
    """What OpenSSL says of an exported order."""
    moment = (at or order.received_at).micros // MICROS_PER_SECOND
    done = subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER"),
            *("-in", "order.p7s", "-content", "order.txt", "-out", "verified"),
            *("-CAfile", root, "-purpose", "any", "-crl_check"),
            *("-attime", str(moment), *more),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("seq", [ALLOWED, DENIED])
def test_openssl_accepts_an_order_and_gives_back_its_line(
    package: ShellPackage, tmp_path: Path, seq: int
) -> None:
    order = order_in(package, seq)
    write_order(order, tmp_path)
    policy = ("-policy", CERTIFICATE_POLICY.dotted_string, "-explicit_policy")
    assert judged(tmp_path, order, package.root, *policy) == (0, GOOD)
    assert (tmp_path / "verified").read_bytes() == order.line
    note = package.path / f"orders/{AGENT}/{seq:09d}.note"
    assert SignedNote.parse(note.read_bytes()).text == order.line


def test_openssl_refuses_an_order_received_after_the_revocation(
    package: ShellPackage, tmp_path: Path
) -> None:
    order = order_in(package, LATE)
    write_order(order, tmp_path)
    code, said = judged(tmp_path, order, package.root)
    assert code != 0
    assert "certificate revoked" in said


def test_an_order_before_the_revocation_stays_good_after_it(
    package: ShellPackage, tmp_path: Path
) -> None:
    order = order_in(package, ALLOWED)
    write_order(order, tmp_path)
    later = REVOKED_AT.plus(seconds=3_600)
    assert judged(tmp_path, order, package.root, at=later) == (0, GOOD)


def test_what_is_back_dated_is_judged_by_its_place_in_the_log(
    package: ShellPackage, tmp_path: Path
) -> None:
    """The list in the message is the one of the order's place, whatever it says."""
    late = order_in(package, LATE)
    assert (order_in(package, ALLOWED).crl_number, late.crl_number) == (1, 2)
    write_order(late, tmp_path)
    code, said = judged(tmp_path, late, package.root, at=REVOKED_AT)
    assert (code != 0, "certificate revoked" in said) == (True, True)


@pytest.mark.parametrize("place", [0, 40, -2, -1])
def test_openssl_refuses_a_changed_order(
    package: ShellPackage, tmp_path: Path, place: int
) -> None:
    order = order_in(package, ALLOWED)
    line = bytearray(order.line)
    write_order(order, tmp_path)
    line[place] ^= 1
    (tmp_path / "order.txt").write_bytes(bytes(line))
    code, said = judged(tmp_path, order, package.root)
    assert (code != 0, "content verify error" in said) == (True, True)


def test_openssl_refuses_another_orders_signature(
    package: ShellPackage, tmp_path: Path
) -> None:
    order = replace(
        order_in(package, ALLOWED), signature=order_in(package, DENIED).signature
    )
    write_order(order, tmp_path)
    assert judged(tmp_path, order, package.root)[0] != 0


def test_openssl_refuses_an_order_without_a_list(
    package: ShellPackage, tmp_path: Path
) -> None:
    cms = pytest.importorskip("asn1crypto.cms")
    order = order_in(package, ALLOWED)
    write_order(order, tmp_path)
    content = cms.ContentInfo.load(message_of(order))
    content["content"]["crls"] = cms.RevocationInfoChoices([])
    (tmp_path / "order.p7s").write_bytes(content.dump(force=True))
    code, said = judged(tmp_path, order, package.root)
    assert (code != 0, "unable to get certificate CRL" in said) == (True, True)


def test_openssl_refuses_another_root(package: ShellPackage, tmp_path: Path) -> None:
    order = order_in(package, ALLOWED)
    write_order(order, tmp_path)
    other = tmp_path / "other.pem"
    other.write_bytes(to_pem(CERTIFICATE, another_world().root))
    code, said = judged(tmp_path, order, other)
    assert (code != 0, "unable to get local issuer" in said) == (True, True)


def test_the_message_is_der_as_another_library_writes_it(
    package: ShellPackage,
) -> None:
    cms = pytest.importorskip("asn1crypto.cms")
    order = order_in(package, ALLOWED)
    encoded = message_of(order)
    content = cms.ContentInfo.load(encoded, strict=True)
    assert content.native["content_type"] == "signed_data"
    signed = content["content"]
    assert signed["encap_content_info"]["content"].native is None
    (signer,) = signed["signer_infos"]
    assert signer["signature"].native == order.signature
    assert signer["signed_attrs"].native is None
    held = [each.dump() for each in signed["certificates"]]
    assert sorted(held) == sorted((order.certificate, order.issuer))
    assert [each.dump() for each in signed["crls"]] == [order.crl]
    assert content.dump(force=True) == encoded


def test_what_could_pass_for_signed_attributes_is_refused(
    package: ShellPackage,
) -> None:
    order = replace(order_in(package, ALLOWED), line=b"\x31\x00")
    with pytest.raises(InputError, match="begins with a brace"):
        message_of(order)


@pytest.mark.parametrize(("agent", "seq"), [(AGENT, 4), ("another", 1)])
def test_an_order_that_is_not_in_the_log_is_named(
    package: ShellPackage, agent: str, seq: int
) -> None:
    with pytest.raises(InputError, match=f"order {seq} of {agent}: not in this log"):
        find_order(lambda path: (package.path / LOG / path).read_bytes(), agent, seq)


def test_an_order_before_any_list_cannot_be_exported(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(amount=eur("1000.00")), MORNING)
    package = build(tmp_path, world)
    with pytest.raises(InputError, match="no revocation list"):
        order_in(package, ALLOWED)


def test_nothing_is_overwritten(package: ShellPackage, tmp_path: Path) -> None:
    order = order_in(package, ALLOWED)
    write_order(order, tmp_path)
    with pytest.raises(InputError, match="never overwritten"):
        write_order(order, tmp_path)


def test_the_printed_command_is_the_one_that_works(
    package: ShellPackage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "root.pem").write_bytes(package.root.read_bytes())
    asked = ["--agent", AGENT, "--seq", str(ALLOWED), "--out", "my order"]
    assert run(["evidence", "cms", str(package.path), *asked]) == 0
    command = capsys.readouterr().out.splitlines()[-1]
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, GOOD)


def test_the_answer_as_json_says_when_to_judge(
    package: ShellPackage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--agent", AGENT, "--seq", "1", "--out", str(tmp_path / "o"), "--json"]
    assert run(["evidence", "cms", str(package.path), *asked]) == 0
    moment = MORNING.micros // MICROS_PER_SECOND
    assert re.search(rf'"attime": {moment}\b', capsys.readouterr().out)
