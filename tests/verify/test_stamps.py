"""Question 8, as far as authorities have put times on tree heads."""

from dataclasses import replace
from pathlib import Path

import pytest

from kya.codec import package_layout as layout
from kya.core.instant import Instant
from kya.pki.stamp_authorities import Authorities
from kya.verify.brought import Brought
from kya.verify.finding import Findings
from kya.verify.package import LIMITS, Package
from kya.verify.progress import silent
from kya.verify.report import Report
from kya.verify.steps.s1_log import examine_log
from kya.verify.steps.s2_stamps import examine_stamps
from kya.verify.verify import verify
from tests.cli.terminal import kya
from tests.pki.stamping import StampAuthority
from tests.verify.packages import Handed, build_of, busy_world, published, sentences
from tests.verify.test_witnesses import verdict

WORLD = busy_world(1)
SIZE = len(WORLD.entries)
STAMP = layout.stamp_path(SIZE, "tsa")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.found(tmp_path_factory.mktemp("tsa") / "tsa")


@pytest.fixture(scope="module")
def whole(
    authority: StampAuthority, tmp_path_factory: pytest.TempPathFactory
) -> Handed:
    """A package with a time stamp on its head and on a former checkpoint."""
    source = published(WORLD.entries, WORLD.log, 12, 16)
    for size in (16, SIZE):
        stamp = authority.stamp(source.files[layout.checkpoint_path(size)])
        source.files[layout.stamp_path(size, "tsa")] = stamp
    return build_of(WORLD, source, tmp_path_factory.mktemp("stamped") / "evidence")


@pytest.fixture
def handed(whole: Handed, tmp_path: Path) -> Handed:
    return whole.copy_to(tmp_path)


def brought(handed: Handed, *roots: StampAuthority, policy: str = "") -> Brought:
    mine = Brought.read(handed.root, handed.policy, None)
    pem = b"".join(each.root for each in roots)
    return replace(mine, authorities=Authorities.read(pem, policy) if roots else None)


def judged(handed: Handed, *roots: StampAuthority, policy: str = "") -> Report:
    return verify(handed.path, brought(handed, *roots, policy=policy))


def test_stamps_under_the_verifiers_roots_say_from_when_to_when(
    handed: Handed, authority: StampAuthority
) -> None:
    report = judged(handed, authority, policy="1.2.3.4.1")
    assert verdict(report) == "HOLDS"
    assert "time stamps of your authorities: 2, from" in str(sentences(report, 8))
    assert judged(handed).answer(8).verdict.value == "HOLDS"
    assert "not looked at: 2 time stamps" in str(sentences(judged(handed), 8))


def test_the_command_asks_for_roots_and_policy(
    handed: Handed, authority: StampAuthority, tmp_path: Path
) -> None:
    for name, content in (("root", handed.root), ("policy", handed.policy)):
        (tmp_path / name).write_bytes(content)
    mine = ("--root", tmp_path / "root", "--policy", tmp_path / "policy")
    asked = ("verify", handed.path, *mine, "--tsa", authority.folder / "root.pem")
    for policy, said in (("1.2.3.4.1", "HOLDS"), ("1.2.3", "FAILS")):
        answers = kya(*asked, "--tsa-policy", policy, "--json").json["answers"]
        assert answers[7]["verdict"] == said
    assert kya(*asked, "--tsa-policy", "none").code == 2


def test_a_stamp_over_another_checkpoint_fails(
    handed: Handed, authority: StampAuthority
) -> None:
    handed.write(STAMP, handed.read(layout.stamp_path(16, "tsa")))
    handed.list_again()
    report = judged(handed, authority)
    assert verdict(report) == "FAILS"
    assert f"{STAMP}: time stamp: it is over other bytes" in sentences(report, 8)


def test_a_stamp_of_another_authority_fails(handed: Handed, tmp_path: Path) -> None:
    other = StampAuthority.found(tmp_path / "other")
    report = judged(handed, other)
    assert verdict(report) == "FAILS"


def test_a_stamp_by_a_certificate_that_had_ended_fails(
    handed: Handed, tmp_path: Path
) -> None:
    ended = StampAuthority.found(tmp_path / "ended", -1)
    note = handed.read(layout.checkpoint_path(SIZE))
    for path in (STAMP, layout.stamp_path(16, "tsa")):
        handed.write(path, ended.stamp(note))
    handed.list_again()
    report = judged(handed, ended)
    assert verdict(report) == "FAILS"
    assert "expired" in str(sentences(report, 8))


def test_every_bent_stamp_fails(handed: Handed, authority: StampAuthority) -> None:
    good = handed.read(STAMP)
    for bent in (b"", good[:-1], good[:99] + bytes(1) + good[100:]):
        handed.write(STAMP, bent)
        handed.list_again()
        assert verdict(judged(handed, authority)) == "FAILS"


def test_a_stamp_on_nothing_fails(handed: Handed, authority: StampAuthority) -> None:
    handed.write(layout.stamp_path(5, "tsa"), handed.read(STAMP))
    handed.write("stamps/later.tsr", handed.read(STAMP))
    handed.list_again()
    said = str(sentences(judged(handed, authority), 8))
    assert "checkpoints/5.note, which it is on, is missing" in said
    assert "stamps/later.tsr: has a name that no time stamp has" in said


def test_none_is_unknown_where_authorities_are_brought(
    handed: Handed, authority: StampAuthority
) -> None:
    for path in (STAMP, layout.stamp_path(16, "tsa")):
        (handed.path / path).unlink()
    (handed.path / "stamps").rmdir()
    handed.list_again()
    report = judged(handed, authority)
    assert verdict(report) == "UNKNOWN"
    assert "no time stamp of your authorities" in str(sentences(report, 8))


def test_a_stamp_before_the_entries_below_it_fails(
    handed: Handed, authority: StampAuthority
) -> None:
    package, findings = Package(handed.path, LIMITS), Findings()
    mine = brought(handed, authority)
    found = examine_log(package, mine, findings, silent)
    assert found is not None
    assert set(found.moments) == {16, SIZE}
    examine_stamps(package, found, mine, findings)
    assert not findings.failed(8)
    found.moments[SIZE] = Instant.parse("2099-01-01T00:00:00.000000Z")
    examine_stamps(package, found, mine, findings)
    (fault,) = [each for each in findings.kept if each.where == STAMP]
    assert "back-dated" in fault.sentence
