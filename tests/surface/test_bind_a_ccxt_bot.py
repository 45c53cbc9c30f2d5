"""The page on ccxt bots, run with its exchange, its sidecar and its bot."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from kya.adapters.exchange_faults import ExchangeFault
from kya.agent import binance_denials, binance_instructions
from kya.agent.denial_kinds import KINDS, Kind
from kya.agent.kraken_denials import WORDS
from kya.agent.market import METHODS
from kya.ccxt import Binding
from tests.surface.blocks import ROOT, blocks, rows
from tests.surface.walking import walk

PAGE: Final = ROOT / "docs" / "how-to" / "bind-a-ccxt-bot.md"
DIALECT: Final = ROOT / "docs" / "reference" / "kraken-dialect.md"
BINANCE: Final = ROOT / "docs" / "reference" / "binance-dialect.md"
NAME: Final = re.compile(r"`([A-Z][A-Za-z]+)`")


@pytest.mark.timeout(300)
def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    walk(PAGE, tmp_path, ["8720", "8710"])


def test_the_class_takes_what_the_page_gives_it() -> None:
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "python")
    (settings,) = (
        ast.literal_eval(node.args[0])
        for node in ast.walk(ast.parse(shown))
        if isinstance(node, ast.Call)
    )
    assert Binding(**settings["kya"]).venue == "KRAKEN"


def test_the_dialects_page_lists_every_denial_and_every_fault() -> None:
    denials = {row[0].strip("`"): row[2] for row in rows(DIALECT, "| first error")}
    shown = {
        code: words
        for words, codes in denials.items()
        for code in re.findall(r"`([a-z_.]+)`", codes)
    }
    assert shown == {reason.value: WORDS[kind] for reason, kind in KINDS.items()}
    faults = [row[0].strip("`") for row in rows(DIALECT, "| fault")]
    assert faults == [fault.value for fault in ExchangeFault]


def test_the_dialects_page_lists_every_method_that_has_a_road() -> None:
    text = DIALECT.read_text("utf-8")
    private = text.partition("## Private methods")[2].partition("Every other")[0]
    source = (ROOT / "src/kya/agent/kraken_desk.py").read_text("utf-8")
    methods = set(re.findall(r'^            "([A-Za-z]+)": self', source, re.MULTILINE))
    listed = {name for row in private.splitlines() for name in NAME.findall(row[:60])}
    assert methods
    assert methods <= listed
    assert [method for method in METHODS if f"`{method}`" not in text] == []


def test_the_page_on_binances_dialect_lists_every_denial_with_its_words() -> None:
    shown = {
        code: (int(row[0].strip("`")), row[1].strip("`"))
        for row in rows(BINANCE, "| code")
        for code in re.findall(r"`([a-z_.]+)`", row[3])
    }
    words = {r.value: binance_denials.WORDS[kind] for r, kind in KINDS.items()}
    assert shown == {code: (w.code, w.sentence) for code, w in words.items()}
    other = binance_denials.WORDS[Kind.NOT_ALLOWED]
    last = rows(BINANCE, "| code")[-1]
    assert last[:2] == (f"`{other.code}`", f"`{other.sentence}`")


def test_the_page_on_binances_dialect_lists_every_route_and_parameter() -> None:
    source = (ROOT / "src/kya/agent/binance_desk.py").read_text("utf-8")
    routes = re.findall(r'\("([A-Z]+)", "(/api/v3/[A-Za-z/0-9]+)"\):', source)
    private = [row[0].strip("`") for row in rows(BINANCE, "| route")]
    assert private == [f"{method} {path}" for method, path in routes]
    public = re.findall(
        r'^            "(/api/v3/[A-Za-z/0-9]+)":', source, re.MULTILINE
    )
    text = BINANCE.read_text("utf-8").partition("## Public routes")[2]
    assert public
    assert [path for path in public if f"`{path}`" not in text] == []
    listed = {row[0].strip("`") for row in rows(BINANCE, "| parameter")}
    assert listed == binance_instructions.ORDER_PARAMETERS
