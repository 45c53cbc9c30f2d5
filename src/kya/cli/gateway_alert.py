"""`kya gateway test-alert`: whether anybody would hear of an incident."""

import asyncio
from typing import Annotated

import typer

from kya.cli.output import DATA_DEFAULT, Data, answer
from kya.config import read_config
from kya.wiring.clock import system_clock


def send_test(
    name: Annotated[
        str, typer.Argument(help="The target, as kya.toml names it.", metavar="NAME")
    ],
    data: Data = DATA_DEFAULT,
) -> None:
    """Send a test to one target of alerts, and print what came back.

    The gateway need not be up; nothing goes into the log.
    """
    # The client of those targets is an extra: only the gateway's machine needs it.
    from kya.wiring.alerts import told  # noqa: PLC0415

    now = system_clock().clock.now()
    word = asyncio.run(told(name, read_config(data), data, now))
    answer(f"told {name} {word}")
