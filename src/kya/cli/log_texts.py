"""`kya log commit-text`, `destroy-text` and `retention`: what is kept, and how long."""

import json
from datetime import date
from secrets import token_bytes
from typing import Annotated

import typer

from kya.cli.desk import People, open_desk
from kya.cli.output import DATA_DEFAULT, Data, answer, talk
from kya.codec.committed_text import PREFIX, SALT_BYTES, CommittedText
from kya.config import read_config
from kya.core.erasure import Ground
from kya.core.errors import InputError
from kya.tlog.tree import entries
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published, published_closings, tile_reader
from kya.wiring.people import read_people
from kya.wiring.texts import Texts, erase

_TIMES = ("received_at", "at", "resolved_at", "created_at")


def commit_text(
    text: Annotated[str, typer.Argument(help="The text, one line.")],
    data: Data = DATA_DEFAULT,
) -> None:
    """Keep a text beside the log, and print what goes into the log for it.

    Give that as the --reason of another command. Packages hold the text as long as it
    is kept; destroyed, it leaves a digest that tells nothing.
    """
    committed = CommittedText(text, token_bytes(SALT_BYTES))
    Texts(data).keep(committed)
    answer(committed.reason)


def destroy_text(
    committed: Annotated[
        str, typer.Argument(help="What the log has for it: committed:…")
    ],
    ground: Annotated[Ground, typer.Option(help="Why.")],
    people: People,
    data: Data = DATA_DEFAULT,
) -> None:
    """Destroy a text that is kept beside the log, and say so in the log.

    It takes two people, one of whom supervises, and a gateway that runs. Packages that
    were handed over have the text still. Refused under a legal hold.
    """
    if read_config(data).log.legal_hold:
        raise InputError("texts: under a legal hold nothing is destroyed")
    digest, kept = committed.removeprefix(PREFIX), Texts(data)
    kept.require(digest)
    index = erase(open_desk(data), digest, ground, read_people(people))
    # After a crash here the text is still there, and the same command goes on.
    kept.destroy(digest)
    answer(f"destroyed {committed} entry {index}")
    talk("copies of it, in packages and backups, are still where they are")


def retention(data: Data = DATA_DEFAULT) -> None:
    """Say until when the log must be kept, by the rule of the configuration."""
    opened = open_installation(data)
    section = opened.config.log
    size = published(data / "log", opened.note_signer(LOG).key).size
    if not size:
        raise InputError("log: want one with an entry")
    (raw,) = entries(tile_reader(data / "log"), size - 1, size, size)
    line = json.loads(raw.partition(b"\n")[0])
    named = next((line[name] for name in _TIMES if name in line), None)
    if named is None:
        raise InputError(f"entry {size - 1}: names no instant")
    until = years_after(date.fromisoformat(named[:10]), section.retention_years)
    years = section.retention_years
    answer(f"entries 0 to {size - 1}: until {until}, {years} years after the last one")
    for index, former in published_closings(data / "log", size):
        why = "later decisions rest on it"
        answer(f"closed as {former} with entry {index}: kept as long, for {why}")
    if section.legal_hold:
        answer("legal hold: nothing is destroyed, whatever the day")


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; 1 March for a 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
