"""`kya demo`: the whole case study on this machine, in about a minute."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.exits import Exit
from kya.cli.output import console
from kya.core.scope import DailyMaxPer


def demo(
    out: Annotated[
        Path, typer.Option(help="Where to leave the package and all else.")
    ] = Path("demo-out"),
    prices: Annotated[
        Path | None,
        typer.Option(help="Directory of recorded ticks; a seeded path without it."),
    ] = None,
    *,
    literal: Annotated[
        bool,
        typer.Option("--literal", help="Count the daily maximum over all orders."),
    ] = False,
) -> None:
    """Play the case study for real and have its evidence checked.

    Exit code 0: every question has the verdict expected at this stage.
    """
    # The server's packages are an extra: only this verb and `up` need them.
    from kya.demo.run import Settings, play  # noqa: PLC0415

    per = DailyMaxPer.AGENT if literal else DailyMaxPer.MARKET_AND_SIDE
    settings = Settings(out=out, prices=prices, daily_max_per=per)
    if not play(settings, console()):
        raise typer.Exit(Exit.NO)
