"""The documents that people read, and the fenced blocks in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TUTORIAL: Final = ROOT / "docs" / "tutorial.md"

# Written for those who change kya, who must be able to name what is banned.
OF_THE_HOUSE: Final = frozenset({"STYLE.md", "CONTRIBUTING.md"})

FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: its language and its text, LF at the end."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a console block and the lines that are shown below it."""

    command: str
    shown: tuple[str, ...]


def documents() -> Iterator[Path]:
    """Every page, but for those of the house."""
    for folder, pattern in ((ROOT, "*.md"), (ROOT / "docs", "**/*.md")):
        for path in sorted(folder.glob(pattern)):
            if path.name not in OF_THE_HOUSE:
                yield path


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    return [
        Block(language=language, text=text)
        for language, text in FENCE.findall(path.read_text("utf-8"))
    ]


def steps(text: str) -> Iterator[Step]:
    """The commands of a console block: lines after `$ `, a backslash goes on."""
    command, shown = "", list[str]()
    is_open = False
    for line in text.splitlines():
        if is_open:
            command += "\n" + line.removeprefix("> ")
        elif line.startswith("$ "):
            if command:
                yield Step(command=command, shown=tuple(shown))
            command, shown = line.removeprefix("$ "), []
        else:
            shown.append(line)
        is_open = command.endswith("\\") and not shown
    yield Step(command=command, shown=tuple(shown))


def rows(path: Path, header: str) -> list[tuple[str, ...]]:
    """The cells of the first table below the line that begins with `header`."""
    lines = path.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(header))
    table: list[tuple[str, ...]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append(tuple(cell.strip() for cell in line.strip("|").split(" | ")))
    return table
