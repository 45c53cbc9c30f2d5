"""The regulator's recipes, each run against a gateway that is up and its package."""

import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.surface.blocks import ROOT, Step, blocks, steps
from tests.surface.session import Session, agrees
from tests.surface.test_tutorial import difference

PAGE: Final = ROOT / "docs" / "for-regulators" / "openssl.md"
TOLD: Final = "127.0.0.1:8700"  # Where the page says that the gateway is.

_VARYING: Final = (
    (re.compile(r"\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT"), "<time>"),
    (re.compile(r"-attime \d+"), "-attime <seconds>"),
)

# Before the page begins: two orders, a revocation, two more, and the package.
SCENE: Final = """\
touch resolution.txt
kya mandate sign examples/mandate.json --resolution resolution.txt --as anna --as bernd
kya agent register algo_trader_v2 --as clara --as david --attest token > token
kya agent enrol algo_trader_v2 --token-file token
python examples/bot.py kya-data/agents/algo_trader_v2
kya agent revoke algo_trader_v2 --reason "an order above the maximum"
python examples/bot.py kya-data/agents/algo_trader_v2
cp kya-data/trust/root.pem .
kya evidence build --from $(date -u -d yesterday +%F) --to $(date -u +%F) --out evidence
"""


def recipes() -> list[Step]:
    found = [block for block in blocks(PAGE) if block.language == "console"]
    return [step for block in found for step in steps(block.text)]


def plain(lines: tuple[str, ...] | list[str]) -> list[str]:
    """The lines without the times that OpenSSL prints."""
    text = "\n".join(lines)
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return text.split("\n") if lines else []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_every_recipe_prints_what_it_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    with Session.begin(tmp_path) as session:
        up = session.run("kya up")[-1]
        address = re.findall(r"127\.0\.0\.1:\d+", up)[0]
        said = [session.run(command) for command in SCENE.splitlines()]
        assert (tmp_path / "evidence" / "orders").is_dir(), said
        for step in recipes():
            printed = plain(session.run(step.command.replace(TOLD, address)))
            shown = tuple(plain(step.shown))
            if not agrees(shown, printed):
                pytest.fail(f"$ {step.command}\n" + difference(shown, printed))


def test_there_is_a_recipe_for_each_question() -> None:
    commands = "\n".join(step.command for step in recipes())
    for asked in (
        "-explicit_policy",
        "-CRLfile",
        "openssl ocsp",
        "openssl dgst -sha256 -verify",
        "openssl cms -verify",
    ):
        assert asked in commands
