import json
import re
from pathlib import Path

import pytest

from kya.core.errors import CorruptionError
from kya.report.model import Basis, Document, Row, Source, Table, entries
from kya.verify.finding import Verdict
from tests.report.reports import charts, report_on, rows, said, sentences
from tests.verify.packages import Handed, a_part, busy_world, published
from tests.world import AGENT


@pytest.fixture(scope="module")
def document(sound: Handed) -> Document:
    return report_on(sound)


def test_nothing_can_be_said_without_a_source() -> None:
    for basis in Basis:
        with pytest.raises(CorruptionError, match="rests on no"):
            Source(basis, "")


def test_a_table_takes_only_rows_as_wide_as_its_header() -> None:
    row = Row(("one", "two"), entries(1))
    with pytest.raises(CorruptionError, match="a table of"):
        Table(header=("one",), widths=(1, 1), rows=(row,))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (entries(7), "entry 7"),
        (entries("14-185/3"), "entries 14-185/3"),
        (entries("1 2", 3), "entries 1, 2, 3"),
        (entries("1 3 5 9 12 80"), "entries 1, 3, 5, … 80"),
        (Source(Basis.QUESTION, "4"), "question 4"),
    ],
)
def test_a_source_is_short_enough_to_stand_behind_a_sentence(
    source: Source, shown: str
) -> None:
    assert str(source) == shown


def test_every_entry_that_is_named_is_in_the_log(document: Document) -> None:
    size = int(dict(document.facts)["entries"])
    named = [
        int(number)
        for _, source in sentences(document)
        if source.basis is Basis.ENTRIES
        for run in source.where.split(" ")
        for number in re.split("[-]", run.partition("/")[0])
    ]
    assert len(named) > 50
    assert max(named) < size


def test_the_summary_has_the_figures_of_the_tally(document: Document) -> None:
    text = "\n".join(said(document, "Summary"))
    assert f"{AGENT} sent 6 orders" in text
    assert "4 allowed, 1 denied and 1 refused" in text
    assert "largest order asked for was of EUR 180,000.00" in text
    assert "at most EUR 25,000.00 an order" in text


def test_the_ten_questions_stand_with_their_verdicts(document: Document) -> None:
    table = rows(document, "Ten questions")
    assert [cells[0] for cells in table] == [*map(str, range(1, 11)), ""]
    assert {cells[2] for cells in table} <= {verdict.value for verdict in Verdict}


def test_the_timeline_names_acts_in_the_order_of_the_log(document: Document) -> None:
    texts = [cells[1] for cells in rows(document, "Timeline")]
    wanted = ["a mandate", "issued to", "is the first live one", "suspended", "revoked"]
    places = [next(n for n, t in enumerate(texts) if word in t) for word in wanted]
    assert places == sorted(places)


def test_orders_that_did_not_go_are_shown_one_by_one(document: Document) -> None:
    first, second = rows(document, "Orders that did not go")
    assert "EUR 180,000.00" in first[2]
    assert first[3].startswith("denied: order.amount_max")
    assert second[3].startswith("refused: credential.revoked")


def test_the_charts_show_every_order_once(document: Document) -> None:
    by_day, largest, by_hour = charts(document)
    assert [sum(series.figures) for series in by_day.series] == [4, 1, 1]
    assert largest.series[0].figures == (180_000,)
    assert largest.limit == ("order maximum", 25_000)
    assert sum(by_hour.series[0].figures) == 6


def test_a_control_that_fired_names_the_decision(document: Document) -> None:
    found = {cells[0]: cells for cells in rows(document, "Controls")}
    assert found["order.amount"][1:3] == ("6", "stopped 1 order")
    assert found["hours.window"][2] == "never"


def test_what_was_not_checked_is_said(document: Document) -> None:
    assert len(rows(document, "What was not checked")) > 5
    assert "for people to judge" in said(document, "What was not checked")[0]


def test_no_word_says_that_somebody_consented(document: Document) -> None:
    text = "\n".join(text for text, _ in sentences(document)).lower()
    assert not re.search("approv|complian", text)


def test_the_evidence_that_is_attached_is_the_packages_own(
    document: Document, sound: Handed
) -> None:
    attached = dict(document.attached)
    assert attached["report.json"] == sound.read("report.json")
    verdict = json.loads(attached["verification.json"])
    assert verdict["verdict"] == document.verdict.value
    assert verdict["subject"]["package"] == document.package_digest


def test_a_package_that_fails_says_so_first(
    sound: Handed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = sound.copy_to(tmp_path_factory.mktemp("damaged"))
    package.write("report.csv", b"nothing\n")
    document = report_on(package)
    assert document.verdict is Verdict.FAILS
    assert document.headline.startswith("This package FAILS verification")
    assert rows(document, "Ten questions")[10][2] == "FAILS"


def test_a_log_that_is_believed_in_part_says_up_to_where(
    sound: Handed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = sound.copy_to(tmp_path_factory.mktemp("forged"))
    bundle = next(package.path.glob("log/tile/entries/000.p/*"))
    forged = bundle.read_bytes().replace(
        b'"amount":"180000.00"', b'"amount":"190000.00"'
    )
    bundle.write_bytes(forged)
    document = report_on(package)
    assert document.headline.startswith("This package FAILS verification (questions: 2")
    assert said(document, "Summary")[0].startswith("The log was believed up to entry ")
    assert "4 allowed, 0 denied and 0 refused" in said(document, "Summary")[1]


def test_a_log_that_cannot_be_read_gives_no_figure(
    sound: Handed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = sound.copy_to(tmp_path_factory.mktemp("headless"))
    (package.path / "log/checkpoint").unlink()
    document = report_on(package)
    assert [each.title for each in document.sections] == [
        "Summary",
        "Ten questions",
        "What was not checked",
    ]
    assert "its log could not be read" in said(document, "Summary")[0]
    assert [name for name, _ in document.attached] == ["verification.json"]


def test_a_report_since_a_checkpoint_says_what_it_took(
    sound: Handed, document: Document
) -> None:
    world = busy_world()
    since = published(world.entries[:17], world.log)("checkpoint")
    continued = report_on(sound, since)
    facts = dict(continued.facts)
    assert facts["examined in full"] == (
        "from entry 17 on; the 17 before were taken as the verifier had found them"
    )
    assert "examined in full" not in dict(document.facts)
    # Figures are those of the whole log, whatever was examined this time.
    for title in ("Orders in figures", "Timeline"):
        assert rows(continued, title) == rows(document, title)
    answered = str(rows(continued, "Ten questions"))
    assert "those before are the 17 of your checkpoint" in answered


def test_of_parts_of_a_log_the_verdicts_alone_are_told(tmp_path: Path) -> None:
    world = busy_world()
    source = published(world.entries, world.log)
    document = report_on(a_part(source, world, tmp_path / "part", "2026-05-15"))
    assert "only parts of the log are here" in said(document, "Summary")[0]
    assert document.verdict is Verdict.UNKNOWN
    assert [name for name, _ in document.attached] == ["verification.json"]
