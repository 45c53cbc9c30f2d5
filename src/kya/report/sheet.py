"""The report as input for the typesetter: a fixed template, and the document as JSON.

Text from a package is never part of the template, so it cannot be read as markup.
"""

import json
from dataclasses import dataclass
from importlib import resources
from typing import cast

from kya.core.instant import MICROS_PER_SECOND
from kya.report.characters import typeset
from kya.report.chart import svg
from kya.report.model import Block, Document, Section, Sentence, Table

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a typesetter is given; `timestamp` is in seconds, the log's own last one."""

    template: str
    document: str
    attached: tuple[tuple[str, bytes], ...]
    timestamp: int


def sheet(document: Document) -> Sheet:
    """Return what makes the PDF; the same for the same document."""
    template = resources.files("kya.report").joinpath("page.typ").read_text("utf-8")
    micros = document.at.micros if document.at else 0
    return Sheet(
        template=template,
        document=json.dumps(_typeset(_fields(document)), sort_keys=True),
        attached=document.attached,
        timestamp=micros // MICROS_PER_SECOND,
    )


def _typeset(value: object) -> object:
    """Return the same with every text spelt for the typesetter."""
    if isinstance(value, str):
        return typeset(value)
    if isinstance(value, dict):
        return {name: _typeset(part) for name, part in cast("Json", value).items()}
    if isinstance(value, list):
        return [_typeset(part) for part in cast("list[object]", value)]
    return value


def _fields(document: Document) -> Json:
    """Return the document as the template reads it."""
    return {
        "at": str(document.at) if document.at else "",
        "attached": [name for name, _ in document.attached],
        "digest": document.package_digest,
        "facts": [list(fact) for fact in document.facts],
        "headline": document.headline,
        "sections": [_section(each) for each in document.sections],
        "subtitle": document.subtitle,
        "title": document.title,
        "verdict": document.verdict.value,
    }


def _section(section: Section) -> Json:
    return {"title": section.title, "blocks": [_block(b) for b in section.blocks]}


def _block(block: Block) -> Json:
    """Return a block with the word that says which kind it is."""
    if isinstance(block, Sentence):
        return {"kind": "sentence", **_said(block)}
    if isinstance(block, Table):
        return {
            "header": [*block.header, "rests on"],
            "kind": "table",
            "rows": [[*row.cells, str(row.source)] for row in block.rows],
            "widths": list(block.widths),
        }
    return {"kind": "chart", "svg": svg(block), **_said(block.said)}


def _said(sentence: Sentence) -> Json:
    return {"source": str(sentence.source), "text": sentence.text}
