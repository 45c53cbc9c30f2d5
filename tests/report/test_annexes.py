from dataclasses import replace

import pytest

from kya.codec.citations import citations_in, unknown_citations
from kya.codec.incident_figures import IncidentFigures
from kya.codec.regulations import regulations
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError
from kya.core.instant import Instant
from kya.report import annex_dora, annex_rts6
from kya.report.compose import compose
from kya.report.examined import Examined
from kya.report.gathered import Gathered
from kya.report.model import Document, Row, Sentence, Table
from kya.report.shown import shown
from kya.verify.brought import Brought
from kya.verify.finding import Verdict
from kya.verify.verify import examine
from tests.incidents import the_fridays_world
from tests.report.reports import report_on, rows, said, section, sentences
from tests.verify.packages import Handed, handed_over
from tests.world import AGENT


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    out = tmp_path_factory.mktemp("annexes") / "evidence"
    return handed_over(the_fridays_world(), out)


@pytest.fixture(scope="module")
def examined(package: Handed) -> Examined:
    brought = Brought.read(package.root, package.policy, None)
    gathered = Gathered()
    examination = examine(package.path, brought, watch=gathered)
    assert examination.found is not None
    return Examined(examination, examination.found, gathered)


@pytest.fixture(scope="module")
def document(examined: Examined) -> Document:
    return compose(examined.examination, examined.gathered)


def articles(document: Document) -> dict[str, tuple[Row, ...]]:
    """The tables of the self-assessment by article."""
    blocks = section(document, annex_rts6.TITLE).blocks
    return {b.header[0]: b.rows for b in blocks if isinstance(b, Table)}


def test_every_article_of_the_assessment_has_a_question_for_the_firm(
    document: Document,
) -> None:
    found = articles(document)
    asked = [each for each in found if each.removeprefix("Art. ").isdigit()]
    assert asked == [f"Art. {number}" for number in range(1, 19)]
    for part in found.values():
        assert [part[0].cells[0], part[-1].cells[0]] == ["duty", "for the firm"]
        assert part[-1].cells[1].endswith("?")


def test_what_the_evidence_shows_names_its_own_entries(document: Document) -> None:
    alerts = articles(document)["Art. 16"]
    (told,) = [row for row in alerts if "first alert delivered in 0.040 s" in str(row)]
    assert str(told.source).startswith("entries ")
    (limits,) = [
        row
        for row in articles(document)["Art. 15"]
        if row.cells[1].startswith("order.amount:")
    ]
    assert limits.cells[1] == "order.amount: in 3 decisions, fired 1 time."
    unarmed = "Not armed by any scope of this period: price.collar"
    assert any(unarmed in row.cells[1] for row in articles(document)["Art. 15"])


def test_an_article_that_no_evidence_touches_says_so(document: Document) -> None:
    texts = [row.cells[1] for row in articles(document)["Art. 3"]]
    assert "shows nothing of this" in texts


def test_every_name_of_a_figure_in_the_table_is_known(examined: Examined) -> None:
    names = [name for duty in regulations().duties for name in duty.shows]
    assert len(names) > 25
    for name in names:
        assert all(sentence.text for sentence in shown(name, examined))
    with pytest.raises(CorruptionError, match="moons 7"):
        list(shown("moons 7", examined))


def test_a_stopped_order_is_not_major_and_the_sheet_says_why(
    document: Document,
) -> None:
    _, conclusion = said(document, annex_dora.TITLE)
    assert "not major on this evidence, because order 1" in conclusion
    assert (
        f"of {AGENT} was denied and, as far as this log goes, never sent" in conclusion
    )
    sheet = dict(cells for cells in rows(document, annex_dora.TITLE) if len(cells) == 2)
    assert sheet["transactions affected"] == "none"
    assert sheet["critical service affected"].startswith("for the firm")
    assert sheet["the order, against an average day"].startswith(
        "EUR 180,000.00 is 900.0 % of EUR 20,000.00"
    )


def test_the_deadlines_are_counted_from_the_first_alert(document: Document) -> None:
    sheet = dict(cells for cells in rows(document, annex_dora.TITLE) if len(cells) == 2)
    days = [
        sheet[name].partition(" ")[0].partition(":")[0]
        for name in ("awareness", "first report", "not later than")
    ]
    assert days == ["2026-05-15", "2026-05-15", "2026-05-16"]
    assert sheet["awareness"].endswith("when the first alert was delivered")
    assert sheet["intermediate report"].startswith("2026-05-18")
    assert sheet["final report"].startswith("2026-06-18")


def the_incident(examined: Examined) -> IncidentFigures:
    (found,) = examined.tally.incidents.about(None)
    return found


def test_an_order_that_left_is_never_called_not_major(examined: Examined) -> None:
    found = the_incident(examined)
    left = replace(found.decided, outcome=Outcome.ALLOWED)
    examined.tally.incidents.all[found.decided.order] = replace(found, decided=left)
    blocks = annex_dora.worksheets(examined, regulations()).blocks
    examined.tally.incidents.all[found.decided.order] = found
    _, conclusion = (b.text for b in blocks if isinstance(b, Sentence))
    assert "not decided by this evidence" in conclusion
    assert "not major" not in conclusion


@pytest.mark.parametrize(
    ("at", "later"),
    [
        ("2026-05-18T14:30:00.000000Z", "2026-06-18T14:30:00.000000Z"),
        ("2026-01-31T00:00:00.000000Z", "2026-02-28T00:00:00.000000Z"),
        ("2026-12-31T23:59:59.999999Z", "2027-01-31T23:59:59.999999Z"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(at: str, later: str) -> None:
    assert annex_dora.month_after(Instant.parse(at)) == Instant.parse(later)


def test_nothing_in_the_report_cites_what_was_not_reviewed(document: Document) -> None:
    text = "\n".join(text for text, _ in sentences(document))
    headings = "\n".join(each.title for each in document.sections)
    cited = list(citations_in(text + headings))
    assert len(cited) > 20
    assert list(unknown_citations(text + headings, regulations().known())) == []


def test_of_a_package_that_fails_no_form_is_filled_in(
    package: Handed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    damaged = package.copy_to(tmp_path_factory.mktemp("damaged"))
    damaged.write("report.csv", b"nothing\n")
    document = report_on(damaged)
    assert document.verdict is Verdict.FAILS
    assert said(document, "Annexes") == [
        "Not filled in, for this package FAILS verification."
    ]
    assert "not major" not in str(document)
