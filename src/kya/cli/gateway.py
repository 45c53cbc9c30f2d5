"""`kya gateway`: stop trading, start it again, limit it, and show what is in force."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.desk import People, Person, Why, open_desk
from kya.cli.gateway_alert import send_test
from kya.cli.gateway_state import halted, state
from kya.cli.output import DATA_DEFAULT, Data, answer, print_json, talk
from kya.core.errors import MalformedError
from kya.core.halt import TradingState
from kya.core.latch import Latch
from kya.core.levels import Place
from kya.core.overlay import Engine
from kya.wiring.halt_desk import (
    WantedHalt,
    WantedRearming,
    halt_in_force,
)
from kya.wiring.halt_desk import halt as stop
from kya.wiring.halt_desk import rearm as set_back
from kya.wiring.halt_desk import resume as start
from kya.wiring.overlay_desk import WantedOverlay, lay_over, read_policy
from kya.wiring.people import read_people
from kya.wiring.place_desk import WantedLimits
from kya.wiring.place_desk import limit as set_limits

app = typer.Typer(
    help="Halts, limits of places, overlays: one person stops, two start or widen.",
    no_args_is_help=True,
)
app.command("state")(state)
app.command("test-alert")(send_test)


def _place(text: str) -> Place:
    try:
        return Place.parse(text)
    except MalformedError as error:
        raise typer.BadParameter(str(error)) from error


Where = Annotated[
    Place,
    typer.Option(
        "--place",
        parser=_place,
        metavar="PLACE",
        help="firm, agent:NAME, desk:NAME, market:BASE/QUOTE or venue:NAME.",
    ),
]
Named = Annotated[
    str, typer.Argument(help="The overlay's name: small letters and _, up to 31.")
]
Limiting = Annotated[
    list[str],
    typer.Option(
        "--as",
        help="ROLE:NAME of a person who signs, of risk or the other supervising role;"
        " once to tighten, else twice.",
    ),
]


@app.command("halt")
def halt(
    place: Where,
    reason: Why,
    people: Person,
    data: Data = DATA_DEFAULT,
    *,
    reducing: Annotated[
        bool,
        typer.Option("--reducing", help="Let pass what reduces a position."),
    ] = False,
) -> None:
    """Stop trading at a place from now on; it takes one person."""
    state = TradingState.REDUCING if reducing else TradingState.HALTED
    wanted = WantedHalt(place=place, state=state, reason=reason)
    index = stop(open_desk(data), wanted, read_people(people))
    answer(f"{state.value} {place.words} entry {index}")


@app.command("resume")
def resume(
    place: Where, reason: Why, people: People, data: Data = DATA_DEFAULT
) -> None:
    """Lift the halt of a place; it takes two people, one of whom supervises."""
    signers, desk = read_people(people), open_desk(data)
    lifts = halt_in_force(desk, place)
    talk(f"to be lifted by {', '.join(people)}:")
    talk(f"  {halted(lifts)}")
    index = start(desk, lifts, reason, signers)
    answer(f"resumed {place.words} entry {index}")


@app.command("rearm")
def rearm(
    agent: Annotated[str, typer.Argument(help="The agent that a latch has stopped.")],
    latch: Annotated[Latch, typer.Option(help="The latch to set back.")],
    reason: Why,
    people: People,
    data: Data = DATA_DEFAULT,
) -> None:
    """Set back a latch that has stopped an agent; it takes two people."""
    wanted = WantedRearming(agent=agent, latch=latch, reason=reason)
    index = set_back(open_desk(data), wanted, read_people(people))
    answer(f"rearmed {latch.value} of {agent} entry {index}")


@app.command("limit")
def limit(
    place: Where,
    currency: Annotated[str, typer.Option(help="Of the amounts, such as EUR.")],
    reason: Why,
    people: Limiting,
    data: Data = DATA_DEFAULT,
    *,
    daily_max: Annotated[
        str | None,
        typer.Option(help="What the orders of a day may be worth, such as 1000000.00."),
    ] = None,
    order_max: Annotated[
        str | None, typer.Option(help="What one order may be worth.")
    ] = None,
    open_orders: Annotated[
        int | None, typer.Option(help="How many orders may be open at once.")
    ] = None,
) -> None:
    """Limit what all agents share at a place; only to tighten takes one person.

    The limits that are named take the place of all former ones there.
    """
    wanted = WantedLimits(
        place=place,
        currency=currency,
        order_max=order_max,
        daily_max=daily_max,
        open_orders=open_orders,
        reason=reason,
    )
    index = set_limits(open_desk(data), wanted, read_people(people))
    answer(f"limited {place.words} entry {index}")


@app.command("overlay")
def overlay(  # noqa: PLR0917  one parameter per option
    name: Named,
    policy: Annotated[
        Path, typer.Option(help="The policy's text: a file in ASCII, up to 32,768.")
    ],
    engine: Annotated[Engine, typer.Option(help="What evaluates it.")],
    reason: Why,
    people: Limiting,
    data: Data = DATA_DEFAULT,
) -> None:
    """Have a policy of your own asked, which may only forbid; one person adds one.

    To put another policy in its place takes two, for nobody can tell which is tighter.
    """
    found = read_policy(engine, policy)
    wanted = WantedOverlay(name=name, policy=found, reason=reason)
    index = lay_over(open_desk(data), wanted, read_people(people))
    answer(f"overlay {name} {engine.value} {found.version} {found.digest}")
    answer(f"in force entry {index}")


@app.command("withdraw-overlay")
def withdraw_overlay(
    name: Named, reason: Why, people: Limiting, data: Data = DATA_DEFAULT
) -> None:
    """Ask a policy no more; it takes two people."""
    wanted = WantedOverlay(name=name, policy=None, reason=reason)
    index = lay_over(open_desk(data), wanted, read_people(people))
    answer(f"withdrawn {name} entry {index}")


@app.command("openapi")
def openapi(
    *,
    programs: Annotated[
        bool,
        typer.Option("--programs", help="What the console answers to programs."),
    ] = False,
) -> None:
    """Print what a gateway answers over HTTP, in OpenAPI 3.1; none needs to run."""
    # The server's packages are an extra: only the servers need them.
    from kya.api.app import gateway_description  # noqa: PLC0415
    from kya.programs.app import programs_description  # noqa: PLC0415

    print_json(programs_description() if programs else gateway_description())
