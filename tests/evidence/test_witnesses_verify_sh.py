"""The shell verifier counts the witnesses of a policy, as `kya verify` does."""

import os
import subprocess
from pathlib import Path

import pytest

from kya.codec import package_layout as layout
from kya.codec.note import NoteSignature, SignedNote
from tests.evidence.shell_functions import program
from tests.evidence.shell_package import ShellPackage, build
from tests.evidence.test_verify_sh import verify
from tests.verify.packages import busy_world
from tests.verify.test_witnesses import BOTH, policy, seconds_of
from tests.witness.worlds import a_cosigner

WORLD = busy_world(1)
SIZE = len(WORLD.entries)
NOW = seconds_of(WORLD)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ShellPackage:
    built = build(tmp_path_factory.mktemp("witnessed"), WORLD)
    built.policy.write_bytes(policy(WORLD, *BOTH))
    (built.path / layout.POLICY).write_bytes(policy(WORLD, *BOTH))
    return built


def line(number: int, text: bytes, seconds: int = NOW) -> NoteSignature:
    return a_cosigner(number).cosignature(text, seconds)


def seen(package: ShellPackage, lines: dict[int, tuple[NoteSignature, ...]]) -> None:
    """Put these lines under the checkpoints, by size, and list the files again."""
    for old in package.path.glob("witnessed/*"):
        old.unlink()
    for size, under in lines.items():
        raw = (package.path / layout.checkpoint_path(size)).read_bytes()
        note, path = SignedNote.parse(raw), package.path / layout.witnessed_path(size)
        path.parent.mkdir(exist_ok=True)
        signed = SignedNote(note.text, (*note.signatures, *under))
        path.write_bytes(signed.render())
    package.rewrite_sums()


def former_of(package: ShellPackage) -> int:
    """The size of the former checkpoint."""
    return min(int(path.stem) for path in (package.path / "checkpoints").iterdir())


def text_of(package: ShellPackage, size: int) -> bytes:
    note = (package.path / layout.checkpoint_path(size)).read_bytes()
    return SignedNote.parse(note).text


def test_two_of_two_hold(package: ShellPackage) -> None:
    text = text_of(package, SIZE)
    seen(package, {SIZE: (line(1, text), line(2, text, NOW - 60))})
    said = verify(package)
    assert said.verdicts["Q8"] == "HOLDS", said.text
    assert (
        f"2 of 2 witnesses of your policy have cosigned these {SIZE} entries"
        in (said.reasons["Q8"])
    )


def test_too_few_fail(package: ShellPackage) -> None:
    text = text_of(package, SIZE)
    seen(package, {SIZE: (line(1, text), line(1, text), line(3, text))})
    said = verify(package)
    assert said.failing() == {"Q8"}, said.text
    assert "no tree of this log has the quorum enough of your policy" in said.text


def test_each_line_that_cannot_be_is_named(package: ShellPackage) -> None:
    former = former_of(package)
    text, other = text_of(package, SIZE), text_of(package, former)
    late, early = line(2, other, NOW + 2), line(2, text, NOW - 3_600)
    strange = line(1, other, 2**40)
    seen(package, {SIZE: (line(1, other), early), former: (strange, late)})
    said = verify(package)
    assert said.failing() == {"Q8"}, said.text
    at = layout.witnessed_path(SIZE)
    assert f"{at}: the cosignature of w1.example does not fit" in said.text
    assert f"{at}: w2.example says to have seen {SIZE} entries before" in said.text
    assert f"{at}: w2.example says to have seen {SIZE} entries, and" in said.text
    assert "the cosignature of w1.example has no time from 1970 to 9999" in said.text


BAD_POLICY = f"""log {WORLD.log.key}
witness a {WORLD.log.key}
witness b {a_cosigner(1).key}
witness c {a_cosigner(1).key}
witness b {a_cosigner(2).key}
group g 2 b
group h any nobody
group i any b
group j all b
quorum nobody
third line
"""


def test_each_line_of_a_policy_that_says_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    script = program("library") + program("policy")
    named = ("file=your policy", "tag=own", "-")
    env = os.environ | {"KYA_TMP": str(tmp_path)}
    asked = ["awk", script, *named]
    subprocess.run(asked, input=BAD_POLICY, text=True, env=env, check=True)
    assert (tmp_path / "findings").read_text().splitlines() == [
        f"8\tFAILS\tyour policy line {number}: {why}"
        for number, why in (
            (2, "want an Ed25519 key of type 0x04"),
            (4, "this public key is listed already"),
            (5, "the name b is taken"),
            (6, "no such threshold"),
            (7, "no member nobody to be had"),
            (9, "no member b to be had"),
            (10, "want `quorum NAME` of a name above"),
            (11, "not a line of a policy"),
        )
    ]


def test_entries_that_nobody_has_seen_are_told(package: ShellPackage) -> None:
    former = former_of(package)
    text = text_of(package, former)
    seen(package, {former: (line(1, text), line(2, text))})
    said = verify(package)
    assert said.verdicts["Q8"] == "UNKNOWN", said.text
    assert f"the last {SIZE - former} entries have no quorum" in said.reasons["Q8"]
