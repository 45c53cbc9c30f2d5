"""All cases, and the run of a verifier over them."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.case import Case
from conformance.entries import entry_cases, relaid_cases
from conformance.files import archive_cases, file_cases
from conformance.histories import history_cases
from conformance.incidents import incident_cases
from conformance.keys import key_cases
from conformance.partial import partial_cases
from conformance.rolls import roll_cases
from conformance.since import since_cases
from conformance.sound import sound_cases
from conformance.verifier import Outcome, outcome_of, run
from conformance.witnesses import witness_cases


def all_cases() -> Iterator[Case]:
    """Yield every case; the same ones in the same order, always."""
    yield from sound_cases()
    yield from history_cases()
    yield from incident_cases()
    yield from witness_cases()
    yield from key_cases()
    yield from since_cases()
    yield from roll_cases()
    yield from partial_cases()
    yield from relaid_cases()
    yield from archive_cases()
    yield from entry_cases()
    yield from file_cases()


def sample(cases: Sequence[Case], count: int) -> list[Case]:
    """Return so many of the cases, evenly over all kinds."""
    step = max(1, len(cases) // count)
    return list(cases[::step])[:count]


def verdict_on(command: list[str], case: Case) -> Outcome:
    """Make one package in a folder of its own, and ask the verifier about it."""
    with TemporaryDirectory() as folder:
        given = case.make(Path(folder))
        return outcome_of(case, run(command, given, Path(folder)))


def main(arguments: list[str]) -> int:
    """Ask a verifier about every case, and print what it made of each."""
    parser = argparse.ArgumentParser(prog="conformance/run")
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--no-archives", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args(arguments)
    if not asked.command:
        parser.error("want the command of a verifier")
    cases = [
        case
        for case in all_cases()
        if asked.only in case.id and not (asked.no_archives and case.is_archive)
    ]
    if not cases:
        parser.error(f"no case is called {asked.only}")
    if asked.sample:
        cases = sample(cases, asked.sample)
    counts: Counter[Outcome] = Counter()
    for case in cases:
        outcome = verdict_on(asked.command, case)
        counts[outcome] += 1
        _print(f"{outcome.value:28}  {case.id}: {case.says}")
    _print("")
    for outcome in Outcome:
        _print(f"{counts[outcome]:5}  {outcome.value}")
    return int(any(outcome.is_wrong for outcome in counts))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
