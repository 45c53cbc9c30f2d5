"""`kya paper-exchange`: an exchange on paper, in Kraken's and Binance's dialects."""

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
            " timeout, disconnect, duplicate, reject, partial, rate-limit, revoked,"
            " down or gap."
        ),
    ] = None,
    fault_seed: Annotated[
        int, typer.Option(help="Seed of the faults that --fault-one-in draws.")
    ] = 1,
    fault_one_in: Annotated[
        int, typer.Option(min=0, help="One in so many orders goes wrong; 0 for none.")
    ] = 0,
    fix_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            help="Port on 127.0.0.1 of a FIX 4.4 session on the same book.",
        ),
    ] = None,
    comp_id: Annotated[
        str, typer.Option(help="FIX: what the peer calls the exchange.")
    ] = "EXCHANGE",
    peer_comp_id: Annotated[
        str, typer.Option(help="FIX: what the peer calls itself.")
    ] = "KYA",
) -> None:
    """Serve a paper exchange for bots that speak to Kraken, to Binance or FIX."""
    # The server's packages are an extra: only the servers need them.
    from kya.wiring.paper_exchange import (  # noqa: PLC0415
        FixDoor,
        Opening,
        faults_of,
        run_exchange,
    )

    paper = PaperSection(seed=seed)
    if recorded is not None:
        paper = PaperSection(kind="recorded", directory=str(recorded), seed=seed)
    faults = faults_of(fault or [], fault_seed, fault_one_in)
    door = None
    if fix_port is not None:
        door = FixDoor(port=fix_port, ours=comp_id, theirs=peer_comp_id)
    opening = Opening(
        directory=directory, port=port, paper=paper, faults=faults, fix=door
    )

    def announce(url: str, fix: str) -> None:
        """Say where the exchange is, at once, for a script may wait for this line."""
        spoken = f", FIX at {fix}" if fix else ""
        answer(f"kya paper-exchange is at {url} (key: {directory / 'api-key'}){spoken}")
        sys.stdout.flush()

    run_exchange(opening, system_clock().clock, announce)
