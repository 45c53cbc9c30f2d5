"""What a verifier brings on the command line: files of its own, and nothing else."""

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.output import read_bytes
from kya.core.errors import InputError
from kya.core.overlay import Ask
from kya.pki.stamp_authorities import Authorities
from kya.verify.brought import Brought
from kya.verify.package import Limits

PackagePath = Annotated[
    Path, typer.Argument(help="The package: a directory or a .tar.gz.")
]
Root = Annotated[Path, typer.Option(help="Your own copy of the root certificate, PEM.")]
Policy = Annotated[
    Path | None,
    typer.Option(help="Your own copy of the log policy (C2SP tlog-policy)."),
]
Held = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint", help="A checkpoint of this log that you kept from before."
    ),
]
Since = Annotated[
    Path | None,
    typer.Option(help="A checkpoint up to which you have verified this log."),
]
Executions = Annotated[
    Path | None,
    typer.Option(help="Executions as you had them from the venues: JSON or CSV."),
]
StampRoots = Annotated[
    Path | None,
    typer.Option(
        "--tsa", help="Roots of the time-stamping authorities you trust, PEM."
    ),
]
StampPolicy = Annotated[
    str,
    typer.Option(
        "--tsa-policy", help="The policy, an OID, that their stamps must name."
    ),
]


def read_brought(
    root: Path,
    *,
    policy: Path | None,
    held: Path | None,
    since: Path | None = None,
    executions: Path | None,
    authorities: Authorities | None,
    ask: Ask | None,
) -> Brought:
    """Return what the verifier brings; InputError names a file that is not it."""
    if since is not None and held is not None:
        raise InputError("--since: want it alone; it is the checkpoint you hold")
    brought = Brought.read(
        read_bytes(root, "root"),
        _own(policy, "policy"),
        _own(since or held, "checkpoint"),
        _own(executions, "executions"),
    )
    return replace(
        brought, continues=since is not None, ask=ask, authorities=authorities
    )


def trusted_authorities(path: Path | None, policy: str) -> Authorities | None:
    """Return whose time stamps count; InputError without the library to check them."""
    roots = _own(path, "tsa")
    if roots is None:
        return None
    if find_spec("rfc3161_client") is None:
        raise InputError("--tsa: rfc3161-client is not installed; want kya[stamps]")
    return Authorities.read(roots, policy)


def limits_here() -> Limits:
    """Return the usual limits, with as many processors as this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return Limits(processors=len(os.sched_getaffinity(0)))
    return Limits(processors=os.cpu_count() or 1)


def _own(path: Path | None, what: str) -> bytes | None:
    """Return what a file of the verifier's own holds, if it has one."""
    return None if path is None else read_bytes(path, what)
