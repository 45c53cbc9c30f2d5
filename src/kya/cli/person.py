"""`kya person`: people who sign with keys of their own, such as those of a browser."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.desk import open_desk
from kya.cli.director import show_key
from kya.cli.output import DATA_DEFAULT, Data, answer, read_bytes
from kya.pki.pem import CERTIFICATE_REQUEST, from_pem
from kya.pki.request import proven_public_key
from kya.wiring.people import read_people

app = typer.Typer(help="People: enrol under a key of their own.", no_args_is_help=True)


@app.command("enrol")
def enrol(
    person: Annotated[
        str,
        typer.Argument(metavar="ROLE:NAME", help="Who it is, such as operator:olga."),
    ],
    request: Annotated[
        Path, typer.Argument(help="What the person's browser gave out; `-` is stdin.")
    ],
    data: Data = DATA_DEFAULT,
) -> None:
    """Issue a certificate for a person's own key and put it on record.

    Whoever hands over the request must be that person: compare the key by telephone.
    """
    [(role, name)] = read_people([person])
    proof = from_pem(CERTIFICATE_REQUEST, read_bytes(request, "request"))
    show_key(proven_public_key(proof))
    open_desk(data).enrol_person(role, name, proof)
    answer(f"{name}: on record as {role.value}")
