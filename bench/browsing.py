"""How long a person waits for the answers of verify.html, in a real browser."""

import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figure import Figure, at_most, missing
from bench.packages import package_of
from bench.scale import Scale
from bench.verifying import STORY_ENTRIES
from kya.evidence.archive import archive
from kya.evidence.verify_page import verify_page

RUNS = 3
SECONDS_MAX = 5
CHROMIUM = shutil.which("chromium")
_NAME = "verify.html, the story's size"


def run(_scale: Scale) -> list[Figure]:
    """Return the time from the button to the verdict."""
    if CHROMIUM is None:
        return [missing(_NAME, "chromium is not installed")]
    with TemporaryDirectory() as folder:
        waits = _waits(Path(folder), CHROMIUM)
    runs = f"middle of {RUNS}, Chromium"
    return [at_most(_NAME, median(waits), "s", SECONDS_MAX, runs)]


def _waits(folder: Path, chromium: str) -> list[float]:
    """Verify one package some times, each in a tab of its own."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  Only this one needs it.

    made = package_of(STORY_ENTRIES)
    page_file, packed = folder / "verify.html", folder / "evidence.tar.gz"
    page_file.write_bytes(verify_page())
    archive(made.package, packed)
    waits = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for _ in range(RUNS):
            page = browser.new_page()
            page.goto(page_file.as_uri())
            page.set_input_files("#package", packed)
            page.set_input_files("#root", made.root)
            start = perf_counter()
            page.click("#verify")
            page.wait_for_selector("body[data-verdict]", timeout=60_000)
            waits.append(perf_counter() - start)
            failed = page.get_attribute("body", "data-verdict") == "FAILS"
            page.close()
            if failed:
                raise RuntimeError("verify.html: the package does not hold")
        browser.close()
    return waits
