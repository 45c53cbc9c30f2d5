"""`kya log`: show entries, prove one, give out lists, and check the whole of it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.exits import Exit
from kya.cli.log_roll import roll
from kya.cli.log_texts import commit_text, destroy_text, retention
from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, answer_json, talk
from kya.codec.note import SignedNote, VerifierKey
from kya.core.errors import InputError
from kya.pki.crl import verify_crl
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import X509_CRL, to_pem
from kya.tlog.proof import Proof
from kya.tlog.tree import entries, inclusion_proof
from kya.wiring.installation import LOG, Opened, open_installation
from kya.wiring.log_reader import (
    check_log,
    published,
    published_lists,
    tile_reader,
)

app = typer.Typer(
    help="The log: show, prove, crl, fsck, roll, texts, retention.",
    no_args_is_help=True,
)
app.command("commit-text")(commit_text)
app.command("destroy-text")(destroy_text)
app.command("retention")(retention)
app.command("roll")(roll)
First = Annotated[int, typer.Option("--from", min=0, help="First entry, from 0.")]
Count = Annotated[int, typer.Option("--count", min=1, help="How many entries.")]


@app.command("show")
def show(
    first: First = 0,
    count: Count = 20,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Show published entries: index, kind, signers, and the line itself."""
    opened = open_installation(data)
    size = published(data / "log", _log_key(opened).key).size
    last = min(size, first + count)
    if first >= size:
        msg = f"log: want an entry below {size}, got {first}"
        raise InputError(msg)
    found = entries(tile_reader(data / "log"), first, last, size)
    for index, raw in enumerate(found, first):
        note = SignedNote.parse(raw)
        names = [signature.name for signature in note.signatures]
        if as_json:
            line = json.loads(note.text)
            answer(json.dumps({"index": index, "line": line, "signers": names}))
        else:
            answer(f"{index:>6}  {', '.join(names)}  {note.text.decode().rstrip()}")
    talk(f"entries {first} to {last - 1} of {size}")


@app.command("prove")
def prove(
    index: Annotated[int, typer.Argument(min=0, help="The entry's index.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the proof; stdout unless given.")
    ] = None,
    data: Data = DATA_DEFAULT,
) -> None:
    """Prove that an entry is in the log (C2SP tlog-proof)."""
    opened = open_installation(data)
    checkpoint = published(data / "log", _log_key(opened).key)
    if index >= checkpoint.size:
        msg = f"log: want an entry below {checkpoint.size}, got {index}"
        raise InputError(msg)
    read = tile_reader(data / "log")
    proof = Proof(
        index=index,
        path=inclusion_proof(read, index, checkpoint.size),
        checkpoint=SignedNote.parse(read("checkpoint")),
    )
    (raw,) = entries(read, index, index + 1, checkpoint.size)
    name = checkpoint.origin
    key = VerifierKey.from_spki(name, _log_key(opened).key.spki)
    proof.verify(raw, name, [key])
    if out is None:
        answer(proof.render().decode().rstrip("\n"))
    else:
        out.write_bytes(proof.render())
        talk(f"proof of entry {index} in {out}")


@app.command("crl")
def crl(
    number: Annotated[
        int | None,
        typer.Argument(min=1, help="Which list; all are named unless given."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the list; stdout unless given.")
    ] = None,
    data: Data = DATA_DEFAULT,
) -> None:
    """Name every revocation list ever issued, or give one out as PEM."""
    opened = open_installation(data)
    size = published(data / "log", _log_key(opened).key).size
    issuer, last = opened.certificate("issuer"), 0
    for index, listed in published_lists(data / "log", size):
        last = listed.number
        if number is None:
            count = len(verify_crl(listed.crl, issuer).contents.revocations)
            answer(f"{last:>6}  {listed.at}  entry {index}  revoked: {count}")
        elif number == last:
            _give_out(to_pem(X509_CRL, listed.crl), out)
            return
    if number is not None:
        raise InputError(f"log: want a revocation list of 1 to {last}, got {number}")


def _give_out(pem: bytes, out: Path | None) -> None:
    """Print the list, or write it to a file."""
    if out is None:
        answer(pem.decode().rstrip("\n"))
    else:
        out.write_bytes(pem)


@app.command("fsck")
def fsck(data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Re-derive every tile from the entries and say what does not agree.

    A running log can be checked; nothing is changed.
    """
    verdicts = list(check_log(open_installation(data)))
    against = [verdict for verdict in verdicts if not verdict.holds]
    if as_json:
        answer_json([asdict(verdict) for verdict in verdicts])
    else:
        for verdict in against:
            answer(f"FAILS  {verdict.subject}: {verdict.problem}")
        answer(f"{len(verdicts)} checked, {len(against)} failed")
    if against:
        raise typer.Exit(Exit.NO)


def _log_key(opened: Opened) -> NoteSigner:
    """Return the log's signer, for its public key."""
    return opened.note_signer(LOG)
