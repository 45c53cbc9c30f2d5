"""`kya tools`: an agent's own tools for a model, over stdin and stdout."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import talk
from kya.wiring.clock import system_clock


def tools(
    directory: Annotated[
        Path, typer.Argument(help="The directory that `kya agent enrol` made.")
    ],
    venue: Annotated[str, typer.Option(help="The venue that its orders go to.")],
    region: Annotated[str, typer.Option(help="Where it runs, such as eu-west-1.")],
) -> None:
    """Serve the Model Context Protocol to a model that orders within the mandate."""
    # The protocol's packages are an extra: only this verb and its sibling need them.
    from kya.assistant.acting import create_server  # noqa: PLC0415
    from kya.assistant.server import serve  # noqa: PLC0415
    from kya.wiring.order_tools import order_tools  # noqa: PLC0415

    async def served() -> None:
        clock = system_clock().clock
        async with order_tools(directory, venue, region, clock) as opened:
            await serve(create_server(opened))

    talk("kya tools reads requests from stdin")
    asyncio.run(served())
