"""From a file to a mandate, and from a mandate to words."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, cast

import typer

from kya.cli.desk import open_desk
from kya.cli.output import read_bytes, talk
from kya.codec import canonical
from kya.codec.mandates import MANDATE_TYPE, parse_mandate, render_mandate
from kya.codec.note import SignedNote
from kya.codec.scopes import SCOPE_TYPE
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import STATEMENT_LAG_MICROS_MAX
from kya.core.mandate import Mandate
from kya.core.tokens import NO_DIGEST

Resolution = Annotated[
    Path | None,
    typer.Option(help="The board's document; its SHA-256 goes into the mandate."),
]
ON_RECORD: Final = "agent:"
_SIGNED: Final = b"\n\n\xe2\x80\x94 "  # What parts a note's text from its signatures.


def mandate_named(source: str, data: Path, now: Instant) -> Mandate:
    """Return the mandate of a draft, of a note, or on record for `agent:NAME`.

    A draft may leave out the hash of the resolution, which limits nothing.
    """
    if source.startswith(ON_RECORD):
        return open_desk(data).mandate_of(source.removeprefix(ON_RECORD))
    raw = read_bytes(Path(source), "mandate")
    if _SIGNED in raw:
        return signed_mandate(raw)
    fields = {"resolution": NO_DIGEST, **draft_fields(raw, None, now)}
    return parse_mandate(canonical.encode_line(fields))


def signed_mandate(raw: bytes) -> Mandate:
    """Return the mandate that a note says; its signatures are not judged here."""
    return parse_mandate(SignedNote.parse(raw).text)


def read_draft(raw: bytes, resolution: bytes | None, now: Instant) -> Mandate:
    """Return the mandate of a draft written by hand; InputError names what is wrong.

    A draft may have any white space and order, and may leave out `_type`, and
    `resolved_at` and `valid_from`, which then are now, to the whole second: so that a
    certificate, which has no fractions, can be valid at once.
    """
    return parse_mandate(canonical.encode_line(draft_fields(raw, resolution, now)))


def draft_fields(
    raw: bytes, resolution: bytes | None, now: Instant
) -> dict[str, object]:
    """Return the fields of a draft, with those that it may leave out."""
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
    return draft


def _object(value: object, what: str) -> dict[str, object]:
    """Return the JSON object; InputError for anything else."""
    if not isinstance(value, dict):
        msg = f"{what}: want a JSON object"
        raise InputError(msg)
    return cast("dict[str, object]", value)


def sentences(mandate: Mandate) -> Iterator[str]:
    """Yield what the mandate says, a line each."""
    scope = mandate.scope
    per = scope.daily_max_per.value.replace("_", " ")
    yield f"operator    {mandate.operator}"
    yield f"agent       {mandate.agent}"
    yield f"valid       {mandate.valid_from} to {mandate.valid_until}"
    yield f"live from   {scope.live_from}"
    yield f"markets     {', '.join(sorted(scope.markets))}"
    yield f"venues      {', '.join(sorted(scope.venues))}"
    shown = scope.region_evidence.value.replace("_", " ")
    yield f"regions     {', '.join(sorted(scope.regions))}, {shown}"
    yield f"an order    at most {scope.currency} {scope.order_max}"
    yield f"a UTC day   at most {scope.currency} {scope.daily_max} per {per}"
    yield f"hours       {scope.window} UTC, {scope.calendar.value.replace('_', ' ')}"
    yield from _incidents(mandate)
    yield f"resolution  {mandate.resolution}"
    yield f"digest      {canonical.digest(render_mandate(mandate))}"


def _incidents(mandate: Mandate) -> Iterator[str]:
    """Yield what opens an incident, and what then runs."""
    policy = mandate.incidents
    if policy is None:
        yield "incidents   none is opened, whatever the breach"
        return
    for trigger in policy.triggers:
        times = "once" if trigger.count == 1 else f"{trigger.count} times"
        within = "" if trigger.count == 1 else f" within {trigger.within_seconds} s"
        reasons = ", ".join(sorted(reason.value for reason in trigger.reasons))
        yield f"incidents   {times}{within}: {reasons}"
    told = policy.alert_seconds
    yield f"alert       {'not asked for' if told is None else f'within {told} s'}"
    yield f"grace       {mandate.grace_seconds} s, then the agent is suspended"


def show_what_is_signed(mandate: Mandate, *names: str) -> None:
    """Tell the person at the terminal what a signature of theirs stands under."""
    talk(f"to be signed by {', '.join(names)}:")
    for sentence in sentences(mandate):
        talk(f"  {sentence}")
    start, end = mandate.resolved_at, _latest(mandate.resolved_at)
    talk(f"  record it   {start} to {end}")


def _latest(resolved_at: Instant) -> Instant:
    """Return until when a log that is at work takes a mandate of this instant."""
    return resolved_at.plus(micros=STATEMENT_LAG_MICROS_MAX)
