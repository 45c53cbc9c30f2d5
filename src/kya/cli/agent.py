"""`kya agent`: enrol, show, suspend, reinstate, revoke, replace."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from kya.cli.desk import open_desk
from kya.cli.key import Key, reference_in
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    talk,
)
from kya.cli.revoke import revoke
from kya.cli.show_credential import show_credential
from kya.core.credential import Credential
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.narrowing import comparisons
from kya.pki.credentials import credential_of
from kya.wiring.agent_host import AgentHost, DeskAddress
from kya.wiring.desk import Desk, Proof
from kya.wiring.installation import CHANNEL, GATEWAY

app = typer.Typer(
    help="Agents: enrol, show, suspend, reinstate, revoke, replace.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="The agent's name, as its mandate has it.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the log.")]
Directory = Annotated[
    Path | None,
    typer.Option("--dir", help="The agent's directory; DATA/agents/NAME unless given."),
]

Issue = Callable[[Mandate, Proof], bytes]


@app.command("enrol")
def enrol(
    name: Name,
    directory: Directory = None,
    key: Key = None,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Make the agent's key on this host and have its certificate issued."""
    desk = open_desk(data)
    host = AgentHost(directory or data / "agents" / name)
    credential = _certify(desk, desk.enrol_agent, host, name, key)
    talk(f"{name}: key and certificate are in {host.directory}")
    show_credential(credential, as_json=as_json)


@app.command("replace")
def replace(
    name: Name,
    directory: Directory = None,
    key: Key = None,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Give the agent a new key and certificate after a revocation or an expiry."""
    desk = open_desk(data)
    host = AgentHost(directory or data / "agents" / name)
    _tell_what_is_wider(desk.mandate_of_credential(name), desk.mandate_of(name))
    credential = _certify(desk, desk.replace_agent, host, name, key)
    talk(f"{name}: new key and certificate are in {host.directory}")
    show_credential(credential, as_json=as_json)


@app.command("show")
def show(name: Name, data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Show the agent's newest certificate and its standing."""
    show_credential(open_desk(data).credential_of(name), as_json=as_json)


@app.command("suspend")
def suspend(name: Name, reason: Reason, data: Data = DATA_DEFAULT) -> None:
    """Suspend the agent: from the next order on, everything is refused."""
    _change(data, name, Act.SUSPEND, reason)


@app.command("reinstate")
def reinstate(name: Name, reason: Reason, data: Data = DATA_DEFAULT) -> None:
    """Lift a suspension."""
    _change(data, name, Act.REINSTATE, reason)


app.command("revoke")(revoke)


def _certify(
    desk: Desk, issue: Issue, host: AgentHost, name: str, key: Path | None
) -> Credential:
    """Have a certificate issued for a new key, and hand it to the agent."""
    mandate = desk.mandate_of(name)
    certificate = issue(
        mandate, host.new_key(None if key is None else reference_in(key))
    )
    _hand_over(desk, host, name, certificate)
    return credential_of(certificate)


def _tell_what_is_wider(former: Mandate, newest: Mandate) -> None:
    """Say which limits the replacement has that are not within the former ones."""
    found = comparisons(former, newest)
    wider = [each.limit for each in found if not each.relation.is_within]
    if wider:
        talk(f"not within the former mandate: {', '.join(wider)}")


def _change(data: Path, name: str, act: Act, reason: str) -> None:
    """Have the act put on record and say what it led to."""
    desk = open_desk(data)
    desk.change(name, act, reason)
    show_credential(desk.credential_of(name), as_json=False)


def _hand_over(desk: Desk, host: AgentHost, name: str, certificate: bytes) -> None:
    """Leave with the agent what it needs to trade."""
    gateway = desk.opened.note_signer(GATEWAY).key
    remote = desk.remote
    at = None
    if remote.office is not None:
        at = DeskAddress(url=remote.office.url, anchor=desk.opened.certificate(CHANNEL))
    host.store(name, certificate, remote.url, str(gateway), at)
