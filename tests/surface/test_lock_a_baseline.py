"""The page on locking a baseline, run after a fortnight on paper."""

import shutil
from pathlib import Path

from tests.surface.blocks import ROOT
from tests.surface.scene import follow
from tests.surface.session import Session


def test_every_command_prints_what_the_page_shows(
    tmp_path: Path, observed_installation: Path
) -> None:
    shutil.copytree(observed_installation, tmp_path / "kya-data")
    with Session.begin(tmp_path) as session:
        session.run("kya up")
        follow(ROOT / "docs" / "how-to" / "lock-a-baseline.md", session)
