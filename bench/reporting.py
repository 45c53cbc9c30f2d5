"""How long the report of a package takes beyond its verification, and its size."""

from statistics import median
from time import perf_counter

from bench.figure import Figure, at_most, shown
from bench.packages import package_of
from bench.scale import Scale
from bench.verifying import STORY_ENTRIES
from kya.report.compose import compose
from kya.report.gathered import Gathered
from kya.report.html import render_html
from kya.verify.brought import Brought
from kya.verify.verify import examine
from kya.wiring.report_files import pdf_of

RUNS = 5
PDF_SECONDS_MAX = 3
PDF_MEGABYTES_MAX = 2


def run(_scale: Scale) -> list[Figure]:
    """Return the time of page and PDF, the first one included, and the PDF's size."""
    made = package_of(STORY_ENTRIES)
    brought = Brought.read(made.root.read_bytes(), None, None)
    gathered = Gathered()
    examination = examine(made.package, brought, watch=gathered)
    pages, pdfs, size = list[float](), list[float](), 0
    for _ in range(RUNS):
        start = perf_counter()
        document = compose(examination, gathered)
        render_html(document)
        pages.append(perf_counter() - start)
        start = perf_counter()
        size = len(pdf_of(document))
        pdfs.append(perf_counter() - start)
    runs = f"of {RUNS}, the story's size, verified before"
    return [
        shown("report as a page", median(pages), "s", f"middle {runs}"),
        at_most("report as PDF/A-3b", max(pdfs), "s", PDF_SECONDS_MAX, f"worst {runs}"),
        at_most("size of that PDF", size / 1e6, "MB", PDF_MEGABYTES_MAX, "1"),
    ]
