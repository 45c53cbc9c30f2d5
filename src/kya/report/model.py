"""The report as a value: sections of sentences, each with the source it rests on.

There is no way to say something without a source: a sentence and a row of a table take
one, and a source that names nothing is refused.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from kya.core.errors import CorruptionError
from kya.core.instant import Instant
from kya.verify.finding import Verdict

RUNS_SHOWN: Final = 3
"""Runs of entries that are shown behind a sentence; report.json has them all."""


class Basis(Enum):
    """What kind of thing a sentence can rest on."""

    ENTRIES = "entries"
    QUESTION = "question"
    FILE = "file"
    TABLE = "table"
    PROGRAM = "this program"


@dataclass(frozen=True, slots=True)
class Source:
    """What a sentence rests on: entries of the log by index, or what else was asked."""

    basis: Basis
    where: str

    def __post_init__(self) -> None:
        """Refuse a source that names nothing."""
        if not self.where:
            raise CorruptionError(f"report: a sentence rests on no {self.basis.value}")

    def __str__(self) -> str:
        """Render it short enough to stand behind a sentence."""
        if self.basis is not Basis.ENTRIES:
            return f"{self.basis.value} {self.where}"
        runs = self.where.split(" ")
        if len(runs) == 1 and runs[0].isdigit():
            return f"entry {self.where}"
        if len(runs) > RUNS_SHOWN + 1:
            runs = [*runs[:RUNS_SHOWN], f"… {runs[-1]}"]
        return f"entries {', '.join(runs)}"


def entries(*runs: object) -> Source:
    """Return a source of entries, from indexes or runs of them."""
    return Source(Basis.ENTRIES, " ".join(str(run) for run in runs))


def answer_to(question: int) -> Source:
    """Return the verifier's answer to one of the ten questions as a source."""
    return Source(Basis.QUESTION, str(question) if question else "of the package")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement, and what it rests on."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, and what it rests on."""

    cells: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a header; `widths` are shares of the line, the source's the last."""

    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        """Refuse rows of another length than the header."""
        columns = {len(self.header), *(len(row.cells) for row in self.rows)}
        if columns != {len(self.widths) - 1}:
            raise CorruptionError(f"report: a table of {columns} columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The figures of one colour; `tone` is its place in the palette."""

    name: str
    tone: int
    figures: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars, stacked, one for each label; `limit` is drawn as a line across them.

    Figures are whole numbers of `unit`, and drawn exactly as high as they are.
    """

    said: Sentence
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    limit: tuple[str, int] | None = None


Block: TypeAlias = Sentence | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole report. `at` is the last instant that the log names, no clock's.

    `facts` stand on the first page, each a name and a value; `attached` are files that
    a PDF carries.
    """

    title: str
    subtitle: str
    package_digest: str
    at: Instant | None
    verdict: Verdict
    headline: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    attached: tuple[tuple[str, bytes], ...]
