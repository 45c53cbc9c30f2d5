"""Where a baseline comes from: options that name a log, and orders in it."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.progress import progress
from kya.codec.learned_orders import Learned, learn_logged
from kya.codec.logged_attempts import LoggedAttempts
from kya.core import tokens
from kya.core.baseline import Source
from kya.core.errors import InputError, shown
from kya.wiring.log_reader import tile_reader
from kya.wiring.logged_baseline import read_attempts
from kya.wiring.remote import Remote

LogDir = Annotated[
    Path | None,
    typer.Option("--log", help="A log's directory, to learn from what it holds."),
]
Gateway = Annotated[
    str | None,
    typer.Option(help="A gateway's URL, to learn from what its log has published."),
]
First = Annotated[
    int, typer.Option("--from", min=1, help="The first of the logged orders, by seq.")
]
Last = Annotated[
    int | None,
    typer.Option("--to", min=1, help="The last one; the newest unless given."),
]
Struck = Annotated[
    str,
    typer.Option(
        metavar="SEQ,…", help="Logged orders to leave out, as a review has found."
    ),
]


def seqs_of(option: str, text: str) -> tuple[int, ...]:
    """Return the numbers of `3,17`, sorted, each once; InputError otherwise."""
    parts = text.split(",") if text else []
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise InputError(f"{option}: want numbers such as 3,17, got {shown(text)}")
    return tuple(sorted({int(part) for part in parts}))


def attempts_logged(
    agent: str, log: Path | None, gateway: str | None
) -> LoggedAttempts:
    """Return the agent's attempts in the log that one of the two options names."""
    tokens.require(tokens.NAME, "agent", agent)
    if (log is None) is (gateway is None):
        raise InputError("want orders from one log: --log or --gateway")
    read = Remote(gateway or "").log_file if log is None else tile_reader(log)
    with progress() as report:
        report("reading", 0, 1)
        return read_attempts(read, agent)


def learned_from(attempts: LoggedAttempts, agent: str, source: Source) -> Learned:
    """Return what comes of learning from these orders, while a person looks on."""
    source.require()
    with progress() as report:
        report("learning", 0, 1)
        return learn_logged(attempts, agent, source)
