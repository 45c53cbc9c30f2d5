"""What no text of ours may hold, and where our texts are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT

FOLDERS: Final = (
    ".ci", "bench", "conformance", "deploy", "docs", "examples", "requirements",
    "scripts", "spec", "src", "tests", "vectors",
)  # fmt: skip
TEXT_SUFFIXES: Final = frozenset({
    "", ".awk", ".cfg", ".css", ".go", ".html", ".in", ".js", ".json", ".md", ".py",
    ".sh", ".toml", ".txt", ".yaml", ".yml",
})  # fmt: skip

# Spelt so that the rules do not find themselves.
UNWANTED: Final = {
    "a promise to work later": re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b"),
    "the number of an issue": re.compile(
        r"(?i)\bissues?[ /]#?\d|\b(?:closes|fixes|refs|resolves) #\d|\bGH-\d"
    ),
    "the host of a package registry": re.compile(
        r"(?i)\b(?:py(?:pi)|npm(?:js)|crates|python(?:hosted)|proxy\.go(?:lang))\.(?:io|org|com)"
    ),
    "a path on somebody's machine": re.compile(
        r"(?<![\w.}])/(?:wor[k]|roo[t]|home/\w+)/"
    ),
    "where packages come from": re.compile(
        r"--(?:extra-)?ind(?:ex)-url|--find-li(?:nks)"
    ),
}


def texts() -> Iterator[Path]:
    """Every text file of the repository that a person wrote or will read."""
    tops = [path for path in ROOT.iterdir() if path.name != ".git"]
    below = [path for name in FOLDERS for path in (ROOT / name).rglob("*")]
    for path in sorted([*tops, *below]):
        if path.is_file() and path.suffix in TEXT_SUFFIXES:
            yield path


def unwanted(text: str) -> list[str]:
    """What the text should not hold, each with the number of its line."""
    return [
        f"line {number}: {name}"
        for number, line in enumerate(text.splitlines(), start=1)
        for name, pattern in UNWANTED.items()
        if pattern.search(line)
    ]
