"""A log implementation that is not ours: golang.org/x/mod, as Debian ships it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent / "go"
GOPATH = Path("/usr/share/gocode")
PACKAGE = GOPATH / "src/golang.org/x/mod/sumdb/tlog"


@pytest.fixture(scope="session")
def foreign_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program that judges a log directory; built once, without network."""
    missing = [
        what
        for what, found in (
            ("the go command (apt: golang-go)", shutil.which("go")),
            ("golang.org/x/mod (apt: golang-golang-x-mod-dev)", PACKAGE.is_dir()),
        )
        if not found
    ]
    if missing:
        message = f"no foreign verifier: {' and '.join(missing)} not found"
        if "CI" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    folder = tmp_path_factory.mktemp("foreign")
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "GOTOOLCHAIN": "local",
    }
    program = folder / "foreignlog"
    subprocess.run(
        ["go", "build", "-o", program, "."], cwd=SOURCE, env=environment, check=True
    )
    return program
