"""What is installed is named exactly, hashed, and comes from nowhere in particular."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.source import ROOT

FOLDER = ROOT / "requirements"
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,]+\])?==(\S+)", re.MULTILINE)


SETS = [
    "runtime",
    "dev",
    "keys",
    "parquet",
    "policies",
    "stamps",
    "ccxt",
    "fix",
    "apprise",
    "mcp",
    "langchain",
    "oidc",
    "report",
    "behaviour",
    "kakunin",
    "freqtrade",
    "quickfix",
]


def _pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((FOLDER / name).read_text("utf-8")))


@pytest.mark.parametrize("name", SETS)
def test_every_requirement_is_exact_and_hashed(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines
    assert [x for x in lines if not (PIN.match(x) and "--hash=sha256:" in x)] == []


@pytest.mark.parametrize("name", SETS)
def test_the_lock_holds_what_was_asked_for(name: str) -> None:
    assert _pins(f"{name}.in").items() <= _pins(f"{name}.txt").items()


def test_all_sets_agree() -> None:
    assert _pins("runtime.txt").items() <= _pins("dev.txt").items()
    assert _pins("keys.txt").items() <= _pins("dev.txt").items()
    assert _pins("parquet.txt").items() <= _pins("dev.txt").items()
    assert _pins("stamps.txt").items() <= _pins("dev.txt").items()


def test_the_libraries_of_every_back_end_for_keys_are_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    others = {"server", "agent", "demo", "parquet", "cedar", "rego", "stamps", "ccxt"}
    others |= {"apprise", "console", "fix", "langchain", "mcp", "oidc", "report"}
    backends = extras.keys() - others
    wanted = [each for backend in backends for each in extras[backend]]
    names = {re.split(r"[<>=\[]", requirement)[0] for requirement in wanted}
    assert names <= _pins("keys.txt").keys()


def test_the_library_of_the_parquet_export_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (wanted,) = project["project"]["optional-dependencies"]["parquet"]
    assert re.split(r"[<>=\[]", wanted)[0] in _pins("parquet.txt")


def test_the_library_of_time_stamps_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (wanted,) = project["project"]["optional-dependencies"]["stamps"]
    assert re.split(r"[<>=\[]", wanted)[0] in _pins("stamps.txt")


def test_the_library_that_reaches_venues_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ours, wanted = project["project"]["optional-dependencies"]["ccxt"]
    assert ours == "kya[agent]"
    assert re.split(r"[<>=\[]", wanted)[0] in _pins("ccxt.txt")
    assert _pins("ccxt.txt").items() <= _pins("dev.txt").items()


def test_the_codec_of_fix_messages_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ours, wanted = project["project"]["optional-dependencies"]["fix"]
    assert ours == "kya[agent]"
    assert re.split(r"[<>=\[]", wanted)[0] in _pins("fix.txt")
    assert _pins("fix.txt").items() <= _pins("dev.txt").items()


def test_the_library_that_tells_people_otherwise_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (wanted,) = project["project"]["optional-dependencies"]["apprise"]
    assert re.split(r"[<>=\[]", wanted)[0] in _pins("apprise.txt")
    assert _pins("apprise.txt").items() <= _pins("dev.txt").items()


def test_what_speaks_with_assistants_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    _, wanted = project["project"]["optional-dependencies"]["mcp"]
    assert re.split(r"[<>=\[]", wanted)[0] in _pins("mcp.txt")
    assert _pins("mcp.txt").items() <= _pins("dev.txt").items()


def test_what_asks_an_identity_provider_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ours, *wanted = project["project"]["optional-dependencies"]["oidc"]
    assert ours == "kya[console]"
    names = {re.split(r"[<>=\[]", each)[0] for each in wanted}
    assert names <= _pins("oidc.txt").keys()
    assert _pins("oidc.txt").items() <= _pins("dev.txt").items()


def test_what_programs_with_models_are_built_with_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ours, wanted = project["project"]["optional-dependencies"]["langchain"]
    assert ours == "kya[mcp]"
    assert re.split(r"[<>=\[]", wanted)[0] in _pins("langchain.txt")
    assert _pins("langchain.txt").items() <= _pins("dev.txt").items()


def test_what_sets_and_signs_the_report_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["optional-dependencies"]["report"]
    names = {re.split(r"[<>=\[]", each)[0] for each in wanted}
    assert names <= _pins("report.txt").keys()
    assert _pins("report.txt").items() <= _pins("dev.txt").items()


def test_every_dependency_of_the_package_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["server"],
        *project["project"]["optional-dependencies"]["agent"],
        *project["project"]["optional-dependencies"]["console"][1:],
        *project["build-system"]["requires"],
    ]
    names = {re.split(r"[<>=\[]", requirement)[0] for requirement in wanted}
    assert names == _pins("runtime.in").keys()


def test_every_verb_starts_without_the_libraries_of_extras() -> None:
    """The demonstration installs the runtime set alone, and calls other verbs."""
    program = f"""
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {sorted(_of_extras())}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from kya.cli.app import command_line
command_line()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _of_extras() -> set[str]:
    """Return the modules of everything that is not in the runtime set."""
    runtime = _pins("runtime.txt").keys()
    packages = packages_distributions().items()
    return {
        module
        for module, names in packages
        if module not in {"kya", "_virtualenv", "pip", "setuptools", "pkg_resources"}
        and not any(canonicalized(name) in runtime for name in names)
    }


def canonicalized(name: str) -> str:
    """The name as an index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
