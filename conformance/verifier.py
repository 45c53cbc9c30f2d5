"""Somebody's verifier, seen from outside: a command, its exit code, its answers."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from conformance.case import Case, Given

SECONDS_MAX: Final = 120
_LINE: Final = re.compile(r"^\s*(files|Q\d+)\s+(HOLDS|FAILS|UNKNOWN)\b", re.MULTILINE)
_HOLDS: Final = "HOLDS"


class Outcome(StrEnum):
    """What a verifier made of one case, and whether that is right."""

    PASSED = "passed a good package"
    REFUSED = "refused a bad one"
    UNKNOWN = "said UNKNOWN to a bad one"
    ACCEPTED = "WRONGLY ACCEPTED a bad one"
    OVERDONE = "WRONGLY REFUSED a good one"
    BROKE = "BROKE"

    @property
    def is_wrong(self) -> bool:
        """Tell whether a verifier must not do this."""
        return self in {Outcome.ACCEPTED, Outcome.OVERDONE, Outcome.BROKE}


@dataclass(frozen=True, kw_only=True)
class Said:
    """One run: the exit code, and the verdicts by question as far as printed."""

    code: int
    verdicts: dict[int, str] = field(default_factory=dict)


def run(command: list[str], given: Given, folder: Path) -> Said:
    """Run a verifier over a package; its own copies lie beside it as files."""
    asked = [*command]
    for option, content in (
        ("--root", given.root),
        ("--policy", given.policy),
        ("--checkpoint", given.held),
        ("--since", given.since),
        ("--tsa", given.authorities),
    ):
        if content is not None:
            file = folder / f"own{option}"
            file.write_bytes(content)
            asked += [option, str(file)]
    done = subprocess.run(
        [*asked, str(given.package)],
        capture_output=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    return Said(code=done.returncode, verdicts=verdicts_in(done.stdout))


def verdicts_in(stdout: bytes) -> dict[int, str]:
    """Return the verdicts by question, from JSON or from lines such as `Q1 HOLDS`."""
    text = stdout.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        document = json.loads(text)
        answers = [*document.get("answers", []), *[document.get("package") or {}]]
        return {int(a["question"]): str(a["verdict"]) for a in answers if a}
    found = _LINE.findall(text)
    return {0 if q == "files" else int(q[1:]): verdict for q, verdict in found}


def outcome_of(case: Case, said: Said) -> Outcome:
    """Judge the code: 0 all hold, 1 one fails, 2 no package, 3 one is unknown."""
    if said.code not in {0, 1, 2, 3}:
        return Outcome.BROKE
    refused = said.code in {1, 2}
    if case.is_good:
        return Outcome.OVERDONE if refused else Outcome.PASSED
    if refused:
        return Outcome.REFUSED
    holding = [q for q in case.at_stake if said.verdicts.get(q, "") == _HOLDS]
    if said.code == 0 or len(holding) == len(case.at_stake):
        return Outcome.ACCEPTED
    return Outcome.UNKNOWN
