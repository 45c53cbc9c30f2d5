"""`kya agent pin`, `anchor`, `digest`: what an agent may run, and what shows where."""

from pathlib import Path
from typing import Annotated

import typer

from kya.cli.desk import Operators, open_desk
from kya.cli.output import (
    DATA_DEFAULT,
    AgentName,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
    talk,
)
from kya.core.errors import InputError
from kya.core.session import RegionSource
from kya.pki.pem import CERTIFICATE, from_pem
from kya.wiring.key_reference import open_reference, read_reference
from kya.wiring.workload_desk import anchor_key, anchor_source, pin, runtime_of

Components = Annotated[
    list[str],
    typer.Option(
        "--runtime", help="NAME=sha256:… or NAME=PATH; give it once for each component."
    ),
]


def pin_runtime(
    name: AgentName,
    components: Components,
    operators: Operators,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what the agent may run from now on; it takes two operators."""
    runtime = runtime_of(components)
    index = pin(open_desk(data), name, runtime, operators)
    talk(f"runtime of {name} pinned by {', '.join(operators)}")
    if as_json:
        answer_json({"agent": name, "index": index, "runtime": str(runtime)})
    else:
        answer(f"{runtime} entry {index}")


def digest(
    components: Annotated[
        list[str], typer.Argument(help="NAME=PATH, once for each component.")
    ],
) -> None:
    """Print the digests of files and folders, as a session would say them."""
    for found, value in runtime_of(components).components:
        answer(f"{found}=sha256:{value}")


def anchor(
    name: AgentName,
    source: Annotated[RegionSource, typer.Option(help="Who shows the region.")],
    data: Data = DATA_DEFAULT,
    *,
    subject: Annotated[
        str, typer.Option(help="The account of the instance, or the node.")
    ] = "",
    region: Annotated[str, typer.Option(help="The region that is shown.")] = "",
    certificate: Annotated[
        Path | None,
        typer.Option(help="PEM: what signs the documents of aws-instance-identity."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="TOML that says where the key lives, for kms-key."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say by what the region of the agent's present certificate is shown."""
    desk = open_desk(data)
    if source is RegionSource.KMS_KEY:
        if key is None or subject or region or certificate:
            raise InputError("kms-key: want --key alone; the service names the region")
        signer = open_reference(read_reference(read_bytes(key, "key"), str(key)))
        made = anchor_key(desk, name, signer)
    else:
        if key is not None or not (subject and region):
            raise InputError(f"{source.value}: want --subject and --region, no --key")
        pem = b"" if certificate is None else read_bytes(certificate, "certificate")
        der = from_pem(CERTIFICATE, pem) if pem else b""
        facts = {"subject": subject, "region": region}
        made = anchor_source(desk, name, source, facts, der)
    talk(f"region of {name} is shown by {source.value}")
    if as_json:
        answer_json({"agent": name, "digest": made.digest, "index": made.index})
    else:
        answer(f"{made.digest} entry {made.index}")
