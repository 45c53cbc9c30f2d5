"""The page on FIX bots, run in processes, and the tables of the dialect."""

import re
import tomllib
from pathlib import Path
from typing import Final

import msgspec
import pytest

from kya.agent.fix_denials import WORDS
from kya.config_venues import VenueSection
from kya.fix import orders
from kya.fix.message import Message, read
from kya.fix.orders import read_order
from kya.fix.reports import read_report
from kya.fix.tags import Tag
from tests.surface.blocks import ROOT, blocks, rows
from tests.surface.walking import walk

PAGE: Final = ROOT / "docs" / "how-to" / "bind-a-fix-bot.md"
DIALECT: Final = ROOT / "spec" / "fix-dialect.md"
TAG: Final = re.compile(r"^`?(\d+)`?")


@pytest.mark.timeout(300)
def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    walk(PAGE, tmp_path, ["8720", "8721", "8710"])


def test_the_section_of_a_far_venue_is_one() -> None:
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "toml")
    section = tomllib.loads(shown)["venues"]["EXAMPLE"]
    assert msgspec.convert(section, VenueSection).url == "tls://fix.example:9443"


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


def test_the_spec_begins_with_messages_that_are_read() -> None:
    order, report = next(
        block.text.splitlines() for block in blocks(DIALECT) if "35=D" in block.text
    )
    wanted = read_order(in_one_spelling(order))
    assert (wanted.client_id, str(wanted.amount)) == ("one", "100.00")
    told = read_report(in_one_spelling(report))
    assert (told.kind, told.client_id) == ("A", "one")


def in_one_spelling(line: str) -> Message:
    """The message of a line of the page, whose length and sum must be right."""
    return read(line.replace("|", "\x01").encode()).message
