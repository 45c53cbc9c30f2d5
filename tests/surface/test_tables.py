import subprocess
import sys

import pytest

from tests.surface.blocks import ROOT


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("order-record", "spec/order-record.md"),
        ("perimeter", "docs/reference/perimeter.md"),
        ("mica", "docs/mica.md"),
    ],
)
def test_a_page_is_what_its_table_says(name: str, page: str) -> None:
    render = ROOT / "scripts" / "render-tables"
    printed = subprocess.run(
        [sys.executable, render, name], capture_output=True, text=True, check=True
    ).stdout
    assert (ROOT / page).read_text("utf-8") == printed
