"""The project speaks of itself only, and promises nothing in its sources."""

import pytest

from tests.architecture.source import ROOT
from tests.architecture.text_rules import texts, unwanted


def test_the_texts_are_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in texts()}
    assert {"Makefile", "STYLE.md", ".ci/run", "src/kya/core/errors.py"} <= names


def test_no_text_holds_anything_unwanted() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in texts()
        if (lines := unwanted(path.read_text("utf-8", "replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "# TO" + "DO: later",
        "FIX" + "ME",
        "see issue" + " #12",
        "see issues" + "/12",
        "fixes" + " #3",
        "https://" + "py" + "pi.org/simple",
        "https://files.python" + "hosted.org/x",
        "registry.npm" + "js.org",
        "cd /wo" + "rk/x",
        "--index" + "-url x",
        "--find" + "-links y",
    ],
)
def test_the_unwanted_is_found(text: str) -> None:
    assert len(unwanted(f"fine\n{text}\n")) == 1


@pytest.mark.parametrize(
    "text", ["order #321 is denied", "issue a certificate", "an issue of trust"]
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert unwanted(text) == []
