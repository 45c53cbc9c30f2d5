import subprocess
import sys
from pathlib import Path

import pytest

from kya import __version__
from kya.cli import log
from kya.cli.verbs import VERBS
from kya.core.errors import (
    CorruptionError,
    DistrustError,
    InputError,
    TransientError,
)
from tests.cli.terminal import KYA, Up, kya, kya_process


def test_prints_its_version() -> None:
    assert kya_process("--version").out == f"kya {__version__}\n"


def test_every_verb_is_in_the_help_once() -> None:
    shown = [line.split()[0] for line in kya("--help").out.splitlines() if line.strip()]
    verbs = [verb for verb in shown if verb in VERBS]
    assert sorted(verbs) == sorted(VERBS)


def test_help_needs_none_of_the_verbs() -> None:
    program = (
        "import sys; from kya.cli.app import run; run(['--help']); "
        "sys.exit(sum(name.startswith('kya.core.ord') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False
    )
    assert done.returncode == 0


def test_a_mistyped_verb_is_answered_with_the_right_one() -> None:
    assert "Did you mean 'verify'?" in kya("veryfy").err


def test_a_verb_does_not_wait_for_what_others_need(tmp_path: Path) -> None:
    # `httpx` and `uvicorn` take longer to import than the story takes to verify.
    program = (
        "import sys; from kya.cli.app import run; code = run(sys.argv[1:]); "
        "sys.exit(code if not {'httpx', 'uvicorn'} & {*sys.modules} else 99)"
    )
    absent = tmp_path / "absent"
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", absent, "--root", absent],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2


@pytest.mark.parametrize("arguments", [(), ("log",), ("agent",), ("mandate",)])
def test_without_a_verb_it_shows_its_verbs_and_says_no(
    arguments: tuple[str, ...],
) -> None:
    said = kya(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("Usage: kya")


def test_help_is_an_answer() -> None:
    said = kya("log", "--help")
    assert said.code == 0
    assert "fsck" in said.out


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("log", "show", "--count", "0"), ("agent", "show"), ("up", "-x")],
)
def test_a_wrong_command_line_is_explained(arguments: tuple[str, ...]) -> None:
    said = kya(*arguments)
    assert said.code == 2
    assert "Usage: kya" in said.err
    assert "Error: " in said.err


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (InputError("asked wrongly"), 2),
        (DistrustError("not believed"), 1),
        (TransientError("not now"), 4),
        (OSError(28, "No space left on device"), 4),
        (CorruptionError("call a person"), 70),
        (KeyError("a bug"), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_fault_becomes_an_exit_code_and_one_line(
    monkeypatch: pytest.MonkeyPatch, fault: BaseException, code: int
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(log, "open_installation", broken)
    said = kya("log", "fsck")
    assert said.code == code
    assert said.out == ""
    assert "Traceback" not in said.err
    if code != 130:
        assert said.err.startswith("kya: ")
        assert said.err.count("\n") == 1


def test_a_reader_who_leaves_early_sees_no_traceback(office: Up) -> None:
    done = subprocess.run(
        [
            "bash", "-c",
            f"{KYA} log show --data '{office.data}' | true; echo ${{PIPESTATUS[0]}}",
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout in {"0\n", "4\n"}
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_no_colour_reaches_a_pipe(office: Up) -> None:
    said = kya_process("log", "fsck", "--data", office.data)
    assert "\x1b" not in said.out + said.err
