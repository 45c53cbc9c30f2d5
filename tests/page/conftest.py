from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from kya.evidence.verify_page import verify_page
from tests.page.browser import Answers, Ask, Opened, browser, opened, packed
from tests.verify.packages import Handed, busy_world, handed_over
from tests.world import World

__all__ = ["browser"]


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "verify.html"
    file.write_bytes(verify_page())
    return file


@pytest.fixture(scope="module")
def tab(browser: Browser, page_file: Path) -> Iterator[Opened]:
    """One tab for all, since whoever has verified one package may take the next."""
    with opened(browser, page_file) as found:
        yield found


@pytest.fixture(scope="session")
def world() -> World:
    return busy_world()


@pytest.fixture(scope="session")
def sound(world: World, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """A package that nobody writes to."""
    return handed_over(world, tmp_path_factory.mktemp("sound") / "evidence", 7, 20)


@pytest.fixture
def ask(tab: Opened, tmp_path: Path) -> Ask:
    """Return how to put a package, or any archive, before the page."""

    def answers(
        given: Handed | Path, brings: Handed, **brought: bytes | None
    ) -> Answers:
        own = {"root": brings.root, "policy": brings.policy, "held": None}
        own |= {"authorities": None, **brought}
        if isinstance(given, Handed):
            given = packed(given, tmp_path / "evidence.tar.gz")
        root, *others = own.values()
        return tab.verify(given, root or b"", *others)

    return answers
