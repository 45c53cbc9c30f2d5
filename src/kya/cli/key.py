"""`--key`: a file that says where a key lives."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import read_bytes
from kya.codec.note import SignedNote
from kya.core import tokens
from kya.core.credential import Role
from kya.core.errors import InputError
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.pki.signer import Signer
from kya.wiring.installation import open_installation
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


def lone_signer(role: Role, name: str, key: Path | None, data: Path) -> NoteSigner:
    """Return a person's signer: their own key, or one that this directory keeps."""
    tokens.require(tokens.NAME, role.value, name)
    if key is not None:
        return NoteSigner(name, existing_key(key))
    cabinet, kept = open_installation(data).cabinet, f"{role.value}-{name}"
    if not cabinet.has(kept):
        msg = f"{role.value} {name}: no key in {data}; say with --key where it is"
        raise InputError(msg)
    return NoteSigner(name, cabinet.open(kept))


def names_under(raw: bytes) -> list[str]:
    """Return who has signed a note, by its own word."""
    return [line.name for line in SignedNote.parse(raw).signatures]
