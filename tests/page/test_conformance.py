"""verify.html and the whole suite for verifiers, in one tab."""

from pathlib import Path

import pytest

from conformance.case import Given
from conformance.suite import all_cases
from conformance.verifier import Outcome, Said, outcome_of
from kya.core.errors import InputError
from kya.evidence.archive import archive
from tests.page.browser import Opened

CODES = {"HOLDS": 0, "FAILS": 1, "UNKNOWN": 3}


def said_of(tab: Opened, given: Given, folder: Path) -> Said:
    """Pack a folder where the case is one, and ask the page."""
    packed = given.package
    if packed.is_dir():
        packed = folder / "packed.tar.gz"
        try:
            archive(given.package, packed)
        except InputError:
            return Said(code=2)  # No archive can hold it, so no page is shown it.
    held = given.held or given.since
    answers = tab.verify(packed, given.root, given.policy, held, given.authorities)
    code = CODES[answers.verdict] if answers.verdicts else 2
    return Said(code=code, verdicts=answers.verdicts)


@pytest.mark.proof
def test_the_page_is_right_on_every_case(tab: Opened, tmp_path: Path) -> None:
    wrong: dict[str, Outcome] = {}
    for number, case in enumerate(all_cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome = outcome_of(case, said_of(tab, case.make(folder), folder))
        if outcome.is_wrong:
            wrong[case.id] = outcome
    assert not wrong
