"""`kya gateway`: stop trading, as one person; start it again, as two; show what is."""

from typing import Annotated

import typer

from kya.cli.desk import open_desk, publish_if_running
from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, answer_json, talk
from kya.core.errors import MalformedError
from kya.core.halt import HaltOrdered, TradingState
from kya.core.latch import Latch
from kya.core.levels import Place
from kya.wiring.halt_desk import (
    WantedHalt,
    WantedRearming,
    halt_in_force,
    stopped_in,
)
from kya.wiring.halt_desk import halt as stop
from kya.wiring.halt_desk import rearm as set_back
from kya.wiring.halt_desk import resume as start
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published
from kya.wiring.override_desk import read_people

app = typer.Typer(
    help="Halts: stop trading, as one person; start it again, as two.",
    no_args_is_help=True,
)


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
Why = Annotated[str, typer.Option(help="Why; it goes into the log.")]
Person = Annotated[
    list[str],
    typer.Option(
        "--as", help="ROLE:NAME of the person who signs, such as operator:alice."
    ),
]
People = Annotated[
    list[str],
    typer.Option(
        "--as",
        help="ROLE:NAME of a person who signs, such as risk:rita; give it twice.",
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
    talk(f"  {_sentence(lifts)}")
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


@app.command("state")
def state(data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Show where trading is stopped, since when, by whom and why."""
    publish_if_running(data)
    opened = open_installation(data)
    size = published(data / "log", opened.note_signer(LOG).key).size
    found = stopped_in(data / "log", size)
    if as_json:
        answer_json([_fields(each) for each in found])
        return
    for each in found:
        answer(_sentence(each))
    if not found:
        answer(f"{TradingState.ACTIVE.value}: nothing is stopped")


def _sentence(found: HaltOrdered) -> str:
    """Return a halt in one line."""
    halt, names = found.halt, ", ".join(found.signed_by)
    return (
        f"{halt.state.value} {halt.place.words} since {halt.at} by {names}:"
        f" {halt.reason}"
    )


def _fields(found: HaltOrdered) -> dict[str, object]:
    """Return a halt for programs."""
    halt = found.halt
    return {
        "at": str(halt.at),
        "halt": found.leaf,
        "place": str(halt.place),
        "reason": halt.reason,
        "signed_by": list(found.signed_by),
        "state": halt.state.value,
    }
