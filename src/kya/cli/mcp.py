"""`kya mcp`: tools for assistants, over stdin and stdout; they only read."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import read_bytes, talk
from kya.core.errors import InputError
from kya.tlog.policy import Policy


def mcp(
    console: Annotated[
        str, typer.Option(help="URL of the console, such as http://127.0.0.1:8720.")
    ],
    token_file: Annotated[
        Path, typer.Option(help="A file with a token of the scopes read:….")
    ],
    policy: Annotated[
        Path, typer.Option(help="What decisions are verified under: a policy file.")
    ],
) -> None:
    """Serve the Model Context Protocol to an assistant that has started this."""
    # The protocol's packages are an extra: only this verb needs them.
    from kya.assistant.server import create_server, serve  # noqa: PLC0415
    from kya.assistant.tools import Tools  # noqa: PLC0415
    from kya.client.http import AsyncClient  # noqa: PLC0415

    believed = Policy.parse(read_bytes(policy, "policy"))
    if len(believed.logs) != 1:
        raise InputError(f"policy: want one log, got {len(believed.logs)}")
    token = read_bytes(token_file, "token").decode("ascii", "replace").strip()

    async def served() -> None:
        async with AsyncClient.at(console, token) as client:
            await serve(create_server(Tools(client, believed)))

    talk("kya mcp reads requests from stdin")
    asyncio.run(served())
