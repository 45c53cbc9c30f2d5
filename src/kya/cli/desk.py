"""What verbs have in common that work on a data directory and its gateway."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import talk
from kya.core.errors import TransientError
from kya.wiring.clock import system_clock
from kya.wiring.desk import Desk
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote

Operators = Annotated[
    list[str],
    typer.Option("--as", help="An operator who signs; give it once for each."),
]

Why = Annotated[str, typer.Option(help="Why; it goes into the log.")]
Person = Annotated[
    list[str],
    typer.Option(
        "--as", help="ROLE:NAME of the person who signs, such as operator:alice."
    ),
]
People = Annotated[
    list[str],
    typer.Option(
        "--as",
        help="ROLE:NAME of a person who signs, such as risk:rita; give it twice.",
    ),
]


def open_desk(data: Path) -> Desk:
    """Return the desk at work against the gateway that runs on this directory."""
    opened = open_installation(data)
    return Desk(opened=opened, remote=Remote.of(data), clock=system_clock().clock.now)


def publish_if_running(data: Path) -> int | None:
    """Have a running gateway sign the log as it stands; a stopped one has done so.

    Return how many entries it signed, None if there is none.
    """
    try:
        return Remote.of(data).publish()
    except TransientError:
        talk("no gateway is running: the log is read up to its last checkpoint")
        return None
