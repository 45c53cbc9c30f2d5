"""One row of CSV (RFC 4180) that no spreadsheet takes for a formula.

Null is an empty cell. A text that begins like a formula gets an apostrophe in front,
and so does one that begins with an apostrophe: whoever reads drops the first apostrophe
of a cell and has the text again.
"""

from collections.abc import Iterable
from typing import Final

# What Excel, LibreOffice or Google Sheets may take for the beginning of a formula, in
# their wide forms, too.
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_QUOTED: Final = frozenset(',"\r\n')


def row(cells: Iterable[str]) -> bytes:
    """Return one row of finished cells, CRLF included."""
    return (",".join(map(_quoted, cells)) + "\r\n").encode("utf-8")


def safe(text: str) -> str:
    """Return a text's cell."""
    return f"'{text}" if text.startswith(("'", *_FORMULA)) else text


def _quoted(cell: str) -> str:
    """Return the cell as it stands between commas."""
    if _QUOTED.isdisjoint(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'
