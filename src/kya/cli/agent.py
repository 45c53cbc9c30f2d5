"""`kya agent`: register, enrol, show, suspend, reinstate, revoke, replace."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kya.agent.enrolment import Applicant
from kya.authority.registering import TOKEN_SECONDS, read_wanted
from kya.cli.desk import Operators, open_desk
from kya.cli.key import Key, reference_in
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
from kya.cli.revoke import revoke
from kya.cli.show_credential import show_credential
from kya.cli.workload import anchor, digest, pin_runtime
from kya.core.credential import Credential
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.narrowing import comparisons
from kya.pki.credentials import credential_of
from kya.wiring import enrolment
from kya.wiring.agent_host import AgentHost, DeskAddress
from kya.wiring.desk import Desk
from kya.wiring.directions import Directions
from kya.wiring.enrolment import (
    applicant,
    office_of,
    read_evidence,
)
from kya.wiring.installation import CHANNEL, GATEWAY

app = typer.Typer(
    help="Agents: register, enrol, show, suspend, reinstate, revoke, replace.",
    no_args_is_help=True,
)
Reason = Annotated[str, typer.Option(help="Why; it goes into the log.")]
Directory = Annotated[
    Path | None,
    typer.Option("--dir", help="The agent's directory; DATA/agents/NAME unless given."),
]

TokenFile = Annotated[
    Path,
    typer.Option(help="File with the token of `kya agent register`; `-` is stdin."),
]
Office = Annotated[
    Path | None,
    typer.Option(
        help="The office.json of `kya office`, on a host without the authority's keys."
    ),
]
EvidenceOf = Annotated[
    str | None,
    typer.Option(
        "--evidence",
        help="What this host shows: kubernetes:FILE (token) or spiffe:FILE (PEM).",
    ),
]


@app.command("register")
def register(
    name: AgentName,
    operators: Operators,
    attest: Annotated[
        list[str],
        typer.Option(
            help="What the host must show: token, or kubernetes:namespace=trading,"
            " spiffe:id=…, kms:region=…; once for each."
        ),
    ],
    minutes: Annotated[
        int, typer.Option(min=1, help="How long the token may be used.")
    ] = TOKEN_SECONDS // 60,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Register an agent as two operators; prints its one-time token, once."""
    desk = open_desk(data)
    wanted = read_wanted(attest, minutes * 60)
    _tell_what_is_wider(desk.former_mandate(name), desk.mandate_of(name))
    registered = enrolment.register(desk, name, operators, wanted)
    registration = registered.registration
    assurance = registration.attestor.assurance.value
    talk(
        f"{name}: registered by {', '.join(operators)} until {registration.expires_at}"
    )
    talk(f"attested by {registration.attestor.value}: {assurance}")
    if as_json:
        answer_json(
            {
                "agent": name,
                "assurance": assurance,
                "expires_at": str(registration.expires_at),
                "registration": registered.digest,
                "token": registered.token,
            }
        )
    else:
        answer(registered.token)


@app.command("enrol")
def enrol(
    name: AgentName,
    token_file: TokenFile,
    directory: Directory = None,
    *,
    key: Key = None,
    evidence: EvidenceOf = None,
    office: Office = None,
    data: Data = DATA_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make the agent's key on this host and fetch its certificate."""
    host = AgentHost(directory or data / "agents" / name)
    asking = _Asking(name, host, _token(token_file), key, evidence)
    credential = _fetch(asking, data, office)
    talk(f"{name}: key and certificate are in {host.directory}")
    show_credential(credential, as_json=as_json)


@app.command("replace")
def replace(
    name: AgentName,
    token_file: TokenFile,
    directory: Directory = None,
    *,
    key: Key = None,
    evidence: EvidenceOf = None,
    office: Office = None,
    data: Data = DATA_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Fetch a certificate for a new key after a revocation or an expiry."""
    host = AgentHost(directory or data / "agents" / name)
    asking = _Asking(name, host, _token(token_file), key, evidence)
    credential = _fetch(asking, data, office)
    talk(f"{name}: new key and certificate are in {host.directory}")
    show_credential(credential, as_json=as_json)


@app.command("show")
def show(
    name: AgentName, data: Data = DATA_DEFAULT, *, as_json: AsJson = False
) -> None:
    """Show the agent's newest certificate and its standing."""
    show_credential(open_desk(data).credential_of(name), as_json=as_json)


@app.command("suspend")
def suspend(name: AgentName, reason: Reason, data: Data = DATA_DEFAULT) -> None:
    """Suspend the agent: from the next order on, everything is refused."""
    _change(data, name, Act.SUSPEND, reason)


@app.command("reinstate")
def reinstate(
    name: AgentName, reason: Reason, operators: Operators, data: Data = DATA_DEFAULT
) -> None:
    """Lift a suspension; it takes two operators."""
    desk = open_desk(data)
    desk.reinstate(name, reason, operators)
    show_credential(desk.credential_of(name), as_json=False)


app.command("revoke")(revoke)
app.command("pin")(pin_runtime)
app.command("anchor")(anchor)
app.command("digest")(digest)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks for a certificate, with what, and where it will be kept."""

    agent: str
    host: AgentHost
    token: str
    key: Path | None
    evidence: str | None

    def applicant(self) -> Applicant:
        """Return the agent with a new key."""
        evidence = read_evidence(self.evidence)
        signer = self.host.new_key(None if self.key is None else reference_in(self.key))
        return applicant(self.agent, signer, self.token, evidence)


def _fetch(asking: _Asking, data: Path, office: Path | None) -> Credential:
    """Fetch the certificate from the office, here or elsewhere, and keep it."""
    if office is None:
        desk = open_desk(data)
        desk.mandate_of(asking.agent)  # No key is made for an agent without one.
        certificate = asking.applicant().enrol(office_of(desk))
        _hand_over(desk, asking.host, asking.agent, certificate)
        return desk.credential_of(asking.agent)
    to = Directions.read(office)
    certificate = asking.applicant().enrol(to.remote())
    asking.host.store(asking.agent, certificate, to.url, to.gateway, to.desk())
    return credential_of(certificate)


def _token(path: Path) -> str:
    """Return the token of a file, without the line feed at its end."""
    return read_bytes(path, "token").decode("ascii", "replace").strip()


def _tell_what_is_wider(former: Mandate | None, newest: Mandate) -> None:
    """Say which limits the replacement has that are not within the former ones."""
    if former is None:
        return
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
