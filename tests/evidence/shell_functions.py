"""The awk functions of the shell verifier, to be run without a package."""

import re
import subprocess
from typing import Final

from tests.surface.blocks import ROOT

SCRIPT: Final = (ROOT / "src/kya/evidence/verify.sh").read_text("utf-8")
_FUNCTION: Final = re.compile(
    r"^function \w+\((?:.*\}$|.*\n(?:.*\n)*?\}$)", re.MULTILINE
)


def program(name: str) -> str:
    """Return one awk program of the script, as the script writes it."""
    found = re.search(
        rf'"\$tmp/{name}\.awk" <<\'EOF\'\n(.*?)^EOF$', SCRIPT, re.MULTILINE | re.DOTALL
    )
    assert found, name
    return found[1]


def functions_of_the_judge() -> str:
    """Return the judge's functions with what they begin with, and none of its rules."""
    judge = program("judge")
    begin, _, _ = judge.partition("\n}\n")
    functions = _FUNCTION.findall(judge) + _FUNCTION.findall(program("library"))
    return "\n".join([begin, "}", *functions])


def run(rules: str, lines: str) -> list[str]:
    """Return what awk prints for these lines by these rules and the functions."""
    done = subprocess.run(
        ["awk", f"{functions_of_the_judge()}\n{rules}"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()
