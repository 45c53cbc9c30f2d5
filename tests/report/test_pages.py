import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kya.report.html import render_html
from kya.report.model import Chart, Document, Section, Sentence, Series, entries
from kya.report.sheet import sheet
from kya.verify.finding import Verdict
from kya.wiring.report_files import pdf_of
from tests.cli.terminal import kya
from tests.report.reports import asked, detached, report_on
from tests.verify.packages import Handed

HOSTILE = '</p><script>alert(1)</script>"\' #import "x": * $a$ \\u{41}'


@pytest.fixture(scope="module")
def document(sound: Handed) -> Document:
    return report_on(sound)


@pytest.fixture(scope="module")
def pdf(document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    path.write_bytes(pdf_of(document))
    return path


class Tags(HTMLParser):
    """Collects the tags of a page, and requires that each is closed."""

    VOID = frozenset({"meta", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: bytes) -> Tags:
    found = Tags()
    found.feed(page.decode("utf-8"))
    assert found.open == []
    return found


def a_chart(*figures: int, limit: tuple[str, int] | None = None) -> Chart:
    return Chart(
        said=Sentence(HOSTILE, entries(1)),
        unit="EUR",
        labels=tuple(map(str, range(len(figures)))),
        series=(Series(name="one", tone=0, figures=figures),),
        limit=limit,
    )


def hostile(document: Document) -> Document:
    """The document as if every text of it had come from a forger."""
    sentence = Sentence(HOSTILE, entries(1))
    blocks = (sentence, a_chart(1))
    return replace(document, title=HOSTILE, sections=(Section(HOSTILE, blocks),))


def test_the_page_has_no_script_and_asks_for_nothing(document: Document) -> None:
    page = render_html(document)
    seen = set(tags(page).seen)
    assert not seen & {"script", "img", "link", "iframe", "form", "object"}
    assert b"default-src 'none'" in page.replace(b"&#x27;", b"'")
    assert re.findall(rb"(?:src|href)=", page) == []


def test_the_same_package_gives_the_same_bytes(sound: Handed, pdf: Path) -> None:
    once, again = report_on(sound), report_on(sound)
    assert render_html(once) == render_html(again)
    assert pdf_of(again) == pdf.read_bytes()


def test_what_a_forger_wrote_stays_text(document: Document) -> None:
    page = render_html(hostile(document))
    assert "script" not in tags(page).seen
    made = sheet(hostile(document))
    assert HOSTILE not in made.template
    assert pdf_of(hostile(document)).startswith(b"%PDF-")


def test_the_first_page_of_a_package_that_fails_says_so(
    document: Document, tmp_path: Path
) -> None:
    failing = replace(document, verdict=Verdict.FAILS, headline="This package FAILS.")
    assert b'class="banner FAILS"' in render_html(failing)
    (tmp_path / "failing.pdf").write_bytes(pdf_of(failing))
    text = asked("pdftotext", "-l", "1", tmp_path / "failing.pdf", "-")
    assert text.count(b"This package FAILS") == 2


def test_the_pdf_carries_the_evidence_byte_for_byte(
    pdf: Path, sound: Handed, tmp_path: Path
) -> None:
    found = detached(pdf, tmp_path)
    assert sorted(found) == ["report.json", "verification.json"]
    assert found["report.json"] == sound.read("report.json")


def test_the_pdf_is_dated_by_the_log_and_says_what_it_is(
    pdf: Path, document: Document
) -> None:
    text = asked("pdfinfo", "-isodates", pdf).decode()
    assert document.at is not None
    assert f"CreationDate:    {str(document.at)[:19]}" in text
    raw = pdf.read_bytes()
    assert b"<pdfaid:part>3</pdfaid:part>" in raw
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in raw


def test_a_report_is_written_from_the_command_line(
    sound: Handed, tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_bytes(sound.root)
    given = ("report", sound.path, "--root", tmp_path / "root.pem")
    pages = ("--html", tmp_path / "a.html", "--pdf", tmp_path / "a.pdf")
    done = kya(*given, *pages)
    verified = kya("verify", *given[1:], "--json")
    assert done.code == verified.code == 3, done.err
    assert "not everything can be told" in done.out
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    again = kya(*given, *pages)
    assert (again.code, "new file" in again.err) == (2, True)
    assert kya(*given).code == 2
    told = kya(*given, "--html", tmp_path / "b.html", "--json")
    assert told.out == verified.out
    first, second = (tmp_path / name for name in ("a.html", "b.html"))
    assert first.read_bytes() == second.read_bytes()
