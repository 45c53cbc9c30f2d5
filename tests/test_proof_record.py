"""What a proof run found is on one page, whatever it was."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.proof_record import SECONDS_MAX, Outcome, Run

SOME = Outcome(
    nodeid="tests/faults/test_kill.py::test_a_hundred_kills_lose_nothing",
    outcome="passed",
    seconds=754.3,
)
RUN = Run(
    begun=datetime(2026, 11, 25, 2, 30, tzinfo=UTC),
    seconds=760,
    revision="cd2d0624dead",
    machine={"processor": "AMD EPYC, 2 cores"},
    outcomes=(SOME,),
    chosen=1,
)
TESTS = """\
import pytest

@pytest.mark.proof
def test_two_is_two():
    assert 2 == 2

@pytest.mark.proof
def test_two_is_three():
    assert 2 == 3, "it | is not"

@pytest.mark.proof
def test_of_what_is_not_here():
    pytest.skip("no such program")

@pytest.fixture
def broken():
    yield
    raise RuntimeError("after all")

@pytest.mark.proof
def test_that_breaks_at_its_end(broken):
    pass

def test_that_is_short():
    pass
"""


def test_the_page_says_what_was_run_where_and_how_long_it_took() -> None:
    assert RUN.page == (
        "# Proof, 2026-11-25\n\n"
        "1 of 1 long tests passed, in 12 min 40 s:"
        " within the 45 min 00 s that a proof may take.\n\n"
        "- begun: 2026-11-25 02:30 UTC\n"
        "- revision: cd2d0624dead\n"
        "- processor: AMD EPYC, 2 cores\n\n"
        "| test | outcome | took | where |\n"
        "| --- | --- | --- | --- |\n"
        "| a hundred kills lose nothing | passed | 12 min 34 s |"
        " `tests/faults/test_kill.py` |\n"
    )


def test_a_run_that_takes_too_long_says_so() -> None:
    assert "ABOVE" in replace(RUN, seconds=SECONDS_MAX + 1).page


def test_a_run_that_ended_early_says_what_is_missing() -> None:
    assert "2 were not run" in replace(RUN, chosen=3).page
    assert "1 of 3 long tests passed" in replace(RUN, chosen=3).page


@pytest.mark.parametrize("later", ["passed", "skipped", "failed"])
def test_the_worse_phase_decides_and_the_times_add_up(later: str) -> None:
    both = SOME.followed_by(replace(SOME, outcome=later, seconds=1))
    assert (both.outcome, both.seconds) == (later, 755.3)
    failed = replace(SOME, outcome="failed")
    assert failed.followed_by(SOME).outcome == "failed"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_plugin_writes_the_page_of_a_real_run(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    folder = tmp_path / "results"
    plugin = ["-p", "tests.proof_record", "--proof-record", str(folder), "-m", "proof"]
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, *options, "-n", workers, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    (page,) = folder.iterdir()
    text = page.read_text("utf-8")
    assert "1 of 4 long tests passed" in text
    for said in (
        "| two is two | passed |",
        "| two is three | failed: AssertionError: it / is not |",
        "| of what is not here | skipped: Skipped: no such program |",
        "| that breaks at its end | failed: RuntimeError: after all |",
    ):
        assert said in text
    assert "that is short" not in text
