"""The report as PDF/A-3b, set by typst's own library (`kya[report]`).

Only the fonts inside the library are used, so that the same document gives the same
bytes on every machine.
"""

from typing import Final

import typst

from kya.core.errors import CorruptionError
from kya.report.sheet import Sheet

STANDARD: Final = "a-3b"


def set_pdf(sheet: Sheet) -> bytes:
    """Return the PDF; its date is the sheet's, its attachments are as given."""
    given = {"document": sheet.document}
    for place, (_, content) in enumerate(sheet.attached):
        given[f"attached-{place}"] = content.decode("utf-8")
    compiler = typst.Compiler(
        sheet.template.encode("utf-8"),
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs=given,
    )
    try:
        made = compiler.compile(
            format="pdf", pdf_standards=STANDARD, timestamp=sheet.timestamp
        )
    except typst.TypstError as error:
        raise CorruptionError(f"report: cannot be set: {error}") from error
    if not isinstance(made, bytes):
        raise CorruptionError("report: want one PDF")
    return made
