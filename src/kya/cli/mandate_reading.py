"""From a file to a mandate, and from a mandate to words."""

from pathlib import Path
from typing import Annotated, Final

import typer

from kya.authority.mandate_words import sentences
from kya.cli.desk import open_desk
from kya.cli.output import read_bytes, talk
from kya.codec import canonical
from kya.codec.mandate_drafts import draft_fields
from kya.codec.mandates import parse_mandate
from kya.codec.note import SignedNote
from kya.core.instant import Instant
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
