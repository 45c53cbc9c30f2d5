"""`kya witness`: watch logs for others, by serving or by fetching."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.key import existing_key, key_at
from kya.cli.output import answer, read_bytes, write_new
from kya.pki.cosigner import Cosigner
from kya.pki.keys import KeyAlgorithm
from kya.tlog.policy import Policy
from kya.wiring.clock import system_clock
from kya.wiring.listening import LOOPBACK
from kya.wiring.witness_desk import WitnessSettings, pull_once

app = typer.Typer(
    help="A witness: cosign logs, so that everyone sees the same one.",
    no_args_is_help=True,
)

Name = Annotated[
    str, typer.Option(help="The witness's name for all time, such as w.example.")
]
KeyFile = Annotated[
    Path, typer.Option("--key", help="TOML that says where its Ed25519 key lives.")
]
Logs = Annotated[
    Path,
    typer.Option("--policy", help="The logs to watch: the `log` lines of this policy."),
]
Folder = Annotated[
    Path, typer.Option("--data", help="Where it keeps what it has cosigned last.")
]


@app.command("key")
def key(name: Name, key_file: KeyFile) -> None:
    """Print the line by which others know this witness.

    The key is made now if the file says `generate`.
    """
    answer(str(Cosigner(name, key_at(key_file, KeyAlgorithm.ED25519)).key))


@app.command("run")
def run(
    name: Name,
    key_file: KeyFile,
    policy: Logs,
    data: Folder,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port; 0 for a free one.")
    ] = 0,
) -> None:
    """Serve a witness over plain HTTP (C2SP tlog-witness); put TLS before it."""
    # The server's packages are an extra: only the servers need them.
    from kya.wiring.witness_service import (  # noqa: PLC0415
        WitnessPlace,
        run_witnesses,
    )

    settings = _settings(name, key_file, policy, data)
    answer(f"witness {settings.cosigner.key}")
    place = WitnessPlace(settings=settings, host=host, port=port)
    run_witnesses([place], system_clock(), _announce)


@app.command("pull")
def pull(
    log: Annotated[
        str, typer.Argument(help="The log: a URL prefix, or a tile directory.")
    ],
    name: Name,
    key_file: KeyFile,
    policy: Logs,
    data: Folder,
    *,
    out: Annotated[
        Path | None, typer.Option(help="New file for the line; stdout unless given.")
    ] = None,
) -> None:
    """Fetch a log's checkpoint, and cosign it if it grows out of the last one.

    Exit code 1: it does not; both checkpoints are kept as evidence.
    """
    settings = _settings(name, key_file, policy, data)
    line = pull_once(settings, log, system_clock().clock)
    if out is None:
        answer(line.decode().removesuffix("\n"))
    else:
        write_new(out, line)


def _settings(name: str, key_file: Path, policy: Path, data: Path) -> WitnessSettings:
    """Return who witnesses what, and where it is kept."""
    return WitnessSettings(
        cosigner=Cosigner(name, existing_key(key_file, KeyAlgorithm.ED25519)),
        policy=Policy.parse(read_bytes(policy, "policy")),
        data=data,
    )


def _announce(urls: Sequence[str]) -> None:
    """Say where it is, at once, for a script may wait for this line."""
    answer(f"kya witness is at {urls[0]}")
    sys.stdout.flush()
