"""One director at a time, each on their own machine: a mandate that goes round."""

from pathlib import Path
from typing import Annotated

import typer

from kya.authority import acts
from kya.authority.mandate_words import sentences
from kya.cli.desk import open_desk
from kya.cli.key import Key, lone_signer, names_under
from kya.cli.mandate_reading import show_what_is_signed, signed_mandate
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
from kya.codec.mandates import render_mandate
from kya.core.credential import Role
from kya.core.mandate import Mandate

Note = Annotated[Path, typer.Argument(help="The signed mandate; `-` is stdin.")]
Name = Annotated[str, typer.Option("--as", help="The director who signs.")]
Out = Annotated[Path, typer.Option(help="New file for the mandate with the signature.")]


def sign_alone(mandate: Mandate, name: str, key: Path | None, data: Path) -> bytes:
    """Return the mandate under one director's signature, once they were shown it."""
    director = lone_signer(Role.DIRECTOR, name, key, data)
    show_what_is_signed(mandate, name)
    return acts.resolve(mandate, director)


def countersign(
    note: Note, name: Name, out: Out, key: Key = None, data: Data = DATA_DEFAULT
) -> None:
    """Add one more director's signature to a mandate; needs no gateway."""
    raw = read_bytes(note, "mandate")
    mandate = signed_mandate(raw)
    director = lone_signer(Role.DIRECTOR, name, key, data)
    talk(f"signed so far by {', '.join(names_under(raw))}")
    show_what_is_signed(mandate, name)
    signed = acts.countersign(raw, director)
    write_new(out, signed)
    answer(f"{out}: signed by {', '.join(names_under(signed))}")


def record(note: Note, data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Put a mandate that enough directors have signed on record."""
    raw = read_bytes(note, "mandate")
    mandate = signed_mandate(raw)
    for sentence in sentences(mandate):
        talk(sentence)
    index = open_desk(data).grant(raw)
    talk(f"mandate for {mandate.agent} signed by {', '.join(names_under(raw))}")
    answer_recorded(mandate, index, as_json=as_json)


def answer_recorded(mandate: Mandate, index: int, *, as_json: bool) -> None:
    """Print which mandate is on record, and where."""
    digest = canonical.digest(render_mandate(mandate))
    if as_json:
        answer_json({"agent": mandate.agent, "digest": digest, "index": index})
    else:
        answer(f"{digest} entry {index}")
