"""The regulator's side: `kya verify` as a program of its own, and what it must say."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from rich.table import Table
from rich.text import Text

from kya.core.errors import CorruptionError
from kya.demo.narration import Narration
from kya.demo.stage import REPORT, Stage

HOLDS: Final = "HOLDS"
FAILS: Final = "FAILS"
UNKNOWN: Final = "UNKNOWN"

_STYLES: Final = {HOLDS: "green", FAILS: "bold red", UNKNOWN: "yellow"}
_PROGRAM: Final = "import sys; from kya.cli.app import run; sys.exit(run(sys.argv[1:]))"
_BREACH_AMOUNT: Final = b'"amount":"180000.00"'
_MEANING: Final = {0: "yes", 1: "no", 3: "not everything can be told"}
_FINDINGS_SHOWN: Final = 3
_EXIT_FAILS: Final = 1


class Finding(msgspec.Struct, frozen=True):
    """One result of the verifier."""

    sentence: str
    verdict: str
    where: str


class Answer(msgspec.Struct, frozen=True):
    """One question with its verdict; 0 is the package itself."""

    question: int
    text: str
    verdict: str
    findings: list[Finding]


class Verification(msgspec.Struct, frozen=True):
    """What `kya verify --json` prints, as far as it is shown here."""

    answers: list[Answer]
    package: Answer
    verdict: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verifier's exit code and its report."""

    exit_code: int
    report: Verification

    def is_as_expected(self) -> bool:
        """Tell whether every question holds, and the package itself."""
        return self.exit_code == 0 and all(
            answer.verdict == HOLDS
            for answer in (self.report.package, *self.report.answers)
        )

    def refusals(self) -> list[str]:
        """Return why it says no, the file or entry first."""
        return [
            f"{finding.where}: {finding.sentence}"
            for answer in (self.report.package, *self.report.answers)
            for finding in answer.findings
            if finding.verdict == FAILS
        ]


def judge(stage: Stage, narration: Narration, scratch: Path) -> bool:
    """Show the verdicts on the package and on a copy with one byte changed.

    Return whether all are as expected.
    """
    with narration.console.status("verifying"):
        page = ("--html", stage.out / REPORT)
        genuine = _judged("report", stage.package, stage.out, *page)
    narration.heading(
        "What kya verify finds, under the regulator's root.pem and policy.txt"
    )
    narration.show(_table(genuine.report, narration.width))
    narration.note(
        f"kya verify exits {genuine.exit_code}: {_MEANING.get(genuine.exit_code, '')}"
    )
    copy = scratch / "evidence"
    shutil.copytree(stage.package, copy)
    where = flip_breach(copy)
    narration.heading(f"The same package with one byte changed: {where}")
    with narration.console.status("verifying"):
        changed = verify(copy, stage.out)
    for refusal in changed.refusals()[:3]:
        narration.note(f"  FAILS  {refusal}", _STYLES[FAILS])
    narration.note(f"  kya verify exits {changed.exit_code}: do not believe it")
    return genuine.is_as_expected() and changed.exit_code == _EXIT_FAILS


def verify(package: Path, held: Path) -> Judgement:
    """Return what `kya verify` says with all that the regulator holds."""
    return _judged("verify", package, held)


def _judged(verb: str, package: Path, held: Path, *more: str | Path) -> Judgement:
    """Return the same of this verb; `kya report` says what `kya verify` does."""
    command = (sys.executable, "-c", _PROGRAM, verb, package, "--json")
    trust = ("--root", held / "root.pem", "--policy", held / "policy.txt")
    lists = ("--executions", held / "executions.csv")
    asked = (*command, *trust, *lists, *more)
    done = subprocess.run(asked, stdout=subprocess.PIPE, check=False)  # noqa: S603  our own program, our own arguments
    try:
        report = msgspec.json.decode(done.stdout, type=Verification)
    except msgspec.DecodeError as error:
        raise CorruptionError(f"kya verify: exit {done.returncode}: {error}") from error
    return Judgement(done.returncode, report)


def flip_breach(package: Path) -> str:
    """Make EUR 190,000 of the breach's EUR 180,000 in the log; return where that is."""
    for path in sorted((package / "log" / "tile" / "entries").rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        at = content.find(_BREACH_AMOUNT)
        if at >= 0:
            digit = at + _BREACH_AMOUNT.index(b"8")
            flipped = bytes([content[digit] ^ 1])
            path.write_bytes(content[:digit] + flipped + content[digit + 1 :])
            return f"{path.relative_to(package)}, byte {digit}"
    raise CorruptionError("package: the breach is not in its log")


def _table(report: Verification, width: int) -> Table:
    """Return the questions with their verdicts."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, width=width)
    table.add_column(justify="right")
    table.add_column(ratio=1)
    table.add_column()
    for answer in (*report.answers, report.package):
        number = str(answer.question) if answer.question else ""
        verdict = Text(answer.verdict, style=_STYLES[answer.verdict])
        if answer.verdict != HOLDS:
            verdict.append(f" (expected {HOLDS})", style="bold red")
        question = Text(answer.text)
        # Also what a finding says is not shown: no tick without its limits.
        for finding in answer.findings[:_FINDINGS_SHOWN]:
            question.append(f"\n{finding.sentence}", style="dim")
        table.add_row(number, question, verdict)
    return table
