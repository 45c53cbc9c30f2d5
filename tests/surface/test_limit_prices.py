"""The page on prices, run with its feed, against a gateway that is started twice."""

import tomllib
from pathlib import Path
from typing import Final

import msgspec

from kya.config_outside import PricesSection
from tests.surface.blocks import ROOT, blocks
from tests.surface.walking import walk

PAGE: Final = ROOT / "docs" / "how-to" / "limit-prices.md"


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    walk(PAGE, tmp_path, ["9100"])


def test_the_configuration_of_two_sources_can_be_read() -> None:
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "toml")
    section = msgspec.convert(tomllib.loads(shown)["prices"], PricesSection)
    assert list(section.sources) == ["primary", "second"]
