"""`kya override`: set limits aside for one order, as two people, and show what was."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.desk import open_desk, publish_if_running
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
    talk,
)
from kya.codec.override_figures import OverrideFigures
from kya.pki.prepared_order import PreparedOrder, read_prepared
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published
from kya.wiring.override_desk import Wanted, overrides_in
from kya.wiring.override_desk import override as set_aside
from kya.wiring.people import read_people

_SECONDS = 60

app = typer.Typer(
    help="Overrides: let one order pass limits, as two people.", no_args_is_help=True
)


Order = Annotated[
    Path, typer.Argument(help="The order's note, signed by its agent; `-` is stdin.")
]
People = Annotated[
    list[str],
    typer.Option(
        "--as", help="ROLE:NAME of a person who signs, once for each; one is of risk."
    ),
]


@app.command("sign")
def sign(
    order: Order,
    controls: Annotated[
        list[str],
        typer.Option(
            "--control", help="Id of a control to set aside; once for each of them."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; it goes into the log.")],
    people: People,
    *,
    minutes: Annotated[
        int, typer.Option(min=1, max=15, help="How long the order may take to come.")
    ] = 5,
    data: Data = DATA_DEFAULT,
) -> None:
    """Set limits aside for one order that its agent has signed and not yet sent."""
    signers, desk = read_people(people), open_desk(data)
    signed = read_prepared(read_bytes(order, "order"), desk.state())
    talk(f"to be signed by {', '.join(people)}:")
    for sentence in _sentences(signed, controls, reason):
        talk(f"  {sentence}")
    wanted = Wanted(controls=controls, reason=reason, seconds=minutes * _SECONDS)
    index = set_aside(desk, signed, wanted, signers)
    answer(f"override of {signed.line_digest} entry {index}")


@app.command("show")
def show(data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Show every override in the log: by whom, why, and what came of its order."""
    publish_if_running(data)
    opened = open_installation(data)
    size = published(data / "log", opened.note_signer(LOG).key).size
    found = overrides_in(data / "log", size)
    if as_json:
        answer_json([each.fields() for each in found])
        return
    for each in found:
        for sentence in _story(each):
            answer(sentence)
    talk(f"{len(found)} on record")


def _sentences(
    signed: PreparedOrder, controls: list[str], reason: str
) -> Iterator[str]:
    """Yield what a signature stands under, a line each."""
    order = signed.order
    yield f"order     {order.seq} of {order.agent}, to be sent at {order.created_at}"
    amount = f"{order.amount} {order.amount.currency}"
    yield f"asks      {order.side.value} {order.market} for {amount} at {order.venue}"
    yield f"past      {', '.join(sorted(set(controls)))}"
    yield f"because   {reason}"


def _story(found: OverrideFigures) -> Iterator[str]:
    """Yield what an override was and what came of it, a line each."""
    override = found.granted.override
    names = ", ".join(found.granted.signed_by)
    yield f"entry {found.entry}: {override.agent}, by {names}"
    yield f"  for order line {override.order} until {override.expires_at}"
    yield f"  past {', '.join(override.controls)}, because {override.reason}"
    aside = f", set aside {', '.join(found.set_aside)}" if found.set_aside else ""
    yield f"  {found.outcome or 'not used'}{aside}"
