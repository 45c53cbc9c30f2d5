"""Annex: a self-assessment after RTS 6 Art. 9, filled in as far as the log goes."""

from collections.abc import Iterator
from typing import Final

from kya.codec.regulations import Duty, Regulations
from kya.report.examined import Examined
from kya.report.model import Basis, Block, Row, Section, Sentence, Source, Table
from kya.report.shown import shown

ACT: Final = "RTS 6"
TITLE: Final = "Annex A: self-assessment after RTS 6 Art. 9"

_INTRODUCTION: Final = (
    "Filled in as far as this log goes; the rest is the firm's to answer, and the"
    " assessment is the firm's as a whole. RTS 6 binds investment firms in financial"
    " instruments; for everybody else it is a benchmark, met by choice."
)


def self_assessment(examined: Examined, table: Regulations) -> Section:
    """Return the annex: each article, what the evidence shows, what is left to say."""
    source = Source(Basis.TABLE, f"regulations, {table.reviewed}")
    blocks: list[Block] = [Sentence(_INTRODUCTION, source)]
    blocks += [_article(each, examined, source) for each in table.of(ACT) if each.firm]
    return Section(TITLE, tuple(blocks))


def _article(duty: Duty, examined: Examined, source: Source) -> Table:
    """Return one article: the duty, what is shown, what is not, and the question."""
    return Table(
        header=(f"Art. {duty.article}", duty.title),
        widths=(3, 12, 5),
        rows=(
            Row(("duty", f"{duty.duty} ({duty.certainty})"), source),
            *_evidence(duty, examined, source),
            Row(("not shown", f"{duty.not_claimed}"), source),
            Row(("for the firm", duty.firm), source),
        ),
    )


def _evidence(duty: Duty, examined: Examined, source: Source) -> Iterator[Row]:
    """Yield what the evidence shows, each with its own source."""
    found = [each for name in duty.shows for each in shown(name, examined)]
    if not found:
        yield Row(("the evidence", "shows nothing of this"), source)
    label = "the evidence"
    for sentence in found:
        yield Row((label, sentence.text), sentence.source)
        label = ""
