"""A shell that runs what a page says, one command after the other.

`kya up` stays in the background, as in a terminal of its own, on a free port.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from tests.surface.prepared import folder_of_prepared

_MARK: Final = "--- that was it ---"
ANY_LINES: Final = "…"

# What differs from run to run, longest first.
_VARYING: Final = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r"\b[0-9A-F]{32}\b"), "<serial>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), "<instant>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "<day>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"/log/\d{4}\b"), "/log/<year>"),
    (re.compile(r"[A-Za-z0-9+/]{43,}={0,2}"), "<base64>"),
    (re.compile(r"\bbyte \d+\b"), "byte <place>"),
    (re.compile(r"\b\d+ us old\b"), "<micros> us old"),
    (re.compile(r"\bincident [0-9a-f]{16}\b"), "incident <id>"),
    (re.compile(r"\bwithin \d+\.\d{3} s\b"), "within <seconds> s"),
    # Whether a venue's list was copied before or after.
    (re.compile(r"\bentry \d+\b"), "entry <index>"),
    (re.compile(r"\b\d+ (?=(?:log )?entries\b)"), "<count> "),
    # Whether one checkpoint more was signed meanwhile.
    (re.compile(r"\b\d+ (?=files|checked)"), "<count> "),
)


def normal(line: str) -> str:
    """The line without what differs from run to run."""
    for pattern, name in _VARYING:
        line = pattern.sub(name, line)
    return line.rstrip()


def agrees(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Tell whether what is shown was printed; a line `…` stands for any lines."""
    return _matches(
        [normal(line) for line in shown], [normal(line) for line in printed]
    )


def _matches(wanted: list[str], given: list[str]) -> bool:
    """Tell whether the lines given are the ones wanted."""
    if not wanted:
        return not given
    if wanted[0] == ANY_LINES:
        rest = wanted[1:]
        return any(_matches(rest, given[at:]) for at in range(len(given) + 1))
    return given[:1] == wanted[:1] and _matches(wanted[1:], given[1:])


@dataclass(slots=True)
class Session:
    """One shell in a folder of its own, and the gateway beside it."""

    folder: Path
    shell: "subprocess.Popen[str]"
    gateways: "list[subprocess.Popen[str]]" = field(
        default_factory=list["subprocess.Popen[str]"]
    )

    @classmethod
    @contextmanager
    def begin(cls, folder: Path) -> Iterator[Self]:
        """Run a shell whose `kya` and `python` are the ones under test."""
        session = cls(folder, _started(["bash"], folder, stdin=subprocess.PIPE))
        try:
            yield session
        finally:
            for process in (session.shell, *session.gateways):
                process.terminate()
                process.communicate()

    def run(self, command: str) -> list[str]:
        """Return the lines that the command prints, stdout and stderr in turn."""
        if command.startswith("kya up"):
            return self._serve(command)
        shell_in, shell_out = _pipes(self.shell)
        # The exit code is given back, for a command that asks for it.
        shell_in.write(f"{command}\n_code=$?\necho '{_MARK}'\n(exit $_code)\n")
        shell_in.flush()
        lines: list[str] = []
        for line in shell_out:
            if line == f"{_MARK}\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise AssertionError(f"the shell ended in {command!r}: {lines}")

    def _serve(self, command: str) -> list[str]:
        """Start a gateway on a free port; return what it prints until it is up."""
        gateway = _started(["bash", "-c", f"exec {command} --port 0"], self.folder)
        self.gateways.append(gateway)
        lines: list[str] = []
        for line in _out(gateway):
            lines.append(line.rstrip("\n"))
            if line.startswith("kya is up"):
                return lines
        raise AssertionError(f"{command!r} ended: {lines}")


def _started(
    command: list[str], folder: Path, stdin: int = subprocess.DEVNULL
) -> "subprocess.Popen[str]":
    """Start a process with our `kya` first on its path."""
    python = Path(sys.executable).parent
    variables = os.environ | {
        "PATH": f"{folder_of_prepared()}:{python}:{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
    }
    variables.pop("KYA_DATA", None)
    return subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _pipes(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    """Return both ends of the conversation."""
    if process.stdin is None:
        raise AssertionError("a shell without stdin")
    return process.stdin, _out(process)


def _out(process: "subprocess.Popen[str]") -> IO[str]:
    """Return what the process prints."""
    if process.stdout is None:
        raise AssertionError("a process without stdout")
    return process.stdout
