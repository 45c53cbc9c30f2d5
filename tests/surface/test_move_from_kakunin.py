"""The page for those who move, walked, and its tables beside the program."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from kya.kakunin_api.app import ROUTES
from kya.kakunin_api.settings import HeldSection, KakuninSettings, TokenSection
from tests.kakunin_api.hall import Hall
from tests.kakunin_api.test_routes import at_work
from tests.surface.blocks import ROOT, rows
from tests.surface.walking import walk

PAGE: Final = ROOT / "docs" / "how-to" / "move-from-kakunin.md"
SPEC: Final = ROOT / "spec" / "kakunin-api.md"


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    walk(PAGE, tmp_path, ["8730"])


def test_the_specification_lists_every_route_with_its_right() -> None:
    listed = [row[:2] for row in rows(SPEC, "| method and path")]
    assert listed == [
        (f"`{method} {path}`", "-" if right is None else right.value)
        for method, path, right, _ in ROUTES
    ]


def test_the_page_lists_every_setting() -> None:
    text = " ".join(" ".join(row) for row in rows(PAGE, "| setting"))
    named = set(re.findall(r"`([a-z0-9_]+)", text))
    sections = (KakuninSettings, HeldSection, TokenSection)
    fields = {field.name for each in sections for field in msgspec.structs.fields(each)}
    # Of an agent the table says three words, all of which are its section's.
    assert fields - named <= set(HeldSection.__struct_fields__)
    assert [name for name in HeldSection.__struct_fields__ if name not in text] == []


def test_the_specification_lists_every_status_that_is_answered() -> None:
    listed = {row[0] for row in rows(SPEC, "| status | means")}
    hall = Hall(at_work())
    answers = {
        hall.ask("POST", "/chains", json={"a": 1}).status_code,
        hall.ask("GET", "/agents", None).status_code,
        hall.ask("GET", "/agents/none").status_code,
        hall.ask("POST", "/events").status_code,
    }
    assert {str(int(HTTPStatus(status))) for status in answers} <= listed
