"""Comparisons of the clock before every verifier, and in the order records."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kya.evidence.build import everything
from kya.evidence.records import order_records
from kya.verify.plain_clocks import wrong_comparison
from tests.clock.comparing import AHEAD, a_compared_world, comparison
from tests.evidence.shell_package import ShellPackage, build, relaid
from tests.page.browser import Ask
from tests.page.conftest import ask, browser, page_file, tab
from tests.surface.blocks import ROOT
from tests.verify.packages import Handed, failing, later, published, sentences
from tests.world import FOUNDED, World

__all__ = ["ask", "browser", "page_file", "tab"]

Forgery = Callable[[World], bytes]


def by_the_authority(world: World) -> bytes:
    return comparison(world, signer=world.authority)


def from_before_the_log(world: World) -> bytes:
    return comparison(world, at=FOUNDED.plus(seconds=-1))


def half_a_figure(world: World) -> bytes:
    return comparison(world, changed=(b"340", b"null"))


def more_than_a_day(world: World) -> bytes:
    return comparison(world, changed=(b"340", b"86400000001"))


def by_a_sundial(world: World) -> bytes:
    return comparison(world, changed=(b"chrony", b"sundial"))


def minus_nothing(world: World) -> bytes:
    return comparison(world, changed=(b"-120", b"-0"))


FORGERIES = [
    by_the_authority,
    from_before_the_log,
    half_a_figure,
    more_than_a_day,
    by_a_sundial,
    minus_nothing,
]


def forged(forge: Forgery, folder: Path) -> ShellPackage:
    """A package whose log ends with the forgery, which no builder would take."""
    world = a_compared_world()
    package = build(folder, world)
    relaid(package, [*world.entries, forge(world)], world.log)
    return package


def in_hand(package: ShellPackage) -> Handed:
    """The same as the other verifiers take it."""
    root, policy = package.root.read_bytes(), package.policy.read_bytes()
    return Handed(path=package.path, root=root, policy=policy)


def by_script(package: ShellPackage) -> str:
    """What verify.sh says of question 8."""
    own = ("--root", package.root, "--policy", package.policy)
    command = ["sh", ROOT / "src/kya/evidence/verify.sh", *own, package.path]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False
    )
    verdict, *_ = re.findall(r"^ *Q8 +(\w+)", done.stdout, re.MULTILINE)
    return str(verdict)


def test_a_compared_clock_holds_before_all(ask: Ask, tmp_path: Path) -> None:
    world = a_compared_world()
    world.append(comparison(world, None))
    package = build(tmp_path, world)
    handed = in_hand(package)
    assert failing(handed.verified()) == set()
    assert not ask(handed, handed).having("FAILS")
    assert by_script(package) == "HOLDS"


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_comparison_that_cannot_be_fails_question_8(
    ask: Ask, tmp_path: Path, forge: Forgery
) -> None:
    package = forged(forge, tmp_path)
    handed = in_hand(package)
    report = handed.verified()
    assert 8 in failing(report), list(sentences(report, 8))
    assert 8 in ask(handed, handed).having("FAILS")
    assert by_script(package) == "FAILS"


def test_the_plain_scan_asks_by_itself() -> None:
    said = {"offset_micros": -120, "bound_micros": 340}
    assert list(wrong_comparison(said)) == []
    assert list(wrong_comparison(dict.fromkeys(said))) == []
    for name in said:
        assert list(wrong_comparison({**said, name: None})) != []
        assert list(wrong_comparison({**said, name: -86_400_000_001})) != []


def test_an_order_record_says_how_far_the_clock_was() -> None:
    world = a_compared_world()
    world.append(comparison(world, None))
    world.trade(world.order(created_at=later(world)))
    source = published(world.entries, world.log)
    records = order_records(source, everything(), None)
    offsets = [record.clock_offset_us for record in records]
    assert offsets[0] == AHEAD.offset_micros
    assert offsets[-1] is None
