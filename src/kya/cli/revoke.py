"""`kya agent revoke`: now or from an instant on, and the key out of use with it."""

from pathlib import Path
from typing import Annotated

import typer

from kya.authority.revocations import USUAL_CODE
from kya.cli.desk import open_desk
from kya.cli.exits import Exit
from kya.cli.output import DATA_DEFAULT, Data, read_bytes, talk
from kya.cli.show_credential import show_credential
from kya.core.credential import ReasonCode
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import Instant
from kya.wiring.key_reference import Reference, disable_key, read_reference


def revoke(
    name: Annotated[str, typer.Argument(help="The agent's name.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the log.")],
    code: Annotated[
        ReasonCode, typer.Option(help="Why, in RFC 5280's words, for list and OCSP.")
    ] = USUAL_CODE,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="From when on, such as 2026-06-01T00:00:00.000000Z; now unless given.",
        ),
    ] = None,
    *,
    disable: Annotated[
        Path | None,
        typer.Option(
            "--disable-key",
            metavar="TOML",
            help="Says where the key lives, which is then put out of use, too.",
        ),
    ] = None,
    data: Data = DATA_DEFAULT,
) -> None:
    """Revoke the agent's certificate for good; the list says so in the same step."""
    key = _reference(disable, at)
    desk = open_desk(data)
    if at is None:
        desk.revoke(name, code, reason)
    else:
        desk.schedule(name, code, reason, Instant.parse(at))
    # Commit point: it is on record, whatever becomes of the key.
    credential = desk.credential_of(name)
    show_credential(credential, as_json=False)
    if key is not None and not _disabled(key, credential.spki):
        raise typer.Exit(Exit.WORLD)


def _reference(path: Path | None, at: str | None) -> Reference | None:
    """Return where the key lives; InputError before anything is done."""
    if path is None:
        return None
    if at is not None:
        msg = "--disable-key: stops the agent now; want it without --at, or later"
        raise InputError(msg)
    return read_reference(read_bytes(path, "key"), str(path))


def _disabled(key: Reference, spki: bytes) -> bool:
    """Put the key out of use and say so, or say why not."""
    try:
        disable_key(key, spki)
    except (InputError, DistrustError, TransientError) as fault:
        talk(f"the certificate is revoked, but its key is not disabled: {fault}")
        return False
    talk("the key is disabled where it lives")
    return True
