"""`kya mandate`: what the board resolved, signed by its directors and compared."""

import json
from pathlib import Path
from typing import Annotated

import typer

from kya.authority import acts
from kya.authority.mandate_words import sentences
from kya.cli.desk import open_desk
from kya.cli.key import Key
from kya.cli.mandate_compare import diff, lint
from kya.cli.mandate_notes import answer_recorded, countersign, record, sign_alone
from kya.cli.mandate_reading import Resolution, show_what_is_signed
from kya.cli.mandate_test import judge_cases
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
    talk,
    write_new,
)
from kya.codec import canonical
from kya.codec.mandate_drafts import read_draft
from kya.codec.mandates import render_mandate
from kya.core.errors import InputError
from kya.wiring.clock import system_clock

app = typer.Typer(
    help="Mandates: sign, countersign, record, show, compare.", no_args_is_help=True
)
app.command("countersign")(countersign)
app.command("record")(record)
app.command("diff")(diff)
app.command("lint")(lint)
app.command("test")(judge_cases)


@app.command("sign")
def sign(
    draft: Annotated[Path, typer.Argument(help="The mandate as JSON; `-` is stdin.")],
    directors: Annotated[
        list[str],
        typer.Option("--as", help="A director who signs; give it once for each."),
    ],
    resolution: Resolution = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New file for the mandate under one signature: no record."),
    ] = None,
    *,
    key: Key = None,
    data: Data = DATA_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Sign a mandate as these directors and put it on record, or as one of them."""
    document = None if resolution is None else read_bytes(resolution, "resolution")
    raw, now = read_bytes(draft, "mandate"), system_clock().clock.now
    mandate = read_draft(raw, document, now())
    if out is not None:
        if len(directors) != 1:
            raise InputError("--out: want one director, who signs alone")
        write_new(out, sign_alone(mandate, directors[0], key, data))
        answer(f"{out}: signed by {directors[0]}")
        return
    if key is not None:
        raise InputError("--key: is for one director, who signs alone; want --out")
    desk = open_desk(data)
    # Only now, for a bad draft enrols nobody.
    signers = [desk.director(name) for name in directors]
    mandate = read_draft(raw, document, now())
    show_what_is_signed(mandate, *directors)
    index = desk.grant(acts.resolve(mandate, *signers))
    talk(f"mandate for {mandate.agent} signed by {', '.join(directors)}")
    answer_recorded(mandate, index, as_json=as_json)


@app.command("show")
def show(
    agent: Annotated[str, typer.Argument(help="The agent whose mandate to show.")],
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the newest mandate on record for an agent."""
    mandate = open_desk(data).mandate_of(agent)
    line = render_mandate(mandate)
    if as_json:
        answer_json({"digest": canonical.digest(line), "mandate": json.loads(line)})
        return
    for sentence in sentences(mandate):
        answer(sentence)
