"""A real browser that opens verify.html from disk and tells what it answers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, TypeAlias

import pytest
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from kya.evidence.archive import archive
from tests.verify.packages import Handed

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
WAIT_MS: Final = 20_000
_SHOWN: Final = """() => {
    const said = (item) =>
        [...item.querySelectorAll("ul li")].map((line) => line.textContent);
    const isShown = !document.getElementById("answers").hidden;
    return [
        document.body.dataset.verdict,
        document.getElementById("progress").textContent,
        [...document.querySelectorAll("#questions > li")].filter(() => isShown)
            .map((li) => [li.dataset.question, li.dataset.verdict, said(li)]),
    ];
}"""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the page said of one package: verdicts and sentences by question."""

    verdict: str
    progress: str
    verdicts: dict[int, str] = field(default_factory=dict)
    sentences: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, page: Page) -> Self:
        """Return what a page shows that has come to its verdict."""
        verdict, progress, asked = page.evaluate(_SHOWN)
        return cls(
            verdict=verdict,
            progress=progress,
            verdicts={int(number): said for number, said, _ in asked},
            sentences={int(number): said for number, _, said in asked},
        )

    def having(self, verdict: str) -> set[int]:
        """Return the questions with this verdict."""
        return {number for number, found in self.verdicts.items() if found == verdict}


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One tab with the page, and every address that it asked for."""

    page: Page
    requests: list[str]

    def verify(
        self,
        package: Path,
        root: bytes,
        policy: bytes | None,
        held: bytes | None,
        authorities: bytes | None = None,
    ) -> Answers:
        """Choose these files as a person does, and press the button."""
        self.page.set_input_files("#package", package)
        for name, content in (
            ("root", root),
            ("policy", policy),
            ("checkpoint", held),
            ("authorities", authorities),
        ):
            file: FilePayload = {"name": name, "mimeType": "", "buffer": content or b""}
            self.page.set_input_files(f"#{name}", [] if content is None else [file])
        self.page.click("#verify")
        self.page.wait_for_selector("body[data-verdict]", timeout=WAIT_MS)
        return Answers.read(self.page)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the system's Chromium without a window; nothing is downloaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: while it runs, its thread can run no other loop."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with chromium() as found:
        yield found


@contextmanager
def opened(browser: Browser, page_file: Path, before: str = "") -> Iterator[Opened]:
    """Open the page from disk; `before` is a script that runs ahead of its own."""
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    if before:
        page.add_init_script(before)
    try:
        page.goto(page_file.as_uri())
        yield Opened(page=page, requests=requests)
    finally:
        page.close()


Ask: TypeAlias = Callable[..., Answers]
"""Puts a package, or any archive, before the page."""


def packed(handed: Handed, out: Path) -> Path:
    """Return the package's folder as one archive."""
    archive(handed.path, out)
    return out
