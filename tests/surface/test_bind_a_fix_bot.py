"""The page on FIX bots, run in processes, and the tables of the dialect."""

import re
from pathlib import Path
from typing import Final

import pytest

from kya.agent.fix_denials import WORDS
from kya.fix import orders
from kya.fix.tags import Tag
from tests.surface.blocks import ROOT, rows
from tests.surface.walking import walk

PAGE: Final = ROOT / "docs" / "how-to" / "bind-a-fix-bot.md"
DIALECT: Final = ROOT / "spec" / "fix-dialect.md"
TAG: Final = re.compile(r"^`?(\d+)`?")


@pytest.mark.timeout(300)
def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    walk(PAGE, tmp_path, ["8720", "8721", "8710"])


def test_the_spec_lists_every_field_that_is_read_and_no_other() -> None:
    for kind, heading in (
        ("D", "| NewOrderSingle"),
        ("F", "| OrderCancelRequest"),
        ("G", "| OrderCancelReplaceRequest"),
        ("H", "| OrderStatusRequest"),
        ("q", "| OrderMassCancelRequest"),
    ):
        listed = [TAG.match(row[0]) for row in rows(DIALECT, heading)]
        assert {int(each[1]) for each in listed if each} == orders.KNOWN[kind], kind


def test_the_spec_lists_every_denial_with_its_word() -> None:
    shown = {
        code: row[0].split(" ")[0]
        for row in rows(DIALECT, "| OrdRejReason")
        for code in re.findall(r"`([a-z_]+\.[a-z_]+)`", row[1])
    }
    assert shown == {reason.value: word for reason, word in WORDS.items()}


def test_the_spec_names_the_fields_that_are_ours() -> None:
    ours = {tag.value for tag in Tag if tag >= 20_000}
    listed = [TAG.match(row[0]) for row in rows(DIALECT, "| our field")]
    assert {int(each[1]) for each in listed if each} == ours
