"""The page on models, run with the protocol's own client and with LangChain."""

import ast
import json
import shutil
from pathlib import Path
from typing import get_args

from kya.assistant.orders import OrderTools
from kya.assistant.wanted import Outcome
from tests.surface.blocks import ROOT, blocks, rows
from tests.surface.scene import SCENE, follow
from tests.surface.session import Session

PAGE = ROOT / "docs" / "how-to" / "bind-a-model.md"


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    with Session.begin(tmp_path) as session:
        session.run("kya up")
        for command in SCENE.splitlines():
            session.run(command)
        follow(PAGE, session)


def test_the_page_lists_every_tool_and_every_outcome() -> None:
    outcomes = [row[0].strip("`") for row in rows(PAGE, "| `outcome`")]
    assert outcomes == list(get_args(Outcome))
    tools = [row[0].strip("`") for row in rows(PAGE, "| tool")]
    assert tools == [name for name in vars(OrderTools) if not name.startswith("_")]


def test_the_page_starts_the_tools_as_the_example_does() -> None:
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "json")
    (server,) = json.loads(shown)["mcpServers"].values()
    assert server["args"][0] == "tools"
    source = (ROOT / "examples" / "model.py").read_text("utf-8")
    names = {
        n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)
    }
    options = {each for each in server["args"] if each.startswith("--")}
    assert options <= names
