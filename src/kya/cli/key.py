"""`--key`: a file that says where a key lives."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import read_bytes
from kya.pki.keys import KeyAlgorithm
from kya.pki.signer import Signer
from kya.wiring.key_reference import (
    Reference,
    made_before,
    open_reference,
    read_reference,
)

Key = Annotated[
    Path | None,
    typer.Option(help="TOML that says where the key lives, if not on this host."),
]


def reference_in(path: Path) -> Reference:
    """Return where the key lives, as the file says."""
    return read_reference(read_bytes(path, "key"), str(path))


def existing_key(path: Path, algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> Signer:
    """Return the signer of a key that was made before."""
    return open_reference(made_before(reference_in(path)), algorithm)


def key_at(path: Path, algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> Signer:
    """Return the signer of a key, which is made now if the file says `generate`."""
    return open_reference(reference_in(path), algorithm)
