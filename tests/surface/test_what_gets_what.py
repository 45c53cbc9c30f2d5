"""What hostile input gets: the table of the controls, held to the vectors."""

import json
from typing import Final

import pytest

from tests.surface.blocks import ROOT, rows

REFERENCE: Final = ROOT / "docs" / "reference"
TABLE: Final = rows(REFERENCE / "controls.md", "| input")


def answers() -> dict[str, str]:
    """What each case gets, as the table says it."""
    found = {row[0].strip("`"): row[-1] for row in rows(HOSTILE, "| case")}
    for name in ("canonical", "decide"):
        path = ROOT / "vectors" / name / f"{name}.json"
        for case in json.loads(path.read_text("utf-8"))["cases"]:
            reasons = ", ".join(f"`{reason}`" for reason in case.get("reasons", ()))
            said = case["expected"]
            found[case["id"]] = f"{said}: {reasons}" if reasons else said
    return found


HOSTILE: Final = REFERENCE / "how-others-fail.md"
ANSWERS: Final = answers()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[1].strip("`"))
def test_each_input_gets_what_the_table_says(row: tuple[str, ...]) -> None:
    _, case, answer = row
    assert ANSWERS[case.strip("`")] == answer


def test_no_hostile_amount_is_left_out() -> None:
    """Every vector of an amount that is none is refused, listed or not."""
    amounts = [said for name, said in ANSWERS.items() if name[:12] == "line-amount-"]
    assert len(amounts) > 20
    assert set(amounts) == {"malformed"}
