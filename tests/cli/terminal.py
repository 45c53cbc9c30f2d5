"""The command line for tests: `kya` in this process, `kya up` in one of its own."""

import atexit
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from kya.cli.app import run

KYA: Final = Path(sys.executable).parent / "kya"
SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Said:
    """What a command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  parsed JSON is of any type
        return json.loads(self.out)


def kya(*arguments: str | Path) -> Said:
    """Run one command line in this process, as the console script does."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Said(int(code), out.getvalue(), err.getvalue())


def kya_process(*arguments: str | Path, **variables: str) -> Said:
    """Run one command line in a process of its own, to its end."""
    done = subprocess.run(
        [KYA, *arguments],
        env=_environment(variables),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Up:
    """A gateway at work on a data directory."""

    process: "subprocess.Popen[str]"
    data: Path
    url: str

    def kya(self, *arguments: str | Path) -> Said:
        """Run a command line on the gateway's data directory."""
        return kya(*arguments, "--data", self.data)

    def register(self, name: str, *arguments: str | Path) -> Path:
        """Register an agent as two operators; return the file with its token."""
        wanted = arguments or ("--attest", "token")
        people = ("--as", "alice", "--as", "bob")
        registered = self.kya("agent", "register", name, *people, *wanted)
        if registered.code != 0:
            raise AssertionError(registered.err)
        token = self.data / f"{name}.token"
        token.write_text(registered.out)
        return token

    def enrol(self, name: str, *arguments: str | Path, verb: str = "enrol") -> Said:
        """Register an agent, and have its host fetch the certificate."""
        token = self.register(name)
        return self.kya("agent", verb, name, "--token-file", token, *arguments)

    def stop(self) -> int:
        """End the gateway as a terminal does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def failed(self) -> tuple[int, str]:
        """Return the exit code and the last words of a gateway that stops by itself."""
        _, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, err

    def kill(self) -> None:
        """End the gateway without a word of warning."""
        self.process.kill()
        self.process.wait(SECONDS)


def founded_at(data: Path) -> Path:
    """Put an installation there whose gateway has stopped; all have the same keys."""
    shutil.copytree(_founded_once(), data, dirs_exist_ok=True)
    return data


@cache
def _founded_once() -> Path:
    """Found an installation as everybody does: by a first start."""
    kept = tempfile.TemporaryDirectory(prefix="kya-founded-")
    atexit.register(kept.cleanup)
    data = Path(kept.name) / "data"
    with up(data) as running:
        if running.stop() != 0:
            raise AssertionError("the first gateway did not end in good order")
    return data


@contextmanager
def up(
    data: Path, *arguments: str, variables: Mapping[str, str] | None = None
) -> Generator[Up]:
    """Run `kya up` on a free port until the block ends, if it has not ended before."""
    with starting(data, *arguments, variables=variables) as process:
        yield Up(process, data, _announced(process).split()[0])


@contextmanager
def starting(
    data: Path, *arguments: str, variables: Mapping[str, str] | None = None
) -> "Generator[subprocess.Popen[str]]":
    """Run `kya up` and do not wait until it takes orders."""
    wanted = ("up", "--data", str(data), "--port", "0", *arguments)
    with _process(wanted, variables or {}) as process:
        yield process


@contextmanager
def serving(*arguments: str) -> Generator[str]:
    """Run a command that serves, on a free port, while the block lasts."""
    with announcing(*arguments) as words:
        yield words.split()[0]


@contextmanager
def announcing(*arguments: str) -> Generator[str]:
    """Run a command that serves; yield all that it says of where it is."""
    with _process((*arguments, "--port", "0"), {}) as process:
        yield _announced(process, f"kya {arguments[0]} is at ")


@contextmanager
def _process(
    arguments: tuple[str, ...], variables: Mapping[str, str]
) -> "Generator[subprocess.Popen[str]]":
    """Run a command line in a process of its own until the block ends."""
    process = subprocess.Popen(
        [KYA, *arguments],
        env=_environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        if process.stderr and not process.stderr.closed:
            process.communicate(timeout=SECONDS)


def _announced(process: "subprocess.Popen[str]", words: str = "kya is up at ") -> str:
    """Return what a server prints once it takes requests, the URL first."""
    if process.stdout is None:
        raise AssertionError("a process without stdout")
    line = process.stdout.readline()
    if not line.startswith(words):
        _, err = process.communicate(timeout=SECONDS)
        raise AssertionError(f"the server did not start: {line}{err}")
    return line.removeprefix(words).strip()


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return our environment without what would change an answer."""
    clean = {key: value for key, value in os.environ.items() if key[:4] != "KYA_"}
    return {**clean, **variables}


def a_draft(agent: str = "bot", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A mandate as a person writes it: trade at any time of any day."""
    return {
        "agent": agent,
        "operator": "Example Operator",
        "grace_seconds": 300,
        "resolution": "5" * 64,
        "valid_until": "2099-01-01T00:00:00.000000Z",
        "scope": {
            "calendar": "every_day",
            "currency": "EUR",
            "daily_max": "500000.00",
            "daily_max_per": "agent",
            "live_from": "2026-05-15T00:00:00.000000Z",
            "markets": ["EUR/USD"],
            "order_max": "25000.00",
            "region_evidence": "self_asserted",
            "regions": ["eu-west-1"],
            "venues": ["SIMA"],
            "window": {"opens": "00:00:00.000000", "closes": "23:59:59.999999"},
        },
    } | changes


def stored(path: Path, draft: object) -> Path:
    """Write a draft to a file and return the file."""
    path.write_text(json.dumps(draft, indent=2))
    return path
