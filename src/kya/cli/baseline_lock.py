"""`kya baseline lock`: two people put a baseline in force, and see what they sign."""

from pathlib import Path
from typing import Annotated

import typer

from kya.authority import acts
from kya.authority.baseline_drift import Drift
from kya.authority.baseline_words import lock_sentences, source_text
from kya.cli.baseline_source import Struck, seqs_of
from kya.cli.desk import open_desk, publish_if_running
from kya.cli.key import names_under
from kya.cli.output import (
    DATA_DEFAULT,
    Data,
    answer,
    read_bytes,
    talk,
    write_new,
)
from kya.codec.baseline_locks import parse_lock
from kya.codec.baselines import parse_baseline
from kya.codec.note import SignedNote
from kya.core.baseline import BaselineLocked, Lock, Source
from kya.core.errors import InputError
from kya.wiring.baseline_desk import (
    WantedLock,
    lock,
    record_lock,
    require_learned_again,
)
from kya.wiring.clock import system_clock
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published, published_locks
from kya.wiring.people import read_people, signers_of

Document = Annotated[Path, typer.Argument(help="The baseline document; - is stdin.")]
Note = Annotated[Path, typer.Argument(help="The signed lock; - is stdin.")]
Person = Annotated[str, typer.Option("--as", help="ROLE:NAME of the person who signs.")]


def lock_command(
    document: Document,
    people: Annotated[
        list[str],
        typer.Option(
            "--as",
            help="ROLE:NAME of a person who signs, such as risk:rita; two of them, or"
            " one with --out.",
        ),
    ],
    *,
    first: Annotated[
        int | None,
        typer.Option("--from", min=1, help="First order it was learned from, by seq."),
    ] = None,
    last: Annotated[
        int | None, typer.Option("--to", min=1, help="The last one, by seq.")
    ] = None,
    struck: Struck = "",
    elsewhere: Annotated[
        bool,
        typer.Option("--learned-elsewhere", help="Of orders that are not in the log."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="New file for the lock under one signature: no record."),
    ] = None,
    data: Data = DATA_DEFAULT,
) -> None:
    """Lock a baseline: every later order of its agent is held against it.

    The logged orders that are named must make this very baseline again. One that was
    learned elsewhere nobody can learn again.
    """
    baseline = parse_baseline(read_bytes(document, "baseline"))
    wanted = WantedLock(
        baseline=baseline, source=None if elsewhere else _source(first, last, struck)
    )
    signers, said = read_people(people), wanted.at(system_clock().clock.now())
    _show_what_is_signed(said, people, data)
    if out is None:
        index = lock(open_desk(data), wanted, signers)
        answer(f"locked {said.digest} for {said.agent} entry {index}")
        return
    if len(people) != 1:
        raise InputError("--out: want one person, who signs alone")
    desk = open_desk(data)
    require_learned_again(desk, wanted)
    [signer] = signers_of(desk, signers)
    write_new(out, acts.lock(wanted.at(desk.clock()), signer))
    answer(f"{out}: signed by {signers[0][1]}")


def countersign(
    note: Note,
    person: Person,
    out: Annotated[Path, typer.Option(help="New file for it with the signature.")],
    data: Data = DATA_DEFAULT,
) -> None:
    """Add another person's signature to a lock."""
    raw = read_bytes(note, "lock")
    talk(f"signed so far by {', '.join(names_under(raw))}")
    said = parse_lock(SignedNote.parse(raw).text)
    _show_what_is_signed(said, [person], data)
    talk(f"  from      {said.at}")
    [signer] = signers_of(open_desk(data), read_people([person]))
    signed = acts.countersign_lock(raw, signer)
    write_new(out, signed)
    answer(f"{out}: signed by {', '.join(names_under(signed))}")


def record(note: Note, data: Data = DATA_DEFAULT) -> None:
    """Put a lock that two people have signed on record."""
    raw = read_bytes(note, "lock")
    said = parse_lock(SignedNote.parse(raw).text)
    for sentence in lock_sentences(said):
        talk(sentence)
    talk(f"from      {said.at}")
    _show_what_is_replaced(said, data)
    index = record_lock(open_desk(data), raw)
    answer(f"locked {said.digest} for {said.agent} entry {index}")


def lock_in_force(data: Path, agent: str) -> tuple[int, BaselineLocked]:
    """Return the agent's newest lock on record, with its entry."""
    found = _newest_lock(data, agent)
    if found is None:
        raise InputError(f"{agent}: no baseline is locked in this log")
    return found


def _newest_lock(data: Path, agent: str) -> tuple[int, BaselineLocked] | None:
    """Return the agent's newest lock on record, if any is, with its entry."""
    publish_if_running(data)
    opened = open_installation(data)
    size = published(data / "log", opened.note_signer(LOG).key).size
    every = published_locks(data / "log", size)
    found = [each for each in every if each[1].lock.agent == agent]
    return found[-1] if found else None


def lock_facts(index: int, locked: BaselineLocked) -> dict[str, object]:
    """Return what a person asks of a lock first."""
    source = locked.lock.source
    return {
        "locked": f"entry {index}, {locked.at}, by {', '.join(locked.signed_by)}",
        "source": "elsewhere" if source is None else f"seq {source_text(source)}",
    }


def _show_what_is_signed(said: Lock, people: list[str], data: Path) -> None:
    """Tell people what a signature of theirs stands under, and what it changes."""
    _show_what_is_replaced(said, data)
    talk(f"to be signed by {', '.join(people)}:")
    for sentence in lock_sentences(said):
        talk(f"  {sentence}")


def _show_what_is_replaced(said: Lock, data: Path) -> None:
    """Tell people how far a baseline has moved from the one that it replaces."""
    found = _newest_lock(data, said.agent)
    if found is None:
        talk(f"{said.agent}: the first baseline, it replaces none")
        return
    index, locked = found
    talk(f"it replaces the baseline of entry {index}, locked {locked.at}:")
    for sentence in Drift.between(locked.lock.baseline, said.baseline).sentences():
        talk(f"  {sentence}")


def _source(first: int | None, last: int | None, struck: str) -> Source:
    """Return the source that the options name."""
    if first is None or last is None:
        raise InputError("want --from and --to, or --learned-elsewhere")
    return Source(first, last, seqs_of("--struck", struck))
