"""No change to a control goes unnoticed: each mutant is killed, or is no change."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.mutation.mutants import mutants

ROOT: Final = Path(__file__).resolve().parents[2]
CORE: Final = ROOT / "src" / "kya" / "core"
MODULES: Final = sorted(
    path.stem
    for path in (*CORE.glob("checks*.py"), CORE / "decide.py", CORE / "workload.py")
)
LISTED: Final = tomllib.loads(Path(__file__).with_name("survivors.toml").read_text())


@pytest.mark.proof
@pytest.mark.parametrize("name", MODULES)
def test_every_mutant_is_killed(name: str, tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "tests.mutation.hunt", f"kya.core.{name}"]
    environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}
    said = subprocess.run(
        asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout.splitlines()[-1])
    assert found["mutants"] > 0
    assert sorted(found["survivors"]) == sorted(LISTED.get(name, {}))


def test_every_survivor_is_there_and_says_why() -> None:
    assert set(LISTED) <= set(MODULES)
    for name, survivors in LISTED.items():
        names = {mutant.name for mutant in mutants((CORE / f"{name}.py").read_text())}
        assert set(survivors) <= names, name
        assert all(len(why) > 10 for why in survivors.values()), name
