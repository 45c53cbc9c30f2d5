"""The suite for verifiers: it finds out the careless ones, and ours are none."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.case import Case
from conformance.suite import all_cases, main, sample, verdict_on
from conformance.verifier import Outcome, Said, outcome_of, verdicts_in
from tests.surface.blocks import ROOT

KYA = [str(Path(sys.executable).parent / "kya"), "verify", "--json"]
VERIFY_SH = ["sh", str(ROOT / "src/kya/evidence/verify.sh")]
FAMILIES = (
    "sound",
    "history",
    "incident",
    "witness",
    "keys",
    "since",
    "roll",
    "partial",
    "relaid",
    "archive",
    "entry",
    "file",
)


def case_of(name: str) -> Case:
    return next(case for case in all_cases() if case.id == name)


def ending_with(code: int, text: str = "") -> list[str]:
    """Return the command of a verifier that looks at nothing."""
    return [sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"]


def test_there_are_three_hundred_cases_each_with_a_name_of_its_own() -> None:
    names = [case.id for case in all_cases()]
    assert len(names) >= 300
    assert len(set(names)) == len(names)
    assert {name.split("/")[0] for name in names} == set(FAMILIES)
    assert names == [case.id for case in all_cases()]


def test_a_case_is_the_same_package_every_time(tmp_path: Path) -> None:
    case = case_of("file/flipped-and-listed/policy.txt/1")
    contents = []
    for turn in ("one", "other"):
        (tmp_path / turn).mkdir()
        given = case.make(tmp_path / turn)
        contents.append((given.package / "policy.txt").read_bytes())
    assert contents[0] == contents[1]


def test_the_page_about_the_suite_tells_its_families() -> None:
    page = (ROOT / "conformance/README.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(FAMILIES)
    assert len(list(all_cases())) > 400


def test_the_program_runs_as_its_page_shows_it() -> None:
    program = [sys.executable, str(ROOT / "conformance/run"), "--sample", "1"]
    careless = ending_with(0, "   Q1  HOLDS")
    done = subprocess.run([*program, *careless], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"passed a good package         sound/no-order" in done.stdout


@pytest.mark.parametrize(
    ("command", "name", "outcome"),
    [
        (ending_with(0), "keys/another-root", Outcome.ACCEPTED),
        (ending_with(3, "   Q1  HOLDS"), "keys/another-root", Outcome.ACCEPTED),
        (ending_with(3, "   Q1  UNKNOWN"), "keys/another-root", Outcome.UNKNOWN),
        (ending_with(1), "keys/another-root", Outcome.REFUSED),
        (ending_with(1), "sound/no-order", Outcome.OVERDONE),
        (ending_with(3), "sound/no-order", Outcome.PASSED),
        (ending_with(70), "keys/another-root", Outcome.BROKE),
    ],
)
def test_a_verifier_that_looks_at_nothing_is_found_out(
    command: list[str], name: str, outcome: Outcome
) -> None:
    assert verdict_on(command, case_of(name)) is outcome


def test_one_question_at_stake_that_does_not_hold_is_no_acceptance() -> None:
    case = case_of("history/decisions/missing")
    assert case.at_stake == {5, 10}
    said = Said(code=3, verdicts={5: "HOLDS", 10: "UNKNOWN"})
    assert outcome_of(case, said) is Outcome.UNKNOWN


def test_answers_are_read_from_json_and_from_lines() -> None:
    lines = b"files  HOLDS    Files\n   Q1  FAILS    Chain\n  Q10  UNKNOWN  Orders\n"
    assert verdicts_in(lines) == {0: "HOLDS", 1: "FAILS", 10: "UNKNOWN"}
    answer = '{"question": 1, "verdict": "FAILS"}'
    package = '{"question": 0, "verdict": "HOLDS"}'
    document = f'{{"answers": [{answer}], "package": {package}}}'
    assert verdicts_in(document.encode()) == {0: "HOLDS", 1: "FAILS"}


def test_the_command_says_what_was_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    careless = ending_with(0)
    assert main(["--only", "another-root", *careless]) == 1
    said = capsys.readouterr().out
    assert "WRONGLY ACCEPTED a bad one" in said
    assert "keys/another-root" in said
    assert main(["--only", "another-root", *ending_with(1)]) == 0


def test_asking_for_no_case_is_no_success() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--only", "no such case", *ending_with(1)])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    "name",
    [
        "sound/new-certificate",
        "archive/zip-slip",
        "since/fork-below",
        "partial/one-day",
    ],
)
def test_kya_verify_is_right_on_a_sample(name: str) -> None:
    assert not verdict_on(KYA, case_of(name)).is_wrong


def test_verify_sh_is_right_on_a_sample() -> None:
    case = case_of("history/mandates/one-director")
    assert verdict_on(VERIFY_SH, case) is Outcome.REFUSED


def test_verify_sh_holds_nothing_of_a_part() -> None:
    case = case_of("partial/order-missing")
    assert verdict_on(VERIFY_SH, case) is Outcome.UNKNOWN


@pytest.mark.proof
@pytest.mark.parametrize("family", FAMILIES)
def test_kya_verify_is_right_on_every_case(family: str) -> None:
    assert main(["--only", f"{family}/", *KYA]) == 0


@pytest.mark.proof
@pytest.mark.parametrize("family", [f for f in FAMILIES if f != "archive"])
def test_verify_sh_is_right_on_every_case(family: str) -> None:
    assert main(["--no-archives", "--only", f"{family}/", *VERIFY_SH]) == 0


def test_a_sample_is_spread_over_all_kinds() -> None:
    chosen = sample(list(all_cases()), 40)
    assert len(chosen) == 40
    assert len({case.id.split("/")[0] for case in chosen}) >= 5
