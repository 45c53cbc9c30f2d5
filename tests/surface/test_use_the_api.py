"""The pages for programs and for assistants, run one after the other beside a bot."""

import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import founded_at, kya
from tests.surface.blocks import ROOT, blocks
from tests.surface.scene import SCENE, follow
from tests.surface.session import Session
from tests.surface.walking import a_free_port

PAGE = ROOT / "docs" / "how-to" / "use-the-api.md"
NEXT = ROOT / "docs" / "how-to" / "ask-from-an-assistant.md"
BOT = "python examples/bot.py kya-data/agents/algo_trader_v2"


def test_every_command_prints_what_the_pages_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    founded_at(tmp_path / "kya-data")
    monkeypatch.chdir(tmp_path)
    with Session.begin(tmp_path) as session:
        up = session.run("kya up")[-1].split(":")[2].split()[0]
        enrol_here()
        session.run(BOT)
        console = a_free_port()
        try:
            for page in (PAGE, NEXT):
                follow(page, session, {"8700": up, "8720": console})
        finally:
            session.run("cat *.pid | xargs kill 2>/dev/null")


def enrol_here() -> None:
    """Set the scene in this process, which is quicker than a process for each line."""
    Path("resolution.txt").touch()
    for line in SCENE.splitlines()[1:]:
        command, _, file = line.partition(" >")
        said = kya(*shlex.split(command)[1:])
        assert said.code == 0, said.err
        if file:
            Path(file).write_text(said.out)


def test_the_page_shows_the_program_of_the_examples() -> None:
    (shown,) = (block for block in blocks(PAGE) if block.language == "python")
    assert shown.text == (ROOT / "examples" / "denied.py").read_text("utf-8")
