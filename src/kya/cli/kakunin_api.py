"""`kya kakunin-api`: routes that clients of Kakunin know, answered from our log."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import answer
from kya.wiring.clock import system_clock
from kya.wiring.listening import LOOPBACK


def kakunin_api(
    settings: Annotated[Path, typer.Argument(help="The TOML file of its settings.")],
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port; 0 for a free one.")
    ] = 0,
) -> None:
    """Serve clients of Kakunin's API over plain HTTP, beside the order path."""
    # The server's packages are an extra: only the servers need them.
    from kya.kakunin_api.settings import read_settings  # noqa: PLC0415
    from kya.wiring.kakunin_api import (  # noqa: PLC0415
        KakuninServer,
        run_kakunin_api,
    )

    wanted = KakuninServer(
        settings=read_settings(settings),
        base=settings.resolve().parent,
        host=host,
        port=port,
    )
    run_kakunin_api(wanted, system_clock(), _announce)


def _announce(url: str) -> None:
    """Say where it is, at once, for a script may wait for this line."""
    answer(f"kya kakunin-api is at {url}/api/v1")
    sys.stdout.flush()
