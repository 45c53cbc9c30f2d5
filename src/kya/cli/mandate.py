"""`kya mandate`: what the board resolved, signed by its directors."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Annotated, cast

import typer

from kya.authority import acts
from kya.cli.desk import open_desk
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
    talk,
)
from kya.codec import canonical
from kya.codec.mandates import MANDATE_TYPE, parse_mandate, render_mandate
from kya.codec.scopes import SCOPE_TYPE
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.mandate import Mandate

app = typer.Typer(help="Mandates: sign and show.", no_args_is_help=True)


@app.command("sign")
def sign(
    draft: Annotated[Path, typer.Argument(help="The mandate as JSON; `-` is stdin.")],
    directors: Annotated[
        list[str],
        typer.Option("--as", help="A director who signs; give it once for each."),
    ],
    resolution: Annotated[
        Path | None,
        typer.Option(help="The board's document; its SHA-256 goes into the mandate."),
    ] = None,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Sign a mandate as these directors and put it on record."""
    desk = open_desk(data)
    document = None if resolution is None else read_bytes(resolution, "resolution")
    raw = read_bytes(draft, "mandate")
    read_draft(raw, document, desk.clock())  # No director is enrolled for a bad draft.
    signers = [desk.director(name) for name in directors]
    mandate = read_draft(raw, document, desk.clock())
    index = desk.grant(acts.resolve(mandate, *signers))
    digest = canonical.digest(render_mandate(mandate))
    talk(f"mandate for {mandate.agent} signed by {', '.join(directors)}")
    if as_json:
        answer_json({"agent": mandate.agent, "digest": digest, "index": index})
    else:
        answer(f"{digest} entry {index}")


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
    for sentence in _sentences(mandate):
        answer(sentence)
    answer(f"digest      {canonical.digest(line)}")


def read_draft(raw: bytes, resolution: bytes | None, now: Instant) -> Mandate:
    """Return the mandate of a draft written by hand; InputError names what is wrong.

    A draft may have any white space and order, and may leave out `_type`, and
    `resolved_at` and `valid_from`, which then are now, to the whole second: so that a
    certificate, which has no fractions, can be valid at once.
    """
    try:
        fields = json.loads(raw)
    except ValueError as error:
        msg = f"mandate: want JSON: {error}"
        raise InputError(msg) from error
    draft = _object(fields, "mandate")
    draft.setdefault("_type", MANDATE_TYPE)
    _object(draft.get("scope"), "mandate scope").setdefault("_type", SCOPE_TYPE)
    second = Instant(now.micros - now.micros % MICROS_PER_SECOND)
    draft.setdefault("resolved_at", str(second))
    draft.setdefault("valid_from", draft["resolved_at"])
    if resolution is not None:
        draft["resolution"] = sha256(resolution).hexdigest()
    return parse_mandate(canonical.encode_line(draft))


def _object(value: object, what: str) -> dict[str, object]:
    """Return the JSON object; InputError for anything else."""
    if not isinstance(value, dict):
        msg = f"{what}: want a JSON object"
        raise InputError(msg)
    return cast("dict[str, object]", value)


def _sentences(mandate: Mandate) -> list[str]:
    """Return what the mandate says, a line each."""
    scope = mandate.scope
    shown = scope.region_evidence.value.replace("_", " ")
    per = scope.daily_max_per.value.replace("_", " ")
    return [
        f"operator    {mandate.operator}",
        f"agent       {mandate.agent}",
        f"valid       {mandate.valid_from} to {mandate.valid_until}",
        f"live from   {scope.live_from}",
        f"markets     {', '.join(sorted(scope.markets))}",
        f"venues      {', '.join(sorted(scope.venues))}",
        f"regions     {', '.join(sorted(scope.regions))}, {shown}",
        f"an order    at most {scope.currency} {scope.order_max}",
        f"a UTC day   at most {scope.currency} {scope.daily_max} per {per}",
        f"hours       {scope.window} UTC, {scope.calendar.value.replace('_', ' ')}",
        f"grace       {mandate.grace_seconds} s after a breach",
        f"resolution  {mandate.resolution}",
    ]
