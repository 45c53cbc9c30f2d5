"""stdout is the answer, stderr is talk; no colour when piped or with NO_COLOR."""

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from kya.core.errors import InputError

Data = Annotated[
    Path,
    typer.Option("--data", envvar="KYA_DATA", help="Data directory of the gateway."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
AgentName = Annotated[
    str, typer.Argument(help="The agent's name, as its mandate has it.")
]
DATA_DEFAULT: Final = Path("kya-data")
PIPED_COLUMNS: Final = 100


def answer(text: str) -> None:
    """Print part of the answer."""
    print(text)


def answer_json(value: object) -> None:
    """Print the answer as JSON, keys sorted."""
    print(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False))


def print_json(document: object) -> None:
    """Print a document as JSON, in the order in which it was made."""
    print(json.dumps(document, indent=1, ensure_ascii=False))


def talk(text: str) -> None:
    """Tell the person at the terminal what is happening."""
    print(text, file=sys.stderr)


def console() -> Console:
    """Return the console for tables of the answer; 100 columns when piped."""
    width = None if sys.stdout.isatty() else PIPED_COLUMNS
    return Console(highlight=False, width=width)


def read_bytes(path: Path, what: str) -> bytes:
    """Return a file's bytes, `-` being stdin; InputError if it cannot be read."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{what} {path}: cannot be read ({error.strerror})"
        raise InputError(msg) from error


def write_new(path: Path, content: bytes) -> None:
    """Write a new file; InputError if there is one: what was signed stays."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        msg = f"{path}: cannot be written as a new file ({error.strerror})"
        raise InputError(msg) from error
