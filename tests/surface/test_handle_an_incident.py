"""The page on incidents, run against a real gateway."""

from pathlib import Path

from tests.surface.blocks import ROOT
from tests.surface.walking import walk


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    walk(ROOT / "docs" / "how-to" / "handle-an-incident.md", tmp_path, [])
