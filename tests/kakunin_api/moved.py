"""The server at work beside a real gateway, and the published client that asks it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.terminal import Up, serving

ROOT: Final = Path(__file__).resolve().parents[2]
SDK: Final = ROOT / ".venv-kakunin"
PYTHON: Final = SDK / "bin" / "python"
PROGRAM: Final = Path(__file__).resolve().parent / "published_client.py"
AGENT: Final = "bot"
RIGHTS: Final = ("read", "agents", "sign", "halt", "report")


def key(name: str) -> str:
    """The text of a token that callers present."""
    return f"kak_test_{sha256(name.encode()).hexdigest()[:32]}"


def section(name: str, *rights: str, **more: object) -> str:
    """The settings of a token, as TOML."""
    fields = {
        "sha256": sha256(key(name).encode()).hexdigest(),
        "rights": list(rights),
        **more,
    }
    lines = [f"{field} = {json.dumps(value)}" for field, value in fields.items()]
    return "\n".join([f"[tokens.{name}]", *lines, ""])


TOKENS: Final = (
    section("all", *RIGHTS, person="operator:alice"),
    section("reader", "read"),
    section("other", "read", "sign", agents=["another"]),
    section("unbound", "halt"),
)


def settings(up: Up) -> Path:
    """Write settings for the gateway's agent, with tokens of several rights."""
    top = {
        "gateway": up.url,
        "policy": "trust/policy.txt",
        "root": "trust/root.pem",
        "keep": "kakunin-api.jsonl",
        "people": "keys",
        "history": "history.json",
    }
    lines = [f"{field} = {json.dumps(value)}" for field, value in top.items()]
    held = [
        f"[agents.{AGENT}]",
        f'directory = "agents/{AGENT}"',
        'venue = "SIMA"',
        'region = "eu-west-1"',
        "",
    ]
    (up.data / "history.json").write_text('{"data": [{"id": "old", "score": 0.3}]}')
    path = up.data / "kakunin-api.toml"
    path.write_text("\n".join([*lines, *held, *TOKENS]))
    return path


@dataclass(frozen=True, slots=True)
class Served:
    """The server and its gateway."""

    url: str
    up: Up


@dataclass(frozen=True, slots=True)
class Client:
    """The published client in a process of its own, with a token of this name."""

    process: "subprocess.Popen[str]"
    name: str = "all"

    def under(self, name: str) -> "Client":
        """The same with another token."""
        return replace(self, name=name)

    def call(self, call: str, **arguments: object) -> dict[str, Any]:
        """Make one call; return what came of it."""
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("a process without pipes")
        asked = {"key": key(self.name), "call": call, "arguments": arguments}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def returned(self, call: str, **arguments: object) -> Any:  # noqa: ANN401
        """Make a call that must not raise; return what it returned."""
        said = self.call(call, **arguments)
        assert "returned" in said, said
        return said["returned"]


@contextmanager
def served(up: Up) -> Iterator[Served]:
    """Run the server while the block lasts, it has read the log."""
    with serving("kakunin-api", str(settings(up))) as url:
        yield Served(url, up)


@contextmanager
def client_of(here: Served) -> Iterator[Client]:
    """Run the published client while the block lasts; skip where it is not there."""
    if not (SDK / ".sdk").exists():  # What make leaves once all of it is there.
        pytest.skip(f"no client: {SDK.name} could not be installed; run `make test`")
    with subprocess.Popen(
        [PYTHON, PROGRAM, here.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Client(process)
        if process.stdin is not None:
            process.stdin.close()
