"""`kya doctor --from-bot`: try to get out of the bot's host, past the gateway."""

from typing import Annotated

import typer

from kya.agent.ways_out import EXCHANGES, Met, Try, gateway_answers, tries
from kya.cli.exits import Exit
from kya.cli.output import AsJson, answer, answer_json

_SECONDS = 3.0


def doctor(
    gateway: Annotated[
        str, typer.Option(help="The gateway's address, as the bot has it.")
    ],
    venues: Annotated[
        list[str] | None,
        typer.Option(
            "--venue", help="A venue's address to try; without it, four known ones."
        ),
    ] = None,
    *,
    from_bot: Annotated[
        bool, typer.Option("--from-bot", help="Run where the bot runs, as its user.")
    ],
    as_json: AsJson = False,
) -> None:
    """Try to reach venues from here, and look for their keys.

    Exit code 0: the gateway answers, and no other way out was met among those tried;
    1: a way out; 3: the gateway does not answer, so that nothing can be told.
    """
    if not from_bot:
        raise typer.BadParameter("want --from-bot, on the bot's own host")
    found = tries(venues or EXCHANGES, _SECONDS)
    reached = gateway_answers(gateway, _SECONDS)
    if as_json:
        shown = [{"of": t.of, "met": t.met.value, "said": t.said} for t in found]
        answer_json({"gateway": reached, "tries": shown})
    else:
        answer(f"gateway {gateway}: {'answers' if reached else 'does not answer'}")
        for each in found:
            answer(f"{each.met.value:<9}  {each.of}: {each.said}")
    _conclude(found, reached=reached)


def _conclude(found: list[Try], *, reached: bool) -> None:
    """Leave with what a script may conclude."""
    if any(each.met is Met.A_WAY_OUT for each in found):
        raise typer.Exit(Exit.NO)
    if not reached:
        raise typer.Exit(Exit.CANNOT_TELL)
