"""`kya sidecar`: the bot's exchange, as the bot sees it; behind it, the gateway."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import answer
from kya.core.errors import InputError
from kya.wiring.clock import system_clock


class Dialect(Enum):
    """What the bot speaks."""

    KRAKEN = "kraken"
    BINANCE = "binance"
    FIX = "fix"


def sidecar(
    directory: Annotated[
        Path, typer.Argument(help="The directory that `kya agent enrol` made.")
    ],
    venue: Annotated[str, typer.Option(help="The venue that its orders go to.")],
    region: Annotated[str, typer.Option(help="Where the bot runs, such as eu-west-1.")],
    market_data: Annotated[
        str, typer.Option(help="Whose public market figures the bot sees.")
    ] = "https://api.kraken.com",
    port: Annotated[
        int,
        typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 for a free one."),
    ] = 8_710,
    *,
    cancel_after: Annotated[
        int,
        typer.Option(
            min=0,
            max=86_400,
            help="Cancel what works once the bot has asked for nothing for so many"
            " seconds; 0 for never.",
        ),
    ] = 0,
    key_file: Annotated[
        Path | None,
        typer.Option(
            help="An API key and its secret, a line each, that the bot must sign with;"
            " in FIX, user name and password of its Logon."
        ),
    ] = None,
    dialect: Annotated[
        Dialect, typer.Option(help="Kraken's or Binance's REST API, or FIX 4.4.")
    ] = Dialect.KRAKEN,
    comp_id: Annotated[
        str, typer.Option(help="FIX: what the bot calls us, its TargetCompID.")
    ] = "KYA",
    bot_comp_id: Annotated[
        str, typer.Option(help="FIX: what the bot calls itself, its SenderCompID.")
    ] = "BOT",
    resets: Annotated[
        bool, typer.Option("--resets", help="FIX: let the bot begin numbers anew.")
    ] = False,
    cancel_on_disconnect: Annotated[
        bool,
        typer.Option(
            "--cancel-on-disconnect",
            help="FIX: cancel what works when the bot's session ends.",
        ),
    ] = False,
) -> None:
    """Answer a bot in an exchange's dialect, and have the gateway judge its orders."""
    if dialect is Dialect.FIX and cancel_after:
        raise InputError("--cancel-after: in FIX, want --cancel-on-disconnect")
    if dialect is not Dialect.FIX and (resets or cancel_on_disconnect):
        raise InputError("--resets and --cancel-on-disconnect: want --dialect fix")
    if dialect is Dialect.FIX:
        # The codec of FIX is an extra, too.
        from kya.agent.fix_roads import Manners  # noqa: PLC0415
        from kya.wiring.fix_sidecar import FixBound, run_fix_sidecar  # noqa: PLC0415

        manners = Manners(venue=venue, cancels_on_disconnect=cancel_on_disconnect)
        spoken = FixBound(
            directory=directory,
            region=region,
            manners=manners,
            ours=comp_id,
            theirs=bot_comp_id,
            resets=resets,
            key_file=key_file,
        )
        run_fix_sidecar(spoken, port, system_clock().clock, _announce)
        return
    # The server's packages are an extra: only the servers need them.
    from kya.wiring.sidecar import Bound, RestDialect, run_sidecar  # noqa: PLC0415

    bound = Bound(
        directory=directory,
        venue=venue,
        region=region,
        market_url=market_data,
        key_file=key_file,
        silence_seconds=cancel_after,
        dialect=RestDialect(dialect.value),
    )
    run_sidecar(bound, port, system_clock().clock, _announce)


def _announce(url: str) -> None:
    """Say where the bot finds its exchange, at once, for a script may wait for it."""
    answer(f"kya sidecar is at {url}")
    sys.stdout.flush()
