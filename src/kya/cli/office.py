"""`kya office`: where registered agents fetch their certificates, over HTTP."""

import sys
from typing import Annotated

import typer

from kya.cli.desk import open_desk
from kya.cli.output import DATA_DEFAULT, Data, answer
from kya.wiring.clock import system_clock


def office(
    data: Data = DATA_DEFAULT,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port; 0 for a free one.")
    ] = 0,
) -> None:
    """Issue certificates to registered agents; TLS where the gateway speaks it."""
    # The server's packages are an extra: only the servers need them.
    from kya.wiring.enrolment_service import run_office  # noqa: PLC0415

    run_office(open_desk(data), system_clock(), port, _announce)


def _announce(url: str) -> None:
    """Say where the office is, at once, for a script may wait for this line."""
    answer(f"kya office is at {url}")
    sys.stdout.flush()
