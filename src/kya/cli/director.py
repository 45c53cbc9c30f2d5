"""`kya director`: who may sign mandates, each with a key of their own."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.desk import open_desk
from kya.cli.key import key_at
from kya.cli.output import DATA_DEFAULT, Data, answer, read_bytes, talk, write_new
from kya.core import tokens
from kya.core.credential import Role
from kya.pki.pem import CERTIFICATE_REQUEST, from_pem, to_pem
from kya.pki.request import make_request, proven_public_key

app = typer.Typer(help="Directors: ask for a certificate, enrol.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The director's name in signatures.")]


@app.command("request")
def request(
    name: Name,
    key: Annotated[Path, typer.Option(help="TOML that says where the key lives.")],
    out: Annotated[Path, typer.Option(help="New file for the request.")],
) -> None:
    """Prove on the director's own machine that they hold a key, made if need be."""
    tokens.require(tokens.NAME, "director", name)
    signer = key_at(key)
    write_new(out, to_pem(CERTIFICATE_REQUEST, make_request(signer)))
    show_key(signer.public_key())
    answer(f"{out}: hand it to the authority, for `kya director enrol {name}`")


@app.command("enrol")
def enrol(
    name: Name,
    request: Annotated[
        Path, typer.Argument(help="What `kya director request` wrote; `-` is stdin.")
    ],
    data: Data = DATA_DEFAULT,
) -> None:
    """Issue a certificate for a director's own key and put it on record."""
    proof = from_pem(CERTIFICATE_REQUEST, read_bytes(request, "request"))
    show_key(proven_public_key(proof))
    open_desk(data).enrol_person(Role.DIRECTOR, name, proof)
    answer(f"{name}: on record as a director")


def show_key(spki: bytes) -> None:
    """Print what both sides compare, by telephone for one."""
    talk(f"key SHA-256 {sha256(spki).hexdigest()}")
