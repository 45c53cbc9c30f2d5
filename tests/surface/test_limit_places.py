"""The page on limits of places, run against a gateway that is up."""

from pathlib import Path

from tests.surface.blocks import ROOT
from tests.surface.scene import require_that_every_command_agrees


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "limit-places.md"
    require_that_every_command_agrees(page, tmp_path)
