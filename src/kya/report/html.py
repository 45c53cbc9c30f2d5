"""The report as one HTML page: no script, no request, and a style for print.

Whatever came from a package is escaped; the page's policy forbids all but its style.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape as escape_markup
from importlib import resources

from kya.report.characters import seen
from kya.report.chart import svg
from kya.report.model import Block, Document, Section, Sentence, Source, Table
from kya.verify.finding import Verdict

_VERDICTS = frozenset(verdict.value for verdict in Verdict)


def render_html(document: Document) -> bytes:
    """Return the page; the same bytes for the same document."""
    style = resources.files("kya.report").joinpath("page.css").read_text("utf-8")
    digest = b64encode(sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'"
    body = "\n".join(
        (
            _header(document),
            *(_section(each) for each in document.sections),
            _footer(document),
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Report on {escape(document.title)}, {escape(document.subtitle)}"
        f"</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def _header(document: Document) -> str:
    """Return the head of the page: what it is about, the verdict, which package."""
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in document.facts
    )
    verdict = document.verdict.value
    return (
        '<header>\n<p class="kind">Know Your Agent · report on an evidence package'
        "</p>\n"
        f"<h1>{escape(document.title)}</h1>\n"
        f'<p class="kind">{escape(document.subtitle)}</p>\n'
        f'<p class="banner {verdict}" role="status">{escape(document.headline)}</p>\n'
        f"<dl>{facts}</dl>\n</header>"
    )


def _section(section: Section) -> str:
    """Return a heading and what stands under it."""
    blocks = "\n".join(_block(each) for each in section.blocks)
    return f"<section>\n<h2>{escape(section.title)}</h2>\n{blocks}\n</section>"


def _block(block: Block) -> str:
    """Return a sentence, a table or a chart."""
    if isinstance(block, Sentence):
        return f"<p>{_said(block)}</p>"
    if isinstance(block, Table):
        return _table(block)
    return f"<figure><figcaption>{_said(block.said)}</figcaption>{svg(block)}</figure>"


def _said(sentence: Sentence) -> str:
    """Return a sentence with its source behind it."""
    return f"{escape(sentence.text)} {_source(sentence.source)}"


def _source(source: Source) -> str:
    return f'<span class="src">{escape(str(source))}</span>'


def _table(table: Table) -> str:
    """Return a table whose last column says what each row rests on."""
    whole = sum(table.widths)
    columns = "".join(
        f'<col width="{100 * width // whole}%">' for width in table.widths
    )
    header = "".join(f"<th>{escape(name)}</th>" for name in (*table.header, "rests on"))
    rows = "\n".join(
        f"<tr>{''.join(_cells(row.cells))}<td>{_source(row.source)}</td></tr>"
        for row in table.rows
    )
    return (
        f"<table><colgroup>{columns}</colgroup>\n<thead><tr>{header}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table>"
    )


def _cells(cells: tuple[str, ...]) -> Iterator[str]:
    """Yield the cells of a row, a verdict in its colour, further lines below."""
    for cell in cells:
        if cell in _VERDICTS:
            yield f'<td><b class="{cell}">{cell}</b></td>'
        else:
            lines = (f"<span>{escape(line)}</span>" for line in cell.split("\n"))
            yield f"<td>{''.join(lines)}</td>"


def _footer(document: Document) -> str:
    """Return what the figures end with, and how to ask for them again."""
    until = f"; the log's last instant is {document.at}" if document.at else ""
    return (
        f"<footer>Package {escape(document.package_digest or 'without SHA256SUMS')}"
        f"{until}. Whoever has the package, and brings the same to it, makes this page"
        " again with <code>kya report</code>, byte for byte.</footer>"
    )


def escape(text: str) -> str:
    """Return a text as it stands in a page: no markup, and nothing unseen."""
    return escape_markup(seen(text))
