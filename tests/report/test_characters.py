"""Whatever somebody wrote can be shown, and cannot hide."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.report.characters import seen, typeset
from kya.report.html import render_html
from kya.report.model import Document, Section, Sentence, entries
from kya.report.sheet import sheet
from kya.verify.finding import Verdict
from kya.wiring.report_files import pdf_of

EVERY = "".join(map(chr, range(0x11000)))


def a_document(text: str) -> Document:
    """A report in which each part holds this text."""
    return Document(
        title=text,
        subtitle=text,
        package_digest="",
        at=None,
        verdict=Verdict.FAILS,
        headline=text,
        facts=((text, text),),
        sections=(Section(text, (Sentence(text, entries(1)),)),),
        attached=(),
    )


@pytest.mark.parametrize(
    ("text", "shown", "set_as"),
    [
        ("plain, \u00dcn\u00ef\n", "plain, \u00dcn\u00ef\n", "plain, \u00dcn\u00ef\n"),
        ("\u7406", "\u7406", "\\u{7406}"),
        ("a\u202eb", "a\\u{202e}b", "a\\u{202e}b"),
        ("bell\x07", "bell\\u{7}", "bell\\u{7}"),
        ("\udcff", "\\u{dcff}", "\\u{dcff}"),
        ("\U0001f600", "\U0001f600", "\\u{1f600}"),
    ],
)
def test_what_cannot_be_shown_is_spelt_out(text: str, shown: str, set_as: str) -> None:
    assert seen(text) == shown
    assert typeset(text) == set_as


def test_the_fonts_have_every_character_that_is_not_spelt_out() -> None:
    kept = "".join(char for char in EVERY if typeset(char) == char)
    assert len(kept) > 1_000
    assert pdf_of(a_document(kept)).startswith(b"%PDF-")


def test_every_character_can_stand_in_a_page() -> None:
    page = render_html(a_document(EVERY)).decode("utf-8")
    assert "\u202e" not in page
    assert "\x00" not in page


@given(st.text(max_size=50))
def test_spelling_out_twice_changes_nothing_more(text: str) -> None:
    assert seen(seen(text)) == seen(text)
    assert typeset(typeset(text)) == typeset(text)


def test_a_forgers_name_of_a_file_makes_a_report() -> None:
    document = replace(a_document("report"), headline="log/\udcff: \u7406\x00")
    assert pdf_of(document).startswith(b"%PDF-")
    assert "\\\\u{dcff}" in sheet(document).document
