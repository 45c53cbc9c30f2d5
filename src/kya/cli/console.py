"""`kya console`: pages for people, made of the published log; it holds no key."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kya.authority.quorum import Quorum
from kya.cli.output import answer, read_bytes
from kya.core.limits import MANDATE_DIRECTORS_MIN
from kya.tlog.policy import Policy
from kya.wiring.clock import system_clock
from kya.wiring.listening import LOOPBACK


def console(
    gateway: Annotated[
        str, typer.Option(help="URL of the gateway, such as http://127.0.0.1:8321.")
    ],
    policy: Annotated[
        Path, typer.Option(help="The log's key and its witnesses: a policy file.")
    ],
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port; 0 for a free one.")
    ] = 0,
    origin: Annotated[
        str,
        typer.Option(
            help="What browsers call it behind a proxy, such as https://kya.example."
        ),
    ] = "",
    tokens: Annotated[
        Path | None,
        typer.Option(help="Serve programs, too: the file that `kya token` keeps."),
    ] = None,
    oidc: Annotated[
        Path | None,
        typer.Option(help="Let in whom an identity provider lets in: a TOML file."),
    ] = None,
    evidence_from: Annotated[
        Path | None,
        typer.Option(
            metavar="DATA",
            help="Build evidence packages, too: the gateway's data directory.",
        ),
    ] = None,
    directors: Annotated[
        list[str] | None,
        typer.Option(
            "--director", help="A director who may sign mandates; any, if none."
        ),
    ] = None,
    directors_min: Annotated[
        int, typer.Option(help="How many directors must sign a mandate.")
    ] = MANDATE_DIRECTORS_MIN,
) -> None:
    """Serve the console over plain HTTP; put TLS before it off this machine."""
    # The server's packages are an extra: only the servers need them.
    from kya.wiring.console import ConsoleSettings, run_console  # noqa: PLC0415

    settings = ConsoleSettings(
        gateway=gateway,
        policy=Policy.parse(read_bytes(policy, "policy")),
        host=host,
        port=port,
        origin=origin.rstrip("/"),
        tokens=tokens,
        oidc=oidc,
        data=evidence_from,
        quorum=Quorum(
            directors=frozenset(directors or ()), signatures_min=directors_min
        ),
    )
    run_console(settings, system_clock(), _announce)


def _announce(url: str) -> None:
    """Say where it is, at once, for a script may wait for this line."""
    answer(f"kya console is at {url}")
    sys.stdout.flush()
