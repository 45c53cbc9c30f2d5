"""What the verifier found: the table of ten questions, and what was not checked."""

from typing import Final

from kya.report.model import (
    Basis,
    Row,
    Section,
    Sentence,
    Source,
    Table,
    answer_to,
)
from kya.verify.finding import Verdict
from kya.verify.report import Answer, Report

FINDINGS_SHOWN: Final = 6
"""Findings under one question; `kya verify --json` has up to a hundred of a kind."""

NO_VERDICT_ON_LAW: Final = (
    "This report says what a log proves and what it does not. Whether any rule of law"
    " is met is for people to judge; no authority has given its consent here."
)


def headline(report: Report) -> str:
    """Return the verdict in one line, the worst first."""
    failing = [str(a.question) for a in report.answers if a.verdict is Verdict.FAILS]
    unknown = [str(a.question) for a in report.answers if a.verdict is Verdict.UNKNOWN]
    if report.verdict is Verdict.FAILS:
        where = f"questions: {', '.join(failing)}" if failing else "the package's files"
        return f"This package FAILS verification ({where}). Rely on no figure below."
    if report.verdict is Verdict.UNKNOWN:
        where = ", ".join(unknown) if unknown else "of the package's files"
        return f"Nothing fails, but not everything can be told: UNKNOWN is {where}."
    return "Verified: the ten questions and the package's files, each HOLDS."


def verdict_section(report: Report) -> Section:
    """Return the ten questions, each with its verdict and what decided it."""
    rows = [_row(each) for each in (*report.answers, report.package)]
    table = Table(
        header=("", "question, and what was found", "verdict"),
        widths=(1, 15, 3, 3),
        rows=tuple(rows),
    )
    said = Sentence(
        "HOLDS: checked to the end, in separate ways, and nothing was found against it."
        " FAILS: it does not hold. UNKNOWN: it cannot be told from this package.",
        Source(Basis.PROGRAM, "kya verify"),
    )
    return Section("Ten questions", (said, table))


def unchecked_section(report: Report) -> Section:
    """Return what no verdict above covers."""
    source = Source(Basis.PROGRAM, "kya verify")
    rows = [Row((sentence,), source) for sentence in report.not_checked]
    return Section(
        "What was not checked",
        (
            Sentence(NO_VERDICT_ON_LAW, Source(Basis.PROGRAM, "kya report")),
            Table(header=("nothing here tells",), widths=(16, 4), rows=tuple(rows)),
        ),
    )


def _row(answer: Answer) -> Row:
    """Return a question with those findings that decided it first."""
    number = str(answer.question) if answer.question else ""
    found = [
        (f"{each.where}: " if each.where else "") + each.sentence
        for each in answer.findings[:FINDINGS_SHOWN]
    ]
    more = len(answer.findings) - FINDINGS_SHOWN
    if more > 0:
        found.append(f"and {more} more")
    text = "\n".join([answer.text, *found])
    return Row((number, text, answer.verdict.value), answer_to(answer.question))
