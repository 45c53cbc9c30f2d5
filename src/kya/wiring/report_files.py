"""The report as files: a page, a PDF, and the libraries that only a PDF needs."""

from kya.core.errors import InputError
from kya.report.model import Document
from kya.report.sheet import sheet


def pdf_of(document: Document) -> bytes:
    """Return the report as PDF/A-3b; InputError without the library that sets it."""
    try:
        from kya.adapters.pdf_typst import set_pdf  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(
            f"--pdf: {error.name} is not installed; want kya[report], or --html"
        ) from error
    return set_pdf(sheet(document))
