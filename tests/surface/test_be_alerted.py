"""The page on alerts, run with its receiver, against a real gateway."""

import tomllib
from pathlib import Path
from typing import Final

import msgspec

from kya.config_outside import AlertSection
from kya.gateway.alert import Change
from tests.surface.blocks import ROOT, blocks
from tests.surface.walking import walk

PAGE: Final = ROOT / "docs" / "how-to" / "be-alerted.md"


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    walk(PAGE, tmp_path, ["9200"])


def test_the_other_targets_can_be_read() -> None:
    texts = [block.text for block in blocks(PAGE) if block.language == "toml"]
    tables = tomllib.loads("".join(texts))["alerts"]
    sections = msgspec.convert(tables, dict[str, AlertSection])
    kinds = {section.kind for section in sections.values()}
    assert kinds == {"pagerduty", "alertmanager", "apprise"}


def test_every_type_of_event_is_listed() -> None:
    text = PAGE.read_text("utf-8")
    types = [f"`kya.incident.{change.value}`" for change in Change]
    assert [each for each in types if each not in text] == []
