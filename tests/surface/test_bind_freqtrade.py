"""The page on freqtrade, run with freqtrade as it is published."""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.surface.blocks import ROOT
from tests.surface.walking import walk

PAGE: Final = ROOT / "docs" / "how-to" / "bind-freqtrade.md"
BOT: Final = ROOT / ".venv-freqtrade" / "bin"


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.skipif(not (BOT / "freqtrade").exists(), reason="freqtrade is not here")
def test_freqtrade_trades_is_denied_is_halted_and_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{BOT}")
    walk(PAGE, tmp_path, ["8720", "8710", "8730"])
