"""A pytest plugin that keeps what a proof run found: one page, readable by itself.

    python -m pytest -p tests.proof_record --proof-record bench/results -m proof

The page is written whatever the outcome, and says what was not run. `make proof` uses
it; no other run does.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from bench.machine import facts

SECONDS_MAX: Final = 45 * 60
"""A proof that takes longer than a walk is not run before every release."""

_ROOT: Final = Path(__file__).resolve().parents[1]
_WORST: Final = ("passed", "skipped", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One test: how it ended, what it took, set-up and tear-down included, and why."""

    nodeid: str
    outcome: str
    seconds: float
    why: str = ""

    @property
    def sentence(self) -> str:
        """The test's name as people read it."""
        _, _, name = self.nodeid.rpartition("::")
        return name.removeprefix("test_").replace("_", " ")

    @property
    def file(self) -> str:
        """Where it stands."""
        return self.nodeid.partition("::")[0]

    def followed_by(self, later: "Outcome") -> "Outcome":
        """Return both phases as one: the worse outcome, and the sum of the times."""
        worse = max(self, later, key=lambda each: _WORST.index(each.outcome))
        return replace(worse, seconds=self.seconds + later.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A proof run as a whole."""

    begun: datetime
    seconds: float
    revision: str
    machine: Mapping[str, str]
    outcomes: tuple[Outcome, ...]
    chosen: int

    @property
    def page(self) -> str:
        """Return it as Markdown."""
        held = sum(each.outcome == "passed" for each in self.outcomes)
        limit = "within" if self.seconds <= SECONDS_MAX else "ABOVE"
        whole = f"{held} of {self.chosen} long tests passed, in {_shown(self.seconds)}"
        lines = [
            f"# Proof, {self.begun:%Y-%m-%d}",
            "",
            f"{whole}: {limit} the {_shown(SECONDS_MAX)} that a proof may take.",
            "",
            f"- begun: {self.begun:%Y-%m-%d %H:%M} UTC",
            f"- revision: {self.revision}",
            *(f"- {name}: {value}" for name, value in self.machine.items()),
            "",
            "| test | outcome | took | where |",
            "| --- | --- | --- | --- |",
            *map(_row, sorted(self.outcomes, key=lambda each: each.nodeid)),
        ]
        if missing := self.chosen - len(self.outcomes):
            lines += ["", f"The run ended early: {missing} were not run."]
        return "\n".join(lines) + "\n"


@dataclass
class Recorder:
    """Collects what pytest reports, one phase of one test at a time."""

    folder: Path
    begun: datetime
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    chosen: int = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what will be run."""
        self.chosen = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Count it where workers run it: all of them have found the same."""
        self.chosen = len(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep one phase."""
        phase = Outcome(
            nodeid=report.nodeid,
            outcome=report.outcome,
            seconds=report.duration,
            why=_reason(report),
        )
        before = self.outcomes.get(report.nodeid)
        self.outcomes[report.nodeid] = before.followed_by(phase) if before else phase

    def pytest_sessionfinish(self) -> None:
        """Write the page, unless no test was chosen."""
        if not self.chosen:
            return
        run = Run(
            begun=self.begun,
            seconds=(_now() - self.begun) / timedelta(seconds=1),
            revision=_revision(),
            machine=facts(),
            outcomes=tuple(self.outcomes.values()),
            chosen=self.chosen,
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"proof-{self.begun:%Y-%m-%d}.md"
        path.write_text(run.page, "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the folder."""
    parser.addoption("--proof-record", metavar="DIR", type=Path, help=__doc__)


def pytest_configure(config: pytest.Config) -> None:
    """Record, if a folder is given; a worker reports to whoever does."""
    folder = config.getoption("--proof-record")
    if folder is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(folder, _now()))


def _row(each: Outcome) -> str:
    why = f": {each.why}" if each.why else ""
    return (
        f"| {each.sentence} | {each.outcome}{why} | {_shown(each.seconds)} |"
        f" `{each.file}` |"
    )


def _reason(report: pytest.TestReport) -> str:
    """Return why it was skipped or failed, in the first line that says so."""
    if report.skipped and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).replace("|", "/")
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message).splitlines()[0].replace("|", "/") if crash else ""


def _shown(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02} s" if whole >= 60 else f"{seconds:.1f} s"


def _revision() -> str:
    """Return which source was proved; a changed one says so."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    found = subprocess.run(
        asked, cwd=_ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "not in a repository"


def _now() -> datetime:
    return datetime.now(UTC)
