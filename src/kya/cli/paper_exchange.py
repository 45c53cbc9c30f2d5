"""`kya paper-exchange`: an exchange on paper that speaks Kraken's REST dialect."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import answer
from kya.config import PaperSection
from kya.wiring.clock import system_clock


def paper_exchange(
    directory: Annotated[
        Path, typer.Option("--dir", help="Where its book and its API key are kept.")
    ] = Path("paper-exchange"),
    port: Annotated[
        int,
        typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 for a free one."),
    ] = 8_720,
    *,
    seed: Annotated[int, typer.Option(help="Seed of the made-up prices.")] = 1,
    recorded: Annotated[
        Path | None,
        typer.Option(help="A directory of recorded ticks, in place of made-up prices."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="NUMBER=FAULT: what goes wrong with that order, from 1; FAULT is lost,"
            " timeout, disconnect, duplicate, reject, partial, rate-limit, revoked or"
            " down."
        ),
    ] = None,
    fault_seed: Annotated[
        int, typer.Option(help="Seed of the faults that --fault-one-in draws.")
    ] = 1,
    fault_one_in: Annotated[
        int, typer.Option(min=0, help="One in so many orders goes wrong; 0 for none.")
    ] = 0,
) -> None:
    """Serve a paper exchange that bots for Kraken can be pointed at."""
    # The server's packages are an extra: only the servers need them.
    from kya.wiring.paper_exchange import (  # noqa: PLC0415
        Opening,
        faults_of,
        run_exchange,
    )

    paper = PaperSection(seed=seed)
    if recorded is not None:
        paper = PaperSection(kind="recorded", directory=str(recorded), seed=seed)
    faults = faults_of(fault or [], fault_seed, fault_one_in)
    opening = Opening(directory=directory, port=port, paper=paper, faults=faults)
    run_exchange(opening, system_clock().clock, lambda url: _announce(url, directory))


def _announce(url: str, directory: Path) -> None:
    """Say where the exchange is, at once, for a script may wait for this line."""
    answer(f"kya paper-exchange is at {url} (key: {directory / 'api-key'})")
    sys.stdout.flush()
