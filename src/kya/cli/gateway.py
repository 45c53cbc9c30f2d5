"""`kya gateway`: stop trading, start it again, limit it, and show what is in force."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.desk import open_desk, publish_if_running
from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, answer_json, talk
from kya.core.errors import MalformedError
from kya.core.halt import HaltOrdered, TradingState
from kya.core.latch import Latch
from kya.core.levels import Place
from kya.core.overlay import Engine, OverlayOrdered
from kya.core.place_limits import PlaceLimited
from kya.wiring.halt_desk import (
    WantedHalt,
    WantedRearming,
    halt_in_force,
)
from kya.wiring.halt_desk import halt as stop
from kya.wiring.halt_desk import rearm as set_back
from kya.wiring.halt_desk import resume as start
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published, published_power
from kya.wiring.overlay_desk import WantedOverlay, lay_over, read_policy
from kya.wiring.people import read_people
from kya.wiring.place_desk import WantedLimits
from kya.wiring.place_desk import limit as set_limits

app = typer.Typer(
    help="Halts, limits of places, overlays: one person stops, two start or widen.",
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


@app.command("state")
def state(data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Show what is stopped, limited or overlaid, since when, by whom and why."""
    publish_if_running(data)
    opened = open_installation(data)
    size = published(data / "log", opened.note_signer(LOG).key).size
    power = published_power(data / "log", size)
    found, limited = power.halts.values(), power.place_limits.values()
    overlays = [each for each in power.overlays.values() if each.overlay.policy]
    if as_json:
        halts, limits = map(_fields, found), map(_limit_fields, limited)
        answer_json(
            {
                "halts": list(halts),
                "limits": list(limits),
                "overlays": [_overlay_fields(each) for each in overlays],
            }
        )
        return
    for each in found:
        answer(_sentence(each))
    if not found:
        answer(f"{TradingState.ACTIVE.value}: nothing is stopped")
    for event in limited:
        answer(_limit_sentence(event))
    for ordered in overlays:
        answer(_overlay_sentence(ordered))


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


def _limit_sentence(found: PlaceLimited) -> str:
    """Return limits of a place in one line."""
    limits, names = found.limits, ", ".join(found.signed_by)
    figures = {
        "an order": limits.order_max and f"{limits.order_max} {limits.currency}",
        "a day": limits.daily_max and f"{limits.daily_max} {limits.currency}",
        "open": limits.open_orders and f"{limits.open_orders} orders",
    }
    set_ones = ", ".join(f"{what} {most}" for what, most in figures.items() if most)
    return (
        f"limited {limits.place.words} to {set_ones} since {limits.at} by {names}:"
        f" {limits.reason}"
    )


def _limit_fields(found: PlaceLimited) -> dict[str, object]:
    """Return limits of a place for programs."""
    limits = found.limits
    return {
        "at": str(limits.at),
        "currency": limits.currency.code,
        "daily_max": None if limits.daily_max is None else str(limits.daily_max),
        "open_orders": limits.open_orders,
        "order_max": None if limits.order_max is None else str(limits.order_max),
        "place": str(limits.place),
        "reason": limits.reason,
        "signed_by": list(found.signed_by),
    }


def _overlay_sentence(found: OverlayOrdered) -> str:
    """Return an overlay in force in one line."""
    overlay, names = found.overlay, ", ".join(found.signed_by)
    asked = overlay.policy
    what = "" if asked is None else f" {asked.engine.value} {asked.version}"
    return (
        f"overlay {overlay.name}{what} since {overlay.at} by {names}: {overlay.reason}"
    )


def _overlay_fields(found: OverlayOrdered) -> dict[str, object]:
    """Return an overlay in force for programs."""
    overlay, policy = found.overlay, found.overlay.policy
    return {
        "at": str(overlay.at),
        "engine": policy and policy.engine.value,
        "name": overlay.name,
        "policy": policy and policy.digest,
        "reason": overlay.reason,
        "signed_by": list(found.signed_by),
        "version": policy and policy.version,
    }
