"""The ceremonies of the page, held from the first command to the last."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.surface.blocks import ROOT, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference

PAGE: Final = ROOT / "docs" / "how-to" / "hold-the-ceremony.md"


def _a_directors_machine(folder: Path, name: str) -> None:
    """What a director has before the page begins: a passphrase and a reference."""
    (folder / f"{name}.phrase").write_text(f"the passphrase of {name}")
    (folder / f"{name}.toml").write_text(
        'backend = "file"\n'
        f'path = "{name}.pem"\n'
        f'passphrase_file = "{name}.phrase"\n'
        "generate = true\n"
    )


@pytest.mark.timeout(300)  # Some forty commands, one process each.
def test_every_ceremony_prints_what_the_page_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "resolution.txt").write_text("The board resolves.\n")
    for name in ("anna", "bernd"):
        _a_directors_machine(tmp_path, name)
    page = [block for block in blocks(PAGE) if block.language == "console"]
    with Session.begin(tmp_path) as session:
        for step in (step for block in page for step in steps(block.text)):
            printed = session.run(step.command)
            if step.command.startswith("kya director enrol anna"):
                # The page tells of one director; the other does the same.
                _enrol_the_other(session)
            if step.shown and not agrees(step.shown, printed):
                pytest.fail(f"$ {step.command}\n" + difference(step.shown, printed))


def _enrol_the_other(session: Session) -> None:
    for command in (
        "kya director request bernd --key bernd.toml --out bernd.csr",
        "kya director enrol bernd bernd.csr",
    ):
        session.run(command)
