import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.csv_row import row, safe

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠A",
]


def read(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True))


def unsafe(cell: str) -> str:
    """What a reader does: the first apostrophe goes."""
    return cell.removeprefix("'")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2))
def test_every_text_is_read_as_it_was(texts: list[str]) -> None:
    (cells,) = read(row(map(safe, texts)))
    assert [unsafe(cell) for cell in cells] == texts


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_an_apostrophe_of_the_text_is_kept() -> None:
    assert safe("'=1") == "''=1"
    assert safe("it's") == "it's"


def test_a_row_ends_in_crlf_and_quotes_only_what_must_be() -> None:
    assert row(["a", "b c", 'd"e', "f,g", ""]) == b'a,b c,"d""e","f,g",\r\n'
